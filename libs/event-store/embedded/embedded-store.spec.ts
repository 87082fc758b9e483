import Database from 'better-sqlite3';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventStoreContract, newEvent } from '../testing/contract';
import { startTypeScript } from '../testing/child-process';
import { openEmbeddedReader, openEmbeddedStore } from './embedded-store';

eventStoreContract(
  'embedded',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'event-store-'));
    const store = openEmbeddedStore({ file: join(folder, 'events.db') });
    return {
      store,
      another: async () => store,
      discard: async () => {
        await store.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
  { gapFree: true, idsUniqueInLog: true },
);

describe('one file, one writer', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'event-store-'));
    file = join(folder, 'events.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps everything over closing and opening again', async () => {
    const store = openEmbeddedStore({ file });
    await store.append('person-1', [newEvent(), newEvent()], 'noStream');
    const before = await store.readStream('person-1');
    await store.close();

    const again = openEmbeddedStore({ file });
    expect(await again.readStream('person-1')).toEqual(before);
    expect(await again.append('person-1', [newEvent()], 1)).toMatchObject({ revision: 2, position: 3n });
    await again.close();
  });

  it('refuses a second writer, in this process or another, under any name of the file, and names the first', async () => {
    const store = openEmbeddedStore({ file });
    const link = join(folder, 'link.db');
    symlinkSync(file, link);
    for (const name of [file, link]) {
      expect(() => openEmbeddedStore({ file: name })).toThrow(
        `${file} is being written by another process (process ${process.pid} since`,
      );
    }
    const second = startTypeScript('second-process.ts', [file, 'write']);
    await second.ended;
    expect(second.lines.join()).toContain(`is being written by another process (process ${process.pid} since`);

    expect(await store.append('person-1', [newEvent()], 'noStream')).toMatchObject({ outcome: 'appended' });
    await store.close();
    await openEmbeddedStore({ file }).close();
  });

  it('lets another process follow what this one writes', async () => {
    const store = openEmbeddedStore({ file });
    const ids: string[] = [];
    const follower = startTypeScript('second-process.ts', [file, 'follow']);
    try {
      for (let revision = 0; revision < 200; revision++) {
        const event = newEvent();
        ids.push(event.id);
        await store.append('person-1', [event], revision === 0 ? 'noStream' : revision - 1);
        if (revision % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      }
      while (follower.lines.length < ids.length) await new Promise((resolve) => setTimeout(resolve, 5));
    } finally {
      follower.process.kill();
      await follower.ended;
      await store.close();
    }
    expect(follower.lines).toEqual(ids.map((id, index) => `event ${index + 1} ${id}`));
  });

  it('reads without writing, and only what is there', async () => {
    expect(() => openEmbeddedReader({ file })).toThrow(`there is no event store at ${file}`);
    const store = openEmbeddedStore({ file });
    await store.append('person-1', [newEvent()], 'noStream');
    const reader = openEmbeddedReader({ file });
    expect(await reader.readStream('person-1')).toEqual(await store.readStream('person-1'));
    expect(await reader.head()).toBe(1n);
    await store.close();
    expect(await reader.head()).toBe(1n);
    await reader.close();
  });

  it('refuses a file that is something else, or of another version', async () => {
    const other = new Database(file);
    other.exec('CREATE TABLE something (x)');
    other.close();
    expect(() => openEmbeddedStore({ file })).toThrow('is a database, but not an event store of this ledger');
    expect(() => openEmbeddedReader({ file })).toThrow('is a database, but not an event store of this ledger');

    const text = join(folder, 'text.db');
    writeFileSync(text, 'not a database at all, only some text that is long enough to look at'.repeat(20));
    expect(() => openEmbeddedStore({ file: text })).toThrow('not a database');

    const newer = join(folder, 'newer.db');
    await openEmbeddedStore({ file: newer }).close();
    const database = new Database(newer);
    database.exec(`UPDATE event_store SET value = '2' WHERE key = 'schemaVersion'`);
    database.close();
    expect(() => openEmbeddedStore({ file: newer })).toThrow(
      'is an event store of version 2; this program knows version 1',
    );
  });

  it('rejects appends it cannot write, and goes on without a gap when it can again', async () => {
    const store = openEmbeddedStore({ file });
    await store.append('person-1', [newEvent()], 'noStream');
    const blocker = new Database(file);
    blocker.exec('BEGIN IMMEDIATE');
    const blocked = Promise.allSettled([
      store.append('person-1', [newEvent()], 0),
      store.append('person-2', [newEvent()], 'noStream'),
    ]);
    for (const result of await blocked) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { message: expect.stringContaining('could not write') },
      });
    }
    blocker.exec('ROLLBACK');
    blocker.close();

    expect(await store.append('person-1', [newEvent()], 0)).toMatchObject({ revision: 1, position: 2n });
    expect(await store.append('person-2', [newEvent()], 'noStream')).toMatchObject({ revision: 0, position: 3n });
    await store.close();
  });

  it('keeps many more streams than it remembers', async () => {
    const store = openEmbeddedStore({ file });
    const streams = Array.from({ length: 3000 }, (_, number) => `person-${number}`);
    await Promise.all(streams.map((stream) => store.append(stream, [newEvent()], 'noStream')));
    const outcomes = await Promise.all(streams.map((stream) => store.append(stream, [newEvent()], 0)));
    expect(outcomes.every((outcome) => outcome.outcome === 'appended' && outcome.revision === 1)).toBe(true);
    await store.close();
  });
});

describe('a log in which events are missing or stand where no writer puts them', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'event-store-'));
    file = join(folder, 'events.db');
    const store = openEmbeddedStore({ file });
    for (let n = 0; n < 10; n++) await store.append(`person-${n}`, [newEvent(), newEvent(), newEvent()], 'noStream');
    await store.close();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const change = (sql: string) => {
    const database = new Database(file);
    database.exec(sql);
    database.close();
  };
  const swapped = `UPDATE event SET position = -1 WHERE position = 4; UPDATE event SET position = 4 WHERE position = 5; UPDATE event SET position = 5 WHERE position = -1`;

  it.each([
    ['an event is gone', 'DELETE FROM event WHERE position = 15', 'holds 29 events up to position 30: 1 are missing'],
    ['the first is gone', 'DELETE FROM event WHERE position = 1', '1 are missing'],
    [
      'one stands at 0',
      'UPDATE event SET position = 0 WHERE position = 30',
      'an event at position 0; positions begin at 1',
    ],
    ['one stands far below', 'UPDATE event SET position = -99 WHERE position = 30', 'an event at position -99'],
    ['one stands far beyond', 'UPDATE event SET position = 4000000 WHERE position = 30', 'up to position 4000000'],
    [
      'one moved below, another beyond',
      'UPDATE event SET position = -1 WHERE position = 7; UPDATE event SET position = 31 WHERE position = 8',
      'an event at position -1',
    ],
  ])('%s: it is not opened', (_, sql, said) => {
    change(sql);
    for (const open of [openEmbeddedStore, openEmbeddedReader]) expect(() => open({ file })).toThrow(said);
    expect(() => openEmbeddedStore({ file })).toThrow('the event store is damaged');
  });

  it('an event that goes while the store is open is missed in reading, never passed over', async () => {
    const reader = openEmbeddedReader({ file });
    change('DELETE FROM event WHERE position IN (14, 17)');
    const read = async (options: Parameters<typeof reader.readAll>[0]) => {
      let last = 0n;
      for await (const batch of reader.readAll(options)) last = batch.at(-1)!.position;
      return last;
    };
    await expect(read({})).rejects.toThrow('the event at position 14 is missing; the next one stands at 15');
    await expect(read({ batchSize: 1 })).rejects.toThrow('1 of the events at positions 14 to 14 are missing');
    await expect(read({ filter: { streamPrefixes: ['person-9'] } })).rejects.toThrow('2 of the events');
    await expect(reader.readStream('person-4')).rejects.toThrow('revision 1 of person-4 is missing');
    await expect(reader.readStreams!({ after: 'person-3', through: 'person-5' })).rejects.toThrow('person-4');
    await expect(reader.subscribeAll({}, async () => undefined).closed).rejects.toThrow('position 14 is missing');
    expect(await reader.readStream('person-3')).toHaveLength(3);
    await reader.close();
  });

  it('events of one stream in another order than the log’s are not read', async () => {
    change(swapped);
    const reader = openEmbeddedReader({ file });
    await expect(reader.readStream('person-1')).rejects.toThrow(
      'revision 1 of person-1 stands at position 4, not after 5',
    );
    await reader.close();
  });

  it('is read as it stands by whoever looks into it', async () => {
    change('DELETE FROM event WHERE position BETWEEN 2 AND 20');
    const reader = openEmbeddedReader({ file, asItStands: true });
    const positions: bigint[] = [];
    for await (const batch of reader.readAll({ batchSize: 3 }))
      positions.push(...batch.map(({ position }) => position));
    expect(positions).toEqual([1n, 21n, 22n, 23n, 24n, 25n, 26n, 27n, 28n, 29n, 30n]);
    await reader.close();
  });
});
