import { daysInMonth, numberOf, partsOf, type DayNumber } from './day';

/** A calendar month `YYYY-MM`; as a fee month (费款所属期) the unit of an employee contribution (CV-3). */
export type Month = string;

/** Months since year 0: `year * 12 + (month - 1)`. */
export type MonthNumber = number;

const MONTH_PATTERN = /^\d{4}-\d{2}$/;

export class InvalidMonth extends Error {
  constructor(readonly value: unknown) {
    super(`not a calendar month: ${JSON.stringify(value)}; expected YYYY-MM`);
    this.name = 'InvalidMonth';
  }
}

/** Whether the text is a month that exists, in the years 1800 to 9999. */
export function isMonth(text: unknown): text is Month {
  if (typeof text !== 'string' || !MONTH_PATTERN.test(text)) return false;
  const month = +text.slice(5, 7);
  return +text.slice(0, 4) >= 1800 && month >= 1 && month <= 12;
}

/** The month's number. Trusts the stored form; use `isMonth` at the door. */
export function monthNumber(month: Month): MonthNumber {
  const number = +month.slice(0, 4) * 12 + (+month.slice(5, 7) - 1);
  if (Number.isNaN(number)) throw new InvalidMonth(month);
  return number;
}

export function toMonth(month: MonthNumber): Month {
  const year = Math.floor(month / 12);
  return `${String(year).padStart(4, '0')}-${String(month - year * 12 + 1).padStart(2, '0')}`;
}

export function monthOf(day: DayNumber): MonthNumber {
  const { year, month } = partsOf(day);
  return year * 12 + month - 1;
}

export function yearOf(day: DayNumber): number {
  return partsOf(day).year;
}

export function yearOfMonth(month: MonthNumber): number {
  return Math.floor(month / 12);
}

export function firstDayOf(month: MonthNumber): DayNumber {
  const year = Math.floor(month / 12);
  return numberOf(year, month - year * 12 + 1, 1);
}

export function lastDayOf(month: MonthNumber): DayNumber {
  const year = Math.floor(month / 12);
  const ofYear = month - year * 12 + 1;
  return numberOf(year, ofYear, daysInMonth(year, ofYear));
}

/** 1 January. */
export function firstDayOfYear(year: number): DayNumber {
  return numberOf(year, 1, 1);
}

/** 31 December. */
export function lastDayOfYear(year: number): DayNumber {
  return numberOf(year, 12, 31);
}

/** 次月 (CV-7): the first day of the calendar month after the day. */
export function firstDayOfNextMonth(day: DayNumber): DayNumber {
  return firstDayOf(monthOf(day) + 1);
}

/** The day `months` later with the same date, or that month's last day where there is no such date. */
export function addMonthsClamped(day: DayNumber, months: number): DayNumber {
  const { date } = partsOf(day);
  const target = monthOf(day) + months;
  return Math.min(firstDayOf(target) + date - 1, lastDayOf(target));
}
