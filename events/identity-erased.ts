import { define } from './envelope';
import { Text } from './fields';

/**
 * The person's identity in the vault was destroyed and cannot be read again. `effectiveOn` is the day of it; who did it is
 * in the metadata. The ledger records it itself, and nothing else of him changes.
 */
export class IdentityErasedData {
  /** The provision or order that asks for it. */
  @Text()
  legalBasis!: string;
}

export const identityErased = define('IdentityErased', IdentityErasedData);
