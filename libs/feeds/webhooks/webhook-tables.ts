import Database from 'better-sqlite3';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';

/** The file of the subscriptions and of what is on its way to them, in the data folder. */
export const WEBHOOKS_FILE = 'feeds.db';

const VERSION = 2;

const tables = `
  CREATE TABLE webhook (
    id           TEXT PRIMARY KEY,
    url          TEXT NOT NULL,
    feed         TEXT NOT NULL,
    filter       TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('unverified', 'active', 'paused')),
    reason       TEXT,
    place        TEXT NOT NULL,
    version      INTEGER NOT NULL DEFAULT 0,
    secret       BLOB NOT NULL,
    old_secret   BLOB,
    old_until    INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL,
    delivered    INTEGER NOT NULL DEFAULT 0,
    delivered_at INTEGER,
    failed_at    INTEGER,
    failure      TEXT,
    failing_since INTEGER
  ) STRICT;
  CREATE TABLE message (
    n         INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook   TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    item      TEXT NOT NULL,
    position  INTEGER NOT NULL,
    lane      TEXT NOT NULL,
    body      TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('ready', 'retrying', 'parked')),
    attempts  INTEGER NOT NULL DEFAULT 0,
    due       INTEGER NOT NULL DEFAULT 0,
    failure   TEXT,
    failed_at INTEGER
  ) STRICT;
  CREATE INDEX message_lane ON message (webhook, lane, n);
  CREATE INDEX message_state ON message (webhook, state, n);
  CREATE INDEX message_due ON message (webhook, due) WHERE state = 'retrying' AND due > 0;
  CREATE TABLE lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL) STRICT;
`;
/** By which request a subscription was made, so that the request can be sent again. */
const requests = `
  CREATE TABLE request (
    key     TEXT PRIMARY KEY,
    asked   TEXT NOT NULL,
    webhook TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE
  ) STRICT;
`;

/** Opens the tables, making them, readable by their owner alone, where there are none. What was written is on disk. */
export function openTables(folder: string): Database.Database {
  const file = join(folder, WEBHOOKS_FILE);
  // Made before SQLite does, so that the file is never there with other rights.
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  const database = new Database(file, { timeout: 5_000 });
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database
    .transaction(() => {
      const version = database.pragma('user_version', { simple: true }) as number;
      if (version > VERSION) throw new Error(`${file} is of version ${version}; this program knows version ${VERSION}`);
      if (version === VERSION) return;
      if (version === 0) database.exec(tables);
      database.exec(requests);
      database.pragma(`user_version = ${VERSION}`);
    })
    .immediate();
  return database;
}
