import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { isRole, type Principal, type Role } from '../principal';

/** What is kept of a key; never the key. */
export interface KeyRecord {
  id: string;
  /** Whose key it is, by account or program; several keys of one name are one subject, so that a key can be replaced. */
  name: string;
  roles: readonly Role[];
  regions: Principal['regions'];
  /** Milliseconds since 1970, as every time here. */
  madeAt: number;
  expiresAt: number | undefined;
  revokedAt: number | undefined;
  /** To the minute. */
  lastUsedAt: number | undefined;
}

/** What a new key is to open. */
export type KeyTerms = Pick<KeyRecord, 'name' | 'roles' | 'regions' | 'expiresAt'>;

interface Row {
  id: string;
  name: string;
  hash: Buffer;
  roles: string;
  regions: string;
  made_at: number;
  expires_at: number | null;
  revoked_at: number | null;
  last_used_at: number | null;
}

const FORM = /^lk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;
const USE_KEPT_MS = 60_000;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS api_key (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, hash BLOB NOT NULL, roles TEXT NOT NULL, regions TEXT NOT NULL,
    made_at INTEGER NOT NULL, expires_at INTEGER, revoked_at INTEGER, last_used_at INTEGER
  ) STRICT`;

/** Where a data folder keeps its keys. */
export function keyFile(dataFolder: string): string {
  return join(dataFolder, 'access.sqlite');
}

/** Whether a bearer token has the form of a key. */
export function isKey(token: string): boolean {
  return FORM.test(token);
}

/**
 * The keys of one installation, for machines and for people without a sign-in. Every question reads the file anew, so that another
 * process' keys count and its revocations hold at once.
 */
export class KeyRing {
  private readonly database: Database.Database;
  private readonly find: Database.Statement<[string], Row>;
  private readonly used: Database.Statement<[number, string]>;
  private readonly live: Database.Statement<[number], Row>;

  /** Opens the file, making it where there is none, readable by its owner alone. */
  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.database = new Database(file);
    chmodSync(file, 0o600);
    this.database.pragma('journal_mode = WAL');
    this.database.pragma('busy_timeout = 2000');
    this.database.exec(SCHEMA);
    this.find = this.database.prepare('SELECT * FROM api_key WHERE id = ?');
    this.used = this.database.prepare('UPDATE api_key SET last_used_at = ? WHERE id = ?');
    this.live = this.database.prepare(
      'SELECT * FROM api_key WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)',
    );
  }

  /** Makes a key and gives it, this once; only its hash is kept. */
  add({ name, roles, regions, expiresAt }: KeyTerms, now: number): { key: string; record: KeyRecord } {
    const id = randomBytes(8).toString('hex');
    const secret = randomBytes(32).toString('base64url');
    this.database
      .prepare('INSERT INTO api_key VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)')
      .run(id, name, hashOf(secret), JSON.stringify(roles), JSON.stringify(regions), now, expiresAt ?? null);
    return { key: `lk_${id}_${secret}`, record: recordOf(this.find.get(id)!) };
  }

  /** Every key there ever was, the newest last. */
  list(): KeyRecord[] {
    return this.database.prepare<[], Row>('SELECT * FROM api_key ORDER BY made_at, id').all().map(recordOf);
  }

  /** Ends a key for good; false where there is none of this id, or it had ended. */
  revoke(id: string, now: number): boolean {
    return (
      this.database.prepare('UPDATE api_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL').run(now, id)
        .changes > 0
    );
  }

  /** The key of this id, also one that has ended. */
  record(id: string): KeyRecord | undefined {
    const row = this.find.get(id);
    return row && recordOf(row);
  }

  /**
   * Makes a key of the same name, roles, regions and end in the place of another, and gives it, this once; the one before opens
   * until `oldUntil`, or its own end where that is earlier. Undefined where it opens nothing any more.
   */
  rotate(
    id: string,
    { oldUntil, now }: { oldUntil: number; now: number },
  ): { key: string; record: KeyRecord } | undefined {
    return this.database.transaction(() => {
      const row = this.find.get(id);
      if (!row || !isLive(row, now)) return undefined;
      const before = recordOf(row);
      if (oldUntil <= now) this.revoke(id, now);
      else {
        this.database
          .prepare('UPDATE api_key SET expires_at = min(coalesce(expires_at, ?), ?) WHERE id = ?')
          .run(oldUntil, oldUntil, id);
      }
      return this.add(before, now);
    })();
  }

  /** Whose key it is; undefined where it is nobody's, or no longer. Takes as long for a wrong secret as for a right one. */
  principalOf(key: string, now: number): Principal | undefined {
    const [, id, secret] = FORM.exec(key) ?? [];
    if (id === undefined || secret === undefined) return undefined;
    const row = this.find.get(id);
    const right = timingSafeEqual(hashOf(secret), row?.hash ?? NOBODYS);
    if (!row || !right || !isLive(row, now)) return undefined;
    if (now - (row.last_used_at ?? 0) >= USE_KEPT_MS) this.keepUse(id, now);
    return principalOf(recordOf(row));
  }

  /** Everyone who holds a key that opens something now. */
  principals(now: number): Principal[] {
    return this.live.all(now).map((row) => principalOf(recordOf(row)));
  }

  close(): void {
    this.database.close();
  }

  /** The time of use is for people to look at; a file that is busy is no reason to keep anyone out. */
  private keepUse(id: string, now: number): void {
    try {
      this.used.run(now, id);
    } catch (error) {
      if (!String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) throw error;
    }
  }
}

const NOBODYS = Buffer.alloc(32);

function isLive({ revoked_at, expires_at }: Row, now: number): boolean {
  return revoked_at === null && (expires_at === null || expires_at > now);
}

function principalOf({ name, roles, regions }: KeyRecord): Principal {
  return { subject: `key:${name}`, roles, regions };
}

function recordOf(row: Row): KeyRecord {
  return {
    id: row.id,
    name: row.name,
    roles: (JSON.parse(row.roles) as unknown[]).filter(isRole),
    regions: JSON.parse(row.regions) as Principal['regions'],
    madeAt: row.made_at,
    expiresAt: row.expires_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}

/** The secret is 256 random bits, so one round of SHA-256 is as good as many. */
function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
