/** Where the wage behind a base comes from. `declared` is a base that the declaration states itself. */
export type BaseSource = 'lastMonth' | 'priorYear' | 'currentMonth' | 'declared' | 'monthlyAverage' | 'annualAverage';

/** How a person's contribution base is found. */
export interface BaseRule {
  /** The first one known is used. */
  sources: BaseSource[];
  /** Limits as percentages of the average monthly wage. */
  clampPercent?: { floor: number; ceiling: number };
  /** Limits published as amounts, `base.floor` and `base.ceiling`. */
  limits?: 'published';
  /** The base stands without any declaration. */
  undeclared?: boolean;
}

/** A late fee (滞纳金). */
export interface LateFeeRule {
  /** Parts of ten thousand of the principal, a day. */
  perTenThousand: number;
  /** The employer's part, or the whole fee. */
  principal: 'unit' | 'whole';
  from: 'monthAfterFeeMonth' | 'dayAfterDue';
  /** Whether the day of arrival is counted. */
  arrivalDay: 'counted' | 'notCounted';
  cap: 'principal' | 'none';
  rounding: 'halfUp' | 'truncate';
}

/** Contribution bases and rates, back-payment, late fees. Money is fen; percentages are of the base. */
export interface MoneyValues {
  'base.stateOrgan': BaseRule;
  'base.enterprise': BaseRule;
  'base.hardship': BaseRule;
  'base.flexible': BaseRule;
  /** Parts of the wage that were told apart do not count. */
  'base.exclusions': 'deducted';
  'base.floor': number;
  'base.ceiling': number;
  /** The employer's own base. `sumOfBases`: at least the sum of the staff's bases. */
  'base.employerTotal': { stateOrgan: 'wages' | 'sumOfBases'; enterprise: 'wages' | 'sumOfBases' };
  /** Months of the year (1 to 12): when bases are declared, and the fee months they run for, into the year after. */
  'base.cycle': { declareFrom: number; declareThrough: number; from: number; through: number };
  /** A base nobody declared for the cycle: a percentage of the base of the cycle before. */
  'base.undeclared': { percent: number };
  /** A new hire's wage of the first month serves as base through the end of the cycle, or of the year. */
  'base.newHire': { through: 'cycleEnd' | 'yearEnd' };

  'rate.unit': number;
  'rate.person': number;
  'rate.flexibleWithAccount': number;
  'rate.flexiblePooledOnly': number;

  /** Months of an employment that was never registered. */
  'backPayment.unregistered': {
    /** Employment must be proved. */
    evidence: boolean;
    /** The employer's and the person's part must be paid together. */
    bothParts: boolean;
    /** The average wage in use when it is handled, or the wages of each year. */
    base: 'averageAtHandling' | 'yearlyWages';
    /** Only months of the employment. */
    withinEmployment: boolean;
  };
  /** What such months give once they are paid. */
  'backPayment.unregisteredEffect': { years: boolean; account: boolean; benefits: boolean };
  /** Months of a registered person that were not paid. */
  'backPayment.arrears': {
    base?: 'averageAtHandling';
    percent?: { pooledOnly: number; withAccount: number };
    accountCredit?: boolean;
    /** Months in which the relation was suspended are no arrears. */
    notWhileSuspended?: boolean;
  };
  /** Who assesses arrears: the agency those before the cutoff, tax the others; by fee month or by due date. */
  'backPayment.route': { taxFrom: string; by: 'feeMonth' | 'dueDate' };

  /** Late fee on fee months paid late. */
  'lateFee.arrears': LateFeeRule;
  /** Late fee on the back-payment of an employment that was never registered. */
  'lateFee.unregistered': LateFeeRule;
}
