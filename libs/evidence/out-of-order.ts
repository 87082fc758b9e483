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
 * Events of an embedded store that stand outside the order of its log: at positions below 1, or after a gap that follows
 * `hashed`, the last event that was hashed. No writer makes such; somebody who wants an event to count without being hashed may.
 */
export function eventsOutOfOrder(file: string, hashed: bigint): HiddenEvent[] {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const rows = database
      .prepare(
        `SELECT position, stream, revision, id FROM event AS one WHERE position < 1 OR (position > $next
         AND NOT EXISTS (SELECT 1 FROM event AS before WHERE before.position = one.position - 1)) ORDER BY position LIMIT ${TOLD}`,
      )
      .safeIntegers()
      .all({ next: hashed + 1n }) as { position: bigint; stream: string; revision: bigint; id: string }[];
    return rows.map((row) => ({ ...row, revision: Number(row.revision) }));
  } finally {
    database.close();
  }
}
