import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { checkSchema } from './schema';

/** Pages copied between two reports of progress: some megabytes. */
const PAGES_AT_ONCE = 2_000;
const busyMs = 30_000;

/** How far a copy has come. */
export interface CopiedPages {
  done: number;
  total: number;
}

/**
 * Copies a SQLite database as it stands at this moment into a new file, while others write it: one moment, whole
 * transactions. The copy is one file that needs no other beside it, and is on the disk when this resolves.
 */
export async function copyDatabase(
  source: string,
  target: string,
  onProgress?: (pages: CopiedPages) => void,
): Promise<void> {
  const database = new Database(source, { readonly: true, fileMustExist: true, timeout: busyMs });
  try {
    // A transaction of our own holds the moment; without it the copy would begin anew with every write of somebody else.
    database.exec('BEGIN');
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    await database.backup(target, {
      progress: ({ totalPages, remainingPages }) => {
        onProgress?.({ done: totalPages - remainingPages, total: totalPages });
        return PAGES_AT_ONCE;
      },
    });
  } finally {
    database.close();
  }
  const copy = new Database(target, { fileMustExist: true });
  try {
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
  const handle = openSync(target, 'r+');
  fsyncSync(handle);
  closeSync(handle);
}

/** What SQLite itself finds wrong in a database; nothing where it is whole. */
export function damageIn(file: string): string[] {
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: busyMs });
  try {
    const told = database.pragma('integrity_check(20)') as { integrity_check: string }[];
    return told.map(({ integrity_check }) => integrity_check).filter((line) => line !== 'ok');
  } catch (error) {
    return [(error as Error).message];
  } finally {
    database.close();
  }
}

/** What a store's file holds. */
export interface StoreContents {
  /** Events; with gap-free positions also the position of the last. */
  events: number;
  streams: number;
  /** SHA-256 over every event in the order of the log, in hex. */
  sha256: string;
  /** What contradicts the order of a log, in words; nothing where it is whole. */
  faults: string[];
}

/**
 * Reads a whole store: that positions have no gap, that every stream counts from 0 without a gap, and the hash of it all.
 * Throws where the file is no event store of this version.
 */
export function contentsOfStore(file: string): StoreContents {
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: busyMs });
  try {
    checkSchema(database, file);
    database.exec('BEGIN');
    const faults: string[] = [];
    const hash = createHash('sha256');
    let events = 0;
    const rows = database
      .prepare('SELECT position, stream, revision, id, type, recorded_at, data, metadata FROM event ORDER BY position')
      .raw();
    for (const row of rows.iterate() as IterableIterator<[number, ...unknown[]]>) {
      events += 1;
      if (row[0] !== events && faults.length === 0)
        faults.push(`position ${events} is missing; ${row[0]} stands there`);
      hash.update(`${JSON.stringify(row)}\n`);
    }
    const broken = database
      .prepare(
        `SELECT stream FROM event GROUP BY stream HAVING min(revision) <> 0 OR max(revision) <> count(*) - 1 LIMIT 20`,
      )
      .pluck()
      .all() as string[];
    for (const stream of broken) faults.push(`the revisions of ${stream} have a gap`);
    const streams = database.prepare('SELECT count(*) FROM event WHERE revision = 0').pluck().get() as number;
    return { events, streams, sha256: hash.digest('hex'), faults };
  } finally {
    database.close();
  }
}
