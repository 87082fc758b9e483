import {
  BACKWARDS,
  END,
  START,
  type AllStreamResolvedEvent,
  type ResolvedEvent,
  type StreamingRead,
} from '@eventstore/db-client';
import type { StoredEvent } from '../port';
import type { Connection } from './connection';
import { backoffMs, failureOf, NoAnswer, pause, within } from './failures';
import type { EventStoreDbObserver, EventStoreDbTimeouts } from './settings';
import { fromWire } from './wire-event';

/** How far back the last event of the ledger is looked for among the server's own. */
const headSearch = 4_096;

/** One page of a stream or of the log. */
export interface ReadPage {
  events: StoredEvent[];
  /** Where the next page begins: the revision to read from, or the position to read after. */
  next: number | bigint;
  /** The page was as large as asked for, so there may be more. */
  full: boolean;
}

/** Reads in pages, each a call of its own with limits and retries, so that nothing is held open between them. */
export class LogReading {
  constructor(
    private readonly connection: Connection,
    private readonly timeouts: EventStoreDbTimeouts,
    private readonly observer: EventStoreDbObserver,
  ) {}

  async streamPage(
    stream: string,
    from: number,
    size: number,
    deadline?: number,
  ): Promise<ReadPage & { next: number }> {
    const what = `reading ${stream}`;
    const page = await this.persist(what, deadline, async (limitMs) => {
      const options = { fromRevision: BigInt(from), maxCount: size, requiresLeader: true };
      try {
        return await collect<ResolvedEvent>(this.connection.client.readStream(stream, options), limitMs, what);
      } catch (error) {
        if (failureOf(error) === 'streamNotFound') return [];
        throw error;
      }
    });
    const last = page.at(-1)?.event?.revision;
    const next = last === undefined ? from : Number(last) + 1;
    return { events: page.map(fromWire).filter((event) => event !== undefined), next, full: page.length === size };
  }

  /** Events after a position, also one at which none begins. */
  async logPage(after: bigint, size: number): Promise<ReadPage & { next: bigint }> {
    // The server reads from the position, not after it: one more is asked for, and the first left out.
    const page = await this.readFrom(after, size + 1);
    if (page === 'invalidPosition') return this.pageFromStart(after, size);
    const events = wanted(page, (position) => position > after);
    return { events, next: page.at(-1)?.event?.position.commit ?? after, full: page.length > size };
  }

  async eventAt(position: bigint): Promise<StoredEvent | undefined> {
    if (position === 0n) return undefined;
    const page = await this.readFrom(position, 1);
    return page === 'invalidPosition' ? undefined : wanted(page, (found) => found === position)[0];
  }

  /** The server begins to read at records only, so what lies behind any other position is come to from the start of the log. */
  private async pageFromStart(after: bigint, size: number): Promise<ReadPage & { next: bigint }> {
    for (let from = 0n; ;) {
      const page = await this.logPage(from, Math.max(size, headSearch));
      const events = page.events.filter(({ position }) => position > after);
      if (events.length > 0 || !page.full) return { ...page, events };
      from = page.next;
    }
  }

  private async readFrom(position: bigint, count: number): Promise<AllStreamResolvedEvent[] | 'invalidPosition'> {
    const what = 'reading the log';
    const fromPosition = position === 0n ? START : { commit: position, prepare: position };
    return this.persist(what, undefined, async (limitMs) => {
      const read = this.connection.client.readAll({ fromPosition, maxCount: count });
      try {
        return await collect<AllStreamResolvedEvent>(read, limitMs, what);
      } catch (error) {
        if (failureOf(error) === 'invalidPosition') return 'invalidPosition';
        throw error;
      }
    });
  }

  /** Position of the last event that is not the server's own; 0n when there is none. */
  head(deadline?: number): Promise<bigint> {
    const what = 'reading the end of the log';
    return this.persist(what, deadline, async (limitMs) => {
      const read = this.connection.client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: headSearch });
      const isOurs = (resolved: AllStreamResolvedEvent) => fromWire(resolved) !== undefined;
      const found = await collect(read, limitMs, what, isOurs);
      const last = found.at(-1);
      if (last === undefined) return 0n;
      const ours = fromWire(last)?.position;
      return ours ?? (found.length < headSearch ? 0n : found[0]!.event!.position.commit);
    });
  }

  /** Tries again until it works, the error is one that will not pass, or the deadline is over. */
  private async persist<T>(
    what: string,
    deadline: number | undefined,
    attempt: (limitMs: number) => Promise<T>,
  ): Promise<T> {
    const { attemptMs, readMs, backoffFirstMs: firstMs, backoffMostMs: mostMs } = this.timeouts;
    const startedAt = performance.now();
    const end = deadline ?? startedAt + readMs;
    for (let number = 1; ; number++) {
      const leftMs = end - performance.now();
      try {
        return await attempt(Math.max(1, Math.min(attemptMs, leftMs)));
      } catch (error) {
        if (failureOf(error) !== 'passing') throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
        if (performance.now() >= end) throw new NoAnswer(what, performance.now() - startedAt, error);
        this.observer.retrying?.({ operation: 'read', attempt: number, error: error as Error });
        await pause(Math.max(0, Math.min(backoffMs(number, { firstMs, mostMs }), end - performance.now())));
      }
    }
  }
}

/** The ledger's events of a page, of the positions that fit. */
function wanted(page: readonly AllStreamResolvedEvent[], fits: (position: bigint) => boolean): StoredEvent[] {
  const events: StoredEvent[] = [];
  for (const resolved of page) {
    const event = fromWire(resolved);
    if (event !== undefined && fits(event.position)) events.push(event);
  }
  return events;
}

/** Reads a finite answer of the client to its end, or to the first item that suffices; cancels it when the limit is over. */
function collect<T extends ResolvedEvent | AllStreamResolvedEvent>(
  read: StreamingRead<T>,
  limitMs: number,
  what: string,
  suffices: (item: T) => boolean = () => false,
): Promise<T[]> {
  const cancel = () => void read.cancel().catch(() => undefined);
  const items: T[] = [];
  const ending = new Promise<T[]>((resolve, reject) => {
    read.on('error', reject);
    read.on('end', () => resolve(items));
    read.on('data', (item: T) => {
      items.push(item);
      if (!suffices(item)) return;
      resolve(items);
      read.removeAllListeners('data');
      cancel();
    });
  });
  return within(limitMs, what, ending, cancel);
}
