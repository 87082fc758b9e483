export {
  Ledger,
  RegionNeeded,
  openLedger,
  type Asked,
  type Carried,
  type LedgerOptions,
  type StreamReader,
} from './ledger';
export { instantOf, type Clock } from './recording-clock';
export { type EventFault, type RecordOptions, type RecordOutcome } from './recording';
export { WrittenFact, asEvent, written, type WrittenParts } from './written-fact';
export { isServerAddress, openStore, openStoreReader, storeFile } from './store-location';
export { completeMerges, type MergesCompleted, type OpenMerge } from './unfinished-merges';
export { warningsOf, type Warning } from './warnings';
