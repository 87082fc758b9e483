import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { toInstant } from '../../calendar';
import type { EventReader } from '../../event-store';
import type { Policies } from '../../policy/evaluation';
import { connect, type Connection } from '../connection';
import { openReadModel } from '../database';
import {
  BatchProjection,
  Lease,
  REBUILD,
  WHOLE,
  allCheckpoints,
  fingerprintOf,
  loadMerges,
  shardName,
  type Checkpoint,
} from '../following';
import { PersonWriter, compiled } from '../writing';
import { ChunkBuilder, type Chunk, type ChunkDone } from './chunk';
import { FIRST_STREAM, chunksAfter } from './chunks';
import { compareTables, type Differing } from './compare';
import { startWorkers, type Crew } from './crew';
import { restingOn } from './resting';
import { NEXT, layOutNext, putInPlace, swappedTables } from './tables';

export interface RebuildOptions {
  store: EventReader;
  policies: Policies;
  /** The version of the program: what another one had begun is not gone on with. */
  engine?: string;
  /** The location of the read model. */
  readModel: string;
  /** Threads that share the work, each opening the store and the packs for itself; left out, this thread does it alone. */
  workers?: { count: number; store: string; policies: string; execArgv?: string[] };
  /** Compares with the live tables first, and swaps only where they agree. */
  compare?: boolean;
  /** Begins at the start even where an earlier rebuild was stopped, whose rows another version of the program may have made. */
  anew?: boolean;
  onProgress?: (progress: RebuildProgress) => void;
  /** Stops after what is under way; the next rebuild goes on from there. */
  signal?: AbortSignal;
  /** Milliseconds since 1970. */
  clock?: () => number;
  /** For so long after a rebuild was killed nobody else may go on. */
  leaseMs?: number;
}

export interface RebuildProgress {
  stage: 'folding' | 'catchingUp' | 'comparing' | 'swapping';
  persons: number;
  /** Of `total`, those of a rebuild that goes on included. */
  events: number;
  /** Positions of the log: about as many events. */
  total: number;
  eventsPerSecond: number;
  secondsLeft: number | undefined;
}

export interface Rebuilt {
  position: number;
  persons: number;
  events: number;
  seconds: number;
  /** Where it went on from, of a rebuild that was stopped. */
  resumedFrom?: { persons: number; events: number };
  /** Left out where nothing was compared. */
  differing?: Differing[];
  swapped: boolean;
}

/** The rebuild was asked to stop; what it has done is kept. */
export class RebuildStopped extends Error {
  override readonly name = 'RebuildStopped';
}

/** Another process rebuilds the same read model. */
export class RebuildUnderway extends Error {
  override readonly name = 'RebuildUnderway';
}

const DEFAULT_LEASE_MS = 15_000;
const CATCH_UP = 5_000;

/**
 * Rebuilds every table from the log, beside the live ones, which go on being read and followed, and puts the new ones in their
 * place in one step. Throws `RebuildStopped` and `RebuildUnderway`.
 */
export async function rebuild(options: RebuildOptions): Promise<Rebuilt> {
  await (await openReadModel(options.readModel)).close();
  const connection = await connect(options.readModel);
  const keeper = await connect(options.readModel);
  const leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS;
  const lease = new Lease(keeper, REBUILD, randomUUID(), options.clock ?? Date.now, leaseMs);
  try {
    if (!(await lease.take()))
      throw new RebuildUnderway('another process rebuilds this read model; wait for it, or stop it');
    const renewal = setInterval(() => void lease.take().catch(() => false), leaseMs / 3);
    try {
      return await new Rebuild(options, connection).run();
    } finally {
      clearInterval(renewal);
      await lease.release();
    }
  } finally {
    await connection.close();
    await keeper.close();
  }
}

interface Progress {
  position: number;
  policies: string;
  done_through: string;
  persons: number;
  events: number;
}

class Rebuild {
  private readonly clock: () => number;
  private readonly started: number;
  private begunAt = 0;

  constructor(
    private readonly options: RebuildOptions,
    private readonly connection: Connection,
  ) {
    this.clock = options.clock ?? Date.now;
    this.started = this.clock();
  }

  async run(): Promise<Rebuilt> {
    const { progress, resumedFrom } = await this.begin();
    await this.foldEveryone(progress);
    const { projection, writer } = await this.joinMerged(progress);
    for (;;) {
      await this.catchUp(progress, projection, writer);
      const done = await this.finish(progress);
      if (!done) continue;
      return {
        position: progress.position,
        persons: progress.persons,
        events: progress.events,
        seconds: (this.clock() - this.started) / 1000,
        ...(resumedFrom ? { resumedFrom } : {}),
        ...done,
      };
    }
  }

  /** A rebuild of the same packs that was stopped goes on; anything else begins anew. */
  private async begin(): Promise<{ progress: Progress; resumedFrom?: { persons: number; events: number } }> {
    const { connection } = this;
    const policies = fingerprintOf(this.options.policies, this.options.engine);
    const [stopped] = await connection.all<Progress>(
      this.statement(sql`select position, policies, done_through, persons, events from rebuilds where name = ${''}`),
      [NEXT],
    );
    const head = Number(await this.options.store.head());
    if (!this.options.anew && stopped?.policies === policies && stopped.position <= head) {
      this.begunAt = stopped.events;
      await this.forgetBeyond(stopped.done_through);
      return { progress: stopped, resumedFrom: { persons: stopped.persons, events: stopped.events } };
    }
    await layOutNext(connection);
    const shares = await this.shares();
    const position = this.options.compare && shares.length > 0 ? Math.max(...shares.map((one) => one.position)) : head;
    const progress: Progress = { position, policies, done_through: FIRST_STREAM, persons: 0, events: 0 };
    await this.save(progress);
    return { progress };
  }

  /** Where the live tables stand; those that are ahead of a log that was restored stand at its end. */
  private async shares(): Promise<Checkpoint[]> {
    const all = await allCheckpoints(this.connection);
    const head = Number(await this.options.store.head());
    return all.map((one) => ({ ...one, position: Math.min(one.position, head) }));
  }

  /** What threads had written out of order when the rebuild stopped. */
  private async forgetBeyond(stream: string): Promise<void> {
    const person = stream.slice(FIRST_STREAM.length);
    for (const name of swappedTables) {
      await this.connection.run(this.statement(sql`delete from ${sql.table(NEXT + name)} where person > ${''}`), [
        person,
      ]);
    }
  }

  private async save({ position, policies, done_through, persons, events }: Progress): Promise<void> {
    await this.connection.run(
      this.statement(
        sql`insert into rebuilds (name, position, policies, done_through, persons, events)
          values (${''}, ${0}, ${''}, ${''}, ${0}, ${0}) on conflict (name) do update set position = excluded.position,
          policies = excluded.policies, done_through = excluded.done_through, persons = excluded.persons,
          events = excluded.events`,
      ),
      [NEXT, position, policies, done_through, persons, events],
    );
  }

  private async foldEveryone(progress: Progress): Promise<void> {
    const { store, signal } = this.options;
    const crew = this.crew(BigInt(progress.position));
    const underway = new Map<Chunk, Promise<void>>();
    const finished = new Map<string, { chunk: Chunk; done: ChunkDone }>();
    let failed: Error | undefined;
    let saved = this.clock();
    try {
      for await (const chunk of chunksAfter(store, this.connection, progress.done_through, BigInt(progress.position))) {
        while (underway.size >= crew.size) await Promise.race(underway.values());
        if (failed || signal?.aborted) break;
        const work = crew.build(chunk).then(
          (done) => void finished.set(chunk.after, { chunk, done }),
          (error: unknown) => void (failed = error as Error),
        );
        underway.set(
          chunk,
          work.finally(() => underway.delete(chunk)),
        );
        this.advance(progress, finished);
        if (this.clock() - saved > 1_000) {
          saved = this.clock();
          await this.save(progress);
        }
      }
      await Promise.all(underway.values());
      this.advance(progress, finished);
    } finally {
      await crew.close();
    }
    await this.save(progress);
    if (failed) throw failed;
    if (signal?.aborted) throw new RebuildStopped('the rebuild was stopped; it goes on when it is started again');
  }

  /** Moves on over chunks that are finished without a gap before them. */
  private advance(progress: Progress, finished: Map<string, { chunk: Chunk; done: ChunkDone }>): void {
    for (let next = finished.get(progress.done_through); next; next = finished.get(progress.done_through)) {
      finished.delete(progress.done_through);
      progress.done_through = next.chunk.through;
      progress.persons += next.done.persons;
      progress.events += next.done.events;
      this.tell('folding', progress);
    }
  }

  private crew(position: bigint): Crew {
    const { workers, store, policies, readModel } = this.options;
    if (workers && workers.count > 0) {
      const data = { store: workers.store, readModel, policies: workers.policies, position: String(position) };
      return startWorkers(workers.count, data, workers.execArgv);
    }
    const builder = new ChunkBuilder(store, policies, this.connection, position, () => this.now());
    return {
      size: 1,
      build: async (chunk) => {
        await new Promise(setImmediate);
        return builder.build(chunk);
      },
      close: async () => undefined,
    };
  }

  /** Folds again whoever is counted under somebody else, now that this is known. */
  private async joinMerged(progress: Progress): Promise<{ projection: BatchProjection; writer: PersonWriter }> {
    const projection = new BatchProjection(this.options.store, this.options.policies, WHOLE);
    const writer = new PersonWriter(this.connection, NEXT, () => this.now());
    await loadMerges(this.connection, projection.merges, NEXT);
    for (const person of projection.merges.everybodyMerged()) {
      const one = await projection.folding.fromLog(person, BigInt(progress.position));
      if (one) await this.connection.transaction(() => writer.replace([one]));
    }
    return { projection, writer };
  }

  /** Brings the rebuilt tables to where the live ones stand, at least. */
  private async catchUp(progress: Progress, projection: BatchProjection, writer: PersonWriter): Promise<void> {
    const { store } = this.options;
    for (;;) {
      const target = Math.max(progress.position, ...(await this.shares()).map((one) => one.position));
      if (target === progress.position) return;
      this.tell('catchingUp', progress);
      for await (const batch of store.readAll({ after: BigInt(progress.position), batchSize: CATCH_UP })) {
        const until = batch.filter(({ position }) => position <= BigInt(target));
        if (until.length === 0) break;
        const { folded, grounds } = await projection.project(until);
        const position = Number(until.at(-1)!.position);
        await this.connection.transaction(async () => {
          await writer.replace(folded);
          for (const person of await restingOn(this.connection, grounds)) {
            const again = await projection.folding.fromLog(person, BigInt(position));
            if (again) await writer.replace([again]);
          }
          progress.position = position;
          await this.save(progress);
        });
        if (position === target) break;
      }
      progress.position = Math.max(progress.position, target);
      await this.save(progress);
    }
  }

  /** Compares and swaps while nobody moves on; undefined where somebody had. */
  private async finish(progress: Progress): Promise<Pick<Rebuilt, 'differing' | 'swapped'> | undefined> {
    const { connection, options } = this;
    const outcome = await connection.transaction(async () => {
      if (connection.dialect === 'postgres') {
        await connection.run(this.statement(sql`lock table checkpoint in exclusive mode`));
      }
      const shares = await this.shares();
      if (shares.some(({ position }) => position > progress.position)) return undefined;
      let differing: Differing[] | undefined;
      if (options.compare && shares.length > 0) {
        if (shares.some(({ position }) => position < progress.position)) return 'behind';
        this.tell('comparing', progress);
        differing = await compareTables(connection);
        if (differing.length > 0) return { differing, swapped: false };
      }
      this.tell('swapping', progress);
      await putInPlace(connection);
      await this.moveCheckpoints(
        shares.map(({ shard }) => shard),
        progress,
        Math.max(0, ...shares.map((one) => one.generation)) + 1,
      );
      return { ...(differing ? { differing } : {}), swapped: true };
    });
    if (outcome === 'behind') {
      if (options.signal?.aborted)
        throw new RebuildStopped('the rebuild was stopped; it goes on when it is started again');
      await new Promise((resolve) => setTimeout(resolve, 100));
      return undefined;
    }
    return outcome;
  }

  private async moveCheckpoints(shards: readonly string[], progress: Progress, generation: number): Promise<void> {
    const moved = this.statement(
      sql`insert into checkpoint (shard, position, generation, policies, swept_through, updated_at)
        values (${''}, ${0}, ${0}, ${''}, null, ${''}) on conflict (shard) do update set position = excluded.position,
        generation = excluded.generation, policies = excluded.policies, swept_through = null,
        updated_at = excluded.updated_at`,
    );
    for (const shard of shards.length > 0 ? shards : [shardName(WHOLE)]) {
      await this.connection.run(moved, [shard, progress.position, generation, progress.policies, this.now()]);
    }
    for (const table of ['reevaluations', 'rebuilds', 'rebuilt_streams']) {
      await this.connection.run(this.statement(sql`delete from ${sql.table(table)}`));
    }
  }

  private tell(stage: RebuildProgress['stage'], { persons, events, position }: Progress): void {
    const seconds = Math.max(0.001, (this.clock() - this.started) / 1000);
    const eventsPerSecond = (events - this.begunAt) / seconds;
    const left = Math.max(0, position - events);
    this.options.onProgress?.({
      stage,
      persons,
      events,
      total: position,
      eventsPerSecond,
      secondsLeft: eventsPerSecond > 0 ? left / eventsPerSecond : undefined,
    });
  }

  private now(): string {
    return toInstant(new Date(this.clock()).toISOString())!;
  }

  private statement(query: Parameters<typeof compiled>[1]) {
    return compiled(this.connection.dialect, query);
  }
}
