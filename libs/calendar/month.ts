import { numberOf, partsOf, type DayNumber } from './day';

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
  let number = 0;
  for (let i = 0; i < 7; i++) {
    if (i === 4) continue;
    const digit = month.charCodeAt(i) - ZERO;
    if (!(digit >= 0 && digit <= 9)) throw new InvalidMonth(month);
    number = number * 10 + digit;
  }
  return Math.floor(number / 100) * 12 + (number % 100) - 1;
}

export function toMonth(month: MonthNumber): Month {
  const year = Math.floor(month / 12);
  return `${String(year).padStart(4, '0')}-${String(month - year * 12 + 1).padStart(2, '0')}`;
}

export function monthOf(day: DayNumber): MonthNumber {
  const month = MONTHS_OF_DAYS[day - FIRST_DAY];
  if (month !== undefined) return FIRST_MONTH + month;
  const { year, month: ofYear } = partsOf(day);
  return year * 12 + ofYear - 1;
}

export function yearOf(day: DayNumber): number {
  return Math.floor(monthOf(day) / 12);
}

export function yearOfMonth(month: MonthNumber): number {
  return Math.floor(month / 12);
}

export function firstDayOf(month: MonthNumber): DayNumber {
  const first = FIRST_DAYS[month - FIRST_MONTH];
  if (first !== undefined) return first;
  const year = Math.floor(month / 12);
  return numberOf(year, month - year * 12 + 1, 1);
}

export function lastDayOf(month: MonthNumber): DayNumber {
  return firstDayOf(month + 1) - 1;
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

const ZERO = 48;

/** Lives fall on few months: those of 1900 through 2100 are looked up, any other is worked out. */
const FIRST_MONTH = 1900 * 12;
const FIRST_DAYS = Int32Array.from({ length: 201 * 12 + 1 }, (_, index) =>
  numberOf(1900 + Math.floor(index / 12), (index % 12) + 1, 1),
);
const FIRST_DAY = FIRST_DAYS[0]!;
const MONTHS_OF_DAYS = new Int16Array(FIRST_DAYS.at(-1)! - FIRST_DAY);
for (let month = 0; month + 1 < FIRST_DAYS.length; month++) {
  MONTHS_OF_DAYS.fill(month, FIRST_DAYS[month]! - FIRST_DAY, FIRST_DAYS[month + 1]! - FIRST_DAY);
}
