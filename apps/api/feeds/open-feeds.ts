import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PinoLogger } from 'nestjs-pino';
import { Counter, Gauge } from 'prom-client';
import type { EventStore } from '../../../libs/event-store';
import { Feeds } from '../../../libs/feeds';
import { AddressGuard, Dispatcher, Poster, WEBHOOKS_FILE, Webhooks } from '../../../libs/feeds/webhooks';
import { LoadedPolicies } from '../../../libs/policy';
import { Metrics } from '../metrics/metrics';
import { SETTINGS, STORE } from '../parts';
import type { Settings } from '../settings';

const TIMEOUT_MS = 15_000;
const LOOK_EVERY_MS = 1_000;
const STREAMS = 200;
const STREAMS_OF_ONE = 20;

/** The feeds of the log and the webhooks of the data folder, open for as long as the server runs. */
@Injectable()
export class OpenFeeds implements OnApplicationBootstrap, OnModuleDestroy {
  readonly feeds: Feeds;
  readonly guard: AddressGuard;
  readonly poster: Poster;
  private readonly streamsOf = new Map<string, number>();
  private readonly messages: Counter<'outcome'>;
  private opened: { webhooks: Webhooks; dispatcher: Dispatcher | undefined } | undefined;
  private looking: NodeJS.Timeout | undefined;

  constructor(
    @Inject(STORE) private readonly store: EventStore,
    @Inject(SETTINGS) private readonly settings: Settings,
    policies: LoadedPolicies,
    metrics: Metrics,
    private readonly log: PinoLogger,
  ) {
    this.feeds = new Feeds({ store, policies, folder: settings.data });
    this.guard = new AddressGuard(settings.feeds.networks);
    this.poster = new Poster({ guard: this.guard, timeoutMs: TIMEOUT_MS });
    this.messages = new Counter({
      name: 'ledger_webhook_messages_total',
      help: 'Attempts to deliver messages since the start, by what became of them: delivered, failed (tried again), parked',
      labelNames: ['outcome'],
      registers: [metrics.registry],
    });
    this.register(metrics);
  }

  /** Makes room for a stream of a caller; gives how to leave it, or undefined where there is none. */
  admit(subject: string): (() => void) | undefined {
    const own = this.streamsOf.get(subject) ?? 0;
    if (own >= STREAMS_OF_ONE || this.streams() >= STREAMS) return undefined;
    this.streamsOf.set(subject, own + 1);
    return () => {
      const left = this.streamsOf.get(subject)! - 1;
      if (left === 0) this.streamsOf.delete(subject);
      else this.streamsOf.set(subject, left);
    };
  }

  /** The subscriptions; the tables are made when they are first asked for. */
  get webhooks(): Webhooks {
    return this.open().webhooks;
  }

  /** Whether any subscription was ever made here. */
  get anyWebhooks(): boolean {
    return this.opened !== undefined || existsSync(join(this.settings.data, WEBHOOKS_FILE));
  }

  /** Lets what was changed in the subscriptions take effect at once. */
  changed(): void {
    this.opened?.dispatcher?.wake();
  }

  onApplicationBootstrap(): void {
    if (!this.settings.feeds.webhooks) return;
    // The command line may make the first subscription while the server runs.
    const look = () => {
      if (!this.anyWebhooks) return;
      clearInterval(this.looking);
      this.open();
    };
    this.looking = setInterval(look, LOOK_EVERY_MS).unref();
    look();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.looking);
    await this.opened?.dispatcher?.stop();
    await this.feeds.close();
    this.poster.close();
    this.opened?.webhooks.close();
    this.opened = undefined;
  }

  private streams(): number {
    return [...this.streamsOf.values()].reduce((sum, one) => sum + one, 0);
  }

  private open(): { webhooks: Webhooks; dispatcher: Dispatcher | undefined } {
    if (this.opened) return this.opened;
    const { feeds, poster, log, settings } = this;
    const webhooks = new Webhooks(settings.data);
    const dispatcher = settings.feeds.webhooks
      ? new Dispatcher({
          webhooks,
          feeds,
          poster,
          observe: (outcome) => this.messages.inc({ outcome }),
          onError: (err, webhook) => log.error({ err, webhook }, 'webhook: begun anew after a failure of the server'),
        })
      : undefined;
    return (this.opened = { webhooks, dispatcher });
  }

  private register({ registry }: Metrics): void {
    const { store } = this;
    const list = () => (this.anyWebhooks ? this.webhooks.list() : []);
    const streams = () => this.streams();
    new Gauge({
      name: 'ledger_feed_streams',
      help: 'Streams of server-sent events that are open',
      registers: [registry],
      collect() {
        this.set(streams());
      },
    });
    new Gauge({
      name: 'ledger_webhook_queue',
      help: 'Messages of a subscription that wait, and that are parked',
      labelNames: ['webhook', 'state'],
      registers: [registry],
      collect() {
        this.reset();
        for (const { id, waiting, parked } of list()) {
          this.set({ webhook: id, state: 'waiting' }, waiting);
          this.set({ webhook: id, state: 'parked' }, parked);
        }
      },
    });
    new Gauge({
      name: 'ledger_webhook_lag_events',
      help: 'Positions of the log that a subscription that is active has not been looked through for',
      labelNames: ['webhook'],
      registers: [registry],
      async collect() {
        this.reset();
        const head = await store.head().catch(() => undefined);
        for (const { id, state, place } of list()) {
          if (state === 'active' && head !== undefined) this.set({ webhook: id }, Number(head - place.position));
        }
      },
    });
  }
}
