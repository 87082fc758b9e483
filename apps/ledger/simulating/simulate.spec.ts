import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toDay, dayNumber } from '../../../libs/calendar';
import { population } from '../../../libs/generation';
import { openLedger } from '../../../libs/ledger';
import { loadPoliciesOrThrow } from '../../../libs/policy';
import { openFilled, type Filled } from '../../../libs/reports/testing/filled';
import { policiesWith, type SimulationResult } from '../../../libs/simulation';
import { runLedger } from '../program';

const PACK = 'policies/211200-tieling/2022-04-01.yaml';
const ON = '2025-12-31';
let folder: string;
let filled: Filled;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-simulate-'));
  filled = await openFilled(loadPoliciesOrThrow('policies'));
  await filled.append(population({ persons: 120, seed: 9, regions: ['211200', '320700'], through: '2025-12' }));
});
afterAll(async () => {
  await filled.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await runLedger(args, { out: (text) => (out += text), err: (text) => (err += text) });
  return { status, out, err };
}

/** The pack of Tieling with something replaced. */
function packWith(...changes: [string, string][]): string {
  let text = readFileSync(PACK, 'utf8');
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  const file = join(folder, `pack-${changes.length}-${text.length}.yaml`);
  writeFileSync(file, text);
  return file;
}

async function simulated(pack: string, ...more: string[]): Promise<SimulationResult> {
  const { status, out, err } = await run(
    'simulate',
    '--pack',
    pack,
    '--on',
    ON,
    '--store',
    filled.folder,
    '-q',
    '--json',
    ...more,
  );
  expect({ status, err }).toEqual({ status: 0, err: '' });
  return JSON.parse(out) as SimulationResult;
}

const longer: [string, string] = ['long: { value: { length: 30,', 'long: { value: { length: 75,'];

describe('ledger simulate', () => {
  it('finds nobody affected by a pack that says the same', async () => {
    const result = await simulated(packWith());
    expect(result.affected).toEqual([]);
    expect(result.differences).toEqual([]);
    expect(result.persons).toBe(120);
  });

  it('says who waits longer, by the key and rule that makes it, as the answers do', async () => {
    const pack = packWith(longer);
    const { affected, causes, differences } = await simulated(pack);
    expect(differences.map(({ key, rules }) => [key, rules])).toEqual([['interruption.long', ['TL-2.2.2b']]]);
    expect(affected.length).toBeGreaterThan(0);
    expect(causes).toHaveLength(1);
    const [cause] = causes;
    expect(cause).toMatchObject({ cause: 'interruption.long', gaining: 0, losing: affected.length });
    expect(cause!.change.waitingDays).toBeGreaterThan(0);
    expect(cause!.change.coveredDays).toBeLessThan(0);

    const { person, after } = affected[0]!;
    const ledger = openLedger({ store: filled.store, policies: policiesWith('policies', pack), clock: Date.now });
    const [first, last] = [dayNumber('2019-01-01'), dayNumber(ON)];
    let waiting = 0;
    for (let day = first; day <= last; day++) {
      const answer = await ledger.answer({
        person,
        validOn: toDay(day),
        knownAt: '9999-12-31',
        region: affected[0]!.region,
      });
      if (answer!.benefit.status === 'waiting') waiting += 1;
    }
    expect(waiting).toBe(after.waitingDays);
  });

  it('tells two causes apart, and leaves the other regions as they are', async () => {
    const earlier: [string, string] = ['length: 90', 'length: 10'];
    const { affected, differences, causes } = await simulated(packWith(longer, earlier));
    expect(differences.length).toBeGreaterThan(1);
    expect(new Set(affected.flatMap((one) => one.causes)).size).toBe(causes.length);
    expect(affected.every(({ region }) => region === '211200')).toBe(true);
    expect((await simulated(packWith(longer, earlier), '--region', '320000')).affected).toEqual([]);
  });

  it('takes a later version as one that follows', async () => {
    const later = packWith(
      longer,
      ['version: "2022-04-01"', 'version: "2024-01-01"'],
      ['effective: { from: 2022-04-01 }', 'effective: { from: 2024-01-01 }'],
    );
    const all = await simulated(packWith(longer));
    const some = await simulated(later);
    expect(some.differences.map(({ key }) => key)).toEqual(['interruption.long']);
    expect(some.affected.length).toBeLessThan(all.affected.length);
  });

  it('prints a page in both languages, and writes nothing', async () => {
    const head = await filled.store.head();
    const before = readFileSync(PACK, 'utf8');
    for (const lang of ['zh', 'en']) {
      const { out } = await run(
        'simulate',
        '--pack',
        packWith(longer),
        '--on',
        ON,
        '--store',
        filled.folder,
        '-q',
        '--lang',
        lang,
      );
      expect(out).toContain('interruption.long');
      expect(out).toContain('TL-2.2.2b');
    }
    expect(await filled.store.head()).toBe(head);
    expect(readFileSync(PACK, 'utf8')).toBe(before);
  });

  it('refuses what is no pack, or none that stands', async () => {
    const simulateWith = async (file: string) =>
      run('simulate', '--pack', file, '--on', ON, '--store', filled.folder, '-q');
    const none = join(folder, 'none.yaml');
    writeFileSync(none, 'a: 1\n');
    expect(await simulateWith(none)).toMatchObject({
      status: 2,
      err: expect.stringContaining('none.yaml: pack: got nothing') as string,
    });
    expect((await simulateWith(join(folder, 'absent.yaml'))).err).toContain('cannot be read');
    const broken = packWith(['length: 30,', 'length: thirty,']);
    const { status, err } = await simulateWith(broken);
    expect(status).toBe(2);
    expect(err).toContain('thirty');
    expect(err).not.toContain(tmpdir());
  });
});
