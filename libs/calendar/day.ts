/** A local calendar day `YYYY-MM-DD` (Asia/Shanghai, no clock time; CV-1). */
export type Day = string;

/** Days since 1970-01-01, the form arithmetic uses. */
export type DayNumber = number;

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;
const DAY_PATTERN = /^\d{4}-\d{2}-\d{2}$/;

export class InvalidDay extends Error {
  constructor(readonly value: unknown) {
    super(`not a calendar day: ${JSON.stringify(value)}; expected YYYY-MM-DD`);
    this.name = 'InvalidDay';
  }
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days in a month; `month` counts from 1. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Whether the text is a day that exists, in the years 1800 to 9999. */
export function isDay(text: unknown): text is Day {
  if (typeof text !== 'string' || !DAY_PATTERN.test(text)) return false;
  const year = +text.slice(0, 4);
  const month = +text.slice(5, 7);
  const day = +text.slice(8, 10);
  return year >= 1800 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** The day's number. Trusts the form in which stored facts are kept; use `isDay` at the door. */
export function dayNumber(day: Day): DayNumber {
  const year = digits(day, 0, 4);
  const month = digits(day, 5, 2);
  const date = digits(day, 8, 2);
  const number = numberOf(year, month, date);
  if (Number.isNaN(number)) throw new InvalidDay(day);
  return number;
}

/** The number of a day given in parts; `month` counts from 1. */
export function numberOf(year: number, month: number, date: number): DayNumber {
  const before = year - 1;
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - 477;
  const leapToday = month > 2 && isLeapYear(year) ? 1 : 0;
  return (year - 1970) * 365 + leapDays + DAYS_BEFORE_MONTH[month - 1]! + leapToday + date - 1;
}

export interface DayParts {
  year: number;
  /** 1 to 12 */
  month: number;
  date: number;
}

/** Year, month and date of a day number. */
export function partsOf(day: DayNumber): DayParts {
  // Days are counted from 0000-03-01, so that a leap day ends its year (the usual civil-from-days arithmetic).
  const shifted = day + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const date = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, date };
}

/** `YYYY-MM-DD` of a day number. */
export function toDay(day: DayNumber): Day {
  const written = WRITTEN[day - FIRST_WRITTEN];
  if (written !== undefined) return written;
  const text = inDigits(day);
  if (day >= FIRST_WRITTEN && day <= LAST_WRITTEN) WRITTEN[day - FIRST_WRITTEN] = text;
  return text;
}

/** Lives fall on few days, and every answer writes the same ones: 1900 through 2100 are written once each. */
const FIRST_WRITTEN = -25_567;
const LAST_WRITTEN = 47_846;
const WRITTEN: (Day | undefined)[] = Array.from({ length: LAST_WRITTEN - FIRST_WRITTEN + 1 }, () => undefined);

function inDigits(day: DayNumber): Day {
  const { year, month, date } = partsOf(day);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(date, 2)}`;
}

/** Whole years between a birth date and a day: the birthday itself completes the year; 29 February completes on 1 March. */
export function ageOn(birth: DayNumber, day: DayNumber): number {
  const born = partsOf(birth);
  const now = partsOf(day);
  const hadBirthday = now.month > born.month || (now.month === born.month && now.date >= born.date);
  return now.year - born.year - (hadBirthday ? 0 : 1);
}

function digits(text: string, start: number, length: number): number {
  let value = 0;
  for (let i = start; i < start + length; i++) value = value * 10 + (text.charCodeAt(i) - 48);
  return value;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
