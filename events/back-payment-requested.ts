import type { Month } from '../libs/calendar';
import { define } from './envelope';
import { CalendarMonths, OneOf, Optional, Region, Texts } from './fields';
import { MonthSpan, Months } from './month-span';
import { backPaymentKinds, schemes, type BackPaymentKind, type Scheme } from './words';

/** 补缴申请. `effectiveOn` is the day of the request. */
export class BackPaymentRequestedData {
  @OneOf(schemes)
  scheme!: Scheme;

  @Region()
  region!: string;

  /** Whether the person had never been registered for these months, or had been and was not paid for (JX-2.1, JX-2.2). */
  @OneOf(backPaymentKinds)
  kind!: BackPaymentKind;

  /** The fee months asked for, one by one; they need not adjoin. */
  @Optional()
  @CalendarMonths()
  feeMonths?: Month[];

  /** The months of the employment that the request rests on. */
  @Optional()
  @Months()
  employment?: MonthSpan;

  /** What proves the employment, such as contract, payroll. */
  @Optional()
  @Texts()
  evidence?: string[];
}

export const backPaymentRequested = define('BackPaymentRequested', BackPaymentRequestedData);
