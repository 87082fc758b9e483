import { dayNumber, monthNumber, monthOf, type Day } from '../calendar';
import type { PersonRows } from '../../projections/rows';

/** What a person has of his insurance by a day, as far as it can be counted. */
export interface Figures {
  coveredDays: number;
  waitingDays: number;
  contributionMonths: number;
  /** Of refunds that were asked for and are owed on the day. */
  refundMonths: number;
  refundFen: number;
  /** On the day. */
  benefit: string;
}

/** More is a gain of these; of waiting days less is. */
export const counted = ['coveredDays', 'waitingDays', 'contributionMonths', 'refundMonths', 'refundFen'] as const;
export type Counted = (typeof counted)[number];

export function figuresOn(rows: PersonRows, on: Day): Figures {
  const refunds = rows.refunds_due.filter((row) => row.allowed === 1 && row.requested_on <= on && holds(row, on));
  return {
    coveredDays: days(
      rows.benefit.filter(({ status }) => status === 'covered'),
      on,
    ),
    waitingDays: days(
      rows.benefit.filter(({ status }) => status === 'waiting'),
      on,
    ),
    contributionMonths: contributionMonths(rows, on),
    refundMonths: refunds.reduce((sum, { months }) => sum + months, 0),
    refundFen: refunds.reduce((sum, row) => sum + (row.amount_fen ?? 0), 0),
    benefit: rows.benefit.find((row) => holds(row, on))?.status ?? 'notCovered',
  };
}

export function agree(a: Figures, b: Figures): boolean {
  return a.benefit === b.benefit && counted.every((figure) => a[figure] === b[figure]);
}

/** Days of the spans, up to the day. */
function days(spans: readonly { from_day: Day; through_day: Day | null }[], on: Day): number {
  const last = dayNumber(on);
  let sum = 0;
  for (const { from_day, through_day } of spans) {
    const through = through_day === null ? last : Math.min(last, dayNumber(through_day));
    sum += Math.max(0, through - dayNumber(from_day) + 1);
  }
  return sum;
}

/** Months that count on the day (see `contribution_months`); resident months count in no total. */
function contributionMonths({ contribution_months: rows }: PersonRows, on: Day): number {
  let sum = 0;
  for (const row of rows) {
    if (row.kind === 'resident' || (row.counted_through !== null && row.counted_through < on)) continue;
    if (row.days === null) sum += row.counted_from <= on ? row.months : 0;
    else {
      const gone = monthOf(dayNumber(on)) - monthNumber(row.from_month!);
      if (gone >= row.months) sum += row.months;
      else if (gone >= 0) sum += gone + (row.days.slice(2 * gone, 2 * gone + 2) <= on.slice(8) ? 1 : 0);
    }
  }
  return sum;
}

function holds({ from_day, through_day }: { from_day: Day; through_day: Day | null }, on: Day): boolean {
  return from_day <= on && (through_day === null || on <= through_day);
}
