export { KeyRing, isKey, keyFile, type KeyRecord, type KeyTerms } from './key-ring';
export { endOfKeyDay, isKeyName, shownKey, type ShownKey } from './shown-key';
export { checkKeys } from './check-keys';
