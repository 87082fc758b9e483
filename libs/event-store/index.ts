export type {
  AppendOutcome,
  EventReader,
  EventStore,
  EventText,
  ExpectedRevision,
  JsonObject,
  JsonValue,
  NewEvent,
  StoredEvent,
  StreamFilter,
  StreamHead,
  Subscription,
} from './port';
export { WrittenEvent, isStoredId } from './written-event';
export { fingerprint } from './fingerprint';
export { RecentlyUsed } from './recently-used';
export {
  DamagedLog,
  contentsOfStore,
  copyDatabase,
  damageIn,
  openEmbeddedReader,
  openEmbeddedStore,
  type StoreContents,
} from './embedded';
export { openEventStoreDb, type EventStoreDbObserver, type EventStoreDbTimeouts } from './eventstoredb';
export { openStore } from './open-store';
export { copyLog, type CopyProgress, type CopyResult } from './copy';
