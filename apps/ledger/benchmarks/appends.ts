import Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openEmbeddedStore, type NewEvent } from '../../../libs/event-store';
import type { BenchRow } from './answers';
import { median, rounded, wallMillis } from './measured';

const APPENDS = 1_500;
const ROUNDS = 5;

/** Durable appends of one event, one after the other, against bare inserts with an fsync each into a file on the same disk. */
export async function benchAppends(folder: string): Promise<BenchRow[]> {
  const store = openEmbeddedStore({ file: join(folder, 'appends.sqlite') });
  const bare = new Database(join(folder, 'bare-appends.sqlite'));
  try {
    const insert = prepareBare(bare);
    const ratios: number[] = [];
    let perSecond = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const events = Array.from({ length: APPENDS }, eventOf);
      const ours = await wallMillis(async () => {
        for (const [index, event] of events.entries())
          await store.append(
            `person-${round}-${index % 500}`,
            [event],
            index < 500 ? 'noStream' : Math.floor(index / 500) - 1,
          );
      });
      const theirs = await wallMillis(() => {
        for (const [index, event] of events.entries())
          insert(`person-${round}-${index % 500}`, Math.floor(index / 500), event);
      });
      ratios.push(ours / theirs);
      perSecond = Math.max(perSecond, (APPENDS / ours) * 1000);
    }
    const ratio = median(ratios);
    return [
      {
        name: 'single durable append, times a bare insert with fsync',
        value: rounded(ratio),
        unit: '×',
        limit: 1.5,
        ok: ratio <= 1.5,
        note: `middle of ${ROUNDS} rounds of ${APPENDS}`,
      },
      { name: 'single durable appends', value: Math.round(perSecond), unit: 'a second' },
    ];
  } finally {
    bare.close();
    await store.close();
  }
}

/** The same columns and indexes, one transaction and fsync an insert. */
export function prepareBare(database: Database.Database): (stream: string, revision: number, event: NewEvent) => void {
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
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

function eventOf(): NewEvent {
  const data = {
    scheme: 'employee',
    region: '211200',
    kind: 'regular',
    feeMonths: { from: '2022-05', through: '2022-05' },
    unitFen: 48_000,
  };
  const metadata = { source: 'tax', actor: 'bench', effectiveOn: '2022-05-16', schemaVersion: 1 };
  return { id: randomUUID(), type: 'Paid', recordedAt: '2022-05-16T10:00:00.000+08:00', data, metadata };
}
