import { monthNumber, toMonth, type Day, type Month } from '../../../libs/calendar';

/** The month some months later. */
export function addMonths(month: Month, months: number): Month {
  return toMonth(monthNumber(month) + months);
}

/** When an office records what it learned on a day. */
export function at(day: Day): string {
  return `${day}T16:00:00+08:00`;
}
