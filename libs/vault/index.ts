export {
  describeNumberFault,
  documentKindOf,
  documentKindWords,
  documentKinds,
  readCreditCode,
  readDocument,
  readIdentityNumber,
  type DocumentKind,
  type NumberFault,
  type ReadCreditCode,
  type ReadDocument,
  type ReadIdentityNumber,
} from './documents';
export { LocalKeys, UnknownKey, WrongKey, addKey, keepKeyFile, type KeyService, type WrappedKey } from './keys';
export { DocumentedPersons } from './documented-persons';
export { eraseIdentities, faultsOfOrder, tellErasures, type ErasureOrder } from './erasing';
export { VaultClosed, openVault, type OpenedVault } from './opening';
export { readVault, vaultNames, type VaultSettings } from './settings';
export { VaultTrial } from './trial';
export { Vault, type VaultOptions } from './vault';
export type { VaultChecked } from './checking';
export type { Erasure } from './erasures';
export { settledAs, type FoundTwice, type SettledAs } from './found-twice';
export type {
  FoundPerson,
  GivenDocument,
  GivenIdentity,
  Identity,
  IdentityFault,
  NamedByDocument,
  PutOutcome,
  ReadOutcome,
} from './identity';
