export {
  InvalidDay,
  ageOn,
  dayNumber,
  daysInMonth,
  isDay,
  numberOf,
  partsOf,
  toDay,
  type Day,
  type DayNumber,
  type DayParts,
} from './day';
export {
  InvalidMonth,
  addMonthsClamped,
  firstDayOf,
  firstDayOfNextMonth,
  firstDayOfYear,
  isMonth,
  lastDayOf,
  lastDayOfYear,
  monthNumber,
  monthOf,
  toMonth,
  yearOf,
  yearOfMonth,
  type Month,
  type MonthNumber,
} from './month';
export { OPEN, contains, countPoints, intersect, mergeTouching, overlaps, subtract, union, type Span } from './span';
export { windowOfDays, windowOfMonths, type MonthWindow } from './waiting';
export { dayOfInstant, endOfDay, isInstant, toInstant, type Instant } from './instant';
