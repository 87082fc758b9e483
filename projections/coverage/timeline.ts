import type { DayNumber, MonthNumber } from '../../libs/calendar';
import type { Participation, Scheme } from '../../events';
import type { Gap } from '../../libs/policy/evaluation';
import type { BenefitBasis, WaitingCause } from '../answer/answer';
import type { Fact } from '../history';

/** A relation's status from a day on; `through` is OPEN until the next change. */
export interface RelationStatus {
  from: DayNumber;
  through: DayNumber;
  status: 'normal' | 'suspended' | 'terminated';
  reason?: string;
  events: string[];
}

/** One enrollment relation (参保关系): scheme, region and participation, with its statuses in order. */
export interface RelationRecord {
  scheme: Scheme;
  region: string;
  participation: Participation;
  statuses: RelationStatus[];
  registered?: Fact<'Registered'>;
}

/** A waiting period; both ends belong to it. */
export interface WaitingWindow {
  scheme: Scheme;
  region: string;
  participation: Participation;
  from: DayNumber;
  through: DayNumber;
  cause: WaitingCause;
  rule: string;
  /** The payment that triggered it (CV-22). */
  payment: Fact<'Paid'>;
}

export interface Waiver {
  scheme: Scheme;
  on: DayNumber;
  cause: WaitingCause;
  rule: string;
}

/** Whole unpaid months between what was paid before and the resumption (CV-4, CV-23). */
export interface Break {
  scheme: Scheme;
  region: string;
  from: MonthNumber;
  through: MonthNumber;
  restored: boolean;
}

/** An entry from the other scheme that brings no waiting. */
export interface Switched {
  /** First day of the new relation: its registration, or else the payment that began it. */
  on: DayNumber;
  payment: Fact<'Paid'>;
  rule: string;
}

/** Days that a relation covers; `restored` days were given back by a later back-payment or a lifted pause. */
export interface CoveredDays {
  scheme: Scheme;
  region: string;
  participation: Participation;
  basis: BenefitBasis;
  from: DayNumber;
  through: DayNumber;
  restored: boolean;
  rule?: string;
  events: readonly string[];
}

/** Days on which an official pause stands in the way of benefits. */
export interface PausedDays {
  scheme: Scheme;
  region: string;
  from: DayNumber;
  through: DayNumber;
  /** Until a duplicate in another pooling area is resolved: asked about the region that pauses, what the other area covers is no answer. */
  duplicate?: true;
  rule: string;
  events: readonly string[];
}

/** Days that the documents leave open. */
export interface OpenDays {
  scheme: Scheme;
  region: string;
  participation?: Participation;
  from: DayNumber;
  through: DayNumber;
  question: string;
  gap: { why: Gap; rule?: string; needs?: string };
  /** The payment whose entry is open. */
  payment?: Fact<'Paid'>;
}

/** Paid, and waiting for a day that is not a waiting period: a coming year, next month, the day after payment. */
export interface PendingDays {
  scheme: Scheme;
  region: string;
  participation: Participation;
  from: DayNumber;
  through: DayNumber;
  events: readonly string[];
}

/** Everything about days: what each relation covers, what stands before it, and what stays open. Clipped to no day asked about. */
export interface Timeline {
  relations: readonly RelationRecord[];
  windows: readonly WaitingWindow[];
  waivers: readonly Waiver[];
  breaks: readonly Break[];
  covered: readonly CoveredDays[];
  paused: readonly PausedDays[];
  pending: readonly PendingDays[];
  open: readonly OpenDays[];
  diedOn?: DayNumber;
}
