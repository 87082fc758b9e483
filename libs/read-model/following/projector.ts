import { randomUUID } from 'node:crypto';
import type { EventReader, StoredEvent, Subscription } from '../../event-store';
import type { Policies } from '../../policy/evaluation';
import { toInstant } from '../../calendar';
import { Audit, type Difference } from '../auditing';
import { connect, type Connection } from '../connection';
import { openReadModel } from '../database';
import type { Folded } from '../folding';
import { PersonWriter } from '../writing';
import { BatchProjection } from './batch';
import { Overtaken, fingerprintOf, moveCheckpoint, openCheckpoint, type Checkpoint } from './checkpoint';
import { Lease } from './lease';
import { WHOLE, belongsTo, shardName, type Shard } from './shard';
import { loadMerges, parkedPersons } from './state';
import { EVERYONE, Sweep, wantReevaluation } from './sweep';
import { Turns } from './turns';

export interface ProjectorOptions {
  store: EventReader;
  policies: Policies;
  /** The version of the program: another one than made the rows evaluates everyone again. */
  engine?: string;
  /** The location of the read model. */
  readModel: string;
  shard?: Shard;
  /** Milliseconds since 1970. */
  clock?: () => number;
  /** Fills an empty read model; asked once, by whoever holds the lease, when nothing was ever projected. */
  rebuild: () => Promise<void>;
  /** Told of what goes wrong and is tried again, and of differences that the audit finds. */
  onTrouble?: (trouble: { what: string; error?: Error }) => void;
  leaseMs?: number;
  /** So often one person is audited; 0 is never. */
  auditEveryMs?: number;
  /** Largest stretch of the log that is read at once. A projector that is behind gathers several before it folds. */
  batchSize?: number;
}

/** `waiting`: another projector holds the lease. `troubled`: something failed and is tried again. */
export type ProjectorState = 'starting' | 'waiting' | 'rebuilding' | 'catchingUp' | 'live' | 'troubled' | 'stopped';

export interface ProjectorStatus {
  state: ProjectorState;
  shard: string;
  /** Up to where the log is projected. */
  position: number;
  /** Events of the log since the start that were projected. */
  events: number;
  persons: number;
  /** Whether persons are being evaluated again under other packs or grounds. */
  reevaluating: boolean;
  parked: number;
  audited: number;
  /** Persons of whom the audit found other rows than the log gives, since the start. */
  differences: number;
  trouble?: string;
}

const DEFAULTS = { leaseMs: 15_000, auditEveryMs: 2_000, batchSize: 5_000 };
const WRITTEN_AT_ONCE = 250;
/** The further behind, the more events of one person are folded together; more than so many stretches are not held in memory. */
const GATHERED = 8;
const GATHERED_FOR_MS = 1_000;
const RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

/**
 * Follows the log and keeps the tables: each touched person is folded once a batch, and his rows are replaced in one
 * transaction with the checkpoint. What goes wrong is tried again; nothing is skipped.
 */
export class Projector {
  private readonly options: Required<Omit<ProjectorOptions, 'onTrouble' | 'engine'>> &
    Pick<ProjectorOptions, 'onTrouble' | 'engine'>;
  private readonly holder = randomUUID();
  private readonly stopping = new AbortController();
  private readonly turns = new Turns();
  private running: Promise<void> | undefined;
  private at: ProjectorStatus;

  constructor(options: ProjectorOptions) {
    this.options = { shard: WHOLE, clock: Date.now, ...DEFAULTS, ...options };
    this.at = {
      state: 'starting',
      shard: shardName(this.options.shard),
      position: 0,
      events: 0,
      persons: 0,
      reevaluating: false,
      parked: 0,
      audited: 0,
      differences: 0,
    };
  }

  /** Begins; what goes wrong later shows in the status. */
  start(): void {
    this.running ??= this.run();
  }

  /** Finishes the batch under way, and gives the lease back. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  status(): ProjectorStatus {
    return { ...this.at };
  }

  private async run(): Promise<void> {
    let wait = RETRY_MS;
    while (!this.stopping.signal.aborted) {
      try {
        await this.hold();
        wait = RETRY_MS;
      } catch (error) {
        this.at = { ...this.at, state: 'troubled', trouble: (error as Error).message };
        if (!(error instanceof Overtaken)) {
          this.options.onTrouble?.({ what: 'the projector stumbled and tries again', error: error as Error });
        }
        await this.sleep(wait);
        wait = Math.min(wait * 2, LONGEST_RETRY_MS);
      }
    }
    this.at = { ...this.at, state: 'stopped' };
  }

  /** Waits for the lease, and follows the log for as long as it is held. */
  private async hold(): Promise<void> {
    const { readModel, shard, clock, leaseMs } = this.options;
    await (await openReadModel(readModel)).close();
    const connection = await connect(readModel);
    const keeper = await connect(readModel);
    const lease = new Lease(keeper, shardName(shard), this.holder, clock, leaseMs);
    try {
      while (!(await lease.take())) {
        this.at = { ...this.at, state: 'waiting', trouble: undefined };
        await this.sleep(Math.min(1_000, leaseMs / 3));
        if (this.stopping.signal.aborted) return;
      }
      const lost = new AbortController();
      const renewal = setInterval(() => {
        lease.take().then(
          (held) => held || lost.abort(),
          () => undefined,
        );
      }, leaseMs / 3);
      try {
        await this.follow(connection, lost.signal);
      } finally {
        clearInterval(renewal);
        await lease.release();
      }
    } finally {
      await this.turns.take(async () => undefined);
      await connection.close();
      await keeper.close();
    }
  }

  private async follow(connection: Connection, lost: AbortSignal): Promise<void> {
    const { store, batchSize } = this.options;
    const work = await this.prepare(connection);
    if (!work || this.stopping.signal.aborted) return;
    this.at = { ...this.at, state: 'catchingUp', position: work.checkpoint.position, trouble: undefined };

    const subscription = store.subscribeAll({ after: BigInt(work.checkpoint.position), batchSize }, (batch) =>
      this.gather(work, batch),
    );
    const over = new AbortController();
    const ended = subscription.closed.then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    const background = this.background(work, subscription, AbortSignal.any([over.signal, this.stopping.signal]), lost);
    const first = await Promise.race([ended, background]);
    over.abort();
    await subscription.stop();
    const error = first ?? (await background) ?? (await ended);
    if (error) throw error;
  }

  /** Opens the checkpoint, fills an empty read model, and notes what is to be evaluated again. */
  private async prepare(connection: Connection): Promise<Work | undefined> {
    const { policies, engine, shard, store } = this.options;
    let checkpoint = await openCheckpoint(connection, shard, this.now());
    if (!checkpoint) {
      this.at = { ...this.at, state: 'rebuilding', trouble: undefined };
      await this.options.rebuild();
      checkpoint = await openCheckpoint(connection, shard, this.now());
      if (!checkpoint) throw new Error('the rebuild left no checkpoint');
    }
    const writer = new PersonWriter(connection, '', () => this.now());
    const projection = new BatchProjection(store, policies, shard);
    await loadMerges(connection, projection.merges);
    const sweep = new Sweep(connection, writer, shard);
    const work: Work = { connection, writer, projection, checkpoint, sweep, gathered: [], gatheredAt: 0 };
    const fingerprint = fingerprintOf(policies, engine);
    if (checkpoint.policies !== fingerprint) {
      await connection.transaction(async () => {
        await moveCheckpoint(connection, checkpoint, checkpoint.position, this.now(), fingerprint);
        await wantReevaluation(connection, checkpoint.shard, [EVERYONE]);
      });
      checkpoint.policies = fingerprint;
    }
    await this.retryParked(work);
    return work;
  }

  /** A newer program may read what an older one could not. */
  private async retryParked(work: Work): Promise<void> {
    const { connection, projection, checkpoint } = work;
    const mine = (await parkedPersons(connection)).filter((person) => belongsTo(this.options.shard, person));
    const folded: Folded[] = [];
    for (const person of mine) {
      const one = await projection.folding.fromLog(person, BigInt(checkpoint.position));
      if (one && !one.parked) folded.push(one);
    }
    if (folded.length > 0) await this.write(work, folded, checkpoint.position, []);
    this.at.parked = mine.length - folded.length;
  }

  /** Folds what has come, or waits for more of it where the log is known to hold more. */
  private async gather(work: Work, batch: readonly StoredEvent[]): Promise<void> {
    const { store, batchSize } = this.options;
    if (work.gathered.length === 0) work.gatheredAt = this.options.clock();
    for (const event of batch) work.gathered.push(event);
    const full = batch.length >= batchSize && work.gathered.length < GATHERED * batchSize;
    if (full && (await store.head()) > batch.at(-1)!.position) return;
    await this.turns.take(() => this.projectGathered(work));
  }

  private async projectGathered(work: Work): Promise<void> {
    const batch = work.gathered;
    if (batch.length === 0) return;
    work.gathered = [];
    const { folded, grounds } = await work.projection.project(batch);
    await this.write(work, folded, Number(batch.at(-1)!.position), grounds);
    this.at.events += batch.length;
    this.at.persons += folded.length;
  }

  private async write(work: Work, folded: Folded[], position: number, grounds: string[]): Promise<void> {
    const { connection, writer, checkpoint } = work;
    await connection.transaction(async () => {
      await moveCheckpoint(connection, checkpoint, position, this.now());
      for (let first = 0; first < folded.length; first += WRITTEN_AT_ONCE) {
        await writer.replace(folded.slice(first, first + WRITTEN_AT_ONCE));
        await new Promise(setImmediate);
      }
      await wantReevaluation(connection, checkpoint.shard, grounds);
    });
    checkpoint.position = position;
    this.at.position = position;
    if (grounds.length > 0) this.at.reevaluating = true;
    if (folded.some(({ parked }) => parked)) await this.countParked(work);
  }

  private async countParked({ connection }: Work): Promise<void> {
    this.at.parked = (await parkedPersons(connection)).length;
  }

  /** What is done beside following: evaluating again what rests on changed grounds, and the audit. Ends when it must. */
  private async background(
    work: Work,
    subscription: Subscription,
    over: AbortSignal,
    lost: AbortSignal,
  ): Promise<Error | undefined> {
    const { auditEveryMs, clock } = this.options;
    const audit = new Audit(work.connection, work.projection.folding);
    let audited = clock();
    this.at.reevaluating = await work.sweep.isWanted(work.checkpoint);
    while (!over.aborted) {
      if (lost.aborted) return new Overtaken('another projector has taken the lease');
      try {
        // More was expected and has not come: a head that is no event of ours.
        if (work.gathered.length > 0 && clock() - work.gatheredAt > GATHERED_FOR_MS)
          await this.turns.take(() => this.projectGathered(work));
        if (this.at.reevaluating) {
          await this.turns.take(() => this.sweepOn(work));
          await new Promise(setImmediate);
          continue;
        }
        this.at.state = subscription.state() === 'live' ? 'live' : 'catchingUp';
        if (auditEveryMs > 0 && this.at.state === 'live' && clock() - audited >= auditEveryMs) {
          audited = clock();
          await this.turns.take(() => this.auditOne(work, audit));
        }
      } catch (error) {
        return error as Error;
      }
      await this.sleep(50);
    }
    return undefined;
  }

  private async sweepOn(work: Work): Promise<void> {
    const { sweep, checkpoint, projection } = work;
    checkpoint.swept_through = await sweep.next(checkpoint, projection, this.now());
    if (checkpoint.swept_through !== null) return;
    await this.countParked(work);
    this.at.reevaluating = await sweep.isWanted(checkpoint);
  }

  private async auditOne(work: Work, audit: Audit): Promise<void> {
    const { connection, checkpoint } = work;
    const isOurs = (person: string) => belongsTo(this.options.shard, person);
    const differences = await connection.transaction(async () => {
      await moveCheckpoint(connection, checkpoint, checkpoint.position, this.now());
      return audit.next(BigInt(checkpoint.position), isOurs);
    });
    if (differences === undefined) return;
    this.at.audited++;
    if (differences.length === 0) return;
    this.at.differences++;
    this.options.onTrouble?.({ what: `the audit found other rows than the log gives: ${describe(differences)}` });
  }

  private now(): string {
    return toInstant(new Date(this.options.clock()).toISOString())!;
  }

  private async sleep(milliseconds: number): Promise<void> {
    const { signal } = this.stopping;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener('abort', done);
    });
  }
}

interface Work {
  connection: Connection;
  writer: PersonWriter;
  projection: BatchProjection;
  checkpoint: Checkpoint;
  sweep: Sweep;
  /** What has been read and is not folded yet, and since when. */
  gathered: StoredEvent[];
  gatheredAt: number;
}

function describe(differences: readonly Difference[]): string {
  return differences.map(({ person, what }) => `${person} ${what}`).join(', ');
}
