import { createHash } from 'node:crypto';

/** What somebody did: ids and words only, no answers and no names. */
export interface AuditEntry {
  /** The instant of the reply. */
  at: string;
  subject: string;
  /** The method and the route, such as `GET /v1/persons/:person/answer`. */
  action: string;
  person: string | null;
  /** What was asked: the query. */
  basis: string | null;
  /** The status of the reply, and where it was a problem its kind. */
  outcome: string;
  /** The id under which logs and events have the request. */
  correlation: string;
}

/** An entry in its place. */
export interface AuditRow extends AuditEntry {
  /** From 1, without gaps. */
  seq: number;
  /** SHA-256 over the hash of the row before and everything in this one. */
  hash: string;
}

/** What stands before the first row. */
export const START = { seq: 0, hash: '0'.repeat(64) } as const;

/** The hash of a row that follows one with the hash `before`. */
export function hashOf(before: string, row: Omit<AuditRow, 'hash'>): string {
  const { seq, at, subject, action, person, basis, outcome, correlation } = row;
  const text = JSON.stringify([before, seq, at, subject, action, person, basis, outcome, correlation]);
  return createHash('sha256').update(text).digest('hex');
}
