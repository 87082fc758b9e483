import { PlaceBeyondLog, type Feeds } from '../feed';
import type { Page } from '../derivation';
import type { Place } from '../place';
import { waitMs, type Retrying } from './backoff';
import { Bell } from './bell';
import type { Poster, Reply } from './post';
import { messageId, signedHeaders } from './signature';
import type { Message, Outcome, Webhook, Webhooks } from './webhooks';

/** What happens to messages, for counting. */
export type Observed = 'delivered' | 'failed' | 'parked';

export interface CourierOptions {
  webhooks: Webhooks;
  feeds: Feeds;
  poster: Poster;
  retrying: Retrying;
  /** Under which name this process holds the right to send. */
  holder: string;
  /** Whether it still does; asked before every attempt. */
  maySend: () => boolean;
  clock: () => number;
  random: () => number;
  /** Breaks off the attempts under way; they are made again by whoever sends next. */
  abandoned: AbortSignal;
  observe: (observed: Observed) => void;
}

const AT_ONCE = 8;
/** So many messages wait ready before no more are taken from the feed; the log keeps the rest. */
const READY = 1_000;
/** And so many that are held up. */
const HELD = 100_000;
/** After so many failures in a row, whoever they are about, one message at a time tries whether the receiver is back. */
const FAILURES_IN_A_ROW = 5;
/** How often it is written down how far the feed was looked through, where nothing in it is wanted. */
const PLACE_EVERY_MS = 1_000;
const LOOK_AGAIN_MS = 1_000;
/** A receiver that took nothing for so long is no longer sent to. */
const GIVE_UP_MS = 3 * 24 * 3_600_000;

/** Takes one subscription's messages from the feed and delivers them. */
export class Courier {
  private readonly stopping = new AbortController();
  private readonly bell = new Bell();
  private readonly room = new Bell();
  private readonly underWay = new Map<number, Promise<void>>();
  private outcomes: Outcome[] = [];
  private settling: NodeJS.Immediate | undefined;
  private failures = 0;
  private restUntil = 0;
  private readonly running: Promise<void>;
  /** Why it ended by itself, where it did. */
  ended: Error | undefined;

  constructor(
    readonly webhook: Webhook,
    private readonly options: CourierOptions,
  ) {
    this.running = Promise.all([this.take(), this.deliver()]).then(
      () => undefined,
      (error: unknown) => {
        this.ended = error as Error;
        this.stopping.abort();
      },
    );
  }

  /** Begins nothing new, and waits for the attempts under way as long as they may take. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await Promise.all(this.underWay.values());
    if (this.settling) clearImmediate(this.settling);
    if (!this.ended) this.settle();
  }

  /** Looks at once for what somebody has changed. */
  wake(): void {
    this.bell.ring();
    this.room.ring();
  }

  private async take(): Promise<void> {
    const { webhooks, feeds, holder, clock } = this.options;
    const { id, feed, filter } = this.webhook;
    const { signal } = this.stopping;
    let stored: Place = this.webhook.place;
    let storedAt = clock();
    for await (const { items, through } of this.following(feeds.follow(feed, stored, filter, signal))) {
      if (items.length > 0 || clock() - storedAt >= PLACE_EVERY_MS) {
        // Somebody has moved the place: whoever sees to the couriers begins this one anew.
        if (!webhooks.enqueue(holder, id, stored, items, through)) return;
        stored = through;
        storedAt = clock();
        if (items.length > 0) this.bell.ring();
      }
      while (!signal.aborted && this.isFull()) await this.room.heard(LOOK_AGAIN_MS, signal);
    }
  }

  /** A log that ends before the subscription's place is another one, such as an older copy: somebody must say where to go on. */
  private async *following(pages: AsyncGenerator<Page>): AsyncGenerator<Page> {
    try {
      yield* pages;
    } catch (error) {
      if (!(error instanceof PlaceBeyondLog)) throw error;
      this.options.webhooks.setState(this.webhook.id, 'paused', 'beyondLog');
    }
  }

  private isFull(): boolean {
    const { ready, retrying } = this.options.webhooks.queued(this.webhook.id);
    return ready >= READY || retrying >= HELD;
  }

  private async deliver(): Promise<void> {
    const { webhooks, clock, maySend } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const now = clock();
      const atOnce = this.failures < FAILURES_IN_A_ROW ? AT_ONCE : 1;
      const free = atOnce - this.underWay.size;
      let begun = 0;
      if (free > 0 && now >= this.restUntil && maySend()) {
        for (const message of webhooks.due(this.webhook.id, atOnce + this.underWay.size)) {
          if (this.underWay.has(message.n) || begun >= free) continue;
          begun++;
          this.begin(message);
        }
      }
      if (begun === 0 && this.underWay.size === 0) this.room.ring();
      const next = Math.max(this.restUntil, webhooks.nextDue(this.webhook.id) ?? now + LOOK_AGAIN_MS);
      await this.bell.heard(Math.min(LOOK_AGAIN_MS, Math.max(1, next - now)), signal);
    }
  }

  private begin(message: Message): void {
    const attempt = this.attempt(message)
      .then((outcome) => {
        if (!outcome) return this.underWay.delete(message.n);
        this.outcomes.push(outcome);
        this.settling ??= setImmediate(() => this.settle());
      })
      .catch((error: unknown) => {
        this.underWay.delete(message.n);
        this.fail(error);
      });
    this.underWay.set(
      message.n,
      attempt.then(() => undefined),
    );
  }

  private async attempt({ n, item, body, attempts }: Message): Promise<Outcome | undefined> {
    const { webhooks, poster, retrying, clock, random, abandoned } = this.options;
    const { id, url } = this.webhook;
    const headers = signedHeaders(webhooks.secretsOf(id), messageId(id, item), Math.floor(clock() / 1000), body);
    const reply = await poster.post(url, headers, body, abandoned);
    if (reply.outcome === 'failed' && reply.reason === 'stopped') return undefined;
    if (isTaken(reply)) {
      this.failures = 0;
      return { n, became: 'delivered' };
    }
    this.failures++;
    const failure = failureOf(reply);
    const now = clock();
    if (reply.outcome === 'answered' && reply.status === 410) webhooks.setState(id, 'paused', 'gone');
    else if (now - (webhooks.find(id)?.failingSince ?? now) > GIVE_UP_MS) webhooks.setState(id, 'paused', 'failing');
    const asked =
      reply.outcome === 'answered' ? Math.min((reply.retryAfterSeconds ?? 0) * 1000, retrying.longestMs) : 0;
    const inARow = this.failures - FAILURES_IN_A_ROW;
    this.restUntil = now + Math.max(asked, inARow >= 0 ? waitMs(inARow + 1, retrying, random) : 0);
    if (attempts + 1 >= retrying.attempts) return { n, became: 'parked', failure };
    return { n, became: 'retrying', failure, due: now + Math.max(asked, waitMs(attempts + 1, retrying, random)) };
  }

  /** What became of attempts that ended in one turn of the event loop is written down together. */
  private settle(): void {
    this.settling = undefined;
    const { outcomes } = this;
    this.outcomes = [];
    if (outcomes.length === 0) return;
    try {
      this.options.webhooks.settle(this.options.holder, this.webhook.id, outcomes);
    } catch (error) {
      this.fail(error);
    }
    for (const { n, became } of outcomes) {
      this.underWay.delete(n);
      this.options.observe(became === 'retrying' ? 'failed' : became);
    }
    this.wake();
  }

  private fail(error: unknown): void {
    this.ended ??= error instanceof Error ? error : new Error(String(error));
    this.stopping.abort();
  }
}

function isTaken(reply: Reply): boolean {
  return reply.outcome === 'answered' && reply.status >= 200 && reply.status < 300;
}

function failureOf(reply: Reply): string {
  return reply.outcome === 'answered' ? `status ${reply.status}` : reply.reason;
}
