import Database from 'better-sqlite3';

/** An event that reading a person's stream gives and reading the log does not. */
export interface HiddenEvent {
  position: bigint;
  stream: string;
  revision: number;
  id: string;
}

const TOLD = 50;

/**
 * Events of an embedded store that stand outside the order in which its log is read: at positions below 1, or beyond a gap
 * after `last`. No writer makes such; somebody who wants an event to count without being hashed may.
 */
export function eventsOutOfOrder(file: string, last: bigint): HiddenEvent[] {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const rows = database
      .prepare(
        'SELECT position, stream, revision, id FROM event WHERE position < 1 OR position > ? ORDER BY position LIMIT ?',
      )
      .safeIntegers()
      .all(last, TOLD) as { position: bigint; stream: string; revision: bigint; id: string }[];
    return rows.map((row) => ({ ...row, revision: Number(row.revision) }));
  } finally {
    database.close();
  }
}
