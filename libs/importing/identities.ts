import type { CellFault } from './row';

/** What a row says of who the person is, besides or instead of the agency's own number. Never recorded, logged or put into a message. */
export interface IdentityRow {
  /** The agency's own number, where the row has one. */
  person?: string;
  /** The number of the document. */
  certificate: string;
  /** The kind of document, by national code; `01` is the identity card. */
  certificateType?: string;
  name?: string;
  /** Nobody is made for the row and nothing kept of it: it needs somebody who is known already. */
  known?: true;
  /** Where the row stands. */
  place?: { file: string; line: number };
}

/** Whoever keeps identities apart from the log. Rows that would be refused whoever they are of are not told. */
export interface Identities {
  /** Told the rows that will be asked about next, so that many can be looked for at once. */
  ahead?(rows: readonly IdentityRow[]): Promise<void>;
  /**
   * The ledger's own id for the person of a row; the same document gives the same id. What cannot be settled is a fault: its
   * reason repeats neither number nor name. Asked once a row, in the order of the file; once more where an import resumes.
   */
  personOf(row: IdentityRow): Promise<string | CellFault>;
}
