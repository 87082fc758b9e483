import { partsOf, type DayNumber } from './day';
import { firstDayOf, lastDayOf, monthOf } from './month';
import type { Span } from './span';

/**
 * A waiting period of N days whose first day is `first` (CV-5): N days, both ends included.
 * Benefits begin the day after. `first` is the payment day, or the day after it, as the rule says.
 */
export function windowOfDays(first: DayNumber, days: number): Span {
  return { from: first, through: first + days - 1 };
}

/**
 * How a waiting period of N months ends (reading A-02).
 * `anniversary`: the day before the matching day of the month N later, CV-6; where that month has no such day, its last day.
 * `matchingDay`: one day later, the matching day itself (civil-code reading); where there is none, the month's last day.
 * `calendarMonths`: the month of the first day is the first of N calendar months.
 * `followingMonths`: N calendar months, beginning with the month after the first day's.
 */
export type MonthWindow = 'anniversary' | 'matchingDay' | 'calendarMonths' | 'followingMonths';

/** A waiting period of N months that counts from `first` (CV-6). Both ends included; benefits begin the day after. */
export function windowOfMonths(first: DayNumber, months: number, kind: MonthWindow = 'anniversary'): Span {
  const month = monthOf(first);
  switch (kind) {
    case 'anniversary':
      return { from: first, through: endBeforeAnniversary(first, months) };
    case 'matchingDay': {
      const target = month + months;
      return { from: first, through: Math.min(firstDayOf(target) + partsOf(first).date - 1, lastDayOf(target)) };
    }
    case 'calendarMonths':
      return { from: first, through: lastDayOf(month + months - 1) };
    case 'followingMonths':
      return { from: first, through: lastDayOf(month + months) };
  }
}

function endBeforeAnniversary(first: DayNumber, months: number): DayNumber {
  const target = monthOf(first) + months;
  const matching = firstDayOf(target) + partsOf(first).date - 1;
  return matching > lastDayOf(target) ? lastDayOf(target) : matching - 1;
}
