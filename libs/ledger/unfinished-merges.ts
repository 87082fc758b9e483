import type { EventReader, StoredEvent } from '../event-store';
import { fromStored, parseStream, personStream, type EventOf, type LedgerEvent } from '../../events';
import type { Ledger } from './ledger';
import { isMerging, otherSideOf } from './merging';

type Merging = EventOf<'Merged'> | EventOf<'Unmerged'>;

/** A merge, or the taking apart of one, that only one stream tells and that could not be completed. */
export interface OpenMerge {
  stream: string;
  id: string;
  /** What became of telling the other stream, or what stands in its way. */
  why: string;
}

/** What a look for merges that broke off came to. */
export interface MergesCompleted {
  completed: number;
  open: OpenMerge[];
}

/**
 * Completes the merges, and the takings apart, after a position of the log that one person's stream tells and the other's does not:
 * the process died in between, and nobody sent the request again. One after which the two had another word is left as it is.
 */
export async function completeMerges(
  store: Pick<EventReader, 'readAll'>,
  ledger: Ledger,
  { after, signal }: { after: bigint; signal?: AbortSignal },
): Promise<MergesCompleted> {
  const found: MergesCompleted = { completed: 0, open: [] };
  for await (const batch of store.readAll({ after, filter: { types: ['Merged', 'Unmerged'] } })) {
    for (const stored of batch) {
      signal?.throwIfAborted();
      const why = await complete(stored, ledger);
      if (why === 'completed') found.completed += 1;
      else if (why !== undefined) found.open.push({ stream: stored.stream, id: stored.id, why });
    }
    signal?.throwIfAborted();
  }
  return found;
}

/** Undefined where there is nothing to complete. */
async function complete(stored: StoredEvent, ledger: Ledger): Promise<string | undefined> {
  try {
    const event = fromStored(stored) as Merging;
    // The other side of another one has none of its own.
    const { causationId } = event.metadata;
    if (causationId !== undefined && otherSideOf(causationId) === event.id) return undefined;
    const person = parseStream(event.stream)!.id;
    const other = event.data.otherPersonId;
    const theirs = await ledger.personEvents(other);
    const told = otherSideOf(event.id);
    if (theirs.some(({ id }) => id === told)) return undefined;
    const mine = await ledger.personEvents(person);
    if (hasLaterWord(mine, other, event) || hasLaterWord(theirs, person, event)) return undefined;
    const { outcome } = await ledger.append(event.stream, [event]);
    return outcome === 'recorded' || outcome === 'alreadyRecorded' ? 'completed' : `${personStream(other)}: ${outcome}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether a stream tells of another merge with the person, or of its end, that was recorded after the event. */
function hasLaterWord(events: readonly LedgerEvent[], other: string, { id, position }: LedgerEvent): boolean {
  return events.some(
    (event) =>
      isMerging(event) &&
      (event as Merging).data.otherPersonId === other &&
      event.id !== id &&
      BigInt(event.position!) > BigInt(position!),
  );
}
