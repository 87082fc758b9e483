import Database from 'better-sqlite3';
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { admit, type AdmittedEvent } from '../admission';
import { explain, type StoredContent } from '../explanation';
import type { AppendOutcome, EventReader, EventStore, ExpectedRevision, NewEvent, StreamHead } from '../port';
import { RecentlyUsed } from '../recently-used';
import { checkPositions } from './log-order';
import { LogReader } from './log-reader';
import { checkSchema, prepareSchema } from './schema';
import { takeWriterLock, type WriterLock } from './writer-lock';

const cachedStreams = 200_000;
const eventsPerCommit = 20_000;
const walPagesPerCheckpoint = 32_000;
const cacheKib = 64_000;
const pollMs = 20;
const mappedBytes = 2_000_000_000;
/** How long a write waits for a tool that holds the file, such as a backup. */
const busyMs = 2_000;

/**
 * Opens the store in `file` for reading and writing, creating it when absent. Every acknowledged append is on disk.
 * One append takes at most `limitBytes`, by default what every adapter takes.
 * Throws when another process writes the same file, the file is no event store of this version, or events are missing from it.
 */
export function openEmbeddedStore({ file, limitBytes }: { file: string; limitBytes?: number }): EventStore {
  const path = trueFile(file);
  const lock = takeWriterLock(path);
  try {
    return new EmbeddedStore(openForWriting(path), lock, limitBytes);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Opens the store in `file` for reading, also while another process writes it. Throws when there is no such store, and
 * `DamagedLog` where events are missing from it; `asItStands` reads such a log all the same, for whoever looks into it.
 */
export function openEmbeddedReader({ file, asItStands = false }: { file: string; asItStands?: boolean }): EventReader {
  if (!existsSync(file)) throw new Error(`there is no event store at ${file}`);
  const database = new Database(file, { readonly: true, fileMustExist: true });
  // Reading stream by stream goes to and fro in the file.
  database.pragma(`mmap_size = ${mappedBytes}`);
  try {
    checkSchema(database, file);
    if (!asItStands) checkPositions(database, file);
  } catch (error) {
    database.close();
    throw error;
  }
  const reader: LogReader = new LogReader(database, (past, signal) => pollForGrowth(reader, past, signal), asItStands);
  return {
    readStream: async (stream, options) => reader.readStream(stream, options),
    streamNames: async (options) => reader.streamNames(options),
    readStreams: async (options) => reader.readStreams(options),
    readAll: (options) => reader.readAll(options),
    eventAt: async (position) => reader.eventAt(position),
    subscribeAll: (options, handler) => reader.subscribeAll(options, handler),
    head: async () => BigInt(reader.head()),
    close: async () => {
      await reader.stopSubscriptions();
      database.close();
    },
  };
}

interface PendingAppend {
  stream: string;
  events: AdmittedEvent[];
  expected: ExpectedRevision;
  resolve: (outcome: AppendOutcome) => void;
  reject: (error: Error) => void;
}

/** One writer. Appends that arrive in one turn of the event loop, or while a commit runs, share a transaction and its fsync. */
class EmbeddedStore implements EventStore {
  private readonly reader: LogReader;
  private readonly begin: Database.Statement<[]>;
  private readonly commit: Database.Statement<[]>;
  private readonly insert: Database.Statement<[number, string, number, string, string, string, string, string]>;
  private readonly deleteFrom: Database.Statement<[number]>;
  private readonly streamHead: Database.Statement<[string], [revision: number, recordedAt: string]>;
  private readonly byId: Database.Statement<[string]>;

  private queue: PendingAppend[] = [];
  private flushing: NodeJS.Immediate | undefined;
  private readonly heads = new RecentlyUsed<number>(cachedStreams);
  private lastPosition: number;
  private readonly waiting = new Set<() => void>();
  private closing: Promise<void> | undefined;

  constructor(
    private readonly database: Database.Database,
    private readonly lock: WriterLock,
    private readonly limitBytes: number | undefined,
  ) {
    this.begin = database.prepare('BEGIN IMMEDIATE');
    this.commit = database.prepare('COMMIT');
    this.insert = database.prepare('INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.deleteFrom = database.prepare('DELETE FROM event WHERE position >= ?');
    this.streamHead = database
      .prepare<[string], [number, string]>(
        'SELECT revision, recorded_at FROM event WHERE stream = ? ORDER BY revision DESC LIMIT 1',
      )
      .raw();
    this.byId = database.prepare(
      "SELECT stream, revision, position, type, data, metadata FROM event WHERE unhex(id, '-') = unhex(?, '-')",
    );
    this.reader = new LogReader(database, (past, signal) => this.waitForGrowth(past, signal));
    this.lastPosition = this.reader.head();
  }

  append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendOutcome> {
    if (this.closing !== undefined) return Promise.reject(new Error(`append to ${stream}: the event store is closed`));
    const admission = admit(stream, events, this.limitBytes);
    if ('refused' in admission) return Promise.resolve(admission.refused);

    return new Promise((resolve, reject) => {
      this.queue.push({ stream, events: admission.admitted, expected, resolve, reject });
      this.flushing ??= setImmediate(() => this.flush());
    });
  }

  async readStream(stream: string, options?: { fromRevision?: number; limit?: number }) {
    return this.reader.readStream(stream, options);
  }

  async streamHeads(streams: readonly string[]): Promise<(StreamHead | undefined)[]> {
    const read = (stream: string): StreamHead | undefined => {
      const head = this.streamHead.get(stream);
      this.heads.set(stream, head?.[0] ?? -1);
      return head && { revision: head[0], recordedAt: head[1] };
    };
    if (streams.length <= 1) return streams.map(read);
    // Outside a transaction each of them would take the lock of the file and give it back.
    return this.database.transaction(() => streams.map(read))();
  }

  async streamNames(options: { prefix: string; after?: string; limit: number }) {
    return this.reader.streamNames(options);
  }

  async readStreams(options: { after: string; through: string }) {
    return this.reader.readStreams(options);
  }

  readAll(options?: Parameters<EventStore['readAll']>[0]) {
    return this.reader.readAll(options);
  }

  async eventAt(position: bigint) {
    return this.reader.eventAt(position);
  }

  subscribeAll(...[options, handler]: Parameters<EventStore['subscribeAll']>) {
    return this.reader.subscribeAll(options, handler);
  }

  async head(): Promise<bigint> {
    return BigInt(this.lastPosition);
  }

  close(): Promise<void> {
    this.closing ??= this.drainAndClose();
    return this.closing;
  }

  private async drainAndClose(): Promise<void> {
    if (this.flushing !== undefined) clearImmediate(this.flushing);
    while (this.queue.length > 0) this.flush();
    await this.reader.stopSubscriptions();
    this.database.close();
    this.lock.release();
  }

  private flush(): void {
    this.flushing = undefined;
    const group = this.takeGroup();
    if (group.length === 0) return;

    const before = this.lastPosition;
    let committing = false;
    try {
      this.begin.run();
      const outcomes = group.map((pending) => this.decide(pending));
      committing = true;
      this.commit.run();
      group.forEach((pending, index) => pending.resolve(outcomes[index]!));
    } catch (error) {
      this.forgetGroup(before);
      const cause = error as Error;
      for (const { stream, resolve, reject } of group) {
        // A commit that fails may still have reached the disk; anything earlier has certainly not.
        if (committing) resolve({ outcome: 'unknown', cause });
        else reject(new Error(`append to ${stream}: the event store could not write: ${cause.message}`, { cause }));
      }
    }
    if (this.queue.length > 0) this.flushing ??= setImmediate(() => this.flush());
    if (this.lastPosition > before) this.wakeWaiting();
  }

  private takeGroup(): PendingAppend[] {
    let events = 0;
    let size = 0;
    while (size < this.queue.length && events < eventsPerCommit) events += this.queue[size++]!.events.length;
    return this.queue.splice(0, size);
  }

  private forgetGroup(before: number): void {
    if (this.database.inTransaction) this.database.exec('ROLLBACK');
    this.heads.clear();
    this.lastPosition = before;
    try {
      this.lastPosition = this.reader.head();
    } catch {
      // A store that cannot be read either says so at the next call.
    }
  }

  private decide(pending: PendingAppend): AppendOutcome {
    const { stream, events, expected } = pending;
    const head = this.headOf(stream);
    if (expected !== (head === -1 ? 'noStream' : head)) return this.explain(pending, head);

    const first = this.lastPosition + 1;
    try {
      for (let index = 0; index < events.length; index++) {
        const { id, type, recordedAt, dataText, metadataText } = events[index]!;
        this.insert.run(first + index, stream, head + 1 + index, id, type, recordedAt, dataText, metadataText);
      }
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error;
      this.deleteFrom.run(first);
      return this.explain(pending, head);
    }

    const revision = head + events.length;
    this.lastPosition += events.length;
    this.heads.set(stream, revision);
    return { outcome: 'appended', revision, position: BigInt(this.lastPosition) };
  }

  private explain({ stream, events, expected }: PendingAppend, head: number): AppendOutcome {
    const outcome = explain(stream, events, expected, head, (id) => this.find(id));
    if (outcome === undefined)
      throw new Error(`the index over ids of ${stream} contradicts its events; the file is damaged`);
    return outcome;
  }

  private find(id: string): StoredContent | undefined {
    const row = this.byId.get(id) as (Omit<StoredContent, 'position'> & { position: number }) | undefined;
    return row && { ...row, position: BigInt(row.position) };
  }

  /** Revision of the stream's last event, -1 when there is none. */
  private headOf(stream: string): number {
    const cached = this.heads.get(stream);
    if (cached !== undefined) return cached;
    const head = this.streamHead.get(stream)?.[0] ?? -1;
    this.heads.set(stream, head);
    return head;
  }

  private waitForGrowth(past: bigint, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || BigInt(this.lastPosition) > past) return resolve();
      const wake = () => {
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  private wakeWaiting(): void {
    for (const wake of [...this.waiting]) wake();
  }
}

function openForWriting(file: string): Database.Database {
  const database = new Database(file, { timeout: busyMs });
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma(`wal_autocheckpoint = ${walPagesPerCheckpoint}`);
    database.pragma(`cache_size = -${cacheKib}`);
    prepareSchema(database, file);
    checkPositions(database, file);
    database
      .prepare(`INSERT INTO event_store VALUES ('writer', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`)
      .run(`process ${process.pid} since ${new Date().toISOString()}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The file behind links, so that two names for one store share one lock. */
function trueFile(file: string): string {
  if (existsSync(file)) return realpathSync(file);
  const folder = dirname(resolve(file));
  mkdirSync(folder, { recursive: true });
  return join(realpathSync(folder), basename(file));
}

async function pollForGrowth(reader: LogReader, past: bigint, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && BigInt(reader.head()) <= past) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
