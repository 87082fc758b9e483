import type { EventReader, StoredEvent } from '../event-store';
import { UnreadableEvent, fromStored, type LedgerEvent } from '../../events';
import { historyAt, isKnown, type History, type KnownAt } from '../../projections/history';

/** What a cache reads from; with `readAll` it looks once at what the log has grown by, without it at every stream it is asked for. */
export type StreamSource = Pick<EventReader, 'readStream'> & Partial<Pick<EventReader, 'readAll'>>;

/** The revision of a stream's last event; undefined where there is none. */
interface StreamEnd {
  revision: number | undefined;
}

/** A stream as it was read. */
interface Entry extends StreamEnd {
  /** As far as they can be read. */
  events: LedgerEvent[];
  /** The first event that cannot be read, and when it was recorded: whoever asks about a time before does not need it. */
  unreadable?: { error: UnreadableEvent; recordedAt: string; position: bigint };
  /** A place in the log that the stream was read after. */
  head: bigint;
  /** Whether the log has an event of it that is not here. */
  grown: boolean;
  /** The history of all events, once it was asked for. */
  whole?: History;
  /** The history as it was known at the instant or position asked for last. */
  earlier?: { knownAt: KnownAt; history: History };
}

const STREAMS_KEPT = 5_000;
/** What the log has grown by is read as far as this; after more, every stream is looked at when it is asked for. */
const TAIL_READ = 256;

/** Streams as they stand at the end of the log; what has been read is read again only where its stream has grown. */
export class StreamCache {
  /** Two generations, the older one dropped whole: a Map that is emptied from its front gets slower with every deletion. */
  private young = new Map<string, Entry>();
  private old = new Map<string, Entry>();
  /** Up to where in the log it is known which of the streams have grown. */
  private followed = 0n;
  private following: Promise<void> | undefined;

  constructor(private readonly source: StreamSource) {}

  /** The events of a stream up to `head` or later, those recorded after `knownAt` perhaps left out. Throws `UnreadableEvent`. */
  async events(stream: string, head: bigint, knownAt?: KnownAt): Promise<readonly LedgerEvent[]> {
    return eventsIn(await this.entry(stream, head), knownAt);
  }

  /** Where a stream ends, up to `head` or later, whether it can be read or not. */
  end(stream: string, head: bigint): Promise<StreamEnd> {
    return this.entry(stream, head);
  }

  /** As `end`, where nothing needs to be read for it. */
  endAtHand(stream: string, head: bigint): StreamEnd | undefined {
    return this.atHand(stream, head);
  }

  /** What a basis knows of a stream. */
  async history(stream: string, head: bigint, knownAt: KnownAt): Promise<History> {
    return historyIn(await this.entry(stream, head), knownAt);
  }

  /** Reads what of the streams is not at hand. */
  async fetch(streams: Iterable<string>, head: bigint): Promise<void> {
    await Promise.all([...streams].map((stream) => this.entry(stream, head)));
  }

  /** As `events`, where nothing needs to be read for it. */
  eventsAtHand(stream: string, head: bigint, knownAt?: KnownAt): readonly LedgerEvent[] | undefined {
    const entry = this.atHand(stream, head);
    return entry && eventsIn(entry, knownAt);
  }

  /** What a basis knows of a stream, where nothing needs to be read for it. */
  historyAtHand(stream: string, head: bigint, knownAt: KnownAt): History | undefined {
    const entry = this.atHand(stream, head);
    return entry && historyIn(entry, knownAt);
  }

  private async entry(stream: string, head: bigint): Promise<Entry> {
    const there = this.atHand(stream, head);
    if (there) return there;
    if (this.followed < head && this.kept(stream)) {
      await this.follow(head);
      const still = this.atHand(stream, head);
      if (still) return still;
    }
    return this.read(stream, head);
  }

  private atHand(stream: string, head: bigint): Entry | undefined {
    const kept = this.kept(stream);
    return kept && (kept.head >= head || (!kept.grown && this.followed >= head)) ? kept : undefined;
  }

  private kept(stream: string): Entry | undefined {
    const found = this.young.get(stream);
    if (found) return found;
    const older = this.old.get(stream);
    if (older) this.keep(stream, older);
    return older;
  }

  private keep(stream: string, entry: Entry): void {
    if (this.young.size >= STREAMS_KEPT / 2 && !this.young.has(stream)) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(stream, entry);
  }

  private async read(stream: string, head: bigint): Promise<Entry> {
    const kept = this.kept(stream);
    if (!kept && this.young.size === 0) this.followed = head;
    const stored = await this.source.readStream(stream, { fromRevision: kept?.events.length ?? 0 });
    const other = this.kept(stream);
    // What it grew by meanwhile, whoever followed the log did not find here.
    const grown = this.followed > head;
    if (kept && stored.length === 0) {
      if (head > kept.head) Object.assign(kept, { head, grown });
      return kept;
    }
    // A new entry, so that whoever reads the old one at this moment keeps what it has.
    const entry = { ...readFurther(kept?.events ?? [], stored), head, grown };
    if (other && other.events.length > entry.events.length) return other;
    this.keep(stream, entry);
    return entry;
  }

  private follow(head: bigint): Promise<void> {
    this.following ??= this.lookAtTail(head).finally(() => (this.following = undefined));
    return this.following;
  }

  /** Marks the streams that the log has grown by; all of them where it cannot be told. */
  private async lookAtTail(head: bigint): Promise<void> {
    const grown = await this.tail(head);
    for (const entries of [this.old, this.young]) {
      if (grown) {
        for (const [stream, position] of grown) {
          const entry = entries.get(stream);
          if (entry && position > entry.head) entry.grown = true;
        }
      } else for (const entry of entries.values()) entry.grown = true;
    }
    this.followed = head;
  }

  /** The streams that grew up to `head`, and where each last did; undefined where these are too many, or the log does not say. */
  private async tail(head: bigint): Promise<Map<string, bigint> | undefined> {
    if (!this.source.readAll) return undefined;
    const grown = new Map<string, bigint>();
    try {
      for await (const batch of this.source.readAll({ after: this.followed, limit: TAIL_READ })) {
        for (const { stream, position } of batch) grown.set(stream, position);
        if (batch.at(-1)!.position >= head) return grown;
      }
    } catch {
      // What is wrong with the log is told where a stream is read.
    }
    return undefined;
  }
}

function readFurther(
  before: readonly LedgerEvent[],
  stored: readonly StoredEvent[],
): Pick<Entry, 'events' | 'unreadable' | 'revision'> {
  const events = [...before];
  const revision = stored.at(-1)?.revision;
  for (const one of stored) {
    try {
      events.push(fromStored(one));
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      return { events, revision, unreadable: { error, recordedAt: one.recordedAt, position: one.position } };
    }
  }
  return { events, revision };
}

function eventsIn(entry: Entry, knownAt: KnownAt | undefined): readonly LedgerEvent[] {
  const { events, unreadable } = entry;
  if (unreadable && (knownAt === undefined || isKnown(unreadable, knownAt))) throw unreadable.error;
  return events;
}

function historyIn(entry: Entry, knownAt: KnownAt): History {
  if (entry.unreadable) return historyAt(eventsIn(entry, knownAt), knownAt);
  const last = entry.events.at(-1);
  if (typeof knownAt === 'string' && (last === undefined || last.recordedAt <= knownAt))
    return (entry.whole ??= historyAt(entry.events, knownAt));
  if (entry.earlier?.knownAt !== knownAt) entry.earlier = { knownAt, history: historyAt(entry.events, knownAt) };
  return entry.earlier.history;
}
