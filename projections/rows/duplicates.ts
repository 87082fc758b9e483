import {
  OPEN,
  contains,
  firstDayOf,
  firstDayOfYear,
  lastDayOf,
  lastDayOfYear,
  monthOf,
  union,
  yearOf,
  type DayNumber,
  type MonthNumber,
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
  const together = standingTogether(inquiry, payments, timeline);
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

/** Whole months for which two relations are paid, retirees' included, and all days from an official finding on. */
function standingTogether(inquiry: Inquiry, { months, years }: PaymentRecord, { covered }: Timeline): Span[] {
  const together: Span[] = inquiry.facts('DuplicateDetected').map((found) => ({ from: found.day, through: OPEN }));
  const retiree = covered
    .filter(({ basis }) => basis === 'retiree')
    .map(({ from, through }) => ({ from: monthOf(from), through: through === OPEN ? OPEN : monthOf(through) }));
  if (
    isOneRelation(months) &&
    isOneRelation(years) &&
    retiree.length === 0 &&
    (months.length === 0 || years.length === 0)
  )
    return together;
  if (retiree.length === 0 && isOneRelation(months) && isOneRelation(years) && !sharesYear(months, years))
    return together;

  const relations: { scheme: string; region: string; participation: string }[] = [];
  const relationOf = (scheme: string, { region, participation }: { region: string; participation: string }): number => {
    for (let i = relations.length - 1; i >= 0; i--) {
      const known = relations[i]!;
      if (known.scheme === scheme && known.region === region && known.participation === participation) return i;
    }
    return relations.push({ scheme, region, participation }) - 1;
  };
  const paidBy = new Map<MonthNumber, number>();
  const twice = new Set<MonthNumber>();
  const note = (month: MonthNumber, relation: number): void => {
    const other = paidBy.get(month);
    if (other === relation) return;
    if (other === undefined) paidBy.set(month, relation);
    if (other !== undefined || retiree.some((months) => contains(months, month))) twice.add(month);
  };
  for (const paid of months) note(paid.month, relationOf('employee', paid));
  for (const paid of years) {
    const relation = relationOf('resident', paid);
    for (let month = paid.year * 12; month < paid.year * 12 + 12; month++) note(month, relation);
  }
  if (twice.size > 0) {
    for (const { from, through } of union([...twice].map((month) => ({ from: month, through: month })))) {
      together.push({ from: firstDayOf(from), through: lastDayOf(through) });
    }
  }
  return together;
}

function isOneRelation(paid: readonly { region: string; participation: string }[]): boolean {
  const [first] = paid;
  return paid.every(({ region, participation }) => region === first!.region && participation === first!.participation);
}

function sharesYear(months: PaymentRecord['months'], years: PaymentRecord['years']): boolean {
  for (const { year } of years) {
    const first = year * 12;
    for (const { month } of months) if (month >= first && month < first + 12) return true;
  }
  return false;
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
