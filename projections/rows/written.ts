import { OPEN, toDay, toMonth, type Day, type DayNumber, type Month, type MonthNumber } from '../../libs/calendar';

/** Months as rows write them. A population has few different ones, so each is written once. */
const months = new Map<MonthNumber, Month>();

export function day(number: DayNumber): Day {
  return toDay(number);
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
