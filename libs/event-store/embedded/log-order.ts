import type Database from 'better-sqlite3';

/** Events stand where no writer puts them, or are gone from where one stood. Nothing is read past such a place. */
export class DamagedLog extends Error {
  override readonly name = 'DamagedLog';

  constructor(what: string) {
    super(
      `the event store is damaged: ${what}. Put it back from a backup; "ledger evidence verify" tells what was done to it`,
    );
  }
}

/** Positions run from 1 without a gap. Throws `DamagedLog` where they do not. Counts an index: a tenth of a second for ten million. */
export function checkPositions(database: Database.Database, file: string): void {
  const { count, first, last } = database
    .prepare(
      `SELECT (SELECT count(*) FROM event) AS count, (SELECT min(position) FROM event) AS first,
              (SELECT max(position) FROM event) AS last`,
    )
    .get() as { count: number; first: number | null; last: number | null };
  if (first !== null && first < 1) {
    throw new DamagedLog(`${file} holds an event at position ${first}; positions begin at 1`);
  }
  if (count !== (last ?? 0)) {
    throw new DamagedLog(`${file} holds ${count} events up to position ${last}: ${(last ?? 0) - count} are missing`);
  }
}

/** That the event at `position` is the next after the one at `before`. */
export function checkFollowing(before: number, position: number): void {
  if (position !== before + 1) {
    throw new DamagedLog(`the event at position ${before + 1} is missing; the next one stands at ${position}`);
  }
}

/** That the events of one stream follow each other from the revision, also in the log. */
export function checkStream(
  stream: string,
  from: number,
  rows: readonly { revision: number; position: bigint | number }[],
): void {
  let before: bigint | number = 0;
  for (let index = 0; index < rows.length; index++) {
    const { revision, position } = rows[index]!;
    if (revision !== from + index) {
      throw new DamagedLog(`revision ${from + index} of ${stream} is missing; the next one is ${revision}`);
    }
    if (position <= before) {
      throw new DamagedLog(`revision ${revision} of ${stream} stands at position ${position}, not after ${before}`);
    }
    before = position;
  }
}
