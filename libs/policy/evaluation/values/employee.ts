import type { Start, Wait } from './waiting';

/** What follows a break in fee months. */
export interface ShortBreak {
  /** First covered day of the resumption where the gap is not restored; a restored gap is no re-entry, and the month is covered whole. */
  start: Start;
  /** Whether back-paid months of the break give benefits. */
  restoreGap: boolean;
  /** `required`: without back-payment of the whole gap the break counts as long. */
  backPayment: 'may' | 'required' | 'none';
  /** Which back-paid months are restored when not all are paid. */
  partial: 'contiguous' | 'nothing';
}

export interface BreakLimit {
  months: number;
  /** Whether a break of exactly that many months is short. */
  inclusive: boolean;
  /** whole unpaid fee months, or time elapsed from the first unpaid day to the arrival. */
  measure: 'feeMonths' | 'elapsed';
}

export interface EmployeeValues {
  'firstTime.wait': Wait;
  /** Graduates of the year in their first job and first enrolment wait not at all. */
  'firstTime.graduateExempt': boolean;
  /** Spouses provided for by the army, after the soldier's discharge. */
  'firstTime.armySpouseExempt': boolean;
  /** First covered day of an entry that has no waiting period. */
  'entry.start': Start;

  'interruption.limit': BreakLimit;
  'interruption.short': ShortBreak;
  'interruption.long': Wait;
  'transfer.limit': BreakLimit;
  'transfer.short': ShortBreak;
  'transfer.long': Wait;

  /** While the employer is in arrears the staff's benefits pause, and from when. */
  'arrears.pauseFrom': 'firstUnpaidMonth' | 'afterMissedDueDate';
  /** A month whose principal is not complete is no paid month until it is. */
  'arrears.partPayment': 'unpaid' | 'paid';
  /** Full back-payment within the limit restores the gap. */
  'arrears.restore': { months: number; inclusive: boolean; measure: 'feeMonths' | 'elapsed' };
  /** Over the limit: benefits resume from full payment, or the break is an interruption with its waiting. */
  'arrears.over': 'resume' | 'interruption';
  'arrears.retireesExcepted': boolean;
  /** Staff may join the resident scheme meanwhile; it is no duplicate while the month is unpaid. */
  'arrears.mayJoinResident': boolean;

  'flexible.cadence': 'wholeYear' | 'month';
  /** After a stop the rest of the year may be paid at once, from the month after the stop. */
  'flexible.remainderAfterStop': boolean;
  /** A resident payment of the year bars flexible participation in that year (A-19: also after a stop). */
  'flexible.barredByResident': { barred: boolean; afterStop: 'barred' | 'allowed' };
  /** Every month of the year before paid and arrived within it: covered on this year's arrival. */
  'flexible.priorYearFull': { start: Start };
  /** Months of the year before that arrive in this year do not make it full. */
  'flexible.crossYearExcluded': boolean;
  'flexible.otherwise': Wait;
  /** Which rule governs a first enrolment as flexible. */
  'flexible.firstTime': 'firstTime' | 'flexible';
  /** Months of the year before the arrival of an annual payment. */
  'flexible.yearBeforeArrival': 'uncovered' | 'covered';

  /** A paid month after a suspension still covers. */
  'suspended.paidMonthCovered': boolean;
  /** Whether the day of death is still covered; other terminations end the day before. */
  'termination.deathDayCovered': boolean;
  /** Which day chooses the version and settles what came before the first one. */
  'pack.versionBy': 'effective' | 'recorded';
  'waiting.account': 'usable' | 'closed';
}

export interface SwitchValues {
  /** Consecutive insured months that make the switch a continuation; counted in the scheme left, or in either. */
  'switch.minimum': { months: number; scope: 'sameScheme' | 'any'; count: 'months' | 'calendarYears' };
  'switch.limit': BreakLimit;
  'switch.short': ShortBreak;
  'switch.long': Wait;
  /** Under the minimum of consecutive months. */
  'switch.under': Wait;
  /** Under the minimum and over the limit: which of the two rules gives the waiting period. */
  'switch.underAndLong': 'under' | 'long';
  /** A person with enough resident years who takes a first job. */
  'switch.firstJob': 'switch' | 'firstTime';
  /** A payment for the coming year in its collection period after leaving the employee scheme. */
  'switch.inCollection': 'collection' | 'switch';
  /** Whether an old relation that is still paid pays until the new one does. */
  'switch.oldRelation': 'continues' | 'ends';
  /** The employee registration ends the resident relation by itself. */
  'switch.residentEndsOnRegistration': boolean;
}
