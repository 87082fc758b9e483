import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore, type EventStore } from '../event-store';
import { openLedger, type Ledger } from '../ledger';
import { Policies, loadPoliciesOrThrow } from '../policy';
import {
  BadBasis,
  Disputes,
  PackNotAtHand,
  formatBasis,
  parseBasis,
  type RegionImpactDone,
  type RegionImpactStep,
  type RegionProposal,
} from '.';

const policies = loadPoliciesOrThrow(join(__dirname, '..', '..', 'policies'));
const REGION = '211200';

let folder: string;
let store: EventStore;
let ledger: Ledger;
let disputes: Disputes;
let now: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'disputes-'));
  store = openEmbeddedStore({ file: join(folder, 'events.sqlite') });
  now = Date.parse('2025-01-10T01:00:00Z');
  ledger = openLedger({ store, policies, clock: () => now });
  disputes = new Disputes({ ledger, policies });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const migrated = (day: string) => ({
  recordedAt: `${day}T09:00:00.000+08:00`,
  metadata: { migratedFrom: 'old' },
});
const paid = (month: string, on: string, known = on, more: object = {}) => ({
  type: 'Paid',
  effectiveOn: on,
  data: { scheme: 'employee', region: REGION, kind: 'regular', feeMonths: { from: month, through: month }, ...more },
  ...migrated(known),
});

async function record(stream: string, ...inputs: object[]) {
  const outcome = await ledger.record(stream, inputs);
  if (outcome.outcome !== 'recorded') throw new Error(JSON.stringify(outcome));
  return outcome.events;
}

/** Five unpaid months, then paid again and refused for waiting; the back-payment of one month arrives late. */
async function aDispute() {
  return record(
    'person-P1',
    paid('2022-04', '2022-04-05'),
    paid('2022-10', '2022-10-12'),
    paid('2022-07', '2022-07-06', '2022-12-01'),
  );
}

describe('a basis', () => {
  it('is read and written as one text', () => {
    const text =
      'validOn=2022-07-15,knownAt=2022-10-01,region=211200,reading=A-01:B,reading=A-03:A,pack=211200:2022-04-01,as=decidedThen';
    expect(parseBasis(text)).toEqual({
      validOn: '2022-07-15',
      knownAt: '2022-10-01',
      region: '211200',
      readings: { 'A-01': 'B', 'A-03': 'A' },
      packs: { '211200': '2022-04-01' },
      as: 'decidedThen',
    });
    expect(formatBasis(parseBasis(text))).toBe(text);
    expect(parseBasis('validOn=2022-07-15,knownAt=1024').knownAt).toBe(1024n);
    expect(parseBasis('validOn=2022-07-15,knownAt=2022-10-01T12:00:00.000 08:00').knownAt).toBe(
      '2022-10-01T12:00:00.000+08:00',
    );
    expect(parseBasis('knownAt=2022-10-01', { validOn: '2022-07-15' })).toEqual({
      validOn: '2022-07-15',
      knownAt: '2022-10-01',
    });
  });

  it.each([
    ['', 'basis'],
    ['validOn', 'basis'],
    ['knownAt=2022-10-01', 'validOn'],
    ['validOn=2022-02-30', 'validOn'],
    ['validOn=2022-07-15,validOn=2022-07-16', 'validOn'],
    ['validOn=2022-07-15,knownAt=soon', 'knownAt'],
    ['validOn=2022-07-15,region=Tieling', 'region'],
    ['validOn=2022-07-15,reading=A-01', 'reading'],
    ['validOn=2022-07-15,reading=A-01:B,reading=A-01:A', 'reading'],
    ['validOn=2022-07-15,pack=2022-04-01', 'pack'],
    ['validOn=2022-07-15,as=then', 'as'],
    ['validOn=2022-07-15,known=2022-10-01', 'known'],
  ])('%s is refused by field', (text, field) => {
    let thrown: unknown;
    try {
      parseBasis(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(BadBasis);
    expect((thrown as BadBasis).field).toBe(field);
  });
});

describe('an answer at a basis', () => {
  it('is the ledger’s own, byte for byte, and names its basis beside it', async () => {
    await aDispute();
    for (const knownAt of ['2022-04-30', '2022-10-31', '2022-12-31', 2n, '2022-10-12T09:00:00.000+08:00']) {
      const { basis, ...answer } = (await disputes.answerAt('P1', { validOn: '2022-10-20', knownAt }))!;
      const own = await ledger.answer({ person: 'P1', validOn: '2022-10-20', knownAt });
      expect(JSON.stringify(answer)).toBe(JSON.stringify(own));
      expect(basis).toMatchObject({ text: `validOn=2022-10-20,knownAt=${String(knownAt)},region=211200`, as: 'asked' });
      expect(basis.packs.every(({ by }) => by === 'installed')).toBe(true);
    }
  });

  it('of somebody unknown is none', async () => {
    expect(await disputes.answerAt('nobody', { validOn: '2022-10-20' })).toBeUndefined();
    expect(await disputes.difference('nobody', { validOn: '2022-10-20' }, { validOn: '2022-10-20' })).toBeUndefined();
  });

  it('counts people merged into him as the ledger does', async () => {
    await aDispute();
    await record('person-P2', paid('2022-06', '2022-06-05'));
    await record('person-P1', {
      type: 'Merged',
      effectiveOn: '2023-01-05',
      data: { otherPersonId: 'P2', reason: 'two numbers' },
      ...migrated('2023-01-05'),
    });
    for (const knownAt of ['2022-12-31', '2023-12-31']) {
      const { basis: _, ...answer } = (await disputes.answerAt('P1', { validOn: '2022-10-20', knownAt }))!;
      expect(answer).toEqual(await ledger.answer({ person: 'P1', validOn: '2022-10-20', knownAt }));
    }
    const { causes, changes } = (await disputes.difference(
      'P1',
      { validOn: '2022-10-20', knownAt: '2022-12-31' },
      { validOn: '2022-10-20' },
    ))!;
    expect(causes.map((cause) => 'type' in cause && cause.type)).toEqual(['Merged']);
    expect(changes.find(({ at }) => at === 'contribution.total')).toMatchObject({ from: 3, to: 4 });
  });
});

describe('the law of a basis', () => {
  const pack = policies.inForce(REGION, '2023-01-01')!;
  const activated = (sha256: string, day: string, version = pack.version) => ({
    type: 'PolicyPackActivated',
    effectiveOn: day,
    data: { pack: pack.id, version, sha256, effectiveFrom: pack.effectiveFrom },
    ...migrated(day),
  });

  it('as decided then is that of the packs put in force by then, by their event', async () => {
    await aDispute();
    const [event] = await record(`region-${REGION}`, activated(pack.sha256, '2022-11-01'));
    const then = { validOn: '2022-10-20', as: 'decidedThen' } as const;
    const after = (await disputes.answerAt('P1', { ...then, knownAt: '2022-11-30' }))!;
    expect(after.basis).toMatchObject({ as: 'decidedThen' });
    expect(after.basis.packs).toContainEqual(
      expect.objectContaining({ id: pack.id, by: 'activation', event: event!.id, sha256: pack.sha256 }),
    );
    const before = (await disputes.answerAt('P1', { ...then, knownAt: '2022-10-31' }))!;
    expect(before.packs.map(({ id }) => id)).not.toContain(pack.id);
    const asked = (await disputes.answerAt('P1', { validOn: '2022-10-20', knownAt: '2022-10-31' }))!;
    expect(asked.packs.map(({ id }) => id)).toContain(pack.id);
  });

  it('a pack that is not the one put in force is found', async () => {
    await aDispute();
    await record(`region-${REGION}`, activated('0'.repeat(64), '2022-04-01'));
    const basis = { validOn: '2022-10-20', knownAt: '2022-11-30' };
    await expect(disputes.answerAt('P1', { ...basis, as: 'decidedThen' })).rejects.toThrow(PackNotAtHand);
    expect(await disputes.answerAt('P1', basis)).toBeDefined();
  });

  it('today’s law counts rulings that came after the facts, and the difference names them', async () => {
    await aDispute();
    const [ruling] = await record(`region-${REGION}`, {
      type: 'RulingRecorded',
      effectiveOn: '2022-01-01',
      data: { reading: 'A-01', choice: 'B', authority: 'bureau' },
      ...migrated('2024-05-01'),
    });
    const then = { validOn: '2022-10-20', knownAt: '2022-10-31', as: 'decidedThen' } as const;
    const found = (await disputes.difference('P1', then, { ...then, as: 'knownNow' }))!;
    expect(found.causes).toMatchObject([{ kind: 'ruling', event: ruling!.id }]);
    expect(found.from.basis.rulings).toEqual([]);
    expect(found.to.basis.rulings).toMatchObject([{ reading: 'A-01', choice: 'B', event: ruling!.id }]);
  });

  it('a version that the question names rules with those before it', async () => {
    await aDispute();
    const later = { ...pack, version: '2023-01-01', effectiveFrom: '2023-01-01', sha256: 'e'.repeat(64) };
    const two = new Policies([...policies.packs, later]);
    const asking = new Disputes({ ledger: openLedger({ store, policies: two, clock: () => now }), policies: two });
    const versions = async (more: object) =>
      (await asking.answerAt('P1', { validOn: '2024-01-20', ...more }))!.packs.map(({ version }) => version);
    expect(await versions({})).toContain('2023-01-01');
    expect(await versions({ packs: { [REGION]: pack.version } })).not.toContain('2023-01-01');
    await expect(versions({ packs: { [REGION]: '1999-01-01' } })).rejects.toThrow(/there are: 2022-04-01, 2023-01-01/);
  });
});

describe('a disputed refusal', () => {
  it('is shown as it was, as it is, and why', async () => {
    const [, , late] = await aDispute();
    const found = (await disputes.difference(
      'P1',
      { validOn: '2022-10-20', knownAt: '2022-10-31' },
      { validOn: '2022-10-20' },
    ))!;
    expect(found.from.benefit.status).toBe('waiting');
    expect(found.to.benefit.status).toBe('covered');
    expect(found.causes).toEqual([
      {
        kind: 'lateFact',
        event: late!.id,
        stream: 'person-P1',
        type: 'Paid',
        effectiveOn: '2022-07-06',
        recordedAt: '2022-12-01T09:00:00.000+08:00',
        applied: 'added',
      },
    ]);
    expect(found.steps).toHaveLength(1);
    expect(found.changes.every(({ causes }) => causes.join() === '0')).toBe(true);
  });
});

describe('a timeline', () => {
  it('holds every event on both axes and the states that knowledge went through', async () => {
    const [first, second, late] = await aDispute();
    const [voided] = await record('person-P1', {
      type: 'Voided',
      effectiveOn: '2022-12-20',
      data: { target: late!.id, reason: 'another man’s' },
      ...migrated('2022-12-20'),
    });
    const timeline = (await disputes.timeline('P1', { validOn: '2022-10-20' }))!;
    expect(timeline.events.map(({ id, lateDays }) => [id, lateDays])).toEqual([
      [first!.id, 0],
      [second!.id, 0],
      [late!.id, 148],
      [voided!.id, 0],
    ]);
    expect(timeline.events[2]!.amendedBy).toEqual([voided!.id]);
    expect(timeline.events[3]!.amends).toBe(late!.id);
    expect(
      timeline.states.map(({ knownAt, benefit, events }) => [knownAt.slice(0, 10), benefit.status, events]),
    ).toEqual([
      ['2022-04-05', 'notCovered', [first!.id]],
      ['2022-10-12', 'waiting', [second!.id]],
      ['2022-12-01', 'covered', [late!.id]],
      ['2022-12-20', 'waiting', [voided!.id]],
    ]);
  });

  it('leaves out moments at which nothing of the answer changed', async () => {
    await aDispute();
    await record('person-P1', {
      type: 'ResidenceChanged',
      effectiveOn: '2022-12-21',
      data: { household: REGION },
      ...migrated('2022-12-21'),
    });
    expect((await disputes.timeline('P1', { validOn: '2022-10-20' }))!.states).toHaveLength(3);
  });
});

describe('the impact of a proposal', () => {
  it('is what recording it then does, and nothing is recorded', async () => {
    await aDispute();
    const proposal = { ...paid('2022-06', '2022-06-06'), recordedAt: undefined, metadata: {} };
    const before = (await disputes.answerAt('P1', { validOn: '2022-10-20' }))!;
    const impact = (await disputes.impact('P1', [proposal], { validOn: '2022-10-20' }))!;
    expect(await disputes.answerAt('P1', { validOn: '2022-10-20' })).toEqual(before);
    expect(impact.revision).toBe(2);
    expect(impact.months).toContainEqual({ at: 'contribution.total', from: 3, to: 4 });

    await record('person-P1', proposal);
    const after = (await disputes.answerAt('P1', { validOn: '2022-10-20' }))!;
    for (const { at, to } of impact.months)
      expect((after.contribution as unknown as Record<string, unknown>)[at.split('.')[1]!]).toEqual(to);
  });

  it('counts benefit days and waiting days, and says who bears them only where a rule does', async () => {
    const [, , late] = await aDispute();
    const impact = (await disputes.impact(
      'P1',
      [{ type: 'Voided', effectiveOn: '2025-01-09', data: { target: late!.id, reason: 'another man’s' } }],
      { validOn: '2022-10-20' },
    ))!;
    expect(impact.waitingDays).toMatchObject([
      {
        scheme: 'employee',
        gainedDays: 30,
        lostDays: 0,
        gained: [
          { from: '2022-10-12', through: '2022-11-10', days: 30, bearing: { who: 'notFund', rule: 'TL-2.2.2b' } },
        ],
      },
    ]);
    const [days] = impact.benefitDays;
    expect(days!.gainedDays).toBe(0);
    // October was covered from its first day, July by its own payment.
    const lostInWaiting = days!.lost.find(({ bearing }) => bearing.rule === 'TL-2.2.2b');
    expect(lostInWaiting ?? days!.lost.find(({ bearing }) => bearing.who === 'notStated')).toBeDefined();
    expect(days!.lostDays).toBe(days!.lost.reduce((sum, run) => sum + run.days, 0));
  });

  it('of a ruling for a region is shown for everyone it touches', async () => {
    await aDispute();
    await record('person-P3', {
      ...paid('2022-04', '2022-04-05'),
      data: { ...paid('2022-04', '2022-04-05').data, region: '360100' },
    });
    const ruling = {
      type: 'RulingRecorded',
      effectiveOn: '2022-01-01',
      data: { reading: 'A-01', choice: 'B', authority: 'bureau' },
    };
    await record('person-P4', paid('2022-04', '2022-04-05'), paid('2022-10', '2022-10-12'));
    const steps = await stepsOf({ validOn: '2022-10-20', events: [ruling] });
    expect(steps[0]).toMatchObject({
      kind: 'begun',
      region: REGION,
      proposed: [{ type: 'RulingRecorded' }],
    });
    expect(steps[1]).toEqual({ kind: 'progress', examined: 0, people: 2 });
    expect(steps.flatMap((step) => (step.kind === 'changed' ? [step.impact.person] : []))).toContain('P4');
    const sum = steps.at(-1) as RegionImpactDone;
    expect(sum).toMatchObject({ kind: 'done', examined: 2, parked: 0 });
    expect(sum.totals.waitingDaysGained).toBeGreaterThan(0);
    // A day more of waiting is not the fund's, by the rule of the waiting; every day is told of one bearer.
    expect(sum.bearing).toContainEqual(expect.objectContaining({ who: 'notFund', rule: 'TL-2.2.2b' }));
    for (const figure of Object.keys(sum.totals) as (keyof typeof sum.totals)[]) {
      expect(sum.bearing.reduce((total, one) => total + one[figure], 0)).toBe(sum.totals[figure]);
    }
    expect(await ledger.regionEvents(REGION)).toEqual([]);
  });

  it('of a region counts a person of several ids once, and only those among whom it is asked', async () => {
    await aDispute();
    await record('person-P5', paid('2022-04', '2022-04-05'), paid('2022-10', '2022-10-12'));
    await record('person-P6', paid('2022-05', '2022-05-05'));
    await record('person-P5', {
      type: 'Merged',
      effectiveOn: '2023-01-01',
      data: { otherPersonId: 'P6', reason: 'one man' },
    });
    const ruling = {
      type: 'RulingRecorded',
      effectiveOn: '2022-01-01',
      data: { reading: 'A-01', choice: 'B', authority: 'bureau' },
    };
    const steps = await stepsOf({ validOn: '2022-10-20', events: [ruling] });
    expect(steps[1]).toMatchObject({ kind: 'progress', people: 3 });
    expect(steps.at(-1)).toMatchObject({ examined: 2 });
    const one = await stepsOf({ validOn: '2022-10-20', events: [ruling], among: async (person) => person === 'P1' });
    expect(one.at(-1)).toMatchObject({ examined: 1 });
  });

  it('of other packs for a region is what they would answer', async () => {
    await record('person-P4', paid('2022-04', '2022-04-05'), paid('2022-10', '2022-10-12'));
    const without = new Policies(
      policies.packs.map((pack) =>
        pack.region === REGION ? { ...pack, settings: withoutLongBreaks(pack.settings) } : pack,
      ),
    );
    const steps = await stepsOf({ validOn: '2022-10-20', policies: without });
    const [begun, , changed] = steps;
    expect(begun).toMatchObject({ kind: 'begun', proposed: [] });
    expect(changed).toMatchObject({ kind: 'changed', impact: { person: 'P4' } });
    const now = (await ledger.answer({ person: 'P4', validOn: '2022-10-20', knownAt: ledger.now() }))!;
    expect(now.waitingPeriods).toHaveLength(1);
    expect((steps.at(-1) as RegionImpactDone).totals.waitingDaysLost).toBe(30);
  });

  it('refuses what could not be recorded either, field by field', async () => {
    await aDispute();
    const asked = { validOn: '2022-10-20' };
    await expect(disputes.impact('P1', [], asked)).rejects.toThrow(/at least one event/);
    await expect(disputes.impact('P1', [{ type: 'Paid' }], asked)).rejects.toThrow(/\[0\]/);
    const strange = {
      type: 'Voided',
      effectiveOn: '2025-01-09',
      data: { target: '0d7c2f55-6a0e-4b8e-9d54-1f2a3b4c5d6e', reason: 'x' },
    };
    await expect(disputes.impact('P1', [strange], asked)).rejects.toThrow(
      /data.target: expected the id of an event of person-P1/,
    );
    await expect(
      disputes.impact('P1', [{ ...paid('2022-06', '2022-06-06'), stream: 'person-P9' }], asked),
    ).rejects.toThrow(/stream/);
  });
});

async function stepsOf(proposal: RegionProposal): Promise<RegionImpactStep[]> {
  const steps: RegionImpactStep[] = [];
  for await (const step of disputes.regionImpact(store, REGION, proposal)) steps.push(step);
  return steps;
}

function withoutLongBreaks<T extends object>(settings: T): T {
  const { 'interruption.long': _long, ...left } = settings as Record<string, unknown>;
  return left as T;
}
