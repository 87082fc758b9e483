export { openEventStoreDb } from './event-store-db';
export type { EventStoreDbObserver, EventStoreDbTimeouts } from './settings';
