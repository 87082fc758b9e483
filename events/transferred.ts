import type { Month } from '../libs/calendar';
import { define } from './envelope';
import { CalendarMonth, MonthCount, Nested, Optional, Region } from './fields';

/** Months taken along, by kind; a kind left out is none. */
export class CarriedMonths {
  @Optional()
  @MonthCount()
  localActual?: number;

  @Optional()
  @MonthCount()
  provinceActual?: number;

  @Optional()
  @MonthCount()
  outOfProvinceActual?: number;

  /** 视同 */
  @Optional()
  @MonthCount()
  deemed?: number;
}

/** 转移接续. `effectiveOn` is the day the receiving area took it in. */
export class TransferredData {
  @Region()
  fromRegion!: string;

  @Region()
  toRegion!: string;

  /** The last fee month paid in the area left. */
  @Optional()
  @CalendarMonth()
  lastPaidMonth?: Month;

  /** What the area left certifies, months; not counted beside the payments it stands for (CV-19). */
  @Optional()
  @Nested(() => CarriedMonths)
  carried?: CarriedMonths;
}

export const transferred = define('Transferred', TransferredData);
