import { eventTypeFilter, streamNameFilter, type AllStreamResolvedEvent, type Filter } from '@eventstore/db-client';
import type { StoredEvent, StreamFilter } from '../port';
import type { Connection } from './connection';
import { backoffMs, failureOf, pause } from './failures';
import { LogSubscription } from './log-subscription';
import { fromWire } from './wire-event';

/** What the feed has to hand over: events in order, and how far the log was looked at. */
export interface Portion {
  events: StoredEvent[];
  scannedTo: bigint;
  /** The end of the log was reached with this portion, at least for a moment. */
  caughtUp: boolean;
}

export interface FeedSettings {
  batchSize: number;
  confirmMs: number;
  quietMs: number;
  backoff: { firstMs: number; mostMs: number };
}

export type FeedState = 'catchingUp' | 'live' | 'reconnecting' | 'stopped';

const searchWindow = 256;

/**
 * Follows the whole log through filtered subscriptions of the server, one after the other: whatever ends one, the next starts
 * where this one's events ended, after a pause that doubles with every failure. A quiet one is replaced too, so that a dead
 * connection that looks alive cannot stop the feed.
 */
export class LogFeed {
  state: FeedState = 'catchingUp';
  private events: StoredEvent[] = [];
  /** How far the log was received: the last event, or a checkpoint past it. */
  private received: bigint;
  private caughtUp = false;
  private failures = 0;
  private fatal: Error | undefined;
  private wake: () => void = () => undefined;
  private current: LogSubscription | undefined;
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  constructor(
    private readonly connection: Connection,
    after: bigint,
    private readonly filter: StreamFilter | undefined,
    private readonly settings: FeedSettings,
    private readonly onTrouble: (error: Error, attempt: number) => void,
  ) {
    this.received = after;
    this.running = this.run();
  }

  /** The next portion, once there is one; undefined when stopped. Rejects when the server will never serve us. */
  async next(): Promise<Portion | undefined> {
    const before = this.received;
    while (this.events.length === 0 && this.received === before && !this.caughtUp) {
      if (this.fatal !== undefined) throw this.fatal;
      if (this.stopping.signal.aborted) return undefined;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.take();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.current?.end();
    this.wake();
    await this.running;
  }

  private take(): Portion {
    const events = this.events.splice(0, this.settings.batchSize);
    const allTaken = this.events.length === 0;
    const caughtUp = allTaken && this.caughtUp;
    if (caughtUp) this.caughtUp = false;
    if (this.events.length < this.settings.batchSize) this.current?.resume();
    return { events, scannedTo: allTaken ? this.received : events.at(-1)!.position, caughtUp };
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted && this.fatal === undefined) {
      try {
        this.current = this.subscribe();
        await this.current.ended;
      } catch (error) {
        await this.recoverFrom(error as Error);
      }
    }
    this.state = 'stopped';
    this.wake();
  }

  private async recoverFrom(error: Error): Promise<void> {
    if (failureOf(error) !== 'passing') {
      this.fatal = error;
      return;
    }
    this.failures += 1;
    this.state = 'reconnecting';
    this.onTrouble(error, this.failures);
    await pause(backoffMs(this.failures, this.settings.backoff), this.stopping.signal);
  }

  private subscribe(): LogSubscription {
    const { batchSize } = this.settings;
    const subscription = new LogSubscription(
      this.connection.client,
      this.received,
      serverFilter(this.filter),
      this.settings,
      {
        confirmed: () => {
          if (this.state === 'reconnecting') this.state = 'catchingUp';
        },
        event: (resolved) => {
          this.failures = 0;
          this.receive(resolved);
          if (this.events.length >= 2 * batchSize) subscription.pause();
        },
        checkpoint: (position) => {
          if (position > this.received) this.received = position;
          this.wake();
        },
        caughtUp: () => {
          this.caughtUp = true;
          this.state = 'live';
          this.wake();
        },
      },
    );
    return subscription;
  }

  private receive(resolved: AllStreamResolvedEvent): void {
    const event = fromWire(resolved);
    const position = event?.position ?? resolved.event?.position.commit ?? 0n;
    if (position <= this.received) return;
    this.received = position;
    if (event !== undefined && passes(event, this.filter)) this.events.push(event);
    this.wake();
  }
}

function passes({ stream, type }: StoredEvent, { streamPrefixes, types }: StreamFilter = {}): boolean {
  return (
    (streamPrefixes === undefined || streamPrefixes.some((prefix) => stream.startsWith(prefix))) &&
    (types === undefined || types.includes(type))
  );
}

/** As much of the filter as the server can apply: it takes names of streams or of types, not both. The rest is `passes`. */
function serverFilter({ streamPrefixes, types }: StreamFilter = {}): Filter {
  const settings = { maxSearchWindow: searchWindow, checkpointInterval: 1 };
  if (streamPrefixes !== undefined) return streamNameFilter({ ...settings, prefixes: streamPrefixes });
  if (types !== undefined) return eventTypeFilter({ ...settings, regex: `^(${types.map(escaped).join('|')})$` });
  return streamNameFilter({ ...settings, regex: '^[^$]' });
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|#\s-]/g, '\\$&');
}
