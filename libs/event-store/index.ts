export type {
  AppendOutcome,
  EventStore,
  ExpectedRevision,
  JsonObject,
  JsonValue,
  NewEvent,
  StoredEvent,
  StreamFilter,
  Subscription,
} from './port';
