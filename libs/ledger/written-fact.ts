import { WrittenEvent, isStoredId } from '../event-store';
import { toStored, type LedgerEvent } from '../../events';

/** What a `WrittenFact` is made of. */
export type WrittenParts = Pick<
  WrittenFact,
  'id' | 'type' | 'stream' | 'effectiveOn' | 'recordedAt' | 'migrated' | 'dataText' | 'metadataText'
>;

/**
 * An event that has passed the door, in the form in which the store keeps it, so that an import serialises each fact once and holds
 * little of it. A `LedgerEvent` to everybody else: its data and metadata are read from their texts.
 */
export class WrittenFact extends WrittenEvent {
  readonly stream: string;
  readonly effectiveOn: string;
  /** Whether it keeps the time at which another system recorded it. */
  readonly migrated: boolean;

  constructor({ id, type, stream, effectiveOn, recordedAt, migrated, dataText, metadataText }: WrittenParts) {
    super(id, type, recordedAt, dataText, metadataText);
    this.stream = stream;
    this.effectiveOn = effectiveOn;
    this.migrated = migrated;
  }
}

/** The event as a fact that is written already; itself where its id is not in the form of a store's. */
export function written(event: LedgerEvent): LedgerEvent {
  if (!isStoredId(event.id)) return event;
  const { id, type, recordedAt, data, metadata } = toStored(event);
  const { stream, effectiveOn } = event;
  const migrated = event.metadata.migratedFrom !== undefined;
  const texts = { dataText: JSON.stringify(data), metadataText: JSON.stringify(metadata) };
  return asEvent(new WrittenFact({ id, type, stream, effectiveOn, recordedAt, migrated, ...texts }));
}

/** What may stand wherever events do. */
export function asEvent(fact: WrittenFact): LedgerEvent {
  return fact as unknown as LedgerEvent;
}
