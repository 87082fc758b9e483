import type { EventReader, StoredEvent } from '../event-store';
import { UnreadableEvent, fromStored, type LedgerEvent } from '../../events';
import { FOREVER, type KnownStreams } from '../../projections/grounds';
import { historyAt, type History } from '../../projections/history';

/** Just before the event that is looked at, or just after it. */
export type Side = 'before' | 'after';

/** A stream is needed that is not at hand: load it and ask again. */
export class NotLoaded extends Error {
  constructor(readonly stream: string) {
    super(`${stream} is not loaded`);
  }
}

/** Plain events; one that lists many people counts for more. */
const EVENTS_KEPT = 100_000;
const LISTED_AN_EVENT = 8;

interface Entry {
  /** Known up to the event that is looked at. */
  events: LedgerEvent[];
  /** Stored events of the stream that the log has shown; those after the first that cannot be read count too. */
  shown: number;
  /** Read with the others and further on in the log. */
  ahead: readonly StoredEvent[];
  aheadFrom: number;
  /** What it counts for, with what was read ahead. */
  weight: number;
  /** What was met first that cannot be read, and at which revision. */
  unreadable?: UnreadableEvent;
  before?: History;
  after?: History;
}

/**
 * Streams as they are known at one event after the other, in the order of the log: each is read once and then grows with the
 * log, for as long as there is room.
 */
export class Streams {
  private readonly kept = new Map<string, Entry>();
  private current: StoredEvent | undefined;
  private weight = 0;

  constructor(
    private readonly store: Pick<EventReader, 'readStream'>,
    private readonly eventsKept = EVENTS_KEPT,
  ) {}

  /** Looks at the next event of the log; every event must be shown, in order. */
  show(event: StoredEvent): void {
    if (this.current) {
      const last = this.kept.get(this.current.stream);
      if (last) last.before = undefined;
    }
    this.current = event;
    const entry = this.kept.get(event.stream);
    if (!entry) return;
    if (entry.shown !== event.revision) return this.forget(event.stream, entry);
    if (entry.ahead[entry.aheadFrom]?.revision === event.revision) entry.aheadFrom++;
    else this.grow(entry, weightOf(event));
    entry.before = entry.after;
    entry.after = undefined;
    take(entry, event);
  }

  /** The histories on a side. Throws `NotLoaded`, and `UnreadableEvent` where the side knows what cannot be read. */
  known(side: Side): KnownStreams {
    return (...streams) => {
      const [only] = streams;
      if (streams.length === 1) return this.history(only!, side);
      const events = streams.flatMap((stream) => this.events(stream, side));
      return historyAt(events, FOREVER);
    };
  }

  /** How many events of the stream the side knows, readable or not. Throws `NotLoaded`. */
  length(stream: string, side: Side): number {
    const { shown } = this.entry(stream);
    return this.cuts(stream, side) ? shown - 1 : shown;
  }

  async load(stream: string): Promise<void> {
    const current = this.current!;
    const stored = await this.store.readStream(stream);
    const entry: Entry = { events: [], shown: 0, ahead: stored, aheadFrom: 0, weight: 0 };
    for (const event of stored) {
      if (event.position > current.position) break;
      entry.aheadFrom++;
      take(entry, event);
    }
    // A store may show an event in the log before its stream can be read to the end.
    if (stream === current.stream && entry.shown === current.revision) take(entry, current);
    this.forget(stream, this.kept.get(stream));
    this.kept.set(stream, entry);
    this.grow(
      entry,
      stored.map(weightOf).reduce((sum, one) => sum + one, 0),
    );
  }

  private history(stream: string, side: Side): History {
    const entry = this.entry(stream);
    const cut = this.cuts(stream, side);
    this.refuseUnreadable(entry, cut);
    if (cut) return (entry.before ??= historyAt(entry.events.slice(0, entry.shown - 1), FOREVER));
    return (entry.after ??= historyAt(entry.events, FOREVER));
  }

  private events(stream: string, side: Side): readonly LedgerEvent[] {
    const entry = this.entry(stream);
    const cut = this.cuts(stream, side);
    this.refuseUnreadable(entry, cut);
    return cut ? entry.events.slice(0, entry.shown - 1) : entry.events;
  }

  private refuseUnreadable({ unreadable, shown }: Entry, cut: boolean): void {
    if (unreadable && !(cut && unreadable.revision === shown - 1)) throw unreadable;
  }

  private cuts(stream: string, side: Side): boolean {
    return side === 'before' && stream === this.current!.stream;
  }

  private entry(stream: string): Entry {
    const entry = this.kept.get(stream);
    if (!entry) throw new NotLoaded(stream);
    return entry;
  }

  private forget(stream: string, entry: Entry | undefined): void {
    if (!entry) return;
    this.kept.delete(stream);
    this.weight -= entry.weight;
  }

  private grow(entry: Entry, weight: number): void {
    entry.weight += weight;
    this.weight += weight;
  }

  /** Lets go of what was read first where there is too much: between persons, so that what one needs is never thrown out by itself. */
  makeRoom(): void {
    if (this.weight <= this.eventsKept) return;
    for (const [stream, entry] of this.kept) {
      this.forget(stream, entry);
      if (this.weight <= this.eventsKept / 2) return;
    }
  }
}

function take(entry: Entry, event: StoredEvent): void {
  entry.shown++;
  if (entry.unreadable) return;
  try {
    entry.events.push(fromStored(event));
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error;
    entry.unreadable = error;
  }
}

function weightOf({ data }: StoredEvent): number {
  const { staff } = data;
  return Array.isArray(staff) ? 1 + staff.length / LISTED_AN_EVENT : 1;
}
