import type { DayNumber, MonthNumber } from '../../libs/calendar';
import type { Inquiry } from '../inquiry';

/** Fee months for which one declaration runs, both included. */
export interface Cycle {
  from: MonthNumber;
  through: MonthNumber;
}

/** The cycle that holds the month, where the region has cycles of its own; read as of the day. */
export function cycleOf(inquiry: Inquiry, region: string, month: MonthNumber, day: DayNumber): Cycle | undefined {
  const reading = inquiry.read('base.cycle', region, day);
  if (!reading.known) return undefined;
  const year = Math.floor(month / 12);
  const inYear = month - year * 12 + 1;
  return cycleOfYear(inYear >= reading.value.from ? year : year - 1, reading.value);
}

/** The cycle that begins in the year; a cycle ends in the year after where it ends before it begins. */
export function cycleOfYear(year: number, { from, through }: { from: number; through: number }): Cycle {
  const start = year * 12 + from - 1;
  const end = year * 12 + through - 1;
  return { from: start, through: end < start ? end + 12 : end };
}
