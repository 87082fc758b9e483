import { addMonthsClamped, firstDayOf, type DayNumber, type MonthNumber } from '../../libs/calendar';
import type { BreakLimit } from '../../libs/policy/evaluation';

/** Whether a break is short: by whole unpaid fee months, or by time elapsed to the arrival. */
export function isShort(
  limit: BreakLimit,
  gap: { from: MonthNumber; through: MonthNumber },
  arrival: DayNumber,
): boolean {
  if (limit.measure === 'elapsed') {
    const anniversary = addMonthsClamped(firstDayOf(gap.from), limit.months);
    return limit.inclusive ? arrival <= anniversary : arrival < anniversary;
  }
  const months = gap.through - gap.from + 1;
  return limit.inclusive ? months <= limit.months : months < limit.months;
}
