import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, Migrator, PostgresDialect, SqliteDialect } from 'kysely';
import { Pool, types } from 'pg';
import { migrations, type Dialect, type ReadModelTables } from './schema';

/** The read model's database, open for questions. */
export interface ReadModel {
  dialect: Dialect;
  /** A file of SQLite, or the address of a PostgreSQL. */
  location: string;
  queries: Kysely<ReadModelTables>;
  close(): Promise<void>;
}

/** Where the read model is: the PostgreSQL that `DATABASE_URL` names, else a file in the data folder. */
export function readModelLocation(dataFolder: string, databaseUrl: string | undefined): string {
  return databaseUrl === undefined || databaseUrl === '' ? join(dataFolder, 'read-model.db') : databaseUrl;
}

/**
 * Opens the read model, making it and bringing its tables up to date. Throws where the database cannot be reached, or was
 * laid out by a newer program.
 */
export async function openReadModel(location: string): Promise<ReadModel> {
  const dialect = dialectOf(location);
  const queries = dialect === 'sqlite' ? overSqlite(location) : overPostgres(location);
  try {
    await migrate(queries, dialect, location);
  } catch (error) {
    await queries.destroy();
    throw error;
  }
  return { dialect, location, queries, close: () => queries.destroy() };
}

export function dialectOf(location: string): Dialect {
  return /^postgres(ql)?:\/\//.test(location) ? 'postgres' : 'sqlite';
}

/** What a person may be told of the location: an address may hold a password. */
export function nameOf(location: string): string {
  return dialectOf(location) === 'postgres' ? new URL(location).host : location;
}

/** A connection to the file, set up as every one must be. */
export function openSqlite(file: string): Sqlite.Database {
  mkdirSync(dirname(file), { recursive: true });
  const database = new Sqlite(file, { timeout: BUSY_MS });
  database.pragma('page_size = 8192');
  database.pragma('journal_mode = WAL');
  // Rows and checkpoint move in one transaction, so a commit lost to a power cut is projected again.
  database.pragma('synchronous = NORMAL');
  database.pragma(`cache_size = -${CACHE_KIB}`);
  database.pragma(`mmap_size = ${MAPPED_BYTES}`);
  database.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
  return database;
}

export function openPool(address: string, max = 10): Pool {
  // A server that has vanished without a word would be waited for for ever.
  const pool = new Pool({ connectionString: address, types: { getTypeParser }, max, keepAlive: true });
  // A connection that dies while nobody uses it is replaced; whoever uses one is told by his query.
  pool.on('error', () => undefined);
  return pool;
}

const BUSY_MS = 30_000;
const CACHE_KIB = 64_000;
const WAL_PAGES = 8_000;
const MAPPED_BYTES = 1_000_000_000;
/** PostgreSQL's bigint; positions and fen stay below 2^53. */
const INT8 = 20;

function overSqlite(file: string): Kysely<ReadModelTables> {
  return new Kysely({ dialect: new SqliteDialect({ database: openSqlite(file) }) });
}

function overPostgres(address: string): Kysely<ReadModelTables> {
  return new Kysely({ dialect: new PostgresDialect({ pool: openPool(address) }) });
}

const getTypeParser = ((type: number, format?: 'text' | 'binary') =>
  type === INT8 ? Number : types.getTypeParser(type, format as 'text')) as typeof types.getTypeParser;

async function migrate(database: Kysely<ReadModelTables>, dialect: Dialect, location: string): Promise<void> {
  const migrator = new Migrator({ db: database, provider: migrations(dialect) });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined)
    throw new Error(`the read model at ${nameOf(location)} cannot be laid out`, { cause: error });
}
