import { define } from './envelope';
import { BenefitYear, EmployerRef, Fen, Fits, MonthCount, NeededWhen, OneOf, Optional, Region, YesNo } from './fields';
import { MonthSpan, Months } from './month-span';
import { ofScheme } from './relation';
import {
  fundModes,
  paidKinds,
  participations,
  payers,
  schemes,
  type FundMode,
  type PaidKind,
  type Participation,
  type Payer,
  type Scheme,
} from './words';

/**
 * 实缴到账. `effectiveOn` is the day the money arrived. The employee scheme pays fee months (费款所属期) or, as a lump sum,
 * buys a number of months; the resident scheme pays a benefit year (CV-3). Amounts are for the whole payment, spread evenly over its months.
 */
export class PaidData {
  @OneOf(schemes)
  scheme!: Scheme;

  @Region()
  region!: string;

  @OneOf(paidKinds)
  kind!: PaidKind;

  /** The fee months paid; not the month the money arrived in. */
  @NeededWhen(
    ({ scheme, kind, monthsBought }) => scheme === 'employee' && !(kind === 'lumpSum' && monthsBought !== undefined),
    'the fee months { from, through } paid, or monthsBought when kind is lumpSum: the employee scheme is paid by the month',
  )
  @Months()
  @Fits((_, { scheme }) => scheme !== 'resident', 'left out: the resident scheme is paid by benefitYear')
  feeMonths?: MonthSpan;

  /** The calendar year whose benefits are paid for. */
  @NeededWhen(
    ({ scheme }) => scheme === 'resident',
    'the benefit year paid, such as 2024: the resident scheme is paid by the year',
  )
  @BenefitYear()
  @Fits((_, { scheme }) => scheme !== 'employee', 'left out: the employee scheme is paid by feeMonths')
  benefitYear?: number;

  @Optional()
  @OneOf(participations)
  @Fits(ofScheme, 'a participation of the scheme')
  participation?: Participation;

  @Optional()
  @EmployerRef()
  employerId?: string;

  @Optional()
  @OneOf(fundModes)
  fundMode?: FundMode;

  /** The employer's part, fen. */
  @Optional()
  @Fen()
  unitFen?: number;

  /** The person's own part, fen. */
  @Optional()
  @Fen()
  personFen?: number;

  @Optional()
  @OneOf(payers)
  payer?: Payer;

  /** Whether principal and any late fee are complete; left out means they are. */
  @Optional()
  @YesNo()
  settledInFull?: boolean;

  /** Months that a lump sum (趸缴) adds to the years, where it names no fee months. */
  @Optional()
  @MonthCount({ from: 1 })
  @Fits((_, { kind }) => kind === undefined || kind === 'lumpSum', 'left out: only kind lumpSum buys months')
  monthsBought?: number;

  /** Says of a payment that stands for its registration whether it is the first in the scheme anywhere; left out means it is not. */
  @Optional()
  @YesNo()
  firstTime?: boolean;

  /** Late fee (滞纳金) contained in the payment, fen, where the collector tells it apart. An extension of the contract. */
  @Optional()
  @Fen()
  lateFeeFen?: number;
}

export const paid = define('Paid', PaidData);
