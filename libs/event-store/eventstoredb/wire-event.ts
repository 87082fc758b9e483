import type { ResolvedEvent } from '@eventstore/db-client';
import type { AdmittedEvent } from '../admission';
import type { JsonObject, JsonValue, StoredEvent } from '../port';

/** EventStoreDB stamps events itself when they arrive; the time the ledger recorded them travels under this key. */
const recordedAtKey = '~recordedAt';
const noPosition = 0x7fffffffffffffffn;

/** The metadata of an event as it is sent: JSON text with the recorded time put first. */
export function wireMetadata({ metadataText, recordedAt }: AdmittedEvent): string {
  const own = `{"${recordedAtKey}":"${recordedAt}"`;
  return metadataText === '{}' ? `${own}}` : `${own},${metadataText.slice(1)}`;
}

/** The event as the port shows it; undefined for events of the server itself (`$…`) and for links to deleted events. */
export function fromWire({ event, commitPosition }: ResolvedEvent): StoredEvent | undefined {
  if (event === undefined || event.streamId.startsWith('$') || event.type.startsWith('$')) return undefined;

  const position = event.position?.commit ?? commitPosition;
  if (position === undefined || position >= noPosition) {
    throw new Error(
      `event ${event.id} of ${event.streamId} came without its position; EventStoreDB 22.6 or later is needed`,
    );
  }
  const { [recordedAtKey]: recordedAt, ...metadata } = asObject(event.metadata);
  return {
    id: event.id,
    type: event.type,
    recordedAt: typeof recordedAt === 'string' ? recordedAt : chinaTime(event.created),
    data: asObject(event.data),
    metadata,
    stream: event.streamId,
    revision: Number(event.revision),
    position,
  };
}

/** Another program may have written anything into a stream of ours; what is no object is kept under `value`. */
function asObject(value: unknown): JsonObject {
  if (value === undefined || value === null || value instanceof Uint8Array) return {};
  return typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : { value: value as JsonValue };
}

function chinaTime(created: Date): string {
  const eastOfGreenwichMs = 8 * 60 * 60 * 1000;
  return new Date(created.getTime() + eastOfGreenwichMs).toISOString().replace('Z', '+08:00');
}
