import type { EventReader } from '../event-store';
import { fromStored, type LedgerEvent } from '../../events';
import { historyAt, type History, type KnownAt } from '../../projections/history';

interface Entry {
  events: LedgerEvent[];
  /** The end of the log when the stream was last looked at. */
  head: bigint;
  /** The history of all events, once it was asked for. */
  whole?: History;
}

const STREAMS_KEPT = 5_000;

/** Streams as they stand at the end of the log; what has been read is read again only where the log has grown. */
export class StreamCache {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly store: Pick<EventReader, 'head' | 'readStream'>) {}

  /** The events of a stream up to `head` or later. Throws `UnreadableEvent`, and then reads it anew the next time. */
  async events(stream: string, head: bigint): Promise<readonly LedgerEvent[]> {
    return (await this.entry(stream, head)).events;
  }

  /** What a basis knows of a stream. */
  async history(stream: string, head: bigint, knownAt: KnownAt): Promise<History> {
    const entry = await this.entry(stream, head);
    const last = entry.events.at(-1);
    if (typeof knownAt !== 'string' || (last !== undefined && last.recordedAt > knownAt))
      return historyAt(entry.events, knownAt);
    return (entry.whole ??= historyAt(entry.events, knownAt));
  }

  private async entry(stream: string, head: bigint): Promise<Entry> {
    const kept = this.entries.get(stream);
    if (kept !== undefined && kept.head >= head) return this.keep(stream, kept);

    const fromRevision = kept === undefined ? 0 : kept.events.length;
    const stored = await this.store.readStream(stream, { fromRevision });
    if (kept !== undefined && stored.length === 0) {
      kept.head = head;
      return this.keep(stream, kept);
    }
    // A new entry, so that whoever reads the old one at this moment keeps what it has.
    return this.keep(stream, { events: [...(kept?.events ?? []), ...stored.map(fromStored)], head });
  }

  private keep(stream: string, entry: Entry): Entry {
    const kept = this.entries.get(stream);
    const newest = kept !== undefined && kept.events.length > entry.events.length ? kept : entry;
    this.entries.delete(stream);
    this.entries.set(stream, newest);
    if (this.entries.size > STREAMS_KEPT) this.entries.delete(this.entries.keys().next().value!);
    return newest;
  }
}
