import { RecentlyUsed } from '../recently-used';

interface KnownStream {
  /** Of the last event known; every event up to it is known. */
  revision: number;
  ids: Set<number>;
}

/**
 * Which ids recently used streams hold. The server looks for an id only where an append expects to write, so that an id used
 * earlier in the stream would be stored a second time; this is where that is noticed. An id is kept as a number made of its last
 * twelve digits: two ids may share one, so a hit is a reason to look, never an answer.
 */
export class KnownStreams {
  private readonly streams: RecentlyUsed<KnownStream>;

  constructor(limit: number) {
    this.streams = new RecentlyUsed(limit);
  }

  /** Revision of the last event known, -1 when nothing is known of the stream. */
  revision(stream: string): number {
    return this.streams.get(stream)?.revision ?? -1;
  }

  mayHold(stream: string, id: string): boolean {
    return this.streams.get(stream)?.ids.has(digest(id)) ?? false;
  }

  /** Learns events that follow on what is known; others are left out. */
  learn(stream: string, events: readonly { id: string }[], firstRevision: number): void {
    const known = this.streams.get(stream) ?? { revision: -1, ids: new Set<number>() };
    if (firstRevision > known.revision + 1) return;
    for (const { id } of events) known.ids.add(digest(id));
    known.revision = Math.max(known.revision, firstRevision + events.length - 1);
    this.streams.set(stream, known);
  }
}

function digest(id: string): number {
  return parseInt(id.slice(-12), 16);
}
