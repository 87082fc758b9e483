import { repeatedId, type AdmittedEvent } from './admission';
import { fingerprint } from './fingerprint';
import type { AppendOutcome, ExpectedRevision, JsonObject } from './port';

/** What a log holds under an id. Data and metadata are JSON text. */
export interface StoredContent {
  stream: string;
  revision: number;
  position: bigint;
  type: string;
  data: string;
  metadata: string;
}

/**
 * Why a batch was not written, given what the log holds under its ids and the revision of the stream's last event (-1 for none):
 * it is stored already, an id is taken or given twice, or the stream has moved on. Undefined when nothing stands against writing it.
 */
export function explain(
  stream: string,
  events: readonly AdmittedEvent[],
  expected: ExpectedRevision,
  head: number,
  find: (id: string) => StoredContent | undefined,
): AppendOutcome | undefined {
  const twice = repeatedId(events);
  if (twice !== undefined) return { outcome: 'conflictingId', id: twice };
  const stored = events.map((event) => ({ event, found: find(event.id) }));
  const clash = stored.find(({ event, found }) => found !== undefined && !isSame(stream, event, found));
  if (clash !== undefined) return { outcome: 'conflictingId', id: clash.event.id };

  const first = stored[0]!.found;
  const inARow = first !== undefined && stored.every(({ found }, index) => found?.revision === first.revision + index);
  if (inARow) {
    const { revision, position } = stored.at(-1)!.found!;
    return { outcome: 'alreadyAppended', revision, position };
  }

  const actual = head === -1 ? 'noStream' : head;
  if (expected !== actual) return { outcome: 'wrongExpectedRevision', actual };
  const taken = stored.find(({ found }) => found !== undefined);
  return taken === undefined ? undefined : { outcome: 'conflictingId', id: taken.event.id };
}

function isSame(stream: string, event: AdmittedEvent, found: StoredContent): boolean {
  if (found.stream !== stream || found.type !== event.type) return false;
  const { type, dataText: data, metadataText: metadata } = event;
  if (found.data === data && found.metadata === metadata) return true;
  return fingerprint(stream, parsed({ type, data, metadata })) === fingerprint(found.stream, parsed(found));
}

function parsed({ type, data, metadata }: { type: string; data: string; metadata: string }) {
  return { type, data: JSON.parse(data) as JsonObject, metadata: JSON.parse(metadata) as JsonObject };
}
