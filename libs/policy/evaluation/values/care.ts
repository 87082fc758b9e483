/** What changes of status, scheme and identity do to a hospital stay. */
export interface CareValues {
  /** Benefits are tested on the day of admission for the whole stay, or day by day. */
  'stay.admission': 'wholeStay' | 'byDay';
  /**
   * Registration must be normal at admission and discharge. `registration`: suspended, terminated and in arrears are not
   * normal; `benefit`: any day without benefits is not.
   */
  'stay.status': { abnormal: 'registration' | 'benefit' };
  /** Days covered by months paid before a suspension. */
  'stay.suspendedPaid': 'direct';
  /** Days before a termination. */
  'stay.terminated': 'manual';
  'stay.schemeChange': 'manualSegments';
  /** A change of aid identity: settled by hand in segments, or by whichever identity favours the person. */
  'stay.aidChange': 'manualSegments' | 'favourable';
  /** A stay across the year's end, insured in one area throughout. */
  'stay.acrossYears': 'dischargeYear';
  /** Across the year's end and into another area. */
  'stay.acrossYearsAndAreas': 'splitAtYearEnd';
}
