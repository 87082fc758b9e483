export { KeyRing, isKey, keyFile, type KeyRecord, type KeyTerms } from './key-ring';
