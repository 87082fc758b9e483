import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore, type EventStore } from '../event-store';
import { newEvent } from '../event-store/testing/contract';
import { StreamCache, type StreamSource } from './stream-cache';

let folder: string;
let store: EventStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-streams-'));
  store = openEmbeddedStore({ file: join(folder, 'events.db') });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const died = () => ({
  ...newEvent(),
  type: 'Died',
  data: {},
  metadata: { effectiveOn: '2024-01-01', schemaVersion: 1 },
});

async function grow(stream: string, events = 1): Promise<void> {
  const there = (await store.readStream(stream)).length;
  const { outcome } = await store.append(
    stream,
    Array.from({ length: events }, died),
    there === 0 ? 'noStream' : there - 1,
  );
  expect(outcome).toBe('appended');
}

/** The store, and which streams were read from it. */
function watched(): { source: StreamSource; read: string[]; tails: number[] } {
  const read: string[] = [];
  const tails: number[] = [];
  return {
    read,
    tails,
    source: {
      readStream: (stream, options) => {
        read.push(stream);
        return store.readStream(stream, options);
      },
      readAll: async function* (options) {
        for await (const batch of store.readAll(options)) {
          tails.push(batch.length);
          yield batch;
        }
      },
    },
  };
}

describe('streams that were read', () => {
  it('are not read again when others grow, and what the log grew by is looked at once for all of them', async () => {
    for (const stream of ['person-1', 'person-2', 'region-1']) await grow(stream);
    const { source, read, tails } = watched();
    const cache = new StreamCache(source);
    const ask = async () => {
      const head = await store.head();
      const events = await Promise.all(['person-1', 'person-2', 'region-1'].map((one) => cache.events(one, head)));
      return events.map(({ length }) => length);
    };
    expect(await ask()).toEqual([1, 1, 1]);
    expect(read.splice(0)).toEqual(['person-1', 'person-2', 'region-1']);

    await grow('person-3', 5);
    expect(await ask()).toEqual([1, 1, 1]);
    await grow('person-2');
    expect(await ask()).toEqual([1, 2, 1]);
    expect(await ask()).toEqual([1, 2, 1]);
    expect(read).toEqual(['person-2']);
    expect(tails).toEqual([5, 1]);
  });

  it('keep their history as it is while they do not grow', async () => {
    await grow('person-1', 2);
    const cache = new StreamCache(store);
    const history = async (knownAt: string | bigint) => cache.history('person-1', await store.head(), knownAt);
    const [now, earlier] = [await history('9999-12-31T23:59:59.999+08:00'), await history(1n)];
    await grow('person-2');
    expect(await history('9999-12-31T23:59:59.999+08:00')).toBe(now);
    expect(await history(1n)).toBe(earlier);
    await grow('person-1');
    expect((await history('9999-12-31T23:59:59.999+08:00')).facts).toHaveLength(3);
    expect((await history(1n)).facts).toHaveLength(1);
    expect((await history(2n)).facts).toHaveLength(2);
  });

  it('are each looked at after the log has grown by very much', async () => {
    for (const stream of ['person-1', 'person-2']) await grow(stream);
    const { source, read } = watched();
    const cache = new StreamCache(source);
    await cache.fetch(['person-1', 'person-2'], await store.head());
    await grow('person-3', 300);
    await grow('person-2');
    const head = await store.head();
    expect(cache.eventsAtHand('person-1', head)).toBeUndefined();
    expect(await cache.events('person-1', head)).toHaveLength(1);
    expect(await cache.events('person-2', head)).toHaveLength(2);
    expect(read).toEqual(['person-1', 'person-2', 'person-1', 'person-2']);
  });

  it('hold everything up to where they are asked for, whatever is written and read at the same time', async () => {
    const streams = ['person-1', 'person-2', 'person-3'];
    const step = fc.record({
      grows: fc.option(fc.constantFrom(...streams)),
      asked: fc.constantFrom(...streams),
      wait: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.infiniteStream(fc.nat(4)), async (steps, waits) => {
        const pause = async (turns: number) => {
          for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
        };
        const late = async <T>(found: T): Promise<T> => {
          await pause(waits.next().value as number);
          return found;
        };
        const cache = new StreamCache({
          readStream: async (stream, options) => late(await store.readStream(stream, options)),
          readAll: async function* (options) {
            for await (const batch of store.readAll({ ...options, batchSize: 2 })) yield await late(batch);
          },
        });
        const checks: Promise<void>[] = [];
        for (const { grows, asked: stream, wait } of steps) {
          if (grows) await grow(grows);
          const head = await store.head();
          const wanted = (await store.readStream(stream)).length;
          const check = async () => {
            expect((await cache.events(stream, head)).length).toBeGreaterThanOrEqual(wanted);
            const atHand = cache.eventsAtHand(stream, head);
            if (atHand) expect(atHand.length).toBeGreaterThanOrEqual(wanted);
          };
          checks.push(check());
          await pause(wait);
        }
        await Promise.all(checks);
      }),
      { numRuns: 150 },
    );
  });
});
