import type { DocumentKind, NumberFault } from './documents';
import type { Erasure } from './erasures';

/** A document as somebody gives it. */
export interface GivenDocument {
  kind: DocumentKind;
  number: string;
}

/** What is to be kept of a person; a name, a document or both. */
export interface GivenIdentity {
  name?: string;
  document?: GivenDocument;
  /** Whether another number of the same kind, or another name, is put in the place of what is kept. */
  replace?: boolean;
}

/** What became of putting something into the vault. Every outcome but `kept` promises that nothing was changed. */
export type PutOutcome =
  /** `added`: nothing else stood in its place. */
  | { outcome: 'kept'; added: boolean }
  /** All of it stands there already. */
  | { outcome: 'alreadyKept' }
  | { outcome: 'invalid'; faults: IdentityFault[] }
  /** Another person holds the number; the case is noted to be looked at. */
  | { outcome: 'heldByOther'; holder: string }
  /** The person holds another number of this kind, or another name. */
  | { outcome: 'differs'; field: 'name' | DocumentKind }
  /** Erased persons stay erased; who comes again is a new person. */
  | { outcome: 'erased' };

/** What is wrong with an identity that was given; never holds what was given. */
export interface IdentityFault extends NumberFault {
  field: 'number' | 'name';
}

/** What the vault holds of a person, in clear. */
export interface Identity {
  person: string;
  name?: string;
  documents: { kind: DocumentKind; number: string }[];
}

export type ReadOutcome =
  { outcome: 'read'; identity: Identity } | { outcome: 'erased'; erasure: Erasure } | { outcome: 'unknown' };

/** A row of a file that names somebody by his document. */
export interface NamedByDocument {
  kind: DocumentKind;
  number: string;
  name?: string;
}

export type FoundPerson = { ok: true; person: string; made: boolean } | { ok: false; faults: IdentityFault[] };
