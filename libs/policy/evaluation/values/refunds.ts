/** Which contributions go back on application. The rule of each key is the basis that a request names. */
export interface RefundValues {
  /**
   * A flexible worker who paid the year and joined through an employer within it. `from`: the first employer fee
   * month, or the month after the job began; `through`: the employer's months or the whole rest of the year;
   * `only`: also months that the employer has not paid yet, or only months paid twice at the request.
   */
  'refund.flexibleEmployed': {
    from: 'firstEmployerMonth' | 'monthAfterStart';
    through: 'employerMonths' | 'yearEnd';
    only: 'remaining' | 'paidTwice';
  };
  /** Contributions after retirement: from the month of retirement or the one after the procedure, of everyone or of annual flexible payers. */
  'refund.retirement': { from: 'retirementMonth' | 'monthAfterProcedure'; who: 'everyone' | 'flexible' };
  /** A new enrollee who died while waiting. */
  'refund.deathInWaiting': 'allMonths';
  /** Paid by the person for months of unemployment benefit. */
  'refund.unemployment': 'monthsOfBenefit';
  /** Paid for months of a sentence. */
  'refund.sentence': { accountRecovery: boolean };
  /** Whether community correction counts as a sentence here. */
  'refund.communityCorrection': { refundable: boolean };
  /** A paid fee month stands in the way of a new registration: it goes back while it has not begun. */
  'refund.paidMonth': 'notBegun';

  /** A resident year, before its benefits begin; which date must lie before, and for which causes. */
  'refund.residentBeforeStart': {
    before: 'termination' | 'request';
    causes: ('duplicate' | 'employee' | 'otherRegion' | 'death')[];
  };
  /** The same for a person whose premium was subsidised. */
  'refund.residentAided': 'samePlace';
  /** Death in waiting or before benefits begin. */
  'refund.residentDeath': 'beforeStart';
  /** Once benefits have begun. */
  'refund.residentAfterStart': 'none';
  /** Any other basis. */
  'refund.other': 'none';
}
