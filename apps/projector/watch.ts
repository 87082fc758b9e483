import type { EventReader } from '../../libs/event-store';
import type { HowFar, ProjectorStatus } from '../../libs/read-model';
import type { Pulse, PulseState, Trouble, Verification } from './pulse';

const LOOK_MS = 500;
const PATIENCE_MS = 2_000;
/** A projector that was overtaken stumbles, and goes on within moments; that is no failure. */
const STUMBLE_MS = 3_000;
const RATE_SECONDS = 10;

export interface Watched {
  /** Undefined before the store could be opened. */
  store: () => Pick<EventReader, 'head'> | undefined;
  tables: { look(): Promise<HowFar | undefined> };
  status: () => ProjectorStatus;
  filling: () => { events: number; total: number } | undefined;
  /** Events may wait for so long before the projector counts as behind. */
  lagSeconds: number;
  clock: () => number;
}

/** Looks at a projector, its store and its tables, several times a second. */
export class Watch {
  verified: Verification | undefined;
  private readonly timer: NodeJS.Timeout;
  private looking: Promise<void> | undefined;
  private latest: Pulse;
  private audited = 0;
  private auditedAt: number | undefined;
  private troubledSince: number | undefined;
  private heads: { at: number; head: number }[] = [];
  private counts: { at: number; events: number }[] = [];

  constructor(
    private readonly watched: Watched,
    private readonly onChange: (pulse: Pulse, before: Pulse) => void,
  ) {
    const status = watched.status();
    const { shard, position } = status;
    this.latest = { state: 'starting', shard, position, lagSeconds: 0, eventsPerSecond: 0, status };
    this.timer = setInterval(() => void this.look(), LOOK_MS);
  }

  pulse(): Pulse {
    return this.latest;
  }

  /** Looks now; one look at a time. */
  look(): Promise<void> {
    return (this.looking ??= this.takePulse().finally(() => (this.looking = undefined)));
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.look();
  }

  private async takePulse(): Promise<void> {
    const { watched } = this;
    const store = watched.store();
    // The tables first: the log is never seen to be behind them only because it has grown meanwhile.
    const tables = await watched.tables.look().then(
      (found) => found ?? { position: 0, furthest: 0 },
      () => undefined,
    );
    const head = store && (await within(PATIENCE_MS, store.head()).then(Number, () => undefined));
    const now = watched.clock();
    const status = watched.status();
    const follows = status.state === 'live' || status.state === 'catchingUp';
    const position = follows ? status.position : (tables?.position ?? this.latest.position);
    if (status.audited > this.audited) this.auditedAt = Math.floor(now / 1000);
    this.audited = status.audited;
    const lagSeconds = this.lagSeconds(now, position, head);
    const { state, trouble } = this.stateOf(status, lagSeconds, {
      store: head !== undefined,
      tables: tables !== undefined,
      ahead: tables !== undefined && head !== undefined && tables.furthest > head,
      now,
    });
    const before = this.latest;
    this.latest = {
      state,
      trouble,
      shard: status.shard,
      position,
      head,
      lag: head === undefined ? undefined : Math.max(0, head - position),
      lagSeconds,
      eventsPerSecond: this.rate(now, status.events),
      filling: state === 'filling' ? watched.filling() : undefined,
      auditedAt: this.auditedAt,
      verified: this.verified,
      status,
    };
    if (before.state !== state || before.trouble !== trouble) this.onChange(this.latest, before);
  }

  private stateOf(
    { state }: ProjectorStatus,
    lagSeconds: number,
    answers: { store: boolean; tables: boolean; ahead: boolean; now: number },
  ): { state: PulseState; trouble?: Trouble } {
    if (state === 'troubled') this.troubledSince ??= answers.now;
    else this.troubledSince = undefined;
    if (state === 'stopped') return { state };
    if (!answers.store) return { state: 'failed', trouble: 'store' };
    if (!answers.tables) return { state: 'failed', trouble: 'readModel' };
    if (answers.ahead) return { state: 'failed', trouble: 'ahead' };
    if (this.troubledSince !== undefined && answers.now - this.troubledSince > STUMBLE_MS)
      return { state: 'failed', trouble: 'projecting' };
    switch (state) {
      case 'starting':
        return { state };
      case 'rebuilding':
        return { state: 'filling' };
      case 'waiting':
        return { state: 'standby' };
      case 'troubled':
      case 'catchingUp':
        return { state: lagSeconds > this.watched.lagSeconds ? 'behind' : 'catchingUp' };
      case 'live':
        return { state: lagSeconds > this.watched.lagSeconds ? 'behind' : 'following' };
    }
  }

  /** For how long the oldest event that is not projected has been seen waiting. */
  private lagSeconds(now: number, position: number, head: number | undefined): number {
    this.heads = this.heads.filter((seen) => seen.head > position);
    if (head !== undefined && head > Math.max(position, this.heads.at(-1)?.head ?? 0))
      this.heads.push({ at: now, head });
    if (this.heads.length > 1_000) this.heads = this.heads.filter((_seen, index) => index % 2 === 0);
    const oldest = this.heads[0];
    return oldest ? (now - oldest.at) / 1000 : 0;
  }

  private rate(now: number, events: number): number {
    this.counts.push({ at: now, events });
    while (this.counts.length > 2 && now - this.counts[0]!.at > RATE_SECONDS * 1000) this.counts.shift();
    const first = this.counts[0]!;
    const seconds = (now - first.at) / 1000;
    return seconds > 0 ? Math.max(0, (events - first.events) / seconds) : 0;
  }
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
