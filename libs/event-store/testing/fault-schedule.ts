import { openEventStoreDb } from '../eventstoredb';
import type { AppendOutcome, EventStore, NewEvent, StoredEvent, Subscription } from '../port';
import { newEvent } from './contract';
import { startTestCluster, type Fault, type FaultPlan, type TestCluster } from './node';

/** Short limits, so that a schedule with many faults ends soon. */
const timeouts = { appendMs: 4_000, readMs: 4_000, attemptMs: 250, quietMs: 250, backoffFirstMs: 2, backoffMostMs: 25 };
/** How much longer than its limit a call may take on a machine that is busy with other schedules. */
const slackMs = 4_000;

/** What one schedule did, for the log of a run. */
export interface ScheduleReport {
  faults: number;
  acknowledged: number;
  unknown: number;
}

/**
 * Runs writers and a follower against a test cluster whose faults are drawn from the seed, then compares what they were told with
 * what the log holds. Throws with the seed and the difference when an acknowledged event is missing, doubled or out of place, an
 * event that was refused is stored, the follower's events are not exactly the log's, or a call outlives its limit.
 */
export async function runFaultSchedule(seed: number): Promise<ScheduleReport> {
  const random = randomOf(seed);
  const drawn = drawFaults(random);
  const cluster = await startTestCluster({ nodes: random() < 0.3 ? 3 : 1, faults: drawn.plan });
  const schedule = new Schedule(cluster, random);
  try {
    await schedule.write();
    drawn.stop();
    await schedule.compare();
    return { faults: drawn.count(), acknowledged: schedule.acknowledged.size, unknown: schedule.unknown };
  } catch (cause) {
    throw new Error(`fault schedule ${seed}: ${(cause as Error).message}`, { cause });
  } finally {
    drawn.stop();
    await schedule.close();
    await cluster.stop();
  }
}

class Schedule {
  readonly acknowledged = new Map<string, string>();
  readonly refused = new Set<string>();
  unknown = 0;
  private readonly prefix = 'person-';
  private readonly stores: EventStore[];
  private readonly followed: StoredEvent[] = [];
  private following: Subscription | undefined;

  constructor(
    private readonly cluster: TestCluster,
    private readonly random: () => number,
  ) {
    const connectionString = cluster.connectionString();
    this.stores = [0, 1, 2].map(() => openEventStoreDb({ connectionString, timeouts }));
  }

  /** Writers of streams of their own, two that contend for one, and a follower that now and then starts anew. */
  async write(): Promise<void> {
    this.follow(0n);
    const writers = [0, 1, 2, 2].map((stream, writer) =>
      this.writer(`${this.prefix}${stream}`, this.stores[writer % 2]!),
    );
    const restarts = this.restartFollower();
    await Promise.all([...writers, restarts]);
  }

  async compare(): Promise<void> {
    const { log } = this.cluster;
    const truth = log.events.slice(0, log.committed).filter(({ stream }) => stream.startsWith(this.prefix));
    const places = new Map<string, string>();
    const lengths = new Map<string, number>();
    for (const { id, stream, number } of truth) {
      if (places.has(id)) throw new Error(`event ${id} is stored twice: ${places.get(id)} and ${stream}@${number}`);
      if (number !== (lengths.get(stream) ?? 0)) throw new Error(`${stream} has a gap before ${number}`);
      places.set(id, `${stream}@${number}`);
      lengths.set(stream, number + 1);
    }
    for (const [id, place] of this.acknowledged) {
      if (places.get(id) !== place)
        throw new Error(`${id} was acknowledged at ${place}, but is ${places.get(id) ?? 'lost'}`);
    }
    for (const id of this.refused) {
      if (places.has(id)) throw new Error(`${id} was refused, but is stored at ${places.get(id)}`);
    }

    const ids = truth.map(({ id }) => id);
    await this.until(() => this.followed.length >= ids.length, 'the follower has not got every event');
    same('the follower', this.followed, ids);
    // The faults are over, and a machine that is busy with other schedules deserves patience.
    const reader = openEventStoreDb({ connectionString: this.cluster.connectionString() });
    this.stores.push(reader);
    same('a reader of everything', await collect(reader.readAll({ batchSize: 7 })), ids);
    const filter = { streamPrefixes: [this.prefix] };
    same('a filtered reader', await collect(reader.readAll({ filter, batchSize: 5 })), ids);
    for (const [stream, length] of lengths) {
      const events = await reader.readStream(stream);
      if (events.length !== length) throw new Error(`${stream} reads as ${events.length} events, not ${length}`);
    }
  }

  async close(): Promise<void> {
    await this.following?.stop();
    await Promise.all(this.stores.map((store) => store.close()));
  }

  private async writer(stream: string, store: EventStore): Promise<void> {
    let revision = -1;
    for (let append = 0; append < 8; append++) {
      const batch = Array.from({ length: 1 + Math.floor(this.random() * 3) }, () => newEvent());
      const expected = revision === -1 ? 'noStream' : revision;
      const outcome = await this.timed(
        `append ${append} to ${stream}`,
        timeouts.appendMs,
        store.append(stream, batch, expected),
      );
      revision = this.note(stream, batch, outcome, revision);
      if (outcome.outcome !== 'unknown') continue;
      const stored = await this.timed(`read of ${stream}`, 2 * timeouts.readMs, store.readStream(stream)).catch(
        () => undefined,
      );
      revision = stored?.at(-1)?.revision ?? revision;
    }
  }

  private note(stream: string, batch: NewEvent[], outcome: AppendOutcome, revision: number): number {
    switch (outcome.outcome) {
      case 'appended':
      case 'alreadyAppended': {
        const first = outcome.revision - batch.length + 1;
        batch.forEach(({ id }, index) => this.acknowledged.set(id, `${stream}@${first + index}`));
        return outcome.revision;
      }
      case 'wrongExpectedRevision':
        for (const { id } of batch) this.refused.add(id);
        return outcome.actual === 'noStream' ? -1 : outcome.actual;
      case 'unknown':
        this.unknown += 1;
        return revision;
      default:
        throw new Error(`append to ${stream} was ${outcome.outcome}`);
    }
  }

  private follow(after: bigint): void {
    const filter = { streamPrefixes: [this.prefix] };
    this.following = this.stores[2]!.subscribeAll({ after, filter, batchSize: 3 }, async (batch) => {
      if (this.random() < 0.2) await new Promise((resolve) => setTimeout(resolve, this.random() * 10));
      this.followed.push(...batch);
    });
  }

  private async restartFollower(): Promise<void> {
    for (let restart = 0; restart < 2; restart++) {
      await new Promise((resolve) => setTimeout(resolve, this.random() * 80));
      const { following } = this;
      await following!.stop();
      this.follow(following!.checkpoint());
    }
  }

  private async timed<T>(what: string, limitMs: number, call: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${what} has not ended within its limit`)), limitMs + slackMs);
    });
    return Promise.race([call, overdue]).finally(() => clearTimeout(timer));
  }

  private async until(condition: () => boolean, complaint: string): Promise<void> {
    const end = performance.now() + 3 * slackMs;
    while (!condition()) {
      if (performance.now() > end) throw new Error(`${complaint}; it is ${this.following?.state()}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

/** A plan that draws a fault at some of the points, of every kind, until it is stopped. */
function drawFaults(random: () => number): { plan: FaultPlan; stop: () => void; count: () => number } {
  const appendRate = random() * 0.3;
  const readRate = random() * 0.3;
  const eventRate = random() * 0.04;
  let left = 40;
  // After a refused connection gRPC waits a second before it tries again, so few schedules have more than one.
  let kills = Math.floor(random() * 2.2);
  let count = 0;
  const plan: FaultPlan = (point) => {
    const perEvent = point === 'reading' || point === 'following';
    const rate = perEvent ? eventRate : point === 'append' || point === 'appended' ? appendRate : readRate;
    if (left === 0 || random() >= rate) return undefined;
    left -= 1;
    count += 1;
    const fault = drawFault(random, kills > 0);
    if (fault.fault === 'kill') kills -= 1;
    // A read that ends well is complete: that much a server keeps.
    return fault.fault === 'end' && (point === 'read' || point === 'reading') ? { fault: 'cut' } : fault;
  };
  return { plan, stop: () => (left = 0), count: () => count };
}

function drawFault(random: () => number, mayKill: boolean): Fault {
  const ms = 1 + Math.floor(random() ** 3 * 200);
  const kinds: Fault[] = [
    { fault: 'drop' },
    { fault: 'drop' },
    mayKill ? { fault: 'kill', reviveAfterMs: ms } : { fault: 'drop' },
    { fault: 'freeze', ms },
    { fault: 'delay', ms },
    { fault: 'delay', ms },
    { fault: 'busy' },
    { fault: 'notReady' },
    { fault: 'timeout' },
    { fault: 'silence' },
    { fault: 'cut' },
    { fault: 'end' },
  ];
  return kinds[Math.floor(random() * kinds.length)]!;
}

function same(who: string, events: readonly StoredEvent[], ids: readonly string[]): void {
  const at = ids.findIndex((id, index) => events[index]?.id !== id);
  if (at === -1 && events.length === ids.length) return;
  const where = at === -1 ? ids.length : at;
  const found = events[where]?.id ?? 'nothing';
  throw new Error(
    `${who} has ${events.length} events for ${ids.length}; at ${where} it has ${found}, not ${ids[where]}`,
  );
}

async function collect(batches: AsyncIterable<StoredEvent[]>): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of batches) events.push(...batch);
  return events;
}

/** Numbers in [0, 1) that follow from the seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
