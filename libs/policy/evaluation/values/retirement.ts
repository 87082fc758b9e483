/** A category of the statutory age: base age, one month of delay per step of birth months, and at most so much delay (CV-20). */
export interface AgeStep {
  baseYears: number;
  stepMonths: number;
  capMonths: number;
}

/** A gradual scheme of statutory ages; who reaches the base age before `fromYear` has no delay. */
export interface StatutoryAgeScheme {
  fromYear: number;
  male60: AgeStep;
  female55: AgeStep;
  female50: AgeStep;
}

/** First day as a retiree, told from the deciding day, and the last month whose contribution is still due. */
export interface RetireeStart {
  from: 'monthStart' | 'day' | 'nextDay' | 'nextMonth';
  lastDue: 'monthBefore' | 'month';
}

/** What a person at the statutory age with too few years may do. */
export type ShortfallOption = 'lumpSum' | 'continue' | 'flexible' | 'resident';

/** Conditions and consequences of retiree benefits. */
export interface RetirementValues {
  'retirement.statutoryAge': StatutoryAgeScheme;
  /** The conditions hold for those who reach the statutory age on or after this day; for others the document does not say. */
  'retirement.ageReachedFrom': string;
  'retirement.requiredTotalMale': number;
  'retirement.requiredTotalFemale': number;
  /** Months of actual payment. */
  'retirement.requiredActual': number;
  /** Whether only actual months of the pooling area count towards `requiredActual`. */
  'retirement.actualScope': 'local' | 'any';
  /** How required years are reached: so many months, or so many whole calendar years. */
  'retirement.yearsCount': 'months' | 'calendarYears';
  /** A group that goes on under earlier rules (`Retired.legacyGroup`): actual months instead of the total. */
  'retirement.legacy': { actualMonths: number };

  /** Whether retiree benefits need the active-to-retired procedure; if not, they follow from age and years. */
  'retirement.procedure': boolean;
  /** Whether the procedure is accepted only once the years are complete. */
  'retirement.procedureNeedsYears': boolean;
  /** Whether a pension must have been granted. */
  'retirement.pension': boolean;
  /** Months insured and paid right before the procedure; `review`: a person must look. */
  'retirement.continuousBefore': { months: number; review: boolean };
  /** From the procedure, or the statutory age where none is needed. */
  'retirement.start': RetireeStart;
  /** From the payment that completes the years after the statutory age, where no procedure is needed. */
  'retirement.startOnPayment': RetireeStart;

  'retirement.options': ShortfallOption[];
  /** Reference values that give base and rate of a lump sum; without the whole rate its parts add up. `accountCredit` left out: not said. */
  'retirement.lumpSum': { base: string; rate: string; parts?: string[]; accountCredit?: boolean };
  /** Whether a person with retiree benefits may transfer the relation. */
  'retirement.mayTransfer': boolean;
}
