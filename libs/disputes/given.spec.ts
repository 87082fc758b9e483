import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore, type EventStore } from '../event-store';
import { openLedger, type Ledger } from '../ledger';
import { Policies, loadPoliciesOrThrow } from '../policy';
import { Disputes, answerText } from '.';

const loaded = loadPoliciesOrThrow(join(__dirname, '..', '..', 'policies'));
const REGION = '211200';
const court = { asker: 'district court, case 117', purpose: 'a refused claim' };
const engine = '0.1.0';

let folder: string;
let file: string;
let store: EventStore;
let ledger: Ledger;
let disputes: Disputes;
let now: number;

const open = (policies: Policies = loaded) => {
  ledger = openLedger({ store, policies, clock: () => now });
  disputes = new Disputes({ ledger, policies });
};
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'given-'));
  file = join(folder, 'events.sqlite');
  store = openEmbeddedStore({ file });
  now = Date.parse('2025-01-10T01:00:00Z');
  open();
  await record(
    'person-P1',
    paid('2022-04', '2022-04-05'),
    paid('2022-10', '2022-10-12', '2022-10-12', { employerId: '91350100M000100Y43' }),
  );
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const paid = (month: string, on: string, known = on, more: object = {}) => ({
  type: 'Paid',
  effectiveOn: on,
  recordedAt: `${known}T09:00:00.000+08:00`,
  data: { scheme: 'employee', region: REGION, kind: 'regular', feeMonths: { from: month, through: month }, ...more },
  metadata: { migratedFrom: 'old' },
});
const ruling = (known: string) => ({
  type: 'RulingRecorded',
  effectiveOn: '2022-01-01',
  recordedAt: `${known}T09:00:00.000+08:00`,
  data: { reading: 'A-01', choice: 'B', authority: 'bureau' },
  metadata: { migratedFrom: 'old' },
});
async function record(stream: string, ...inputs: object[]) {
  const outcome = await ledger.record(stream, inputs);
  if (outcome.outcome !== 'recorded') throw new Error(JSON.stringify(outcome));
  return outcome.events;
}
async function give(basis: Parameters<Disputes['giving']>[1]) {
  const { answer, event } = (await disputes.giving('P1', basis, court, { engine }))!;
  const [recorded] = await record('person-P1', event);
  return { answer, id: recorded!.id };
}

describe('an answer that was given out', () => {
  it('is recorded with what it stood on, and changes no answer', async () => {
    const before = (await disputes.answerAt('P1', { validOn: '2022-10-20' }))!;
    const { answer, id } = await give({ validOn: '2022-10-20', readings: { 'A-01': 'B' } });
    const [given, ...more] = (await disputes.givenAnswers('P1'))!;
    expect(more).toEqual([]);
    expect(given).toMatchObject({
      ...court,
      id,
      voided: false,
      basis: 'validOn=2022-10-20,knownAt=2025-01-10T09:00:00.000+08:00,reading=A-01:B',
      logPosition: '2',
      readings: expect.arrayContaining([{ id: 'A-01', choice: 'B', by: 'question' }]) as object,
      algorithm: 'sm3',
      engine,
    });
    expect(given!.packs.map(({ id: pack }) => pack)).toContain(answer.packs[0]!.id);
    const after = (await disputes.answerAt('P1', { validOn: '2022-10-20' }))!;
    expect({ ...after, position: before.position }).toEqual(before);
    const differs = await disputes.difference('P1', { validOn: '2022-10-20', knownAt: 2n }, { validOn: '2022-10-20' });
    expect(differs).toMatchObject({ changes: [], causes: [], withoutEffect: 0 });
  });

  it.each([
    ['of now', { validOn: '2022-10-20' }],
    ['of then', { validOn: '2022-10-20', knownAt: '2022-10-31', as: 'decidedThen' }],
    ['of then by today’s rulings', { validOn: '2022-10-20', knownAt: '2022-10-31', as: 'knownNow' }],
    ['at a position', { validOn: '2022-10-20', knownAt: 1n }],
    ['by a named pack', { validOn: '2022-10-20', packs: { [REGION]: '2022-04-01' } }],
  ] as const)('%s comes out byte for byte, whatever was recorded since', async (_, basis) => {
    const { answer, id } = await give(basis);
    // Late facts, of his and of his region, that claim to have been known all along.
    await record(`region-${REGION}`, ruling('2022-10-01'));
    await record('employer-91350100M000100Y43', {
      type: 'EmployerClosed',
      effectiveOn: '2022-10-01',
      data: { uscc: '91350100M000100Y43', region: REGION },
    });
    const { type, effectiveOn, data } = paid('2022-07', '2022-07-06');
    await record('person-P1', { type, effectiveOn, data });
    const later = loaded.packs.find(
      ({ region, effectiveFrom }) => region === REGION && effectiveFrom === '2022-04-01',
    )!;
    open(
      new Policies([
        ...loaded.packs,
        { ...later, version: '2022-05-01', effectiveFrom: '2022-05-01', sha256: 'e'.repeat(64) },
      ]),
    );
    const again = (await disputes.askedAgain('P1', id, { engine }))!;
    expect(again).toMatchObject({ same: true, findings: [], engine: { given: engine, here: engine } });
    expect(answerText(again.answer!)).toBe(answerText(answer));
    expect(again.digest).toBe(again.given.digest);
  });

  it('of two instants at one moment is told apart by the place of the log', async () => {
    const { id } = await give({ validOn: '2022-10-20' });
    now = Date.parse('2025-01-10T01:00:00Z');
    const [late] = await record(`region-${REGION}`, ruling('2025-01-10'));
    expect(late!.recordedAt).toBe('2025-01-10T09:00:00.000+08:00');
    expect(await disputes.askedAgain('P1', id, { engine })).toMatchObject({ same: true });
  });

  it('that comes out otherwise says why: another program, a pack that is gone, a log cut off, or none of them', async () => {
    const { id } = await give({ validOn: '2022-10-20' });
    const kinds = async (version = engine, of = id) =>
      (await disputes.askedAgain('P1', of, { engine: version }))!.findings.map(({ kind }) => kind);
    expect(await kinds('0.2.0')).toEqual([]);

    const pack = loaded.packs.find(({ region, effectiveFrom }) => region === REGION && effectiveFrom === '2022-04-01')!;
    open(new Policies(loaded.packs.map((one) => (one === pack ? { ...one, sha256: 'f'.repeat(64) } : one))));
    const again = (await disputes.askedAgain('P1', id, { engine }))!;
    expect(again.same).toBe(false);
    expect(again.findings).toMatchObject([
      { kind: 'pack', en: expect.stringContaining(`at hand: ${'f'.repeat(64)}`) as string },
    ]);
    open();

    const { id: own, recordedAt, position, voided, ...data } = again.given;
    expect([own, recordedAt, position, voided]).toEqual([id, '2025-01-10T09:00:00.000+08:00', '3', false]);
    const [wrong] = await record('person-P1', {
      type: 'AnswerGiven',
      effectiveOn: '2025-01-10',
      data: { ...data, digest: '0'.repeat(64) },
    });
    expect(await kinds(engine, wrong!.id)).toEqual(['unexplained']);
    expect(await kinds('0.2.0', wrong!.id)).toEqual(['engine']);

    await store.close();
    const database = new Database(file);
    database.exec(
      `UPDATE event SET data = replace(data, '"logPosition":"2"', '"logPosition":"99"') WHERE position = 3`,
    );
    database.close();
    store = openEmbeddedStore({ file });
    open();
    expect(await kinds()).toEqual(['log']);
  });

  it('taken back is listed as such; of another, or unknown, there is none', async () => {
    const { id } = await give({ validOn: '2022-10-20' });
    const [voiding] = await record('person-P1', {
      type: 'Voided',
      effectiveOn: '2025-01-10',
      data: { target: id, reason: 'handed to nobody' },
    });
    expect(await disputes.givenAnswers('P1')).toMatchObject([{ id, voided: true }]);
    await record('person-P1', {
      type: 'Voided',
      effectiveOn: '2025-01-10',
      data: { target: voiding!.id, reason: 'it was' },
    });
    expect(await disputes.givenAnswers('P1')).toMatchObject([{ id, voided: false }]);
    expect(await disputes.askedAgain('P1', voiding!.id, { engine })).toBeUndefined();
    expect(await disputes.askedAgain('P2', id, { engine })).toBeUndefined();
    expect(await disputes.givenAnswers('P2')).toBeUndefined();
    expect(await disputes.giving('P2', { validOn: '2022-10-20' }, court, { engine })).toBeUndefined();
  });
});
