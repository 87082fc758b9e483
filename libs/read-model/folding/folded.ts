import type { ParkedRow, PersonRow } from '../schema';
import type { PersonRows } from '../../../projections/rows';

/** Everything the read model holds of one person. */
export interface Folded {
  person: PersonRow;
  facts: string;
  /** Streams other than his own that this rests on. */
  grounds: readonly string[];
  /** People whose streams are counted as his. */
  joins: readonly string[];
  rows: PersonRows;
  parked?: ParkedRow;
}
