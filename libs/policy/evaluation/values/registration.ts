/** What stands in the way of a registration or a payment, and what it brings with it. */
export interface RegistrationValues {
  /** An employee relation that is still normal must be suspended before another one is registered. */
  'registration.mustSuspendOld': boolean;
  /**
   * The fee month asked for is paid already in a suspended relation: while it has not begun the money goes back first; once
   * it has begun, it is not assessed again.
   */
  'registration.paidMonth': { notBegun: 'refundFirst'; begun: 'notAssessedAgain' };
  /** Days after the start of employment within which the employer registers; lateness has no stated consequence. */
  'registration.employerDays': { days: number };
  /** Nobody is registered as a resident while a normal, paid employee relation stands. */
  'registration.residentBesideEmployee': 'refused';
  /** Persons from elsewhere: residents by residence permit and without employment, flexible workers within working age. */
  'registration.nonLocal': { resident: 'residencePermit'; flexible: 'workingAge' };
  /** Persons in community correction may join either scheme. */
  'registration.communityCorrection': 'mayJoin';
  /** Who is new, or changes the place for a new year, registers before paying. */
  'registration.beforePayment': 'newOrMoved';
}
