import type { EventType } from '../../events';
import type { Day } from '../calendar';

/** An event as a decision wants it stored; ids, streams and recording times are the caller's. */
export interface NewEvent {
  type: EventType;
  effectiveOn: Day;
  data: object;
}

/** Something a person should know of an accepted command: a deadline missed, a family the document is silent on. */
export interface Note {
  rule?: string;
  /** The family of rules that is silent. */
  family?: string;
  zh: string;
  en: string;
}

export interface Accepted {
  accepted: true;
  /** None where everything asked for already holds. */
  events: NewEvent[];
  rule?: string;
  /** A person must look. */
  review?: boolean;
  notes?: Note[];
}

/** The business says no; a value, never thrown. */
export interface Refused {
  accepted: false;
  rule: string;
  zh: string;
  en: string;
  details?: Record<string, unknown>;
  review?: boolean;
}

export type Decision = Accepted | Refused;

export function accept(events: NewEvent[] = [], more: Pick<Accepted, 'rule' | 'review' | 'notes'> = {}): Accepted {
  const accepted: Accepted = { accepted: true, events };
  if (more.rule !== undefined) accepted.rule = more.rule;
  if (more.review) accepted.review = true;
  if (more.notes && more.notes.length > 0) accepted.notes = more.notes;
  return accepted;
}

export function refuse(
  rule: string,
  words: { zh: string; en: string },
  more: Pick<Refused, 'details' | 'review'> = {},
): Refused {
  const refused: Refused = { accepted: false, rule, ...words };
  if (more.details) refused.details = more.details;
  if (more.review) refused.review = true;
  return refused;
}
