import type { Day } from '../libs/calendar';
import { define } from './envelope';
import { CalendarDay, Optional, Text } from './fields';
import { MonthSpan, Months } from './month-span';

/** Military service, which counts as years. `effectiveOn` is the day of discharge, or where unknown the day of recognition. */
export class MilitaryServedData {
  /** The months served. */
  @Months()
  span!: MonthSpan;

  @Optional()
  @Text()
  dischargeKind?: string;
}

/** 随军未就业配偶: the army stopped providing for an unemployed spouse. `effectiveOn` is that day. */
export class MilitarySpouseReleasedData {
  /** The months the army provided for. */
  @Optional()
  @Months()
  span?: MonthSpan;

  @CalendarDay()
  soldierDischargedOn!: Day;
}

export const militaryServed = define('MilitaryServed', MilitaryServedData);
export const militarySpouseReleased = define('MilitarySpouseReleased', MilitarySpouseReleasedData);
