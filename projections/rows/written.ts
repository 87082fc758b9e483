import { OPEN, toDay, toMonth, type Day, type DayNumber, type Month, type MonthNumber } from '../../libs/calendar';

/** Days as rows write them. A population has few different days, so each is written once. */
const days = new Map<DayNumber, Day>();
const months = new Map<MonthNumber, Month>();

export function day(number: DayNumber): Day {
  let text = days.get(number);
  if (text === undefined) days.set(number, (text = toDay(number)));
  return text;
}

export function month(number: MonthNumber): Month {
  let text = months.get(number);
  if (text === undefined) months.set(number, (text = toMonth(number)));
  return text;
}

/** The end of a span: null where none is known. */
export function end(number: DayNumber): Day | null {
  return number === OPEN ? null : day(number);
}

export function bit(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}
