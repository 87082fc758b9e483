import type Database from 'better-sqlite3';
import type { NewEvent } from '../../../libs/event-store';

/** Bare inserts into the same columns and indexes, as durable and with the same room as the embedded store has. */
export function prepareBare(database: Database.Database): (stream: string, revision: number, event: NewEvent) => void {
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('wal_autocheckpoint = 32000');
  database.pragma('cache_size = -64000');
  database.exec(`
    CREATE TABLE event (
      position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL,
      type TEXT NOT NULL, recorded_at TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX event_place ON event (stream, revision);
    CREATE UNIQUE INDEX event_id ON event (unhex(id, '-'));
  `);
  const insert = database.prepare('INSERT INTO event VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)');
  return (stream, revision, { id, type, recordedAt, data, metadata }) => {
    insert.run(stream, revision, id, type, recordedAt, JSON.stringify(data), JSON.stringify(metadata));
  };
}
