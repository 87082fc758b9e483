import { OPEN, countPoints, dayNumber, subtract, toDay, type Day, type Span } from '../calendar';
import type { EventType, LedgerEvent, Scheme } from '../../events';
import type { Answer, Because } from '../../projections/answer';
import { changesBetween, figuresOf } from '../../projections/difference';

/** Days that a proposal adds or takes away; without `through` no end is known. */
export interface DayRun {
  from: Day;
  through?: Day;
  /** Days of it up to `countedThrough` of the impact. */
  days: number;
  bearing: Bearing;
}

/**
 * Who bears the benefits of the days: the fund, where they become covered; not the fund, where a rule keeps them from
 * benefits; not stated where no rule of the packs says it.
 */
export interface Bearing {
  who: 'fund' | 'notFund' | 'notStated';
  rule?: string;
}

/** Days of one kind in one scheme, gained and lost. */
export interface DayChanges {
  scheme: Scheme;
  region?: string;
  gained: DayRun[];
  lost: DayRun[];
  gainedDays: number;
  lostDays: number;
}

/** What a proposal would change for one person. Nothing of it is recorded. */
export interface Impact {
  person: string;
  region: string;
  validOn: Day;
  knownAt: string;
  /** Where the person's stream stands: recording with this as the expected revision records only what was looked at. */
  revision: number;
  proposed: { id: string; stream: string; type: EventType; effectiveOn: Day }[];
  /** Open-ended runs are counted up to this day. */
  countedThrough: Day;
  benefitDays: DayChanges[];
  waitingDays: DayChanges[];
  /** Figures of months and years. */
  months: Change[];
  /** Refunds, back-payments, late fees, bases and premiums. */
  money: Change[];
  /** Everything else that changes. */
  other: Change[];
  /** Reasons that the answer would give and does not give now. */
  because: Because[];
}

interface Change {
  at: string;
  from?: unknown;
  to?: unknown;
}

const MONEY = new Set(['refunds', 'backPayments', 'lateFees', 'bases', 'premiumsDue']);

/** The impact from the answer on what is known, and the one on the same with the proposal. */
export function impactOf(
  from: Answer,
  to: Answer,
  proposed: readonly LedgerEvent[],
  revision: number,
  today: Day,
): Impact {
  const countedThrough = from.validOn > today ? from.validOn : today;
  const plain = changesBetween(figuresOf(from), figuresOf(to)).map(({ keys: _keys, ...change }): Change => change);
  const partOf = ({ at }: Change) => at.split('.')[0]!;
  const known = new Set(from.because.map((one) => JSON.stringify(one)));
  const because = to.because.filter((one) => !known.has(JSON.stringify(one)));
  return {
    person: from.person,
    region: to.region,
    validOn: from.validOn,
    knownAt: from.knownAt,
    revision,
    proposed: proposed.map(({ id, stream, type, effectiveOn }) => ({ id, stream, type, effectiveOn })),
    countedThrough,
    benefitDays: dayChanges(from.coverage, to.coverage, countedThrough, {
      gained: () => fundBears(because),
      lost: (run) => keptFrom(run, to),
    }),
    waitingDays: dayChanges(from.waitingPeriods, to.waitingPeriods, countedThrough, {
      gained: (run) => keptFrom(run, to),
      lost: (run) => (coveredAlong(run, to) ? fundBears(because) : { who: 'notStated' }),
    }),
    months: plain.filter((change) => partOf(change) === 'contribution' || partOf(change) === 'retirement'),
    money: plain.filter((change) => MONEY.has(partOf(change))),
    other: plain.filter(
      (change) =>
        !['contribution', 'retirement', 'coverage', 'waitingPeriods'].includes(partOf(change)) &&
        !MONEY.has(partOf(change)),
    ),
    because,
  };
}

/** Whether the proposal would change anything at all. */
export function isIdle({ benefitDays, waitingDays, months, money, other }: Impact): boolean {
  return [benefitDays, waitingDays, months, money, other].every((list) => list.length === 0);
}

interface DaySpan {
  scheme: Scheme;
  region?: string;
  from: Day;
  through?: Day;
}

type BearingOf = (run: Span) => Bearing;

function dayChanges(
  before: readonly DaySpan[],
  after: readonly DaySpan[],
  countedThrough: Day,
  bearing: { gained: BearingOf; lost: BearingOf },
): DayChanges[] {
  const keyOf = ({ scheme, region = '' }: DaySpan) => `${scheme} ${region}`;
  const keys = [...new Set([...before, ...after].map(keyOf))].sort();
  return keys.flatMap((key): DayChanges[] => {
    const [was, is] = [before, after].map((spans) => spans.filter((span) => keyOf(span) === key).map(spanOf));
    const runs = (spans: readonly Span[], others: readonly Span[], of: BearingOf) =>
      spans
        .flatMap((span) => subtract({ from: span.from, through: span.through }, others))
        .map((run) => runOf(run, countedThrough, of(run)));
    const gained = runs(is!, was!, bearing.gained);
    const lost = runs(was!, is!, bearing.lost);
    if (gained.length === 0 && lost.length === 0) return [];
    const [scheme, region] = key.split(' ') as [Scheme, string];
    const total = (list: readonly DayRun[]) => list.reduce((sum, { days }) => sum + days, 0);
    return [
      { scheme, ...(region === '' ? {} : { region }), gained, lost, gainedDays: total(gained), lostDays: total(lost) },
    ];
  });
}

function spanOf({ from, through }: { from: Day; through?: Day }): Span {
  return { from: dayNumber(from), through: through === undefined ? OPEN : dayNumber(through) };
}

function runOf(run: Span, countedThrough: Day, bearing: Bearing): DayRun {
  const counted = { from: run.from, through: Math.min(run.through, Math.max(run.from - 1, dayNumber(countedThrough))) };
  const days =
    run.through === OPEN ? (counted.through < counted.from ? 0 : countPoints([counted])) : countPoints([run]);
  return { from: toDay(run.from), ...(run.through === OPEN ? {} : { through: toDay(run.through) }), days, bearing };
}

/** Covered days are borne by the fund; by which rule they are covered only where one rule alone gives the new reason. */
function fundBears(because: readonly Because[]): Bearing {
  const rules = new Set(because.flatMap(({ claim, rule }) => (claim === 'coverage' ? [rule] : [])));
  return rules.size === 1 ? { who: 'fund', rule: [...rules][0] } : { who: 'fund' };
}

/** Days inside a waiting period are kept from the fund by its rule; of other days no rule says who bears them. */
function keptFrom(run: Span, { waitingPeriods }: Answer): Bearing {
  const waiting = waitingPeriods.find((period) => {
    const { from, through } = spanOf(period);
    return from <= run.from && run.through <= through;
  });
  return waiting ? { who: 'notFund', rule: waiting.rule } : { who: 'notStated' };
}

function coveredAlong(run: Span, { coverage }: Answer): boolean {
  return subtract(run, coverage.map(spanOf)).length === 0;
}
