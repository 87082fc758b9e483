import type { Start, Wait } from './waiting';

/** A window for paying a benefit year; `benefitYear` left out: every year, days written `MM-DD` of the year before or of the year. */
export interface PaymentWindow {
  kind: 'collection' | 'supplement' | 'studentStart';
  benefitYear?: number;
  from: { year?: 'before' | 'same'; day: string };
  through: { year?: 'before' | 'same'; day: string };
}

/** What a resident payment gives: refused, or a start and perhaps a waiting period. */
export interface Entry {
  /** False: the payment has no effect for that year. */
  accept?: boolean;
  start?: Start;
  wait?: Wait;
}

export interface AidedEntry {
  classes: string[];
  /** First day of the benefits of a person who holds one of the classes. */
  start: 'identification' | 'payDay' | 'nextMonth';
  /** How far back an identification reaches. */
  reachBack?: 'benefitYear' | 'identification';
}

export interface ResidentValues {
  /** Windows known without an announcement; an announced window of the same year and kind replaces its own. */
  'resident.windows': PaymentWindow[];
  /** Benefit years that the document itself rules; outside it a paid year needs announced periods (CV-21). */
  'resident.benefitYears': { from: number; through?: number };
  'resident.collection': Entry;
  'resident.supplement': Entry;
  /** Whether a supplementary period follows the collection period. */
  'resident.supplementaryPeriod': boolean;
  /** Paid in no window, on or after the first day of the benefit year. */
  'resident.outside': Entry;
  /** Paid in no window, before the first day of the benefit year; silent means the year is covered from its first day (CV-15). */
  'resident.early': Entry;
  /** A payment for the current year that arrives while the coming year is being collected. */
  'resident.duringNextCollection': 'outside' | 'collection';
  /** Whether earlier unpaid years must be paid first. */
  'resident.brokenYearsDue': boolean;

  /** Days after birth within which registration and payment count from birth. */
  'newborn.deadline': { days: number; countBirthDay: boolean };
  'newborn.needsRegistration': boolean;
  'newborn.inTime': Entry;
  /** Born so near the year's end that the deadline leaves the year: the rule of a birth-year premium paid in time. */
  'newborn.inTimeNearYearEnd': { days: number; start: Start };
  /** Paid for the birth year after the deadline, within the birth year. */
  'newborn.late': Entry & { birthYearOnly?: boolean };
  /** Paid for the year after birth, or for the birth year in the year after, within the deadline. */
  'newborn.nextYear': { requiresBirthYear: boolean };
  /** Paid for the birth year in the year after it, past the deadline: does the birth year give benefits? */
  'newborn.birthYearAfterDeadline': boolean;
  /** A newborn who died: days within which a payment still covers birth to death. */
  'newborn.deathDeadline': { days: number; countBirthDay: boolean };
  /** First day of birth to which the newborn rules apply. */
  'newborn.bornFrom': string;

  /** Who is covered from the payment itself: new entrants, every student, or nobody before the year begins. */
  'student.start': {
    who: 'newEntrant' | 'every' | 'none';
    start: Start;
    /** Other students: from the payment, but not before the year begins; or as everyone else. */
    others?: 'payDayFromYearStart' | 'general';
  };
  /** When students may begin to pay. */
  'student.collectionStart': string;
  'student.entryPlace': 'earlierPlaceInProvince' | 'school';
  /** The year of graduation is covered to its end at the school's place. */
  'student.graduationYear': { through: 'yearEnd' };
  'student.aidedPlace': 'recognition';

  /** A person whose employee insurance was interrupted in the year and who joins the resident scheme. */
  'formerEmployee.entry': Entry;
  /** Whether the day of the next change still belongs to the resident relation. */
  'formerEmployee.endsOn': 'dayBeforeChange' | 'dayOfChange';

  'aided.entry': AidedEntry[];
  /** Aided persons wait not at all. */
  'aided.noWaiting': boolean;
  /** A payment of an aided person outside the collection period. */
  'aided.outside': Entry & { subsidy: boolean };
  'aided.switchWaived': boolean;
  /** From when a changed identity counts. */
  'aided.identityChange': { start: 'sameDay' | 'nextMonth' };
  'special.entry': Entry;

  'resident.placeMustMatch': ('household' | 'residencePermit')[];
}
