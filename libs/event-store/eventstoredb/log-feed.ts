import {
  eventTypeFilter,
  START,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type Filter,
} from '@eventstore/db-client';
import type { StoredEvent, StreamFilter } from '../port';
import type { Connection } from './connection';
import { backoffMs, failureOf, pause } from './failures';
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

/** A mark the server set between events: a checkpoint, or that it has no more for now. */
interface Mark {
  afterEvents: number;
  position?: bigint;
  caughtUp?: true;
}

/**
 * Follows the whole log through filtered subscriptions of the server, one after the other: whatever ends one, the next starts
 * where this one's events ended, after a pause that doubles with every failure. One that says nothing for `quietMs` is replaced
 * too, so that a dead connection that looks alive cannot stop the feed.
 */
export class LogFeed {
  private events: StoredEvent[] = [];
  private received: bigint;
  private caughtUp = false;
  private failures = 0;
  private wake: (() => void) | undefined;
  private resume: (() => void) | undefined;
  private fatal: Error | undefined;
  private endCurrent: (() => void) | undefined;
  private readonly running: Promise<void>;
  state: FeedState = 'catchingUp';

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
      if (this.state === 'stopped') return undefined;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.take();
  }

  async stop(): Promise<void> {
    this.state = 'stopped';
    this.endCurrent?.();
    this.notify();
    await this.running;
  }

  private take(): Portion {
    const events = this.events.splice(0, this.settings.batchSize);
    const allTaken = this.events.length === 0;
    const portion = {
      events,
      scannedTo: allTaken ? this.received : events.at(-1)!.position,
      caughtUp: allTaken && this.caughtUp,
    };
    if (portion.caughtUp) this.caughtUp = false;
    if (this.events.length < this.settings.batchSize) this.resume?.();
    return portion;
  }

  private notify(): void {
    this.wake?.();
    this.wake = undefined;
  }

  private async run(): Promise<void> {
    while (!this.ended()) {
      try {
        await this.subscribeOnce();
      } catch (error) {
        if (failureOf(error) !== 'passing') {
          this.fatal = error as Error;
          this.state = 'stopped';
          this.notify();
          return;
        }
        if (this.ended()) return;
        this.failures += 1;
        this.state = 'reconnecting';
        this.onTrouble(error as Error, this.failures);
        await this.pauseUnlessStopped(backoffMs(this.failures, this.settings.backoff));
      }
    }
  }

  private ended(): boolean {
    return this.state === 'stopped';
  }

  private async pauseUnlessStopped(ms: number): Promise<void> {
    const stopped = new Promise<void>((resolve) => (this.endCurrent = resolve));
    await Promise.race([pause(ms), stopped]);
  }

  /** Runs one subscription until it ends; resolves when it was only quiet, rejects when something broke. */
  private async subscribeOnce(): Promise<void> {
    const { confirmMs, quietMs, batchSize } = this.settings;
    let arrived = 0;
    let marks: Mark[] = [];
    let watchdog: NodeJS.Timeout | undefined;

    const applyMarks = () => {
      while (marks.length > 0 && marks[0]!.afterEvents <= arrived) {
        const { position, caughtUp } = marks.shift()!;
        if (position !== undefined && position > this.received) this.received = position;
        if (caughtUp) {
          this.caughtUp = true;
          if (!this.ended()) this.state = 'live';
        }
        this.notify();
      }
    };

    await new Promise<void>((resolve, reject) => {
      // The client reports a checkpoint when it decodes it, which may be before the events ahead of it left its buffer.
      const mark = (what: Omit<Mark, 'afterEvents'>) => {
        marks.push({ ...what, afterEvents: arrived + subscription.readableLength });
        applyMarks();
      };
      const subscription = this.connection.client.subscribeToAll({
        fromPosition: this.received === 0n ? START : { commit: this.received, prepare: this.received },
        filter: serverFilter(this.filter, (position) => {
          alive();
          mark({ position });
        }),
      });

      const finish = (error?: Error) => {
        clearTimeout(watchdog);
        marks = [];
        this.resume = undefined;
        this.endCurrent = undefined;
        subscription.removeAllListeners('data');
        subscription.resume();
        subscription.unsubscribe().catch(() => undefined);
        if (error === undefined) resolve();
        else reject(error);
      };
      const alive = (limitMs = quietMs) => {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => {
          if (subscription.isPaused()) alive();
          else finish(confirmed ? undefined : new Error(`a subscription was not confirmed within ${confirmMs} ms`));
        }, limitMs);
      };

      let confirmed = false;
      this.endCurrent = () => finish();
      this.resume = () => subscription.resume();
      subscription.on('confirmation', () => {
        confirmed = true;
        if (this.state === 'reconnecting') this.state = 'catchingUp';
        alive();
      });
      subscription.on('caughtUp', () => {
        alive();
        mark({ caughtUp: true });
      });
      subscription.on('data', (resolved: AllStreamResolvedEvent) => {
        arrived += 1;
        alive();
        this.failures = 0;
        try {
          this.receive(resolved);
        } catch (error) {
          finish(error as Error);
          return;
        }
        applyMarks();
        if (this.events.length >= 2 * batchSize) subscription.pause();
      });
      subscription.on('error', (error: Error) => finish(error));
      subscription.on('end', () => finish(new Error('the server ended the subscription')));
      alive(confirmMs);
    });
  }

  private receive(resolved: AllStreamResolvedEvent): void {
    const event = fromWire(resolved);
    const position = event?.position ?? resolved.event?.position.commit ?? 0n;
    if (position <= this.received) return;
    this.received = position;
    if (event === undefined || !passes(event, this.filter)) return;
    this.events.push(event);
    this.notify();
  }
}

/** Whether the filter lets an event through. */
function passes({ stream, type }: StoredEvent, { streamPrefixes, types }: StreamFilter = {}): boolean {
  return (
    (streamPrefixes === undefined || streamPrefixes.some((prefix) => stream.startsWith(prefix))) &&
    (types === undefined || types.includes(type))
  );
}

/** As much of the filter as the server can apply: it takes names of streams or of types, not both. The rest is `passes`. */
function serverFilter({ streamPrefixes, types }: StreamFilter = {}, onCheckpoint: (position: bigint) => void): Filter {
  const settings = {
    maxSearchWindow: searchWindow,
    checkpointInterval: 1,
    checkpointReached: (_subscription: unknown, { commit }: { commit: bigint }) => onCheckpoint(commit),
  };
  if (streamPrefixes !== undefined) return streamNameFilter({ ...settings, prefixes: streamPrefixes });
  if (types !== undefined) return eventTypeFilter({ ...settings, regex: `^(${types.map(escaped).join('|')})$` });
  return streamNameFilter({ ...settings, regex: '^[^$]' });
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|#\s-]/g, '\\$&');
}
