import {
  OPEN,
  firstDayOf,
  intersect,
  lastDayOf,
  mergeTouching,
  subtract,
  type DayNumber,
  type Span,
} from '../../libs/calendar';
import type { Participation } from '../../events';
import { poolOf } from '../../libs/policy/evaluation';
import type { BenefitBasis, PremiumDue } from '../answer/answer';
import { employeeRuns, type EmployeeRuns } from '../entries/employee-runs';
import { residentYears, type ResidentYears } from '../entries/resident-years';
import type { Inquiry } from '../inquiry';
import type { FeeMonth, PaymentRecord } from '../payments';
import { relationRecords } from '../relations';
import { retireeFrom } from '../retirement';
import { oneSource } from './one-source';
import { pauses } from './pauses';
import type { CoveredDays, OpenDays, PendingDays, Switched, Timeline, WaitingWindow } from './timeline';

/** A covered stretch with the arrival of the money behind it, so that endings know what was paid after them. */
export interface Stretch extends CoveredDays {
  arrival: DayNumber;
  /** A former employee's resident days, which end with the next change (XA-2.1). */
  untilChange?: boolean;
  /** How the relation was entered, where that was a switch without waiting. */
  switched?: Switched;
}

/** Everything about days, from every fact known: what each relation covers, what stands before it, what stays open. */
export function timelineOf(
  inquiry: Inquiry,
  payments: PaymentRecord,
): { timeline: Timeline; premiumsDue: PremiumDue[] } {
  const diedOn = inquiry.facts('Died').at(-1)?.day;
  const runs = employeeRuns(inquiry, payments);
  const years = residentYears(inquiry, payments);
  const relations = relationRecords(inquiry, runs, years);

  const open: OpenDays[] = [...openRuns(runs), ...openYears(years)];
  let stretches: Stretch[] = [
    ...coveredByRuns(inquiry, runs, years),
    ...restoredMonths(runs).flatMap((days) => subtract(days, runs.windows)),
    ...coveredByYears(years),
  ];
  stretches = retired(inquiry, payments, stretches);
  if (stretches.some((stretch) => beginsBeforePack(inquiry, stretch)))
    stretches = stretches.flatMap((stretch) => fromFirstDay(inquiry, stretch));
  const ended = endings(inquiry, stretches);
  const halted = pauses(inquiry, ended, runs.paused);
  const windows = cutWindows(inquiry, [...runs.windows, ...years.windows], diedOn);
  const chosen = oneSource(inquiry, payments, { covered: halted.covered, windows, open, relations });
  const standing = withoutCovered(windows, chosen.covered);

  const covered = joined([...chosen.covered, ...keptElsewhere(inquiry, runs, chosen.covered)]);
  return {
    timeline: {
      relations,
      windows: standing,
      waivers: [...runs.waivers, ...years.waivers],
      breaks: [...runs.breaks, ...years.breaks],
      covered,
      paused: halted.paused.map((pause) =>
        diedOn === undefined ? pause : { ...pause, through: Math.min(pause.through, diedOn) },
      ),
      pending: pendingDays(inquiry, runs, years, standing),
      open: chosen.open.flatMap((days) =>
        diedOn === undefined ? [days] : cut(days, { from: diedOn + 1, through: OPEN }),
      ),
      diedOn,
    },
    premiumsDue: years.premiumsDue,
  };
}

// ---- what payments cover ----

function coveredByRuns(inquiry: Inquiry, runs: EmployeeRuns, years: ResidentYears): Stretch[] {
  const stretches: Stretch[] = [];
  const ended = years.spans.length + inquiry.facts('Suspended').length + inquiry.facts('Terminated').length > 0;
  for (const run of runs.runs) {
    if (run.open || run.coverFrom === undefined) continue;
    for (const paid of run.months) {
      const from = Math.max(firstDayOf(paid.month), run.coverFrom);
      const through = lastDayOf(paid.month);
      if (from <= through) append(stretches, paid, from, through, ended, run.switched);
    }
  }
  for (const paid of runs.parallel) {
    if (inquiry.firstDay(paid.region) !== undefined)
      stretches.push(stretchOf(paid, firstDayOf(paid.month), lastDayOf(paid.month), false));
  }
  return stretches;
}

/**
 * Months paid beside these where no pack rules: kept when a duplicate was resolved, they cover the days that nothing here
 * covers any more (CV-14).
 */
function keptElsewhere(inquiry: Inquiry, runs: EmployeeRuns, covered: readonly Stretch[]): Stretch[] {
  const kept = inquiry.facts('DuplicateResolved').flatMap(({ day, data }) =>
    runs.parallel
      .filter(({ region }) => inquiry.firstDay(region) === undefined && poolOf(region) === poolOf(data.retained.region))
      .map((paid) => stretchOf(paid, firstDayOf(paid.month), lastDayOf(paid.month), false))
      .flatMap((days) => subtract(days, [{ from: -Infinity, through: day - 1 }, ...covered])),
  );
  return endings(inquiry, kept);
}

/** Intervals in order, those of one relation joined where they touch; where no rule chooses, two relations run side by side. */
function joined(stretches: readonly Stretch[]): Stretch[] {
  const groups: Stretch[][] = [];
  for (const stretch of stretches) {
    const group = groups.find(([first]) => isAlike(first!, stretch));
    if (group) group.push(stretch);
    else groups.push([stretch]);
  }
  if (groups.length === 1) return mergeTouching(groups[0]!, () => true);
  return groups
    .flatMap((group) => mergeTouching(group, () => true))
    .sort((a, b) => a.from - b.from || a.through - b.through);
}

function isAlike(a: Stretch, b: Stretch): boolean {
  return (
    a.scheme === b.scheme &&
    a.region === b.region &&
    a.restored === b.restored &&
    a.basis === b.basis &&
    a.participation === b.participation
  );
}

function restoredMonths(runs: EmployeeRuns): Stretch[] {
  return runs.restored.map(({ paid, rule }) => ({
    ...stretchOf(paid, firstDayOf(paid.month), lastDayOf(paid.month), true),
    rule,
  }));
}

function stretchOf(paid: FeeMonth, from: DayNumber, through: DayNumber, restored: boolean): Stretch {
  return {
    scheme: 'employee',
    region: paid.region,
    participation: paid.participation,
    basis: basisOf(paid.participation),
    from,
    through,
    restored,
    events: paid.payment.events,
    arrival: paid.arrival,
  };
}

/** Neighbouring months of one relation become one stretch, unless something ended or changed and it matters what was paid by then. */
function append(
  stretches: Stretch[],
  paid: FeeMonth,
  from: DayNumber,
  through: DayNumber,
  ended: boolean,
  switched: Switched | undefined,
): void {
  const last = stretches.at(-1);
  if (
    last &&
    last.through + 1 === from &&
    last.region === paid.region &&
    last.participation === paid.participation &&
    last.switched === switched &&
    (!ended || paid.arrival <= last.arrival)
  ) {
    last.through = through;
    last.arrival = Math.max(last.arrival, paid.arrival);
  } else {
    const stretch: Stretch = stretchOf(paid, from, through, false);
    if (switched) stretch.switched = switched;
    stretches.push(stretch);
  }
}

function basisOf(participation: Participation): BenefitBasis {
  return participation === 'flexible' || participation === 'unemployed' ? participation : 'employed';
}

function coveredByYears(years: ResidentYears): Stretch[] {
  const stretches: Stretch[] = [];
  for (const span of years.spans) {
    const { restored } = span;
    if (restored && restored.from <= restored.through)
      stretches.push(residentStretch(span, restored, true, restored.rule));
    if (!span.open && span.from !== undefined && span.from <= span.through)
      stretches.push(residentStretch(span, { from: span.from, through: span.through }, false, span.rule));
  }
  return stretches;
}

function residentStretch(
  { paid, formerEmployee, switched }: ResidentYears['spans'][number],
  { from, through }: Span,
  restored: boolean,
  rule: string | undefined,
): Stretch {
  return {
    scheme: 'resident',
    region: paid.region,
    participation: paid.participation,
    basis: 'resident',
    events: paid.payment.events,
    arrival: paid.arrival,
    untilChange: formerEmployee,
    ...(switched ? { switched } : {}),
    from,
    through,
    restored,
    rule,
  };
}

function openRuns(runs: EmployeeRuns): OpenDays[] {
  const open: OpenDays[] = [];
  for (const run of runs.runs) {
    if (!run.open) continue;
    for (const [index, { month, region, participation }] of run.months.entries()) {
      const last = open.at(-1);
      const from = index === 0 ? run.arrival : firstDayOf(month);
      if (index > 0 && last?.region === region && last.participation === participation) last.through = lastDayOf(month);
      else
        open.push({
          scheme: 'employee',
          region,
          participation,
          from,
          through: lastDayOf(month),
          payment: run.months[0]!.payment,
          ...run.open,
        });
    }
  }
  return open;
}

function openYears(years: ResidentYears): OpenDays[] {
  return years.spans.flatMap((span) =>
    span.open
      ? [
          {
            scheme: 'resident' as const,
            region: span.paid.region,
            participation: span.paid.participation,
            from: span.since ?? span.paid.arrival,
            through: span.through,
            payment: span.paid.payment,
            ...span.open,
          },
        ]
      : [],
  );
}

// ---- retirement, first day, endings ----

/** From the first retiree day on the person is covered as a retiree, whatever is paid. */
function retired(inquiry: Inquiry, payments: PaymentRecord, stretches: Stretch[]): Stretch[] {
  const retiree = retireeFrom(inquiry, payments);
  if (!retiree) return stretches;
  const region = inquiry.facts('Retired').at(-1)?.data.region ?? payments.months.at(-1)?.region ?? inquiry.region;
  const last = payments.months.at(-1);
  const asRetiree: Stretch = {
    scheme: 'employee',
    region,
    participation: last?.participation ?? 'employed',
    basis: 'retiree',
    from: retiree.day,
    through: OPEN,
    restored: false,
    rule: retiree.rule,
    events: retiree.events,
    arrival: OPEN,
  };
  return [
    ...stretches.flatMap((stretch) => (stretch.scheme === 'employee' ? cut(stretch, asRetiree) : [stretch])),
    asRetiree,
  ];
}

function beginsBeforePack(inquiry: Inquiry, { region, from }: Stretch): boolean {
  const firstDay = inquiry.firstDay(region);
  return firstDay !== undefined && from < firstDay;
}

/** Days before the pack's first day are not decided (CV-21). */
function fromFirstDay(inquiry: Inquiry, stretch: Stretch): Stretch[] {
  const firstDay = inquiry.firstDay(stretch.region);
  if (firstDay === undefined || stretch.from >= firstDay) return [stretch];
  return stretch.through < firstDay ? [] : [{ ...stretch, from: firstDay }];
}

/** Takes away what ended: after death, from a termination on, after a suspension where paid days do not go on (CV-14, JL-10). */
function endings(inquiry: Inquiry, stretches: Stretch[]): Stretch[] {
  let left = stretches;
  for (const fact of inquiry.history.facts) {
    if (fact.type === 'Died') {
      left = left.flatMap((stretch) => {
        const covered = inquiry.read('termination.deathDayCovered', stretch.region, fact.day);
        return cut(stretch, { from: covered.known && !covered.value ? fact.day : fact.day + 1, through: OPEN });
      });
    } else if (fact.type === 'Terminated') {
      const { scheme, region, reason } = fact.data;
      const from = reason === 'death' ? fact.day + 1 : fact.day;
      left = left.flatMap((stretch) =>
        stretch.scheme === scheme &&
        stretch.region === region &&
        (stretch.arrival < fact.day || stretch.basis === 'retiree')
          ? cut(stretch, { from, through: OPEN })
          : [stretch],
      );
    } else if (fact.type === 'Suspended') {
      const { scheme, region } = fact.data;
      left = left.flatMap((stretch) => {
        const after = { from: fact.day + 1, through: OPEN };
        const lost = intersect(stretch, after);
        if (
          !lost ||
          stretch.basis === 'retiree' ||
          stretch.scheme !== scheme ||
          stretch.region !== region ||
          stretch.arrival > fact.day
        )
          return [stretch];
        const kept = inquiry.read('suspended.paidMonthCovered', region, fact.day);
        if (kept.known && !kept.value) return cut(stretch, after);
        // Where the document does not say, a paid fee month covers its month all the same (CV-14).
        if (kept.known) {
          inquiry.because(() => ({
            claim: 'coverage',
            rule: kept.rule,
            events: [...fact.events, ...stretch.events],
            zh: '暂停参保前已实缴的费款，在其缴费期内仍享受待遇。',
            en: 'What was paid before the suspension still gives benefits to the end of the paid period.',
          }));
        }
        return [stretch];
      });
    } else if (fact.type === 'Registered' && fact.data.scheme === 'employee') {
      if (!left.some(({ scheme, arrival }) => scheme === 'resident' && arrival < fact.day)) continue;
      left = left.flatMap((stretch) =>
        stretch.untilChange && stretch.arrival < fact.day
          ? cut(stretch, afterChange(inquiry, stretch, fact.day))
          : [stretch],
      );
      const ends = inquiry.read('switch.residentEndsOnRegistration', fact.data.region, fact.day);
      if (ends.known && ends.value) {
        left = left.flatMap((stretch) =>
          stretch.scheme === 'resident' && stretch.arrival < fact.day
            ? cut(stretch, { from: fact.day, through: OPEN })
            : [stretch],
        );
      }
    }
  }
  return left;
}

/** Waiting for one benefit year ends where another year's coverage or waiting begins (TL-2.1.1b). */
function withoutCovered(windows: readonly WaitingWindow[], covered: readonly Stretch[]): WaitingWindow[] {
  return windows.flatMap((window) => {
    const others = windows.filter(
      ({ scheme, from, payment }) => scheme === window.scheme && from > window.from && payment.id !== window.payment.id,
    );
    const here = covered.filter(
      ({ scheme, region }) => scheme === window.scheme && poolOf(region) === poolOf(window.region),
    );
    const [left] = subtract(window, [...here, ...others]);
    return left ? [left] : [];
  });
}

/** The days that a former employee's resident relation loses to a change. */
function afterChange(inquiry: Inquiry, stretch: Stretch, change: DayNumber): Span {
  const ends = inquiry.read('formerEmployee.endsOn', stretch.region, stretch.arrival);
  return { from: ends.known && ends.value === 'dayOfChange' ? change + 1 : change, through: OPEN };
}

function cutWindows(inquiry: Inquiry, windows: WaitingWindow[], diedOn: DayNumber | undefined): WaitingWindow[] {
  const ended = inquiry.facts('Terminated');
  return windows.flatMap((window) => {
    let through = window.through;
    if (diedOn !== undefined) through = Math.min(through, diedOn);
    for (const { day, data } of ended) {
      if (data.scheme === window.scheme && data.region === window.region && day > window.payment.day)
        through = Math.min(through, data.reason === 'death' ? day : day - 1);
    }
    return window.from <= through ? [{ ...window, through }] : [];
  });
}

// ---- pending ----

function pendingDays(
  inquiry: Inquiry,
  runs: EmployeeRuns,
  years: ResidentYears,
  windows: readonly WaitingWindow[],
): PendingDays[] {
  const pending: PendingDays[] = [];
  for (const run of runs.runs) {
    const first = run.months[0]!;
    if (run.open || run.coverFrom === undefined || run.coverFrom === OPEN || run.coverFrom <= run.arrival) continue;
    const own = windows.filter(({ scheme, payment }) => scheme === 'employee' && payment.day === run.arrival);
    const span = {
      scheme: 'employee' as const,
      region: first.region,
      participation: first.participation,
      from: run.arrival,
      through: run.coverFrom - 1,
      events: first.payment.events,
    };
    pending.push(...untilEnded(inquiry, span).flatMap((left) => subtract(left, own)));
  }
  for (const span of years.spans) {
    if (span.open || span.from === undefined || span.from > span.through || span.from <= span.paid.arrival) continue;
    const own = windows.filter(({ scheme }) => scheme === 'resident');
    const days = {
      scheme: 'resident' as const,
      region: span.paid.region,
      participation: span.paid.participation,
      from: span.paid.arrival,
      through: span.from - 1,
      events: span.paid.payment.events,
    };
    pending.push(...untilEnded(inquiry, days).flatMap((left) => subtract(left, own)));
  }
  return pending;
}

/** Days from an arrival on; nothing is to come of a relation that was terminated after it. */
function untilEnded(inquiry: Inquiry, days: PendingDays): PendingDays[] {
  const ended = inquiry
    .facts('Terminated')
    .find(({ day, data }) => data.scheme === days.scheme && data.region === days.region && day > days.from);
  return ended ? cut(days, { from: ended.day, through: OPEN }) : [days];
}

function cut<T extends Span>(span: T, other: Span): T[] {
  return subtract(span, [other]);
}

/** The last paid fee month that arrived by a day. */
export function lastPaidMonth(payments: PaymentRecord, on: DayNumber): number | undefined {
  let last: number | undefined;
  for (const { month, arrival, kind, refundedOn } of payments.months) {
    if (arrival > on || refundedOn !== undefined || kind === 'backUnregistered') continue;
    if (last === undefined || month > last) last = month;
  }
  return last;
}
