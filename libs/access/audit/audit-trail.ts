import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { START, hashOf, type AuditEntry, type AuditRow } from './audit-row';

/** Which rows are read. */
export interface AuditQuestion {
  /** Rows after this number. */
  after?: number;
  limit: number;
  person?: string;
  subject?: string;
  /** Instants; from the first, before the second. */
  since?: string;
  until?: string;
  /** Only those who were not let in. */
  refused?: boolean;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS audit (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, subject TEXT NOT NULL, action TEXT NOT NULL, person TEXT, basis TEXT,
    outcome TEXT NOT NULL, correlation TEXT NOT NULL, hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS audit_person ON audit (person, seq) WHERE person IS NOT NULL;
  CREATE INDEX IF NOT EXISTS audit_subject ON audit (subject, seq);
  CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'an audit trail is not changed'); END;
  CREATE TRIGGER IF NOT EXISTS audit_keeps BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'an audit trail loses nothing'); END;
  CREATE TRIGGER IF NOT EXISTS audit_grows BEFORE INSERT ON audit
    WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit)
    BEGIN SELECT RAISE(ABORT, 'an audit trail has one end'); END`;

const WAIT_MS = 50;
const ROWS_AT_ONCE = 2_000;
/** With more than this not yet on disk, nobody may read: what is read without a trace cannot be traced afterwards. */
const UNWRITTEN_ROWS = 20_000;

/** Where a data folder keeps its trail, and beside it the number and hash of the last row. */
export function auditFile(dataFolder: string): string {
  return join(dataFolder, 'audit.sqlite');
}

export function auditHeadFile(file: string): string {
  return file.replace(/\.sqlite$/, '.head');
}

/**
 * Who read whom, and who was refused: rows that are only ever added, each with the hash of the one before. Written in groups
 * a moment later, so that no reply waits for the disk.
 */
export class AuditTrail {
  private readonly database: Database.Database;
  private readonly insert: Database.Statement<[AuditRow]>;
  private readonly write: Database.Transaction<(entries: readonly AuditEntry[]) => AuditRow | undefined>;
  private waiting: AuditEntry[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** Opens the trail, making it where there is none. `failed` is told when rows could not be written; they are kept and tried again. */
  constructor(
    private readonly file: string,
    private readonly failed: (error: Error) => void = () => undefined,
  ) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.database = new Database(file);
    chmodSync(file, 0o600);
    this.database.pragma('journal_mode = WAL');
    this.database.pragma('synchronous = FULL');
    this.database.pragma('busy_timeout = 5000');
    this.database.pragma('recursive_triggers = ON');
    this.database.exec(SCHEMA);
    this.insert = this.database.prepare(
      'INSERT INTO audit VALUES (:seq, :at, :subject, :action, :person, :basis, :outcome, :correlation, :hash)',
    );
    const last = this.database.prepare<[], { seq: number; hash: string }>(
      'SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1',
    );
    this.write = this.database.transaction((entries: readonly AuditEntry[]) => {
      let { seq, hash } = last.get() ?? START;
      let row: AuditRow | undefined;
      for (const entry of entries) {
        row = { ...entry, seq: ++seq, hash: '' };
        row.hash = hash = hashOf(hash, row);
        this.insert.run(row);
      }
      return row;
    });
  }

  /** Notes what somebody did; on disk a moment later. */
  note(entry: AuditEntry): void {
    this.waiting.push(entry);
    this.timer ??= setTimeout(() => this.flush(), WAIT_MS);
  }

  /** Whether rows pile up because they cannot be written. */
  get overdue(): boolean {
    return this.waiting.length > UNWRITTEN_ROWS;
  }

  /** Writes what waits, so that it is on disk when this returns; false where it could not be. */
  flush(): boolean {
    clearTimeout(this.timer);
    this.timer = undefined;
    try {
      while (this.waiting.length > 0) {
        const group = this.waiting.slice(0, ROWS_AT_ONCE);
        const head = this.write.immediate(group);
        this.waiting.splice(0, group.length);
        if (head) this.keepHead(head);
      }
      return true;
    } catch (error) {
      this.failed(error as Error);
      this.timer = setTimeout(() => this.flush(), 20 * WAIT_MS);
      return false;
    }
  }

  /** Rows in order, those that wait among them. */
  read(question: AuditQuestion): AuditRow[] {
    this.flush();
    return rowsIn(this.database, question);
  }

  /** Writes what waits and closes. Throws where it could not be written. */
  close(): void {
    const whole = this.flush();
    clearTimeout(this.timer);
    const lost = this.waiting.length;
    this.database.close();
    if (!whole) throw new Error(`${lost} rows of the audit trail could not be written to ${this.file}`);
  }

  /** Beside the trail, so that rows cut off its end are missed. */
  private keepHead({ seq, hash }: AuditRow): void {
    const file = auditHeadFile(this.file);
    writeFileSync(`${file}.new`, `${seq} ${hash}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

/** Rows of the trail in a file, in order, as far as they are on disk; also while a server writes it. Throws where there is no trail. */
export function readAudit(file: string, question: AuditQuestion): AuditRow[] {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  try {
    return rowsIn(database, question);
  } finally {
    database.close();
  }
}

function rowsIn(
  database: Database.Database,
  { after = 0, limit, person, subject, since, until, refused }: AuditQuestion,
): AuditRow[] {
  const conditions = ['seq > :after'];
  if (person !== undefined) conditions.push('person = :person');
  if (subject !== undefined) conditions.push('subject = :subject');
  if (since !== undefined) conditions.push('at >= :since');
  if (until !== undefined) conditions.push('at < :until');
  if (refused) conditions.push("outcome LIKE '4%'");
  return database
    .prepare<[object], AuditRow>(`SELECT * FROM audit WHERE ${conditions.join(' AND ')} ORDER BY seq LIMIT :limit`)
    .all({ after, limit, person, subject, since, until });
}
