import { OPEN, toDay, toMonth, type DayNumber, type MonthNumber } from '../../libs/calendar';

/** `2022-05 至 2022-09`, or the one month. */
export function monthsZh(from: MonthNumber, through: MonthNumber): string {
  return from === through ? toMonth(from) : `${toMonth(from)} 至 ${toMonth(through)}`;
}

export function monthsEn(from: MonthNumber, through: MonthNumber): string {
  return from === through ? toMonth(from) : `${toMonth(from)} to ${toMonth(through)}`;
}

export function daysZh(from: DayNumber, through: DayNumber): string {
  return through === OPEN ? `${toDay(from)} 起` : `${toDay(from)} 至 ${toDay(through)}`;
}

export function daysEn(from: DayNumber, through: DayNumber): string {
  return through === OPEN ? `from ${toDay(from)} on` : `${toDay(from)} to ${toDay(through)}`;
}

export function lengthZh(length: number, unit: 'day' | 'month'): string {
  return unit === 'day' ? `${length} 天` : `${length} 个月`;
}

export function lengthEn(length: number, unit: 'day' | 'month'): string {
  return `${length} ${unit}${length === 1 ? '' : 's'}`;
}
