import { define } from './envelope';
import { BenefitYear, EventId, Fen, Fits, Matching, OneOf, Optional, Region } from './fields';
import { MonthSpan, Months } from './month-span';
import { schemes, type Scheme } from './words';

const RULE_ID = /^[A-Z]{2,6}-[A-Za-z0-9.]{1,16}$/;

/** 退费申请, asked for or denied. `effectiveOn` is the day of the request or of the denial. */
export class RefundRequestedData {
  @OneOf(schemes)
  scheme!: Scheme;

  @Region()
  region!: string;

  /** The id of the rule that the refund stands on, such as TL-7.2c. */
  @Matching(RULE_ID, 'a rule id such as TL-7.2c')
  basis!: string;

  @Optional()
  @Months()
  feeMonths?: MonthSpan;

  @Optional()
  @BenefitYear()
  @Fits((_, { feeMonths }) => feeMonths === undefined, 'left out: feeMonths or benefitYear, not both')
  benefitYear?: number;
}

/** 退费. `effectiveOn` is the day of the refund. */
export class RefundedData extends RefundRequestedData {
  /** What was paid back, fen. */
  @Fen()
  amountFen!: number;

  /** The id of the payment event that is taken back. */
  @Optional()
  @EventId()
  reverses?: string;
}

export const refunded = define('Refunded', RefundedData);
export const refundRequested = define('RefundRequested', RefundRequestedData);
export const refundDenied = define('RefundDenied', RefundRequestedData);
