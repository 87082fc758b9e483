import fc from 'fast-check';
import { dayNumber, endOfDay, toDay, toMonth, monthNumber } from '../../libs/calendar';
import { Policies, loadPoliciesOrThrow, type LoadedPack } from '../../libs/policy';
import type { LedgerEvent } from '../../events';
import { changesBetween, figuresOf, answerTo, applyCauses, causesBetween, difference, type Side } from '.';
import { hasHappened } from './figures';
import { minimal } from './minimal';

const policies = loadPoliciesOrThrow('policies');
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 150);
const REGION = '211200';

let ids = 0;
beforeEach(() => (ids = 0));

function event(type: string, effectiveOn: string, data: object, more: object = {}): LedgerEvent {
  return {
    id: `e${String(ids++).padStart(4, '0')}`,
    type,
    stream: 'person-P',
    effectiveOn,
    recordedAt: `${effectiveOn}T09:00:00.000+08:00`,
    data,
    metadata: {},
    ...more,
  } as unknown as LedgerEvent;
}
const paid = (month: string, on: string, more: object = {}, envelope: object = {}) =>
  event(
    'Paid',
    on,
    { scheme: 'employee', region: REGION, kind: 'regular', feeMonths: { from: month, through: month }, ...more },
    envelope,
  );
const recorded = (day: string) => ({ recordedAt: `${day}T09:00:00.000+08:00` });

function side(
  events: readonly LedgerEvent[],
  validOn: string,
  knownAt: string,
  more: Partial<Side['question']> = {},
): Side {
  return {
    question: { person: 'P', validOn, knownAt, laterRegion: () => REGION, ...more },
    events: events.filter(({ recordedAt }) => recordedAt <= endOfDay(knownAt)),
    policies,
  };
}
const figures = (one: Side) => figuresOf(answerTo(one));
const at = (found: ReturnType<typeof difference>, path: string) => found.changes.filter((change) => change.at === path);

/** Twelve months paid in time, then a gap, then paid again. */
function brokenCareer(): LedgerEvent[] {
  const months = Array.from({ length: 12 }, (_, index) => toMonth(monthNumber('2022-05') + index));
  return [
    ...months.map((month) => paid(month, `${month}-05`)),
    paid('2023-10', '2023-10-10'),
    paid('2023-11', '2023-11-10'),
  ];
}

describe('why two answers differ', () => {
  it('nothing differs where nothing was recorded in between', () => {
    const events = brokenCareer();
    const found = difference(side(events, '2023-10-20', '2023-12-01'), side(events, '2023-10-20', '2024-12-01'));
    expect(found).toEqual({ changes: [], causes: [], steps: [], withoutEffect: 0 });
  });

  it('a late payment that closes the gap is the cause of every change, and an idle one of none', () => {
    const events = brokenCareer();
    const late = ['2023-05', '2023-06', '2023-07', '2023-08', '2023-09'].map((month) =>
      paid(month, `${month}-06`, {}, recorded('2024-02-01')),
    );
    const idle = event('ResidenceChanged', '2023-01-01', { household: REGION }, recorded('2024-02-02'));
    const found = difference(
      side(events, '2023-10-20', '2023-12-31'),
      side([...events, ...late, idle], '2023-10-20', '2024-06-30'),
    );
    expect(found.causes).toHaveLength(5);
    expect(found.causes.every(({ kind }) => kind === 'lateFact')).toBe(true);
    expect(found.withoutEffect).toBe(1);
    expect(at(found, 'benefit.status')).toEqual([
      { at: 'benefit.status', from: 'waiting', to: 'covered', causes: expect.any(Array) as number[] },
    ]);
    expect(at(found, 'waitingPeriods')).toHaveLength(1);
    // The month in the middle alone leaves no gap of more than three months, which needs no waiting.
    expect(at(found, 'benefit.status')[0]!.causes).toEqual([1]);
    expect(at(found, 'contribution.total')).toEqual([
      { at: 'contribution.total', from: 13, to: 18, causes: [0, 1, 2, 3, 4] },
    ]);
  });

  it('of more than can be tried, the causes are complete all the same, and it is said that some may be idle', () => {
    const months = Array.from({ length: 60 }, (_, index) => toMonth(monthNumber('2022-05') + index));
    const events = months.map((month) => paid(month, `${month}-05`));
    const [from, to] = [side(events, '2022-06-01', '2022-06-01'), side(events, '2022-06-01', '2030-01-01')];
    const whole = difference(from, to);
    const hurried = difference(from, to, undefined, 20);
    expect(whole.unsifted).toBeUndefined();
    expect(hurried).toMatchObject({ unsifted: true, steps: [] });
    expect(hurried.changes.map(({ at: path }) => path)).toEqual(whole.changes.map(({ at: path }) => path));
    expect(hurried.causes.length).toBeGreaterThanOrEqual(whole.causes.length);
    expect(figures(applyCauses(from, to, hurried.causes))).toEqual(figures(to));
    expect(difference(from, to, undefined, 20)).toEqual(hurried);
  });

  it('a voiding and a correction are named with what they amend', () => {
    const events = brokenCareer();
    const voided = event('Voided', '2024-01-10', { target: events[0]!.id, reason: 'not his' });
    const corrected = event('Corrected', '2024-01-11', {
      target: events[12]!.id,
      effectiveOn: '2023-10-12',
      reason: 'arrival misread',
    });
    const found = difference(
      side(events, '2023-10-20', '2023-12-31'),
      side([...events, voided, corrected], '2023-10-20', '2024-06-30'),
    );
    expect(found.causes.map((cause) => [cause.kind, 'target' in cause && cause.target])).toEqual([
      ['voiding', events[0]!.id],
      ['correction', events[12]!.id],
    ]);
    const [waiting] = at(found, 'waitingPeriods').filter(({ causes }) => causes.includes(1));
    expect(waiting).toMatchObject({ from: { from: '2023-10-10' }, to: { from: '2023-10-12' }, causes: [1] });
  });

  it('another reading, by the question or by a ruling, is a cause of its own', () => {
    const events = brokenCareer();
    const asked = difference(
      side(events, '2023-10-20', '2023-12-31'),
      side(events, '2023-10-20', '2023-12-31', { readings: { 'A-01': 'B' } }),
    );
    expect(asked.causes).toEqual([{ kind: 'reading', reading: 'A-01', to: 'B' }]);
    expect(asked.changes.length).toBeGreaterThan(0);

    const ruling = event(
      'RulingRecorded',
      '2022-04-01',
      { reading: 'A-01', choice: 'B', authority: 'bureau' },
      { stream: `region-${REGION}`, ...recorded('2024-03-01') },
    );
    const ruled = difference(
      side(events, '2023-10-20', '2023-12-31'),
      side([...events, ruling], '2023-10-20', '2024-06-30'),
    );
    expect(ruled.causes).toMatchObject([{ kind: 'ruling', event: ruling.id, reading: 'A-01', choice: 'B' }]);
    expect(ruled.changes.map((change) => change.at)).toEqual(asked.changes.map((change) => change.at));
  });

  it('where a reading and a ruling would each do, one is named and it suffices', () => {
    const events = brokenCareer();
    const ruling = event(
      'RulingRecorded',
      '2022-04-01',
      { reading: 'A-01', choice: 'B', authority: 'bureau' },
      { stream: `region-${REGION}`, ...recorded('2024-03-01') },
    );
    const from = side(events, '2023-10-20', '2023-12-31');
    const to = side([...events, ruling], '2023-10-20', '2024-06-30', { readings: { 'A-01': 'B' } });
    const found = difference(from, to);
    expect(found.causes).toHaveLength(1);
    expect(figures(applyCauses(from, to, found.causes))).toEqual(figures(to));
  });

  it('two causes that only work together are both named', () => {
    const events = brokenCareer();
    const first = event('Voided', '2024-01-10', { target: events[0]!.id, reason: 'not his' });
    const undone = event('Voided', '2024-01-11', { target: first.id, reason: 'his after all' });
    const again = event('Voided', '2024-01-12', { target: undone.id, reason: 'not his, finally' });
    const from = side([...events, first, undone], '2023-10-20', '2024-01-11');
    const to = side([...events, first, undone, again], '2023-10-20', '2024-06-30');
    expect(difference(from, to).causes.map((cause) => 'event' in cause && cause.event)).toEqual([again.id]);
    const whole = difference(side(events, '2023-10-20', '2023-12-31'), to);
    // Either voiding alone would not stay: the first is undone by the second unless the third undoes that.
    expect(figures(applyCauses(side(events, '2023-10-20', '2023-12-31'), to, whole.causes))).toEqual(figures(to));
  });

  it('another version of the pack is a cause', () => {
    const pack = policies.inForce(REGION, '2023-01-01')!;
    const other = { ...pack, version: '2', sha256: 'f'.repeat(64), settings: withoutShortWait(pack) };
    const changed = new Policies(policies.packs.map((one) => (one === pack ? other : one)));
    const events = brokenCareer();
    const from = side(events, '2023-10-20', '2023-12-31');
    const to = { ...from, policies: changed };
    const found = difference(from, to);
    expect(found.causes).toMatchObject([{ kind: 'pack', region: REGION, to: [{ version: '2' }] }]);
    expect(figures(applyCauses(from, to, found.causes))).toEqual(figures(to));
  });

  it('going back in knowledge removes what was learned since', () => {
    const events = [...brokenCareer(), paid('2023-05', '2023-05-05', {}, recorded('2024-02-01'))];
    const found = difference(side(events, '2023-10-20', '2024-06-30'), side(events, '2023-10-20', '2023-12-31'));
    expect(found.causes).toMatchObject([{ kind: 'lateFact', applied: 'removed' }]);
  });
});

function withoutShortWait(pack: LoadedPack): LoadedPack['settings'] {
  const settings: Record<string, unknown> = { ...pack.settings };
  delete settings['interruption.long'];
  return settings as LoadedPack['settings'];
}

describe('a part of a set from which nothing can be left out', () => {
  it('is found whatever the condition, as long as the whole set holds', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(30), { maxLength: 12 }),
        fc.array(fc.array(fc.nat(30)), { maxLength: 5 }),
        (set, wanted) => {
          const holds = (part: readonly number[]) =>
            part.length === set.length ||
            wanted.some((all) => all.every((one) => part.includes(one)) && part.length % 2 === 0);
          const kept = minimal(set, holds);
          expect(holds(kept)).toBe(true);
          for (const one of kept) expect(holds(kept.filter((other) => other !== one))).toBe(false);
        },
      ),
    );
  });
});

describe('many causes', () => {
  /** A career paid up to the first day, and then what arrived late, in whatever order. */
  function learned(late: number, extras: number, seed: number): { from: Side; to: Side; cancelling: string[] } {
    ids = 0;
    const first = monthNumber('2010-01');
    const career = [
      event('Registered', '2010-01-01', { scheme: 'employee', region: REGION, participation: 'employed' }),
    ];
    const later: LedgerEvent[] = [];
    const at = (minute: number) => ({
      recordedAt: `2027-01-01T${String(8 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00.000+08:00`,
    });
    for (let index = 0; index < late + 12; index++) {
      const month = toMonth(first + index);
      // Every so often a month was in time; the months around it are made up for, each alone or only together.
      if (index % 7 === seed % 7 || index < 6) career.push(paid(month, `${month}-05`));
      else later.push(paid(month, `${month}-20`, index % 3 === 0 ? { kind: 'back' } : {}, at(later.length)));
    }
    const cancelling: string[] = [];
    for (let index = 0; index < extras; index++) {
      const target = career[(index * 5 + seed) % career.length]!;
      const voided = event('Voided', '2027-01-02', { target: target.id, reason: 'not his' }, at(300 + 3 * index));
      const undone = event('Voided', '2027-01-02', { target: voided.id, reason: 'his' }, at(301 + 3 * index));
      cancelling.push(voided.id, undone.id);
      later.push(voided, undone, event('ResidenceChanged', '2020-01-01', { household: REGION }, at(302 + 3 * index)));
    }
    const validOn = toDay(dayNumber(`${toMonth(first + late + 10)}-15`));
    return {
      from: side(career, validOn, '2026-12-31'),
      to: side([...career, ...later], validOn, '2027-12-31'),
      cancelling,
    };
  }

  it.each([
    [32, 0, 1],
    [48, 4, 3],
    [110, 6, 5],
    [200, 10, 2],
  ])('%i that came late, %i times three that change nothing', (late, extras, seed) => {
    const { from, to, cancelling } = learned(late, extras, seed);
    const after = figures(to);
    const { causes, changes, steps, withoutEffect, unsifted } = difference(from, to);
    expect(unsifted).toBeUndefined();
    expect(causes.length).toBeGreaterThan(late / 2);
    expect(steps).toHaveLength(causes.length);
    expect(withoutEffect).toBeGreaterThanOrEqual(3 * extras);
    expect(causes.filter((cause) => 'event' in cause && cancelling.includes(cause.event))).toEqual([]);

    expect(figures(applyCauses(from, to, causes))).toEqual(after);
    for (const left of causes) {
      const without = figures(
        applyCauses(
          from,
          to,
          causes.filter((cause) => cause !== left),
        ),
      );
      expect(changesBetween(without, after)).not.toEqual([]);
    }
    // Each change needs each of its causes: without any one of them it does not happen.
    const all = changesBetween(figures(from), after);
    expect(changes.map((change) => change.at)).toEqual(all.map((change) => change.at));
    changes.forEach(({ causes: of }, index) => {
      const happens = (made: readonly number[]) =>
        hasHappened(
          all[index]!,
          figures(
            applyCauses(
              from,
              to,
              made.map((cause) => causes[cause]!),
            ),
          ),
        );
      expect(happens(of)).toBe(true);
      for (const left of of) expect(happens(of.filter((one) => one !== left))).toBe(false);
    });
  });

  it('of which some only do something together are all named, wherever they stand', () => {
    fc.assert(
      fc.property(fc.integer({ min: 32, max: 60 }), fc.nat(6), fc.nat(4), (late, seed, extras) => {
        const { from, to } = learned(late, extras, seed);
        const { causes, unsifted } = difference(from, to);
        expect(unsifted).toBeUndefined();
        expect(figures(applyCauses(from, to, causes))).toEqual(figures(to));
      }),
      { numRuns: Math.ceil(RUNS / 10) },
    );
  });

  it('are found in a handful of tries each', () => {
    for (const late of [32, 200]) {
      const { from, to } = learned(late, 3, 4);
      expect(difference(from, to, undefined, 8 * causesBetween(from, to).length).unsifted).toBeUndefined();
    }
  });

  it('two that do something only together are both named, among many that do something alone', () => {
    const { from, to } = learned(40, 0, 1);
    const person = event('Registered', '2012-06-01', { scheme: 'resident', region: REGION }, recorded('2027-02-01'));
    const undone = event('Voided', '2027-02-02', { target: person.id, reason: 'error' }, recorded('2027-02-02'));
    const again = event('Voided', '2027-02-03', { target: undone.id, reason: 'right' }, recorded('2027-02-03'));
    const events = [...from.events, undone, person];
    const found = difference(
      { ...from, events: [...from.events, undone] },
      { ...to, events: [...to.events, ...events.slice(-2), again] },
    );
    const named = found.causes.map((cause) => ('event' in cause ? cause.event : ''));
    expect(named).toEqual(expect.arrayContaining([person.id, again.id]));
    expect(named.length).toBeGreaterThan(20);
  });
});

interface Draft {
  kind: 'paid' | 'back' | 'register' | 'suspend' | 'aid' | 'retire' | 'ruling' | 'correct' | 'void';
  month: number;
  lag: number;
  pick: number;
}
const draft: fc.Arbitrary<Draft> = fc.record({
  kind: fc.constantFrom('paid', 'paid', 'back', 'register', 'suspend', 'aid', 'retire', 'ruling', 'correct', 'void'),
  month: fc.integer({ min: 0, max: 26 }),
  lag: fc.constantFrom(0, 0, 3, 40, 120, 300),
  pick: fc.nat(40),
});

function eventOf({ kind, month, lag, pick }: Draft, before: readonly LedgerEvent[]): LedgerEvent | undefined {
  const name = toMonth(monthNumber('2022-04') + month);
  const on = `${name}-${String(1 + (pick % 28)).padStart(2, '0')}`;
  const later = recorded(toDay(dayNumber(on) + lag));
  const target = before[pick % Math.max(1, before.length)];
  switch (kind) {
    case 'paid':
      return paid(name, on, {}, later);
    case 'back':
      return paid(toMonth(monthNumber(name) - (pick % 5)), on, { kind: 'back' }, later);
    case 'register':
      return event('Registered', on, { scheme: 'employee', region: REGION, participation: 'employed' }, later);
    case 'suspend':
      return event('Suspended', on, { scheme: 'employee', region: REGION, reason: 'left' }, later);
    case 'aid':
      return event('AidGranted', on, { aidClass: 'minimumLiving', region: REGION }, later);
    case 'retire':
      return event('Retired', on, { region: REGION }, later);
    case 'ruling':
      return event(
        'RulingRecorded',
        on,
        { reading: ['A-01', 'A-03', 'A-05'][pick % 3], choice: pick % 2 ? 'A' : 'B', authority: 'bureau' },
        { ...later, ...(pick % 4 > 1 ? { stream: `region-${REGION}` } : {}) },
      );
    case 'correct': {
      if (!target) return undefined;
      return event(
        'Corrected',
        on,
        { target: target.id, effectiveOn: toDay(dayNumber(on) + 2), reason: 'misread' },
        {
          ...recorded(toDay(dayNumber(target.recordedAt.slice(0, 10)) + lag)),
          stream: target.stream,
        },
      );
    }
    case 'void': {
      if (!target) return undefined;
      return event(
        'Voided',
        on,
        { target: target.id, reason: 'error' },
        {
          ...recorded(toDay(dayNumber(target.recordedAt.slice(0, 10)) + lag)),
          stream: target.stream,
        },
      );
    }
  }
}

describe('the causes that a difference names', () => {
  const dayIn = fc.integer({ min: dayNumber('2022-05-01'), max: dayNumber('2024-12-31') }).map((day) => toDay(day));
  const choice = fc.constantFrom<Record<string, string> | undefined>(
    undefined,
    { 'A-01': 'B' },
    { 'A-03': 'B', 'A-05': 'B' },
  );
  const other = (() => {
    const pack = policies.inForce(REGION, '2023-01-01')!;
    return new Policies(
      policies.packs.map((one) =>
        one === pack ? { ...pack, version: '2', sha256: 'f'.repeat(64), settings: withoutShortWait(pack) } : one,
      ),
    );
  })();

  it('turn the one answer into the other, and none of them can be left out', () => {
    fc.assert(
      fc.property(
        fc.array(draft, { maxLength: 25 }),
        fc.record({ on: dayIn, toOn: dayIn, sameDay: fc.boolean(), known: dayIn, toKnown: dayIn }),
        fc.tuple(choice, choice, fc.boolean()),
        (drafts, { on, toOn, sameDay, known, toKnown }, [read, toRead, otherPack]) => {
          ids = 0;
          const events: LedgerEvent[] = [];
          for (const one of drafts) {
            const made = eventOf(one, events);
            if (made) events.push(made);
          }
          const from = side(events, on, known, { readings: read });
          const to = {
            ...side(events, sameDay ? on : toOn, toKnown, { readings: toRead }),
            ...(otherPack ? { policies: other } : {}),
          };
          const [before, after] = [figures(from), figures(to)];
          const { causes, changes, steps, withoutEffect } = difference(from, to);

          expect(figures(applyCauses(from, to, causes))).toEqual(after);
          for (const left of causes) {
            const without = causes.filter((cause) => cause !== left);
            expect(changesBetween(figures(applyCauses(from, to, without)), after)).not.toEqual([]);
          }
          expect(changes.length === 0).toBe(changesBetween(before, after).length === 0);
          expect(causes.length === 0).toBe(changes.length === 0);
          expect(withoutEffect).toBeGreaterThanOrEqual(0);

          // One at a time: every step is what its cause changes, and the last one ends at the second answer.
          steps.forEach((step, index) => {
            const [a, b] = [index, index + 1].map((count) => figures(applyCauses(from, to, causes.slice(0, count))));
            expect(step.changes).toEqual(changesBetween(a!, b!).map(({ keys: _keys, ...change }) => change));
          });
          for (const { at: path, from: was, to: is, causes: of } of changes) {
            expect(of.length).toBeGreaterThan(0);
            const made = figures(
              applyCauses(
                from,
                to,
                of.map((index) => causes[index]!),
              ),
            );
            const values = [...made.values()].filter((figure) => figure.at === path).map(({ value }) => value);
            if (is !== undefined) expect(values).toContainEqual(is);
            else expect(values).not.toContainEqual(was);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });
});
