import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, PostgresDialect, SqliteDialect, sql, type Transaction } from 'kysely';
import { Pool } from 'pg';

/** A person of whom the vault holds, or held, something. The row outlives an erasure, so that the id is never given out again. */
interface PersonRow {
  person: string;
  /** The data key, wrapped; null once it is destroyed. */
  key_id: string | null;
  wrapped_key: string | null;
  made_at: string;
}

/** A ciphertext under the person's data key: his name, or the number of a document. */
interface FieldRow {
  person: string;
  field: string;
  sealed: string;
}

/** The keyed hash of a document's number, and whose it is. */
interface LookupRow {
  lookup: string;
  person: string;
  field: string;
}

/** An erasure, from the moment the key is destroyed. Holds nothing of what was erased. */
interface ErasureRow {
  person: string;
  event_id: string;
  erased_at: string;
  legal_basis: string;
  actor: string | null;
  /** 1 once the log holds the event. */
  recorded: number;
}

/** Somebody gave a number for one person that another holds already. */
interface FoundTwiceRow {
  person: string;
  holder: string;
  kind: string;
  first_at: string;
  last_at: string;
  times: number;
  /** What a person decided about it; null while it waits. */
  settled: string | null;
  settled_at: string | null;
  settled_by: string | null;
}

interface SecretRow {
  name: string;
  key_id: string;
  wrapped_key: string;
}

export interface VaultTables {
  vault_person: PersonRow;
  vault_field: FieldRow;
  vault_lookup: LookupRow;
  vault_erasure: ErasureRow;
  vault_found_twice: FoundTwiceRow;
  vault_secret: SecretRow;
}

type VaultReads = Kysely<VaultTables>;
export type VaultWrites = Transaction<VaultTables> | Kysely<VaultTables>;

/** The vault's own database: a file of SQLite, or a PostgreSQL. */
export interface VaultDatabase {
  dialect: 'sqlite' | 'postgres';
  reads: VaultReads;
  /** All of it or nothing, one writer after another, whichever process they are in. */
  write<T>(work: (tables: VaultWrites) => Promise<T>): Promise<T>;
  /** Takes what was deleted out of the files, as far as the database can. */
  scrub(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the database, making it and its tables. Throws where it cannot be reached; an address is not repeated, it may hold a password. */
export async function openVaultDatabase(location: string): Promise<VaultDatabase> {
  const database = /^postgres(ql)?:\/\//.test(location) ? overPostgres(location) : overSqlite(location);
  try {
    await database.write(layOut);
    return database;
  } catch (cause) {
    await database.close();
    const place = database.dialect === 'postgres' ? new URL(location).host : location;
    throw new Error(`the identity vault at ${place} cannot be opened`, { cause });
  }
}

/** The ids of the master keys that the vault's secrets were sealed with; none where it is new. */
export async function sealingKeys(location: string): Promise<string[]> {
  const database = await openVaultDatabase(location);
  try {
    const rows = await database.reads.selectFrom('vault_secret').select('key_id').execute();
    return rows.map(({ key_id }) => key_id);
  } finally {
    await database.close();
  }
}

/** How long a writer waits for another. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 3;
/** Of no meaning but that nobody else uses it. */
const WRITER_LOCK = 7_164_290_113;

function overSqlite(file: string): VaultDatabase {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const connection = new Sqlite(file);
  // Its -wal and -shm take over its rights.
  chmodSync(file, 0o600);
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  // What is deleted is overwritten with zeros: a destroyed key must not be found in a free page.
  connection.pragma('secure_delete = ON');
  // Hashes and ids come in no order; without room for the upper pages each one would be fetched again.
  connection.pragma('cache_size = -64000');
  // Waiting inside SQLite would stop this thread, and with it whoever of this process holds the lock.
  connection.pragma('busy_timeout = 0');
  const reads = new Kysely<VaultTables>({ dialect: new SqliteDialect({ database: connection }) });
  const inTurn = turns();
  return {
    dialect: 'sqlite',
    reads,
    write: (work) => inTurn(() => immediately(reads, work)),
    scrub: async () => void (await whenFree(async () => connection.pragma('wal_checkpoint(TRUNCATE)'))),
    close: () => reads.destroy(),
  };
}

function overPostgres(address: string): VaultDatabase {
  const pool = new Pool({ connectionString: address, max: 5 });
  // A connection that dies while nobody uses it is replaced; whoever uses one is told by his query.
  pool.on('error', () => undefined);
  const reads = new Kysely<VaultTables>({ dialect: new PostgresDialect({ pool }) });
  const inTurn = turns();
  return {
    dialect: 'postgres',
    reads,
    write: (work) => inTurn(() => reads.transaction().execute((tables) => alone(tables, work))),
    // The old version of a row stays in its page until it is vacuumed, and would hold the wrapped key.
    scrub: async () => void (await sql`vacuum vault_person`.execute(reads)),
    close: () => reads.destroy(),
  };
}

/** Writers of this process one after another, so that they do not hold every connection while they wait. */
function turns(): <T>(write: () => Promise<T>) => Promise<T> {
  let turn: Promise<unknown> = Promise.resolve();
  return (write) => {
    const mine = turn.then(write);
    turn = mine.catch(() => undefined);
    return mine;
  };
}

/** Of two writers who lock some persons and numbers each, in any order, neither may wait for what the other holds. */
async function alone<T>(tables: VaultWrites, work: (tables: VaultWrites) => Promise<T>): Promise<T> {
  await sql`set local lock_timeout = ${sql.lit(PATIENCE_MS)}`.execute(tables);
  await sql`select pg_advisory_xact_lock(${WRITER_LOCK})`.execute(tables);
  return work(tables);
}

async function immediately<T>(reads: VaultReads, work: (tables: VaultWrites) => Promise<T>): Promise<T> {
  return reads.connection().execute(async (tables) => {
    await whenFree(() => sql`begin immediate`.execute(tables));
    try {
      const result = await work(tables);
      await sql`commit`.execute(tables);
      return result;
    } catch (error) {
      await sql`rollback`.execute(tables).catch(() => undefined);
      throw error;
    }
  });
}

async function whenFree<T>(write: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; ;) {
    try {
      return await write();
    } catch (error) {
      if (!/^SQLITE_BUSY/.test((error as { code?: string }).code ?? '') || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** Every statement may find its work done already: two processes may open a new vault at once. */
async function layOut(tables: VaultWrites): Promise<void> {
  for (const statement of [
    sql`create table if not exists vault_person (
      person text primary key, key_id text, wrapped_key text, made_at text not null)`,
    sql`create index if not exists vault_person_key on vault_person (key_id, person)`,
    sql`create table if not exists vault_field (
      person text not null, field text not null, sealed text not null, primary key (person, field))`,
    sql`create table if not exists vault_lookup (lookup text primary key, person text not null, field text not null)`,
    sql`create index if not exists vault_lookup_person on vault_lookup (person)`,
    sql`create table if not exists vault_erasure (
      person text primary key, event_id text not null, erased_at text not null, legal_basis text not null, actor text,
      recorded integer not null)`,
    sql`create table if not exists vault_found_twice (
      person text not null, holder text not null, kind text not null, first_at text not null, last_at text not null,
      times integer not null, settled text, settled_at text, settled_by text, primary key (person, holder))`,
    sql`create table if not exists vault_secret (name text primary key, key_id text not null, wrapped_key text not null)`,
  ]) {
    await statement.execute(tables);
  }
}
