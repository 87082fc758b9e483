import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { population } from '../../../libs/generation';
import { openLedger, openStore, type Ledger } from '../../../libs/ledger';
import { loadPoliciesOrThrow } from '../../../libs/policy';
import { append } from '../../../libs/reports/testing/filled';
import { parseStream } from '../../../events';
import { AnswerMemory } from './answer-memory';

const policies = loadPoliciesOrThrow('policies');
const folder = mkdtempSync(join(tmpdir(), 'ledger-memory-'));
const store = openStore(folder);
let clock = Date.parse('2026-01-01T00:00:00+08:00');
const ledger = openLedger({ store, policies, clock: () => (clock += 1_000) });
const memory = new AnswerMemory(ledger);
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

type Asked = Parameters<Ledger['answer']>[0];

/** Asked twice of the memory and once of a ledger that remembers nothing: all the same, but for the instant. */
async function expectSame(asked: Asked): Promise<void> {
  const fresh = await openLedger({ store, policies, clock: () => clock }).answer(asked);
  for (let time = 0; time < 2; time++) {
    const text = (await memory.ask(asked))?.json.toString();
    const told = text === undefined ? undefined : (JSON.parse(text) as { knownAt: string });
    if (told && asked.knownAt === undefined) expect(told.knownAt >= '2026-01-01').toBe(true);
    const { knownAt: _told, ...what } = told ?? { knownAt: '' };
    const { knownAt: _fresh, ...wanted } = fresh ?? { knownAt: '' };
    expect(JSON.stringify(what)).toBe(JSON.stringify(wanted));
    if (told && asked.knownAt !== undefined) expect(told.knownAt).toBe(String(asked.knownAt));
  }
}

describe('answers that are remembered', () => {
  it('are those that a ledger without memory gives, whatever is recorded in between', async () => {
    const life = [...population({ persons: 12, seed: 21, regions: ['211200', '320700'] })];
    const persons = new Set<string>();
    for (let from = 0; from < life.length; from += 40) {
      const some = life.slice(from, from + 40);
      await append(store, some);
      for (const { stream } of some) {
        const parts = parseStream(stream);
        if (parts?.kind === 'person') persons.add(parts.id);
      }
      for (const person of [...persons].filter((_one, index) => index % 3 === (from / 40) % 3)) {
        for (const validOn of ['2022-07-01', '2023-12-31']) {
          await expectSame({ person, region: '211200', validOn });
          await expectSame({ person, region: '320700', validOn });
        }
        await expectSame({ person, region: '211200', validOn: '2023-12-31', knownAt: '2022-12-31' });
        await expectSame({ person, region: '211200', validOn: '2023-12-31', knownAt: '5' });
        await expectSame({ person, region: '211200', validOn: '2023-12-31', readings: { 'A-01': 'B' } });
      }
    }
    expect(persons.size).toBe(12);
  });

  it('change with what a region announces, and with who is counted together', async () => {
    const region = '211200';
    const paid = (month: string) => ({
      type: 'Paid',
      effectiveOn: `${month}-05`,
      data: { scheme: 'employee', region, kind: 'regular', feeMonths: { from: month, through: month } },
    });
    await ledger.recordPersonEvents('M-1', [paid('2022-05')]);
    await ledger.recordPersonEvents('M-2', [paid('2022-06')]);
    const asked = { person: 'M-1', validOn: '2022-08-01' };
    await expectSame(asked);
    await ledger.recordRegionEvents(region, [
      {
        type: 'RulingRecorded',
        effectiveOn: '2022-01-01',
        data: { reading: 'A-01', choice: 'B', authority: 'bureau' },
      },
    ]);
    await expectSame(asked);
    await ledger.recordPersonEvents('M-1', [
      { type: 'Merged', effectiveOn: '2022-07-01', data: { otherPersonId: 'M-2', reason: 'same' } },
    ]);
    await expectSame(asked);
    await ledger.recordPersonEvents('M-2', [paid('2022-07')]);
    await expectSame(asked);
  });

  it('are none of somebody unknown', async () => {
    expect(await memory.ask({ person: 'NOBODY', region: '211200', validOn: '2022-08-01' })).toBeUndefined();
  });
});
