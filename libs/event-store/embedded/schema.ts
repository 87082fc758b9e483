import type Database from 'better-sqlite3';

const schemaVersion = 1;

// Random ids land on random pages of their index, which is what a bulk import waits for: sixteen bytes an id keep it small.
const tables = `
  CREATE TABLE event (
    position    INTEGER PRIMARY KEY,
    stream      TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    id          TEXT NOT NULL,
    type        TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    data        TEXT NOT NULL,
    metadata    TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX event_place ON event (stream, revision);
  CREATE UNIQUE INDEX event_id ON event (unhex(id, '-'));
  CREATE TABLE event_store (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** Lays the tables out in an empty file. In one of ours it only checks the version; any other file is refused. */
export function prepareSchema(database: Database.Database, file: string): void {
  const tableCount = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (tableCount === 0) {
    database.transaction(() => {
      database.exec(tables);
      database.prepare(`INSERT INTO event_store VALUES ('schemaVersion', ?)`).run(String(schemaVersion));
    })();
  }
  checkSchema(database, file);
}

/** Throws unless the file is an event store of the version this code knows. */
export function checkSchema(database: Database.Database, file: string): void {
  const ours = database.prepare(`SELECT count(*) FROM sqlite_schema WHERE name = 'event_store'`).pluck().get() === 1;
  if (!ours) throw new Error(`${file} is a database, but not an event store of this ledger; give another file`);

  const found = Number(database.prepare(`SELECT value FROM event_store WHERE key = 'schemaVersion'`).pluck().get());
  if (found !== schemaVersion) {
    throw new Error(
      `${file} is an event store of version ${found}; this program knows version ${schemaVersion}. Use the program that wrote it`,
    );
  }
}
