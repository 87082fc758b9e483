import { isMonth, type Month } from '../libs/calendar';
import { CalendarMonth, Fits, LONGEST_SPAN_MONTHS, Nested, NotBefore } from './fields';

/** Months from the first to the last, both included. */
export class MonthSpan {
  @CalendarMonth()
  from!: Month;

  @CalendarMonth()
  @NotBefore('from')
  @Fits(
    (through, { from }) => !isMonth(from) || !isMonth(through) || monthsApart(from, through) < LONGEST_SPAN_MONTHS,
    'a month within 100 years of from',
  )
  through!: Month;
}

/** A span of months `{ from, through }`. */
export function Months(): PropertyDecorator {
  return Nested(() => MonthSpan, 'months { from, through }, each YYYY-MM');
}

/** The span that `2022-05..2022-09` or `2022-10` is short for; undefined where it is neither. Whether it runs forward the door decides. */
export function expandMonthSpan(text: string): MonthSpan | undefined {
  const [from, through = from, ...rest] = text.split('..');
  return rest.length === 0 && isMonth(from) && isMonth(through) ? { from, through } : undefined;
}

function monthsApart(from: Month, through: Month): number {
  return (+through.slice(0, 4) - +from.slice(0, 4)) * 12 + +through.slice(5, 7) - +from.slice(5, 7);
}
