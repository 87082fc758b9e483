import type { LedgerEvent } from '../../events';
import type { CellFault } from './row';

/** What whoever imports may not record. A row that is against it is refused like any other. */
export interface Authority {
  /** An event that stands in a file as such, rather than a row of another system's extract. */
  overEvent?(event: LedgerEvent): CellFault | undefined;
  /** Facts of one stream: what is against each of them. */
  overStream?(stream: string, facts: readonly LedgerEvent[]): Promise<readonly (CellFault | undefined)[]>;
}
