import {
  OPEN,
  dayNumber,
  firstDayOf,
  isDay,
  lastDayOf,
  monthOf,
  type DayNumber,
  type MonthNumber,
} from '../../libs/calendar';
import type { Inquiry } from '../inquiry';

/**
 * The last day to pay a fee month without being late: as assessed, else as published for the region. A published number is a
 * day of the fee month (or its last day); a published date settles the months up to its own.
 */
export function dueDayOf(
  inquiry: Inquiry,
  region: string,
  month: MonthNumber,
  assessedDue: string | undefined,
): { day: DayNumber; event?: string } | undefined {
  if (assessedDue !== undefined) return { day: dayNumber(assessedDue) };
  const published =
    inquiry.reference('dueOn', region, firstDayOf(month)) ?? inquiry.reference('dueOn', region, lastDayOf(month));
  if (!published) return undefined;
  const { value, event } = published;
  if (typeof value === 'number') return { day: Math.min(firstDayOf(month) + value - 1, lastDayOf(month)), event };
  if (!isDay(value)) return undefined;
  const day = dayNumber(value);
  return month <= monthOf(day) ? { day, event } : undefined;
}

/** The earliest due day that any publication for a region could give; `OPEN` where nothing is published. */
export function earliestDueDay(inquiry: Inquiry, region: string, month: MonthNumber): DayNumber {
  let earliest = OPEN;
  for (const value of inquiry.published('dueOn', region)) {
    const day = typeof value === 'number' ? firstDayOf(month) + value - 1 : isDay(value) ? dayNumber(value) : OPEN;
    if (day < earliest) earliest = day;
  }
  return earliest;
}
