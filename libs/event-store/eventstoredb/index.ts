export { openEventStoreDb } from './event-store-db';
export { defaultTimeouts, type EventStoreDbObserver, type EventStoreDbTimeouts } from './settings';
