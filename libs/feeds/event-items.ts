import type { StoredEvent } from '../event-store';
import { UnreadableEvent, fromStored } from '../../events';
import type { Derivation, Step } from './derivation';
import type { GroundsIndex } from './grounds-index';
import { EVENT_RECORDED, itemOf } from './item';

/** Every event as it was recorded, one item each. */
export class EventItems implements Derivation {
  constructor(private readonly index: GroundsIndex) {}

  reach(position: bigint): Promise<void> {
    return this.index.reach(position);
  }

  *items(event: StoredEvent, after: string | undefined): Generator<Step> {
    if (after !== undefined) return;
    const { stream, position, type, recordedAt } = event;
    const item = itemOf(
      'events',
      { position },
      { type: EVENT_RECORDED, subject: stream, time: recordedAt, data: envelopeOf(event) },
      { lane: stream, cause: type, regions: this.index.regionsOf(stream, position), parts: [] },
    );
    yield { item, through: item.place };
  }
}

/** The envelope of the contract; an event that this program cannot read yet is shown as it is stored. */
function envelopeOf(event: StoredEvent): object {
  const { id, type, stream, revision, recordedAt, position } = event;
  const { effectiveOn, ...metadata } = event.metadata;
  return {
    id,
    type,
    stream,
    effectiveOn,
    recordedAt,
    position: String(position),
    revision,
    data: dataOf(event),
    metadata,
  };
}

function dataOf(event: StoredEvent): object {
  try {
    return fromStored(event).data;
  } catch (error) {
    if (error instanceof UnreadableEvent) return event.data;
    throw error;
  }
}
