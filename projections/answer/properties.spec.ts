import fc from 'fast-check';
import { dayNumber, monthNumber, toDay, toMonth } from '../../libs/calendar';
import { loadPoliciesOrThrow } from '../../libs/policy';
import { jurisdictionsOf, type RuleKey } from '../../libs/policy/evaluation';
import { ruleKeys } from '../../libs/policy/schema/rule-keys';
import type { LedgerEvent } from '../../events';
import { historyAt, knownAtLimit } from '../history';
import type { Grounds } from '../inquiry';
import { answer, type Answer } from '.';

const policies = loadPoliciesOrThrow('policies');
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 1500);

const REGIONS: Record<string, { first: string; last: string; resident: boolean }> = {
  '211200': { first: '2022-01-01', last: '2024-12-31', resident: true },
  '320700': { first: '2021-01-01', last: '2023-12-31', resident: false },
  '360100': { first: '2024-10-01', last: '2026-12-31', resident: true },
  '610100': { first: '2023-09-01', last: '2024-12-31', resident: true },
  '220000': { first: '2022-03-01', last: '2024-12-31', resident: true },
};

type Draft = { type: LedgerEvent['type']; effectiveOn: string; lag: number; data: object };

const dayIn = (first: string, last: string) =>
  fc.integer({ min: dayNumber(first), max: dayNumber(last) }).map((number) => toDay(number));

/** Facts of one invented person in one region, with late recordings. */
function drafts(region: string): fc.Arbitrary<Draft[]> {
  const { first, last, resident } = REGIONS[region]!;
  const day = dayIn(first, last);
  const lag = fc.constantFrom(0, 0, 0, 1, 20, 90);
  const month = fc.integer({ min: monthNumber(first.slice(0, 7)), max: monthNumber(last.slice(0, 7)) });
  const participation = fc.constantFrom('employed', 'employed', 'flexible');
  const draft = (type: Draft['type'], data: fc.Arbitrary<object>, on: fc.Arbitrary<string> = day) =>
    fc.record({ type: fc.constant(type), effectiveOn: on, lag, data }) as fc.Arbitrary<Draft>;

  const regularRun = fc
    .record({
      start: month,
      length: fc.integer({ min: 1, max: 20 }),
      on: fc.integer({ min: 1, max: 28 }),
      participation,
    })
    .map(({ start, length, on, participation: as }) =>
      Array.from({ length }, (_, index): Draft => {
        const paid = toMonth(start + index);
        return {
          type: 'Paid',
          effectiveOn: `${paid}-${String(on).padStart(2, '0')}`,
          lag: 0,
          data: {
            scheme: 'employee',
            region,
            kind: 'regular',
            participation: as,
            feeMonths: { from: paid, through: paid },
          },
        };
      }),
    );
  const single = fc.oneof(
    draft(
      'Paid',
      fc.record({ from: month, length: fc.integer({ min: 0, max: 5 }) }).map(({ from, length }) => ({
        scheme: 'employee',
        region,
        kind: 'back',
        feeMonths: { from: toMonth(from), through: toMonth(from + length) },
      })),
    ),
    draft(
      'Registered',
      fc.record({ participation, firstTime: fc.constantFrom(true, false, undefined) }).map((data) => ({
        scheme: 'employee',
        region,
        participation: data.participation,
        ...(data.firstTime === undefined ? {} : { firstTime: data.firstTime }),
      })),
    ),
    draft('Suspended', fc.constant({ scheme: 'employee', region, reason: 'job ended' })),
    draft('Terminated', fc.constant({ scheme: 'employee', region, reason: 'duplicate' })),
    draft('Transferred', fc.constant({ fromRegion: '110100', toRegion: region })),
    draft(
      'AidGranted',
      fc.constantFrom('minimumLiving', 'severeDisability').map((aidClass) => ({ aidClass, region })),
    ),
    draft(
      'AidEnded',
      fc.constantFrom('minimumLiving', 'severeDisability').map((aidClass) => ({ aidClass, region })),
    ),
    draft('StatutoryAgeReached', fc.constant({})),
    draft('Retired', fc.constant({ region })),
    draft('Died', fc.constant({})),
    draft(
      'MilitaryServed',
      month.map((from) => ({ span: { from: toMonth(from - 300), through: toMonth(from - 260) } })),
    ),
    draft(
      'DuplicateDetected',
      fc.constant({
        scope: 'crossRegion',
        relations: [
          { scheme: 'employee', region },
          { scheme: 'employee', region: '110100' },
        ],
      }),
    ),
    draft(
      'DuplicateResolved',
      fc.constantFrom(region, '110100').map((retained) => ({
        scope: 'crossRegion',
        relations: [
          { scheme: 'employee', region },
          { scheme: 'employee', region: '110100' },
        ],
        retained: { scheme: 'employee', region: retained },
      })),
    ),
  );
  const residentPaid = draft(
    'Paid',
    fc
      .record({
        year: fc.integer({ min: +first.slice(0, 4), max: +last.slice(0, 4) + 1 }),
        as: fc.constantFrom('general', 'student', 'formerEmployee'),
      })
      .map(({ year, as }) => ({ scheme: 'resident', region, kind: 'annual', benefitYear: year, participation: as })),
  );
  const residents = resident ? fc.array(residentPaid, { maxLength: 3 }) : fc.constant([]);
  return fc
    .tuple(fc.array(regularRun, { minLength: 0, maxLength: 3 }), fc.array(single, { maxLength: 6 }), residents)
    .map(([runs, singles, years]) => [...runs.flat(), ...singles, ...years]);
}

const person = fc.constantFrom(...Object.keys(REGIONS)).chain((region) =>
  fc.record({
    region: fc.constant(region),
    drafts: drafts(region),
    validOn: dayIn(REGIONS[region]!.first, REGIONS[region]!.last),
  }),
);

function eventsOf(list: readonly Draft[], prefix = 'e'): LedgerEvent[] {
  return list.map(
    ({ type, effectiveOn, lag, data }, index) =>
      ({
        id: `${prefix}${String(index).padStart(4, '0')}`,
        type,
        stream: 'person-P',
        effectiveOn,
        recordedAt: `${toDay(dayNumber(effectiveOn) + lag)}T00:00:00.000+08:00`,
        data,
        metadata: {},
      }) as LedgerEvent,
  );
}

function ask(events: readonly LedgerEvent[], region: string, validOn: string, knownAt = '2030-12-31'): Answer {
  const limit = knownAtLimit(knownAt);
  const grounds: Grounds = {
    question: { person: 'P', region, validOn, knownAt },
    person: historyAt(events, limit),
    regions: new Map(),
    policies,
  };
  return answer(grounds);
}

/** Whether a pack that may rule the region states no plain value under the key: none, a gap, or one that a reading may leave silent. */
function leftOpen(region: string, key: RuleKey): boolean {
  const settings = policies.packs
    .filter((pack) => jurisdictionsOf(region).includes(pack.region))
    .map((pack) => pack.settings[key]);
  return settings.some((setting) => setting?.form !== 'value' || JSON.stringify(setting.value).includes('"silent"'));
}

const END = '9999-12-31';
const spanOf = ({ from, through }: { from: string; through?: string }) => ({ from, through: through ?? END });

describe('what always holds of an answer', () => {
  it('an answer at an earlier basis is never changed by what is recorded later', () => {
    fc.assert(
      fc.property(person, fc.integer({ min: 0, max: 400 }), ({ region, drafts: list, validOn }, shift) => {
        const events = eventsOf(list);
        const knownAt = toDay(dayNumber(validOn) + shift - 200);
        const before = events.filter(({ recordedAt }) => recordedAt.slice(0, 10) <= knownAt);
        expect(ask(events, region, validOn, knownAt)).toEqual(ask(before, region, validOn, knownAt));
      }),
      { numRuns: RUNS },
    );
  });

  it('a voided event leaves the answer of the history without it, and a voided voiding brings it back', () => {
    fc.assert(
      fc.property(person, fc.nat(), ({ region, drafts: list, validOn }, pick) => {
        fc.pre(list.length > 0);
        const events = eventsOf(list);
        const target = events[pick % events.length]!;
        const voided = {
          ...target,
          id: 'v1',
          type: 'Voided',
          recordedAt: '2029-01-01T00:00:00.000+08:00',
          data: { target: target.id, reason: 'error' },
        } as LedgerEvent;
        const restored = {
          ...voided,
          id: 'v2',
          recordedAt: '2029-01-02T00:00:00.000+08:00',
          data: { target: 'v1', reason: 'error' },
        } as LedgerEvent;
        const without = events.filter(({ id }) => id !== target.id);
        expect(ask([...events, voided], region, validOn)).toEqual(ask(without, region, validOn));
        expect(ask([...events, voided, restored], region, validOn)).toEqual(ask(events, region, validOn));
      }),
      { numRuns: RUNS },
    );
  });

  it('the order in which facts of one moment arrive changes nothing', () => {
    fc.assert(
      fc.property(person, fc.infiniteStream(fc.nat()), ({ region, drafts: list, validOn }, keys) => {
        const events = eventsOf(list);
        const shuffled = events
          .map((event) => ({ event, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ event }) => event);
        expect(ask(shuffled, region, validOn)).toEqual(ask(events, region, validOn));
      }),
      { numRuns: RUNS },
    );
  });

  it('coverage, waiting and each other never overlap within one scheme', () => {
    fc.assert(
      fc.property(person, ({ region, drafts: list, validOn }) => {
        const given = ask(eventsOf(list), region, validOn);
        for (const scheme of ['employee', 'resident'] as const) {
          const spans = [...given.coverage, ...given.waitingPeriods]
            .filter((span) => span.scheme === scheme)
            .map(spanOf)
            .sort((a, b) => (a.from < b.from ? -1 : 1));
          for (let i = 1; i < spans.length; i++) expect(spans[i - 1]!.through < spans[i]!.from).toBe(true);
          for (const { from, through } of spans) expect(from <= through).toBe(true);
        }
        if (given.benefit.since !== undefined && given.benefit.status !== 'notCovered') {
          expect(given.benefit.since <= validOn).toBe(true);
          expect(validOn <= (given.benefit.through ?? END)).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('every covered day has a payment or a retirement behind it, and lies within the pack and the life', () => {
    fc.assert(
      fc.property(person, ({ region, drafts: list, validOn }) => {
        const events = eventsOf(list);
        const given = ask(events, region, validOn);
        const first = policies.first(region)!.effectiveFrom;
        const died = events
          .filter(({ type }) => type === 'Died')
          .map(({ effectiveOn }) => effectiveOn)
          .sort()
          .at(-1);
        const paid = new Set<string>();
        const years = new Set<number>();
        for (const event of events) {
          if (event.type !== 'Paid') continue;
          const { feeMonths, benefitYear } = event.data;
          if (feeMonths)
            for (let m = monthNumber(feeMonths.from); m <= monthNumber(feeMonths.through); m++) paid.add(toMonth(m));
          if (benefitYear !== undefined) years.add(benefitYear);
        }
        const retires = events.some(({ type }) => type === 'Retired') || given.retirement.retireeFrom !== undefined;
        for (const span of given.coverage) {
          expect(span.from >= first).toBe(true);
          if (died) expect(spanOf(span).through <= died).toBe(true);
          if (span.through === undefined || (retires && span.scheme === 'employee')) {
            expect(retires).toBe(true);
            continue;
          }
          for (let m = monthNumber(span.from.slice(0, 7)); m <= monthNumber(span.through.slice(0, 7)); m++) {
            const behind =
              span.scheme === 'employee' ? paid.has(toMonth(m)) : years.has(Math.floor(m / 12)) || span.restored;
            expect(behind).toBe(true);
          }
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('a month is never counted twice', () => {
    fc.assert(
      fc.property(person, ({ region, drafts: list, validOn }) => {
        const events = eventsOf(list);
        const { contribution } = ask(events, region, validOn);
        const months = new Set<string>();
        for (const event of events) {
          if (event.effectiveOn > validOn) continue;
          const span =
            event.type === 'Paid'
              ? event.data.feeMonths
              : event.type === 'MilitaryServed'
                ? event.data.span
                : undefined;
          if (span) for (let m = monthNumber(span.from); m <= monthNumber(span.through); m++) months.add(toMonth(m));
        }
        expect(contribution.actual + contribution.deemed).toBeLessThanOrEqual(months.size);
        expect(contribution.localActual + contribution.provinceActual + contribution.outOfProvinceActual).toBe(
          contribution.actual,
        );
        expect(contribution.total).toBe(contribution.actual + contribution.deemed);
      }),
      { numRuns: RUNS },
    );
  });

  it('everything undetermined names a gap that the pack really leaves open, and every reason cites its rule', () => {
    fc.assert(
      fc.property(person, ({ region, drafts: list, validOn }) => {
        const given = ask(eventsOf(list), region, validOn);
        for (const { question, why, needs, rule } of given.undetermined) {
          expect(['silent', 'notAvailable', 'external', 'parked']).toContain(why);
          if (why === 'external') expect(needs).toBeDefined();
          if (question in ruleKeys) expect(leftOpen(region, question as RuleKey)).toBe(true);
          if (rule !== undefined) expect(policies.packs.some((pack) => rule in pack.rules)).toBe(true);
        }
        for (const { citation, zh, en, rule } of given.because) {
          expect(citation.article.length).toBeGreaterThan(0);
          expect(zh.length).toBeGreaterThan(0);
          expect(en.length).toBeGreaterThan(0);
          expect(policies.packs.some((pack) => rule in pack.rules)).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('asked again on the same grounds it is the same, byte for byte', () => {
    fc.assert(
      fc.property(person, ({ region, drafts: list, validOn }) => {
        const events = eventsOf(list);
        expect(JSON.stringify(ask(events, region, validOn))).toBe(
          JSON.stringify(ask([...events].reverse(), region, validOn)),
        );
      }),
      { numRuns: Math.ceil(RUNS / 3) },
    );
  });
});
