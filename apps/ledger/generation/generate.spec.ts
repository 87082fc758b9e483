import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLedger } from '../program';
import { ledger } from '../testing/ledger-process';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-generate-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await runLedger(args, { out: (text) => (out += text), err: (text) => (err += text) });
  return { status, out, err };
}

describe('ledger generate', () => {
  it('gives the same bytes to a file and to the standard output of another process', async () => {
    const file = join(folder, 'events.jsonl');
    expect((await run('generate', '--persons', '60', '--seed', '5', '--out', file)).status).toBe(0);
    const { status, out } = ledger(['generate', '--persons', '60', '--seed', '5']);
    expect(status).toBe(0);
    expect(out).toBe(readFileSync(file, 'utf8'));
  });

  it('appends to a ledger, and adds nothing when it is said again', async () => {
    const store = join(folder, 'store');
    const first = await run('generate', '--persons', '40', '--seed', '5', '--store', store, '--json');
    const { appended } = JSON.parse(first.out) as { appended: number };
    expect(appended).toBeGreaterThan(500);
    const again = await run('generate', '--persons', '40', '--seed', '5', '--store', store, '--json');
    expect(JSON.parse(again.out)).toEqual({ persons: 40, appended: 0, already: appended });
  });

  it('writes import files that the ledger takes whole, with the history of the same people', async () => {
    const out = join(folder, 'import');
    await run('generate', '--persons', '60', '--seed', '5', '--as', 'import', '--out', out);
    const files = ['relations.csv', 'payments.csv', 'events.jsonl'].map((name) => join(out, name));
    const store = join(folder, 'imported');
    const imported = await run('import', ...files, '--store', store, '--migrated-from', 'generated', '-q', '--json');
    const summary = JSON.parse(imported.out) as { rows: number; refused: number; events: number };
    expect(summary).toMatchObject({ refused: 0, events: summary.rows });
  });

  it.each([
    [['--persons', '0'], '--persons: expected a whole number from 1'],
    [['--persons', 'many'], '--persons: expected a whole number'],
    [['--persons', '5', '--seed', '-1'], '--seed'],
    [['--persons', '5', '--regions', '2112'], '--regions: expected codes of six digits'],
    [['--persons', '5', '--from', '2024-13'], '--from: expected a month'],
    [['--persons', '5', '--from', '2025-02', '--through', '2025-01'], '--through: expected a month not before'],
    [['--persons', '5', '--as', 'import'], '--out: expected a folder'],
    [[], '--persons'],
  ])('refuses %j', async (args, words) => {
    const { status, err } = await run('generate', ...args);
    expect(status).toBe(2);
    expect(err).toContain(words);
  });
});
