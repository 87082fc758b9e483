import {
  OPEN,
  firstDayOf,
  firstDayOfYear,
  intersect,
  lastDayOf,
  lastDayOfYear,
  monthOf,
  union,
  yearOf,
  type DayNumber,
  type Span,
} from '../../libs/calendar';
import type { Timeline } from '../coverage';
import { choiceDays, duplicatesOn } from '../duplicates';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import { stretches } from './stretches';
import type { PersonRows } from './tables';
import { bit, day, end } from './written';

/** Overlapping relations: asked on the days on which two relations stand together, at every change and every month's beginning. */
export function duplicateRows(
  inquiry: Inquiry,
  payments: PaymentRecord,
  timeline: Timeline,
  latest: DayNumber,
): PersonRows['duplicates'] {
  const together = [...standingTogether(inquiry, timeline), ...paidTogether(payments)];
  if (together.length === 0) return [];
  const days = daysOfChange(inquiry, payments, timeline, together, latest);
  return stretches(days, (on) => duplicatesOn(inquiry, payments, timeline, on)).map(({ from, through, item }) => ({
    scope: item.scope,
    relations: JSON.stringify(item.relations),
    retained_scheme: item.retained?.scheme ?? null,
    retained_region: item.retained?.region ?? null,
    others: item.others ?? null,
    detected: bit(isDetected(inquiry, from)),
    rule: item.rule,
    from_day: day(from),
    through_day: end(through),
  }));
}

function standingTogether(inquiry: Inquiry, { relations }: Timeline): Span[] {
  const normal = relations.map(({ statuses }) => statuses.filter(({ status }) => status === 'normal'));
  const together: Span[] = inquiry.facts('DuplicateDetected').map((found) => ({ from: found.day, through: OPEN }));
  for (let a = 0; a < normal.length; a++) {
    for (let b = a + 1; b < normal.length; b++) {
      for (const one of normal[a]!) {
        for (const other of normal[b]!) {
          const both = intersect(one, other);
          if (both) together.push(both);
        }
      }
    }
  }
  return together;
}

/** Months that are paid for more than one relation. */
function paidTogether({ months, years }: PaymentRecord): Span[] {
  if (isOneRelation(years.length === 0 ? months : [...months, ...years]) && (months.length === 0 || years.length === 0))
    return [];
  const payers = new Map<string, Set<number>>();
  const paidBy = (relation: string): Set<number> => {
    let paid = payers.get(relation);
    if (!paid) payers.set(relation, (paid = new Set()));
    return paid;
  };
  for (const { region, participation, month } of months) paidBy(region + participation).add(month);
  for (const { region, participation, year } of years) {
    const paid = paidBy(`resident ${region}${participation}`);
    for (let month = year * 12; month < year * 12 + 12; month++) paid.add(month);
  }
  if (payers.size < 2) return [];
  const once = new Set<number>();
  const twice = new Set<number>();
  for (const paid of payers.values()) for (const month of paid) (once.has(month) ? twice : once).add(month);
  return union([...twice].map((month) => ({ from: month, through: month }))).map(({ from, through }) => ({
    from: firstDayOf(from),
    through: lastDayOf(through),
  }));
}

function isOneRelation(paid: readonly { region: string; participation: string }[]): boolean {
  const [first] = paid;
  return paid.every(({ region, participation }) => region === first!.region && participation === first!.participation);
}

function daysOfChange(
  inquiry: Inquiry,
  payments: PaymentRecord,
  { relations, covered }: Timeline,
  together: readonly Span[],
  latest: DayNumber,
): Set<DayNumber> {
  let horizon = latest;
  for (const { month } of payments.months) horizon = Math.max(horizon, lastDayOf(month));
  for (const { year } of payments.years) horizon = Math.max(horizon, lastDayOfYear(year));

  const days = new Set<DayNumber>();
  for (const { from, through } of together) {
    days.add(from);
    if (through !== OPEN) days.add(through + 1);
    const last = Math.min(through, horizon + 1);
    for (let month = monthOf(from) + 1; firstDayOf(month) <= last; month++) days.add(firstDayOf(month));
    if (through > horizon) days.add(firstDayOfYear(yearOf(horizon) + 1));
  }
  const within = (on: DayNumber) => {
    if (together.some(({ from, through }) => from <= on && on <= through)) days.add(on);
  };
  for (const on of choiceDays(inquiry)) within(on);
  for (const fact of inquiry.history.facts) within(fact.day);
  for (const { statuses } of relations) for (const { from } of statuses) within(from);
  for (const { from, through } of covered) {
    within(from);
    if (through !== OPEN) within(through + 1);
  }
  return days;
}

function isDetected(inquiry: Inquiry, on: DayNumber): boolean {
  const resolved = inquiry.facts('DuplicateResolved');
  return inquiry
    .facts('DuplicateDetected')
    .some((found) => found.day <= on && !resolved.some((one) => one.day >= found.day && one.day <= on));
}
