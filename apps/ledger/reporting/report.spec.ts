import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { population } from '../../../libs/generation';
import { loadPoliciesOrThrow } from '../../../libs/policy';
import { reports } from '../../../libs/reports';
import { openFilled, type Filled } from '../../../libs/reports/testing/filled';
import { runLedger } from '../program';

let filled: Filled;
beforeAll(async () => {
  filled = await openFilled(loadPoliciesOrThrow('policies'));
  await filled.append(population({ persons: 40, seed: 3, regions: ['211200', '320700'] }));
  await filled.project();
});
afterAll(() => filled.close());

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await runLedger(args, { out: (text) => (out += text), err: (text) => (err += text) });
  return { status, out, err };
}
const report = (...args: string[]) => run('report', ...args, '--store', filled.folder);

describe('ledger report', () => {
  it('lists the reports there are', async () => {
    const { status, out } = await run('report', '--lang', 'en');
    expect(status).toBe(0);
    for (const { name } of reports) expect(out).toContain(name);
  });

  it('prints a page that says its basis', async () => {
    const { status, out } = await report('movement', '--on', '2023-06-30', '--known', '2024-01-31', '--lang', 'en');
    expect(status).toBe(0);
    expect(out).toContain('Known at: 2024-01-31');
    expect(out).toMatch(/opening +2023-05-31/);
    expect(out).toMatch(/difference.* +0/);
  });

  it.each(['json', 'csv', 'xlsx', 'html'])('writes %s to a file', async (format) => {
    const file = join(filled.folder, `insured.${format}`);
    const { status } = await report(
      'insured',
      '--on',
      '2023-06-30',
      '--region',
      '211200',
      '--format',
      format,
      '--out',
      file,
    );
    expect(status).toBe(0);
    expect(existsSync(file)).toBe(true);
    if (format === 'json') {
      const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { rows: { region: string }[] };
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.every(({ region }) => region === '211200')).toBe(true);
    }
    if (format === 'xlsx') expect(readFileSync(file).subarray(0, 2).toString()).toBe('PK');
  });

  it.each([
    [['nothing', '--on', '2023-06-30'], 'there is no report "nothing"; expected one of insured'],
    [['insured'], '--on: expected the day asked about'],
    [['insured', '--on', '2023-02-30'], '--on: expected a day YYYY-MM-DD'],
    [['movement', '--on', '2023-06-30', '--since', '2023-06-30'], '--since: expected a day before 2023-06-30'],
    [['insured', '--on', '2023-06-30', '--known', 'later'], '--known: expected a day, an instant or a position'],
    [['insured', '--on', '2023-06-30', '--region', '21'], '--region: expected six digits'],
    [['insured', '--on', '2023-06-30', '--format', 'xlsx'], '--out: expected a file'],
    [
      ['insured', '--on', '2023-06-30', '--format', 'csv', '--out', '/nowhere/file.csv'],
      '--out: /nowhere/file.csv cannot be written',
    ],
  ])('refuses %j', async (args, words) => {
    const { status, err } = await report(...args);
    expect(err).toContain(words);
    expect(status).toBe(2);
  });

  it('says that nothing is projected yet', async () => {
    const database = join(filled.folder, 'none.db');
    const { status, err } = await report('insured', '--on', '2023-06-30', '--database', database);
    expect(err).toContain('holds nothing yet');
    expect(status).toBe(2);
  });
});
