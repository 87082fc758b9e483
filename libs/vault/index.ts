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
export {
  Vault,
  settledAs,
  type Erasure,
  type FoundPerson,
  type FoundTwice,
  type GivenDocument,
  type GivenIdentity,
  type Identity,
  type IdentityFault,
  type NamedByDocument,
  type PutOutcome,
  type ReadOutcome,
  type SettledAs,
  type VaultChecked,
  type VaultOptions,
} from './vault';
