import { isDay, isMonth, type Day } from '../libs/calendar';
import { define } from './envelope';
import { CalendarDay, Fits, Matching, NotBefore, Optional, Region, Text } from './fields';

type Scalar = string | number | boolean;

/** A value that a document leaves to others. `effectiveOn` is the day of the publication; it holds from `validFrom` through `validThrough`. */
export class ReferenceValuePublishedData {
  /** What it is, ending in its unit; see `referenceNames`. */
  @Matching(
    /^[a-z][A-Za-z0-9]{0,63}(\.[a-z][A-Za-z0-9]{0,31})?$/,
    'the name of a reference value such as averageMonthlyWageFen',
  )
  name!: string;

  @Fits(
    isValueOfName,
    'a value of the kind the name says: fen, months, days and ages whole and not negative, percent from 0 to 100, a start a day or month, a due date a day or 1 to 31, a permission true or false',
  )
  value!: Scalar;

  @Text()
  unit!: string;

  @CalendarDay()
  validFrom!: Day;

  @Optional()
  @CalendarDay()
  @NotBefore('validFrom')
  validThrough?: Day;

  /** Where it was published. */
  @Text()
  source!: string;

  /** The region of the stream. */
  @Optional()
  @Region()
  region?: string;
}

/** Whether the value is of the kind that the end of the name promises; a name without a known end takes any number, text or truth value. */
function isValueOfName(value: unknown, { name }: Readonly<Record<string, unknown>>): boolean {
  const stem = typeof name === 'string' ? name.split('.')[0]! : '';
  if (/(Fen|Months|Days|AgeThrough)$/.test(stem)) return Number.isSafeInteger(value) && (value as number) >= 0;
  if (/Percent$/.test(stem)) return typeof value === 'number' && value >= 0 && value <= 100;
  if (stem === 'schemeStart') return isDay(value) || isMonth(value);
  if (stem === 'dueOn')
    return isDay(value) || (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 31);
  if (/^recognise/.test(stem)) return typeof value === 'boolean';
  return (
    (typeof value === 'number' && Number.isFinite(value)) ||
    typeof value === 'boolean' ||
    (typeof value === 'string' && value.length > 0 && value.length <= 500)
  );
}

export const referenceValuePublished = define('ReferenceValuePublished', ReferenceValuePublishedData, {
  streamKinds: ['region'],
});
