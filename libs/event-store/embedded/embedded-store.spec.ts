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
