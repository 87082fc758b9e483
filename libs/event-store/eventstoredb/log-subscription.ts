import {
  START,
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type EventStoreDBClient,
  type Filter,
} from '@eventstore/db-client';

/** What a subscription reports, in the order of the log. None may throw but `event`, whose error ends the subscription. */
export interface LogListener {
  confirmed(): void;
  event(resolved: AllStreamResolvedEvent): void;
  /** Every event up to here has been reported or was left out by the filter. */
  checkpoint(position: bigint): void;
  /** Every event there is has been reported. */
  caughtUp(): void;
}

interface Mark {
  afterEvents: number;
  report: () => void;
}

/**
 * One subscription of the client to `$all`, from its start to its only end. The client reports checkpoints when it decodes them,
 * ahead of events that still wait in its buffer; here they come in their turn. It never reports that it was cut off from a server
 * that is still there: here silence ends it.
 */
export class LogSubscription {
  /** Resolves when it was ended or had nothing to say for `quietMs`; rejects when something broke. */
  readonly ended: Promise<void>;
  private readonly subscription: AllStreamSubscription;
  private settle: (error?: Error) => void = () => undefined;
  private over = false;
  private arrived = 0;
  private marks: Mark[] = [];
  private watchdog: NodeJS.Timeout | undefined;

  constructor(
    client: EventStoreDBClient,
    after: bigint,
    filter: Filter,
    private readonly limits: { confirmMs: number; quietMs: number },
    private readonly listener: LogListener,
  ) {
    this.ended = new Promise((resolve, reject) => {
      this.settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.ended.catch(() => undefined);

    const checkpointReached = (_: unknown, { commit }: { commit: bigint }) =>
      this.mark(() => listener.checkpoint(commit));
    this.subscription = client.subscribeToAll({
      fromPosition: after === 0n ? START : { commit: after, prepare: after },
      filter: { ...filter, checkpointReached },
    });
    this.subscription.on('confirmation', () => this.confirm());
    this.subscription.on('caughtUp', () => this.mark(() => listener.caughtUp()));
    this.subscription.on('data', (resolved: AllStreamResolvedEvent) => this.receive(resolved));
    this.subscription.on('error', (error: Error) => this.end(error));
    this.subscription.on('end', () => this.end(new Error('the server ended the subscription')));
    this.watch(limits.confirmMs, () => new Error(`a subscription was not confirmed within ${limits.confirmMs} ms`));
  }

  pause(): void {
    this.subscription.pause();
  }

  resume(): void {
    this.subscription.resume();
  }

  end(error?: Error): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.watchdog);
    this.marks = [];
    // What is still on its way flows off unheard.
    this.subscription.resume();
    this.subscription.unsubscribe().catch(() => undefined);
    this.settle(error);
  }

  private confirm(): void {
    if (this.over) return;
    this.watch(this.limits.quietMs);
    this.listener.confirmed();
  }

  private receive(resolved: AllStreamResolvedEvent): void {
    if (this.over) return;
    this.arrived += 1;
    this.watch(this.limits.quietMs);
    try {
      this.listener.event(resolved);
    } catch (error) {
      this.end(error as Error);
    }
    this.reportMarks();
  }

  private mark(report: () => void): void {
    if (this.over) return;
    this.watch(this.limits.quietMs);
    this.marks.push({ afterEvents: this.arrived + this.subscription.readableLength, report });
    this.reportMarks();
  }

  private reportMarks(): void {
    while (this.marks.length > 0 && this.marks[0]!.afterEvents <= this.arrived) this.marks.shift()!.report();
  }

  private watch(limitMs: number, complaint?: () => Error): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      if (this.subscription.isPaused()) this.watch(limitMs, complaint);
      else this.end(complaint?.());
    }, limitMs);
  }
}
