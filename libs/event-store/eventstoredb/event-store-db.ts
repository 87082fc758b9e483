import { admit, repeatedId } from '../admission';
import type {
  AppendOutcome,
  EventStore,
  ExpectedRevision,
  NewEvent,
  StoredEvent,
  StreamFilter,
  Subscription,
} from '../port';
import { Appending } from './appending';
import { Connection } from './connection';
import { within } from './failures';
import { LogFeed } from './log-feed';
import { LogReading } from './log-reading';
import { defaultTimeouts, type EventStoreDbObserver, type EventStoreDbTimeouts } from './settings';

const pageSize = 1_000;

/**
 * Opens an EventStoreDB behind the port; `esdb://…` or `esdb+discover://…`, EventStoreDB 23.10 or later, with a user who may read
 * `$all`. It connects when first used. Appends go to the leader and are retried with the same ids and revision until their outcome
 * is settled or the limit is over. Two things only the embedded store can promise: an id is unique in its stream here, not in the
 * whole log; and when two processes send one id with different content at the same moment, the loser may take the winner's
 * success for its own. Throws when the connection string cannot be read.
 */
export function openEventStoreDb(options: {
  connectionString: string;
  timeouts?: Partial<EventStoreDbTimeouts>;
  observer?: EventStoreDbObserver;
}): EventStore {
  const { connectionString, timeouts, observer } = options;
  return new EventStoreDb(connect(connectionString), { ...defaultTimeouts, ...timeouts }, observer ?? {});
}

function connect(connectionString: string): Connection {
  try {
    return new Connection(connectionString);
  } catch (error) {
    const withoutPassword = (error as Error).message.replace(/\/\/[^@/\s]*@/g, '//…@');
    throw new Error(`the address of EventStoreDB cannot be used: ${withoutPassword}`);
  }
}

class EventStoreDb implements EventStore {
  private readonly reading: LogReading;
  private readonly appending: Appending;
  private readonly inFlight = new Set<Promise<unknown>>();
  private readonly subscriptions = new Set<Subscription>();
  private readonly feeds = new Set<LogFeed>();
  private closing: Promise<void> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly timeouts: EventStoreDbTimeouts,
    private readonly observer: EventStoreDbObserver,
  ) {
    this.reading = new LogReading(connection, timeouts, observer);
    this.appending = new Appending(connection, this.reading, timeouts, observer);
  }

  append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendOutcome> {
    if (this.closing !== undefined) return Promise.reject(new Error(`append to ${stream}: the event store is closed`));
    const admission = admit(stream, events);
    if ('refused' in admission) return Promise.resolve(admission.refused);
    // The server takes the second for the first sent again.
    const twice = repeatedId(admission.admitted);
    if (twice !== undefined) return Promise.resolve({ outcome: 'conflictingId', id: twice });

    const appending = this.appending.append(stream, admission.admitted, expected);
    this.inFlight.add(appending);
    const forget = () => void this.inFlight.delete(appending);
    appending.then(forget, forget);
    return appending;
  }

  async readStream(
    stream: string,
    { fromRevision = 0, limit = Infinity }: { fromRevision?: number; limit?: number } = {},
  ): Promise<StoredEvent[]> {
    const events: StoredEvent[] = [];
    for (let next = fromRevision; events.length < limit;) {
      const page = await this.reading.streamPage(stream, next, Math.min(pageSize, limit - events.length));
      events.push(...page.events);
      if (!page.full) break;
      next = page.next;
    }
    this.appending.learn(stream, events);
    return events;
  }

  readAll({
    after = 0n,
    filter,
    limit = Infinity,
    batchSize = pageSize,
  }: Parameters<EventStore['readAll']>[0] = {}): AsyncIterable<StoredEvent[]> {
    if (limit <= 0 || letsNothingThrough(filter)) return nothing();
    return filter === undefined
      ? this.readPages(after, limit, batchSize)
      : this.readFeed(after, filter, limit, batchSize);
  }

  eventAt(position: bigint): Promise<StoredEvent | undefined> {
    return this.reading.eventAt(position);
  }

  subscribeAll(
    { after = 0n, filter, batchSize = pageSize }: Parameters<EventStore['subscribeAll']>[0],
    handler: (batch: StoredEvent[]) => Promise<void>,
  ): Subscription {
    const feed = this.openFeed(after, filter, batchSize);
    let checkpoint = after;
    let stopped = false;
    const observe = () => this.observer.subscription?.({ state: stopped ? 'stopped' : feed.state, checkpoint });

    const run = async (): Promise<void> => {
      try {
        for (;;) {
          const portion = await feed.next();
          if (portion === undefined || stopped) return;
          if (portion.events.length > 0) await handler(portion.events);
          checkpoint = portion.scannedTo;
          observe();
        }
      } finally {
        stopped = true;
        await this.closeFeed(feed);
        observe();
      }
    };
    const closed = run();
    const ended = closed.catch(() => undefined);
    const subscription: Subscription = {
      state: () => (stopped ? 'stopped' : feed.state),
      checkpoint: () => checkpoint,
      stop: async () => {
        stopped = true;
        await feed.stop();
        await ended;
      },
      closed,
    };
    this.subscriptions.add(subscription);
    void ended.then(() => this.subscriptions.delete(subscription));
    return subscription;
  }

  head(): Promise<bigint> {
    return this.reading.head();
  }

  close(): Promise<void> {
    this.closing ??= this.drainAndClose();
    return this.closing;
  }

  private async drainAndClose(): Promise<void> {
    await Promise.allSettled(this.inFlight);
    await Promise.all([...this.subscriptions].map((subscription) => subscription.stop()));
    await Promise.all([...this.feeds].map((feed) => this.closeFeed(feed)));
    await this.connection.close();
  }

  /** The next page is on its way while the caller works on this one. */
  private async *readPages(after: bigint, limit: number, batchSize: number): AsyncGenerator<StoredEvent[]> {
    let left = limit;
    let reading = this.reading.logPage(after, batchSize);
    for (;;) {
      const { events, next, full } = await reading;
      const wanted = events.slice(0, left);
      left -= wanted.length;
      const more = full && left > 0;
      if (more) {
        reading = this.reading.logPage(next, batchSize);
        // A caller who breaks off never awaits it.
        reading.catch(() => undefined);
      }
      if (wanted.length > 0) yield wanted;
      if (!more) return;
    }
  }

  /** The client cannot read the log through a filter, only subscribe through one: so until it has caught up, that is reading. */
  private async *readFeed(
    after: bigint,
    filter: StreamFilter,
    limit: number,
    batchSize: number,
  ): AsyncGenerator<StoredEvent[]> {
    const feed = this.openFeed(after, filter, batchSize);
    try {
      for (let left = limit; left > 0;) {
        const portion = await within(this.timeouts.readMs, 'reading the log', feed.next());
        if (portion === undefined) throw new Error('reading the log: the event store is closed');
        const wanted = portion.events.slice(0, left);
        left -= wanted.length;
        if (wanted.length > 0) yield wanted;
        if (portion.caughtUp) return;
      }
    } finally {
      await this.closeFeed(feed);
    }
  }

  private openFeed(after: bigint, filter: StreamFilter | undefined, batchSize: number): LogFeed {
    const { attemptMs, quietMs, backoffFirstMs, backoffMostMs } = this.timeouts;
    const backoff = { firstMs: backoffFirstMs, mostMs: backoffMostMs };
    const settings = { batchSize, confirmMs: attemptMs, quietMs, backoff };
    const feed = new LogFeed(this.connection, after, filter, settings, (error, attempt) =>
      this.observer.retrying?.({ operation: 'subscription', attempt, error }),
    );
    this.feeds.add(feed);
    return feed;
  }

  private async closeFeed(feed: LogFeed): Promise<void> {
    this.feeds.delete(feed);
    await feed.stop();
  }
}

function letsNothingThrough({ streamPrefixes, types }: StreamFilter = {}): boolean {
  return streamPrefixes?.length === 0 || types?.length === 0;
}

async function* nothing(): AsyncGenerator<StoredEvent[]> {
  // A filter that names nothing, or a limit of nothing, asks for nothing.
}
