import Database from 'better-sqlite3';
import { WrittenFact, asEvent, type WrittenParts } from '../ledger';
import type { LedgerEvent } from '../../events';

/** A fact waiting for its turn; a reversal has none until the payment it takes back is known. */
export interface Staged {
  file: number;
  line: number;
  cells: string[];
  /** The person whom its identity number stands for. */
  person?: string;
  fact?: LedgerEvent;
}

interface StagedRecord {
  stream: string;
  file: number;
  line: number;
  cells: string;
  person: string | null;
  fact: string | null;
}

/**
 * Facts put in order by stream and time of recording, on disk, so that history from several files can be told in the order in which
 * it was learned without holding it in memory. The database is a temporary one that vanishes with the process.
 */
export class Staging {
  private readonly database: Database.Database;
  private readonly insert: Database.Statement<[string, string, number, number, string, string | null, string | null]>;
  private pending = 0;

  constructor() {
    this.database = new Database('');
    this.database.pragma('journal_mode = OFF');
    this.database.pragma('synchronous = OFF');
    this.database.exec(
      'CREATE TABLE staged (stream TEXT, recorded_at TEXT, file INTEGER, line INTEGER, cells TEXT, person TEXT, fact TEXT)',
    );
    this.insert = this.database.prepare('INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?, ?)');
  }

  add(stream: string, recordedAt: string, { file, line, cells, person, fact }: Staged): void {
    if (this.pending === 0) this.database.exec('BEGIN');
    this.insert.run(
      stream,
      recordedAt,
      file,
      line,
      JSON.stringify(cells),
      person ?? null,
      fact === undefined ? null : JSON.stringify(fact),
    );
    this.pending += 1;
    if (this.pending === 10_000) this.commit();
  }

  /** One stream after the other, from the one that follows `after`, each in the order of recording, then of the files as they were named. */
  *streams(after = ''): Generator<{ stream: string; staged: Staged[] }> {
    this.commit();
    const ordered = this.database
      .prepare<[string], StagedRecord>(
        `SELECT stream, file, line, cells, person, fact FROM staged WHERE stream > ?
         ORDER BY stream, recorded_at, file, line, rowid`,
      )
      .iterate(after);
    let current: { stream: string; staged: Staged[] } | undefined;
    for (const { stream, file, line, cells, person, fact } of ordered) {
      if (current !== undefined && current.stream !== stream) {
        yield current;
        current = undefined;
      }
      current ??= { stream, staged: [] };
      current.staged.push({
        file,
        line,
        cells: JSON.parse(cells) as string[],
        ...(person === null ? {} : { person }),
        ...(fact === null ? {} : { fact: factOf(fact) }),
      });
    }
    if (current !== undefined) yield current;
  }

  close(): void {
    this.database.close();
  }

  private commit(): void {
    if (this.pending > 0) this.database.exec('COMMIT');
    this.pending = 0;
  }
}

function factOf(text: string): LedgerEvent {
  const fact = JSON.parse(text) as LedgerEvent | WrittenParts;
  return 'dataText' in fact ? asEvent(new WrittenFact(fact)) : fact;
}
