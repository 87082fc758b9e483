import { randomUUID } from 'node:crypto';
import type { Feeds } from '../feed';
import { PATIENT, type Retrying } from './backoff';
import { Bell } from './bell';
import { Courier, type Observed } from './courier';
import type { Poster } from './post';
import type { Webhook, Webhooks } from './webhooks';

export interface DispatcherOptions {
  webhooks: Webhooks;
  feeds: Feeds;
  poster: Poster;
  retrying?: Retrying;
  leaseMs?: number;
  clock?: () => number;
  random?: () => number;
  observe?: (observed: Observed, webhook: string) => void;
  /** After a failure of the server or the store a subscription rests so long. */
  restMs?: number;
  /** Told of such a failure. */
  onError?: (error: Error, webhook: string) => void;
}

const LEASE_MS = 15_000;
const LOOK_AGAIN_MS = 1_000;
const PATIENCE_MS = 5_000;
const REST_MS = 10_000;

/** Sends the messages of every active subscription, as the only process that does. */
export class Dispatcher {
  private readonly holder = randomUUID();
  private readonly stopping = new AbortController();
  private readonly bell = new Bell();
  private readonly abandoning = new AbortController();
  private readonly couriers = new Map<string, Courier>();
  /** Couriers that finish what is under way; another of the same subscription begins after them. */
  private readonly leaving = new Map<string, Promise<void>>();
  /** Until when a subscription rests after a failure. */
  private readonly resting = new Map<string, number>();
  private leaseUntil = 0;
  private readonly running: Promise<void>;

  constructor(private readonly options: DispatcherOptions) {
    this.running = this.run();
  }

  /** Whether this process is the one that sends. */
  get sends(): boolean {
    return this.now() < this.leaseUntil;
  }

  /** Looks at once for what has been changed in the subscriptions. */
  wake(): void {
    this.bell.ring();
    for (const courier of this.couriers.values()) courier.wake();
  }

  /** Begins nothing new, waits so long for the attempts under way, and lets another process send. */
  async stop(patienceMs = PATIENCE_MS): Promise<void> {
    this.stopping.abort();
    const patience = setTimeout(() => this.abandoning.abort(), patienceMs);
    await this.running;
    clearTimeout(patience);
  }

  private async run(): Promise<void> {
    const { webhooks, leaseMs = LEASE_MS } = this.options;
    const { signal } = this.stopping;
    try {
      while (!signal.aborted) {
        const now = this.now();
        try {
          if (webhooks.takeLease(this.holder, leaseMs)) this.leaseUntil = now + leaseMs;
          if (this.sends) this.arrange();
          else this.dismiss();
        } catch (error) {
          this.options.onError?.(error as Error, '');
        }
        await this.bell.heard(Math.min(LOOK_AGAIN_MS, leaseMs / 3), signal);
      }
    } finally {
      this.dismiss();
      await Promise.all(this.leaving.values());
      webhooks.releaseLease(this.holder);
    }
  }

  /** A courier for every active subscription as it is now, and for no other. */
  private arrange(): void {
    const wanted = new Map(
      this.options.webhooks.list().flatMap((one) => (one.state === 'active' ? [[one.id, one] as const] : [])),
    );
    for (const [id, courier] of this.couriers) {
      if (courier.ended) {
        this.resting.set(id, this.now() + (this.options.restMs ?? REST_MS));
        this.options.onError?.(courier.ended, id);
      }
      if (courier.ended || wanted.get(id)?.version !== courier.webhook.version) this.dismissOne(id, courier);
    }
    for (const webhook of wanted.values()) {
      const { id } = webhook;
      const waits = this.couriers.has(id) || this.leaving.has(id) || (this.resting.get(id) ?? 0) > this.now();
      if (!waits) this.couriers.set(webhook.id, this.courierOf(webhook));
    }
  }

  private courierOf(webhook: Webhook): Courier {
    const { webhooks, feeds, poster, retrying = PATIENT, random = Math.random, observe } = this.options;
    return new Courier(webhook, {
      webhooks,
      feeds,
      poster,
      retrying,
      holder: this.holder,
      maySend: () => this.sends,
      clock: () => this.now(),
      random,
      abandoned: this.abandoning.signal,
      observe: (observed) => observe?.(observed, webhook.id),
    });
  }

  private dismiss(): void {
    for (const [id, courier] of this.couriers) this.dismissOne(id, courier);
  }

  private dismissOne(id: string, courier: Courier): void {
    this.couriers.delete(id);
    const left = courier.stop().then(() => {
      this.leaving.delete(id);
      this.bell.ring();
    });
    this.leaving.set(id, left);
  }

  private now(): number {
    return (this.options.clock ?? Date.now)();
  }
}
