import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { maxAppendBytes } from '../admission';
import type { AppendOutcome, EventStore, ExpectedRevision, NewEvent, StoredEvent, StreamFilter } from '../port';
import { WrittenEvent } from '../written-event';
import { contentOf, ModelLog } from './model';

export interface LogUnderTest {
  store: EventStore;
  /** Another handle on the same log; the same one where the adapter allows a single writer. */
  another(): Promise<EventStore>;
  /** Closes every handle and throws the log away, where it can. */
  discard(): Promise<void>;
}

export interface LogTraits {
  /** Positions are 1n, 2n, 3n …, and the log is empty when made. */
  gapFree: boolean;
  /** An id stored in one stream is refused in every other; a store without an index over ids sees its own stream only. */
  idsUniqueInLog: boolean;
  /** Runs of the property test. */
  runs?: number;
}

const at = '2024-03-05T09:10:11.123+08:00';
const later = '2024-03-06T09:10:11.123+08:00';

export function newEvent(overrides: Partial<NewEvent> = {}): NewEvent {
  return {
    id: randomUUID(),
    type: 'ContributionPosted',
    recordedAt: at,
    data: { month: '2022-03', amountFen: 12345, payer: '甲公司', none: null, list: [1, 'two', { three: 3.5 }] },
    metadata: { effectiveOn: '2022-03-15', source: 'tax', schemaVersion: 1, correlationId: randomUUID() },
    ...overrides,
  };
}

/**
 * What every adapter of the port must keep. Streams are named apart for every test, so the log may be shared and need not be
 * empty (a real server), unless `traits.gapFree` says it is.
 */
export function eventStoreContract(name: string, makeLog: () => Promise<LogUnderTest>, traits: LogTraits): void {
  describe(`event store contract: ${name}`, () => {
    let log: LogUnderTest;
    let store: EventStore;
    let prefix: string;

    beforeAll(async () => {
      log = await makeLog();
      store = log.store;
    });
    afterAll(() => log.discard());
    beforeEach(() => {
      prefix = `contract-${randomUUID()}-`;
    });

    const person = (number: number) => `${prefix}person-${number}`;
    const mine = (filter: StreamFilter = {}): StreamFilter => ({ streamPrefixes: [prefix], ...filter });
    const seed = async (stream: string, count: number, start = 0): Promise<NewEvent[]> => {
      const events = Array.from({ length: count }, (_, index) => newEvent({ data: { number: start + index } }));
      const expected = start === 0 ? 'noStream' : start - 1;
      expect((await store.append(stream, events, expected)).outcome).toBe('appended');
      return events;
    };
    const readAll = (options: Parameters<EventStore['readAll']>[0] = {}) => collect(store.readAll(options));

    describe('append', () => {
      it('writes at noStream, then at the last revision, and returns revision and position of the last event', async () => {
        const before = await store.head();
        const first = await store.append(person(1), [newEvent()], 'noStream');
        const second = await store.append(person(1), [newEvent(), newEvent()], 0);

        expect(first).toMatchObject({ outcome: 'appended', revision: 0 });
        expect(second).toMatchObject({ outcome: 'appended', revision: 2 });
        expect(positionOf(first)).toBeGreaterThan(before);
        expect(positionOf(second)).toBeGreaterThan(positionOf(first));

        const stored = await store.readStream(person(1));
        expect(stored.map((event) => event.revision)).toEqual([0, 1, 2]);
        expect(positionOf(first)).toBe(stored[0]!.position);
        expect(positionOf(second)).toBe(stored[2]!.position);
      });

      it('returns exactly what was written, recorded time, Chinese text and odd keys included', async () => {
        const event = newEvent({
          id: randomUUID().toUpperCase(),
          type: '参保登记',
          recordedAt: '1999-12-31T23:59:59.999+08:00',
          data: JSON.parse(
            '{"__proto__":{"a":1},"":"empty key","𠮷":"𠮷","deep":[[[{"x":[]}]]],"big":9007199254740991,"tiny":5e-324,"lone":"\\ud800"}',
          ) as NewEvent['data'],
          metadata: { recordedAt: 'own key', id: 'own id', nested: { $inner: true }, __type: 'x' },
        });
        await store.append(person(1), [event], 'noStream');

        const [stored] = await store.readStream(person(1));
        expect(contentOf(stored!)).toBe(
          contentOf({ ...event, id: event.id.toLowerCase(), stream: person(1), revision: 0 }),
        );
        const [inLog] = await readAll({ filter: mine() });
        expect(inLog).toEqual(stored);
      });

      it('takes events as texts as it takes the same events as objects', async () => {
        const event = newEvent({ data: { month: '2022-05', sumFen: 48_000 }, metadata: { source: 'tax', 名: '值' } });
        const texts = () =>
          new WrittenEvent(
            event.id,
            event.type,
            event.recordedAt,
            JSON.stringify(event.data),
            JSON.stringify(event.metadata),
          );
        expect(await store.append(person(1), [newEvent(), texts()], 'noStream')).toMatchObject({ outcome: 'appended' });
        expect(contentOf((await store.readStream(person(1)))[1]!)).toBe(
          contentOf({ ...event, stream: person(1), revision: 1 }),
        );
        expect(await store.append(person(1), [event], 1)).toMatchObject({ outcome: 'alreadyAppended', revision: 1 });
        expect(await store.append(person(1), [texts()], 1)).toMatchObject({ outcome: 'alreadyAppended', revision: 1 });
        expect(await store.append(person(2), [texts(), texts()], 'noStream')).toMatchObject({
          outcome: 'conflictingId',
        });
      });

      it('tells where streams end, where it can do so without reading them', async () => {
        const [, last] = await seed(person(1), 2);
        const [only] = await seed(person(3), 1);
        const heads = await store.streamHeads?.([person(1), person(2), person(3)]);
        if (store.streamHeads === undefined) return;
        expect(heads).toEqual([
          { revision: 1, recordedAt: last!.recordedAt },
          undefined,
          { revision: 0, recordedAt: only!.recordedAt },
        ]);
        expect(await store.streamHeads([])).toEqual([]);
        expect(await store.append(person(2), [newEvent()], 'noStream')).toMatchObject({ outcome: 'appended' });
        expect(await store.append(person(1), [newEvent()], 1)).toMatchObject({ outcome: 'appended' });
      });

      it.each<[string, number, ExpectedRevision, number | 'noStream']>([
        ['noStream on a stream that is there', 1, 'noStream', 0],
        ['a revision on a stream that is not', 0, 0, 'noStream'],
        ['a revision behind', 3, 1, 2],
        ['a revision ahead', 3, 3, 2],
        ['a revision far ahead', 1, 1_000_000, 0],
      ])('refuses %s and writes nothing', async (_case, length, expected, actual) => {
        if (length > 0) await seed(person(1), length);
        const outcome = await store.append(person(1), [newEvent()], expected);
        expect(outcome).toEqual({ outcome: 'wrongExpectedRevision', actual });
        expect(await store.readStream(person(1))).toHaveLength(length);
      });

      it('says alreadyAppended to a retry, stamped later and with another correlation id, whatever the revision', async () => {
        const batch = [newEvent(), newEvent(), newEvent()];
        const first = await store.append(person(1), batch, 'noStream');
        await seed(person(1), 2, 3);
        const retry = batch.map((event) => ({
          ...event,
          recordedAt: later,
          data: Object.fromEntries(Object.entries(event.data).reverse()),
          metadata: { ...event.metadata, correlationId: randomUUID(), causationId: randomUUID() },
        }));

        for (const expected of ['noStream', 0, 4, 99] as const) {
          const outcome = await store.append(person(1), retry, expected);
          expect(outcome).toEqual({ ...first, outcome: 'alreadyAppended' });
        }
        const middle = await store.append(person(1), [retry[1]!], 4);
        expect(middle).toMatchObject({ outcome: 'alreadyAppended', revision: 1 });

        const stored = await store.readStream(person(1));
        expect(stored).toHaveLength(5);
        expect(stored[0]!.recordedAt).toBe(at);
      });

      it.each<[string, Partial<NewEvent>]>([
        ['another type', { type: 'ContributionReturned' }],
        ['other data', { data: { month: '2022-04' } }],
        ['other metadata', { metadata: { effectiveOn: '2022-03-16' } }],
      ])('refuses the id of a stored event with %s', async (_case, change) => {
        const event = newEvent();
        await store.append(person(1), [event], 'noStream');
        for (const expected of ['noStream', 0, 7] as const) {
          const outcome = await store.append(person(1), [newEvent(), { ...event, ...change }], expected);
          expect(outcome).toEqual({ outcome: 'conflictingId', id: event.id });
          const alone = await store.append(person(1), [{ ...event, ...change }], expected);
          expect(alone).toEqual({ outcome: 'conflictingId', id: event.id });
        }
        expect(await store.readStream(person(1))).toHaveLength(1);
      });

      it('refuses a batch stored in part, or in another order', async () => {
        const [a, b, c] = [newEvent(), newEvent(), newEvent()];
        await store.append(person(1), [a, b], 'noStream');

        expect(await store.append(person(1), [b, c], 1)).toEqual({ outcome: 'conflictingId', id: b.id });
        expect(await store.append(person(1), [b, a], 1)).toMatchObject({ outcome: 'conflictingId' });
        expect(await store.append(person(1), [b, c], 0)).toEqual({ outcome: 'wrongExpectedRevision', actual: 1 });
        expect(await store.append(person(1), [a, b, c], 'noStream')).toMatchObject({
          outcome: 'wrongExpectedRevision',
          actual: 1,
        });
        expect(await store.readStream(person(1))).toHaveLength(2);
      });

      it('refuses an id twice in one batch', async () => {
        const event = newEvent();
        const outcome = await store.append(person(1), [event, newEvent(), event], 'noStream');
        expect(outcome).toEqual({ outcome: 'conflictingId', id: event.id });
        expect(await store.readStream(person(1))).toEqual([]);
      });

      if (traits.idsUniqueInLog) {
        it('refuses an id stored in another stream', async () => {
          const event = newEvent();
          await store.append(person(1), [event], 'noStream');
          const outcome = await store.append(person(2), [event], 'noStream');
          expect(outcome).toEqual({ outcome: 'conflictingId', id: event.id });
          expect(await store.readStream(person(2))).toEqual([]);
        });
      }

      it('lets one of many writers win each revision, and tells the others where the stream is', async () => {
        const other = await log.another();
        const writers = [store, other, store, other, store, other];
        for (let revision = 0; revision < 20; revision++) {
          const expected = revision === 0 ? 'noStream' : revision - 1;
          const outcomes = await Promise.all(
            writers.map((writer, index) => writer.append(person(1), [newEvent({ data: { index } })], expected)),
          );
          expect(outcomes.filter(({ outcome }) => outcome === 'appended')).toHaveLength(1);
          const lost = outcomes.filter(({ outcome }) => outcome !== 'appended');
          expect(lost).toEqual(lost.map(() => ({ outcome: 'wrongExpectedRevision', actual: revision })));
        }
        expect(await store.readStream(person(1))).toHaveLength(20);
      });

      it('stores the same append once, however often it is sent at once', async () => {
        const other = await log.another();
        const batch = [newEvent(), newEvent()];
        const outcomes = await Promise.all(
          [store, other, store, other].map((writer) => writer.append(person(1), batch, 'noStream')),
        );
        for (const outcome of outcomes) {
          expect(['appended', 'alreadyAppended']).toContain(outcome.outcome);
          expect(outcome).toMatchObject({ revision: 1, position: positionOf(outcomes[0]!) });
        }
        expect((await store.readStream(person(1))).map(({ id }) => id)).toEqual(batch.map(({ id }) => id));
      });

      it('decides every append in flight on its own', async () => {
        await seed(person(0), 1);
        const outcomes = await Promise.all([
          store.append(person(1), [newEvent()], 'noStream'),
          store.append(person(0), [newEvent()], 5),
          store.append(person(2), [newEvent(), newEvent()], 'noStream'),
          store.append(person(3), [], 'noStream'),
          store.append(person(0), [newEvent()], 0),
        ]);
        expect(outcomes.map(({ outcome }) => outcome)).toEqual([
          'appended',
          'wrongExpectedRevision',
          'appended',
          'refused',
          'appended',
        ]);
        expect(await readAll({ filter: mine() })).toHaveLength(5);
      });

      it('keeps the order of appends sent to one stream without waiting', async () => {
        const events = Array.from({ length: 100 }, (_, number) => newEvent({ data: { number } }));
        const outcomes = await Promise.all(
          events.map((event, index) => store.append(person(1), [event], index === 0 ? 'noStream' : index - 1)),
        );
        expect(outcomes.every(({ outcome }) => outcome === 'appended')).toBe(true);
        expect((await store.readStream(person(1))).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
      });
    });

    describe('refusals before anything is sent', () => {
      const looped: Record<string, unknown> = {};
      looped.self = looped;
      const sparse = [1, undefined, 3];

      it.each<[string, unknown]>([
        ['a bigint', { amount: 1n }],
        ['NaN', { amount: NaN }],
        ['infinity', { list: [Infinity] }],
        ['a date object', { on: new Date(0) }],
        ['a map', { map: new Map() }],
        ['a buffer', { bytes: Buffer.from('x') }],
        ['a function', { f: () => 1 }],
        ['a symbol', { s: Symbol('s') }],
        ['a hole in a list', { list: sparse }],
        ['an object that contains itself', looped],
        ['an object with toJSON', { a: { toJSON: () => 1 } }],
        ['an array for data', [1]],
        ['text for data', 'text'],
        ['null for data', null],
        ['nothing for data', undefined],
      ])('data: %s', async (_case, data) => {
        const outcome = await store.append(
          person(1),
          [newEvent(), newEvent({ data: data as NewEvent['data'] })],
          'noStream',
        );
        expect(outcome).toMatchObject({ outcome: 'refused', reason: 'notSerialisable' });
        expect((outcome as { message: string }).message).toContain('events[1].data');
        expect(await store.readStream(person(1))).toEqual([]);
      });

      it.each<[string, Partial<Record<keyof NewEvent, unknown>>]>([
        ['an id that is no UUID', { id: 'first' }],
        ['an id that is no text', { id: 1n }],
        ['an empty type', { type: '' }],
        ['a type of the system', { type: '$metadata' }],
        ['a type with a line break', { type: 'a\nb' }],
        ['a type with half a character', { type: 'a\ud800' }],
        ['a recorded time of another zone', { recordedAt: '2024-03-05T09:10:11.123Z' }],
        ['a recorded time without milliseconds', { recordedAt: '2024-03-05T09:10:11+08:00' }],
        ['metadata with a bigint', { metadata: { n: 1n } }],
        ['metadata with a key of the system', { metadata: { $by: 'x' } }],
        ['metadata with a key of the store', { metadata: { '~recordedAt': 'x' } }],
      ])('%s', async (_case, change) => {
        const event = { ...newEvent(), ...change } as NewEvent;
        expect(await store.append(person(1), [event], 'noStream')).toMatchObject({
          outcome: 'refused',
          reason: 'notSerialisable',
        });
        expect(await store.readStream(person(1))).toEqual([]);
      });

      it.each(['', '$all', 'a\u0000b', 'x'.repeat(300)])('the stream name %j', async (stream) => {
        const outcome = await store.append(stream, [newEvent()], 'noStream');
        expect(outcome).toMatchObject({ outcome: 'refused', reason: 'notSerialisable' });
      });

      it('an empty batch', async () => {
        expect(await store.append(person(1), [], 'noStream')).toMatchObject({ outcome: 'refused', reason: 'empty' });
      });

      it('a batch too large for one append, by one event or by many; the largest that fits is stored', async () => {
        const large = (bytes: number) => newEvent({ data: { text: 'x'.repeat(bytes) } });
        const one = await store.append(person(1), [large(maxAppendBytes)], 'noStream');
        expect(one).toMatchObject({ outcome: 'refused', reason: 'tooLarge' });
        const many = await store.append(
          person(1),
          [0, 1, 2, 3].map(() => large(250_000)),
          'noStream',
        );
        expect(many).toMatchObject({ outcome: 'refused', reason: 'tooLarge' });
        const chinese = newEvent({ data: { text: '医'.repeat(400_000) } });
        expect(await store.append(person(1), [chinese], 'noStream')).toMatchObject({ reason: 'tooLarge' });
        expect(await store.readStream(person(1))).toEqual([]);

        expect(await store.append(person(1), [large(maxAppendBytes - 500)], 'noStream')).toMatchObject({
          outcome: 'appended',
        });
        const small = Array.from({ length: 3000 }, (_, number) => newEvent({ data: { number } }));
        expect(await store.append(person(2), small, 'noStream')).toMatchObject({ outcome: 'appended', revision: 2999 });
        expect((await store.readStream(person(2))).map(({ id }) => id)).toEqual(small.map(({ id }) => id));
      });

      it('an undefined property counts as absent', async () => {
        const data = { month: '2022-03', until: undefined } as unknown as NewEvent['data'];
        const event = newEvent({ data });
        await store.append(person(1), [event], 'noStream');
        expect((await store.readStream(person(1)))[0]!.data).toEqual({ month: '2022-03' });
        expect(await store.append(person(1), [{ ...event, data: { month: '2022-03' } }], 0)).toMatchObject({
          outcome: 'alreadyAppended',
        });
      });

      it('what the caller changes after the call is not stored', async () => {
        const event = newEvent({ data: { month: '2022-03' } });
        const appending = store.append(person(1), [event], 'noStream');
        event.data.month = '2022-04';
        await appending;
        expect((await store.readStream(person(1)))[0]!.data).toEqual({ month: '2022-03' });
      });
    });

    describe('readStream', () => {
      it('returns nothing for a stream that is not there', async () => {
        expect(await store.readStream(person(404))).toEqual([]);
        expect(await store.readStream(person(404), { fromRevision: 3, limit: 2 })).toEqual([]);
      });

      it.each<[{ fromRevision?: number; limit?: number }, number[]]>([
        [{}, [0, 1, 2, 3, 4]],
        [{ fromRevision: 0, limit: 1 }, [0]],
        [{ fromRevision: 4 }, [4]],
        [{ fromRevision: 5 }, []],
        [{ fromRevision: 900 }, []],
        [{ fromRevision: 1, limit: 2 }, [1, 2]],
        [{ fromRevision: 3, limit: 100 }, [3, 4]],
        [{ limit: 0 }, []],
      ])('pages by %j', async (options, revisions) => {
        await seed(person(1), 5);
        await seed(person(2), 3);
        const events = await store.readStream(person(1), options);
        expect(events.map((event) => event.revision)).toEqual(revisions);
        expect(events.every(({ stream }) => stream === person(1))).toBe(true);
      });

      it('keeps names apart that begin alike', async () => {
        await seed(person(1), 1);
        await seed(person(11), 2);
        expect(await store.readStream(person(1))).toHaveLength(1);
      });
    });

    describe('readAll', () => {
      it('returns every event once, in order of position, by batches of any size, after any position', async () => {
        const written: string[] = [];
        for (let round = 0; round < 10; round++) {
          for (const stream of [1, 2, 3])
            written.push(...(await seed(person(stream), 2, round * 2)).map(({ id }) => id));
        }
        const all = await readAll({ filter: mine() });
        expect(all.map(({ id }) => id)).toEqual(written);
        expectRising(all);

        for (const batchSize of [1, 7, 60, 1000]) {
          expect(await readAll({ filter: mine(), batchSize })).toEqual(all);
        }
        for (const cut of [0, 1, 29, 58, 59]) {
          expect(await readAll({ filter: mine(), after: all[cut]!.position, batchSize: 5 })).toEqual(
            all.slice(cut + 1),
          );
        }
        expect(await readAll({ filter: mine(), limit: 11, batchSize: 4 })).toEqual(all.slice(0, 11));
        expect(await readAll({ filter: mine(), after: all[10]!.position, limit: 1 })).toEqual([all[11]]);
        expect(await readAll({ filter: mine(), limit: 0 })).toEqual([]);
        expect(await readAll({ after: await store.head() })).toEqual([]);
      });

      it('reads after any position, and gives the event of one only where one begins', async () => {
        await seed(person(1), 30);
        const all = await collect(store.readAll());
        const [first, second] = all.slice(-20) as [StoredEvent, StoredEvent];
        const later = all.filter(({ position }) => position > first.position);
        for (const after of new Set([first.position, second.position - 1n, first.position + 1n])) {
          const rest = later.filter(({ position }) => position > after);
          for (const batchSize of [1, 4, 1000]) expect(await readAll({ after, batchSize })).toEqual(rest);
        }
        expect(await readAll({ after: first.position - 1n, limit: 1 })).toEqual([first]);

        for (const event of [all[0]!, first, all.at(-1)!]) expect(await store.eventAt(event.position)).toEqual(event);
        const begun = new Set(all.map(({ position }) => position));
        const head = await store.head();
        for (const none of [0n, first.position + 1n, second.position - 1n, head + 1n, head + 1_000_000n])
          if (!begun.has(none)) expect(await store.eventAt(none)).toBeUndefined();
      });

      it('yields batches of at most the size asked for, and stops reading when the reader breaks off', async () => {
        await seed(person(1), 25);
        const sizes: number[] = [];
        for await (const batch of store.readAll({ filter: mine(), batchSize: 10 })) sizes.push(batch.length);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(25);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(10);

        for await (const batch of store.readAll({ filter: mine(), batchSize: 10 })) {
          expect(batch.length).toBeLessThanOrEqual(10);
          break;
        }
      });

      it('filters by stream prefixes and by types, together and apart', async () => {
        const events = [
          { stream: `${prefix}person-1`, type: 'A' },
          { stream: `${prefix}region-1`, type: 'A' },
          { stream: `${prefix}person-1`, type: 'B' },
          { stream: `${prefix}employer%_-1`, type: 'B' },
          { stream: `${prefix}person-2`, type: 'AB' },
          { stream: `${prefix}person.*-2`, type: 'A.*' },
        ];
        const heads = new Map<string, number>();
        for (const { stream, type } of events) {
          const head = heads.get(stream);
          await store.append(stream, [newEvent({ type })], head ?? 'noStream');
          heads.set(stream, (head ?? -1) + 1);
        }
        const numbers = async (filter: StreamFilter) => {
          const found = await readAll({ filter });
          return found.map(({ stream, type }) => events.findIndex((e) => e.stream === stream && e.type === type));
        };

        expect(await numbers(mine())).toEqual([0, 1, 2, 3, 4, 5]);
        expect(await numbers({ streamPrefixes: [`${prefix}person-`, `${prefix}region-`] })).toEqual([0, 1, 2, 4]);
        expect(await numbers({ streamPrefixes: [`${prefix}employer%_`] })).toEqual([3]);
        expect(await numbers({ streamPrefixes: [`${prefix}person.*`] })).toEqual([5]);
        expect(await numbers(mine({ types: ['A'] }))).toEqual([0, 1]);
        expect(await numbers(mine({ types: ['A', 'B'] }))).toEqual([0, 1, 2, 3]);
        expect(await numbers(mine({ types: ['A.*'] }))).toEqual([5]);
        expect(await numbers(mine({ types: ['nothing'] }))).toEqual([]);
        expect(await numbers(mine({ types: [] }))).toEqual([]);
        expect(await numbers({ streamPrefixes: [] })).toEqual([]);
      });
    });

    describe('head', () => {
      it('is the position of the last event', async () => {
        await seed(person(1), 3);
        const appended = await store.append(person(2), [newEvent()], 'noStream');
        expect(await store.head()).toBeGreaterThanOrEqual(positionOf(appended));
        const last = (await readAll({ filter: mine() })).at(-1)!;
        expect(last.position).toBe(positionOf(appended));
      });

      if (traits.gapFree) {
        it('is 0n in an empty log, and positions leave no gap, refused appends or not', async () => {
          const fresh = await makeLog();
          try {
            expect(await fresh.store.head()).toBe(0n);
            expect(await collect(fresh.store.readAll())).toEqual([]);
            const event = newEvent();
            await Promise.all([
              fresh.store.append(person(1), [newEvent(), newEvent()], 'noStream'),
              fresh.store.append(person(1), [newEvent()], 'noStream'),
              fresh.store.append(person(2), [event], 'noStream'),
              fresh.store.append(person(3), [newEvent(), newEvent(), event], 'noStream'),
              fresh.store.append(person(4), [newEvent()], 'noStream'),
            ]);
            const positions = (await collect(fresh.store.readAll())).map(({ position }) => position);
            expect(positions).toEqual([1n, 2n, 3n, 4n]);
            expect(await fresh.store.head()).toBe(4n);
          } finally {
            await fresh.discard();
          }
        });
      }
    });

    describe('subscribeAll', () => {
      it('hands over what is stored, says it is live, then hands over what comes', async () => {
        await seed(person(1), 25);
        const seen: StoredEvent[] = [];
        const subscription = store.subscribeAll({ filter: mine(), batchSize: 10 }, async (batch) => {
          expect(batch.length).toBeLessThanOrEqual(10);
          seen.push(...batch);
        });
        await until(() => seen.length === 25 && subscription.state() === 'live');
        await seed(person(2), 3);
        await until(() => seen.length === 28);
        await until(() => subscription.checkpoint() >= seen.at(-1)!.position);
        await subscription.stop();

        expect(seen).toEqual(await readAll({ filter: mine() }));
        expect(subscription.state()).toBe('stopped');
        await subscription.closed;
      });

      it('starts after a position', async () => {
        await seed(person(1), 5);
        const all = await readAll({ filter: mine() });
        const seen: StoredEvent[] = [];
        const subscription = store.subscribeAll({ after: all[2]!.position, filter: mine() }, async (batch) => {
          seen.push(...batch);
        });
        await until(() => seen.length === 2);
        await subscription.stop();
        expect(seen).toEqual(all.slice(3));
      });

      it('loses and doubles nothing while many writers append', async () => {
        const other = await log.another();
        const seen: StoredEvent[] = [];
        let busy = 0;
        const slow = async (batch: StoredEvent[]) => {
          expect(++busy).toBe(1);
          if (seen.length % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
          seen.push(...batch);
          busy--;
        };
        const writer = async (number: number) => {
          for (let revision = 0; revision < 30; revision++) {
            const expected = revision === 0 ? 'noStream' : revision - 1;
            const target = number % 2 === 0 ? store : other;
            await target.append(person(number), [newEvent({ data: { revision } })], expected);
          }
        };
        const writing = Array.from({ length: 8 }, (_, number) => writer(number));
        const subscription = store.subscribeAll({ filter: mine(), batchSize: 7 }, slow);
        await Promise.all(writing);
        await until(() => seen.length >= 240);
        await subscription.stop();
        expect(seen).toEqual(await readAll({ filter: mine() }));
      });

      it('resumes from its checkpoint without loss or double, also past events its filter leaves out', async () => {
        const seen: StoredEvent[] = [];
        let checkpoint = await store.head();
        let length = 0;
        for (let round = 0; round < 5; round++) {
          const subscription = store.subscribeAll(
            { after: checkpoint, filter: mine(), batchSize: 4 },
            async (batch) => {
              seen.push(...batch);
            },
          );
          await seed(person(1), 6, length);
          length += 6;
          const target = round % 2 === 0 ? length : length - 3;
          await until(() => seen.length >= target);
          await subscription.stop();
          checkpoint = subscription.checkpoint();
          expect(checkpoint).toBeGreaterThanOrEqual(seen.at(-1)!.position);
        }
        expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
        const rest = await readAll({ after: checkpoint, filter: mine() });
        expect([...seen, ...rest]).toEqual(await readAll({ filter: mine() }));
      });

      it('moves its checkpoint past events the filter leaves out', async () => {
        const subscription = store.subscribeAll({ after: await store.head(), filter: mine({ types: ['None'] }) }, () =>
          Promise.reject(new Error('nothing should come')),
        );
        await until(() => subscription.state() === 'live');
        const start = subscription.checkpoint();
        for (let round = 0; subscription.checkpoint() === start; round++) {
          await seed(person(round), 40);
        }
        await subscription.stop();
        await subscription.closed;
      });

      it('waits for the handler before the next batch, and stop waits for it too', async () => {
        await seed(person(1), 3);
        const begun: StoredEvent[] = [];
        const held: (() => void)[] = [];
        const subscription = store.subscribeAll({ filter: mine(), batchSize: 1 }, async (batch) => {
          begun.push(...batch);
          await new Promise<void>((resolve) => held.push(resolve));
        });
        await until(() => begun.length === 1);
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(begun).toHaveLength(1);

        held.pop()!();
        await until(() => begun.length === 2);
        let stopped = false;
        const stopping = subscription.stop().then(() => (stopped = true));
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(stopped).toBe(false);

        held.pop()!();
        await stopping;
        await seed(person(2), 2);
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(begun).toHaveLength(2);
        expect(subscription.checkpoint()).toBe(begun[1]!.position);
      });

      it('ends with the error of a handler that throws, its checkpoint before that batch, and others go on', async () => {
        await seed(person(1), 10);
        const all = await readAll({ filter: mine() });
        const healthy: StoredEvent[] = [];
        const other = store.subscribeAll({ filter: mine() }, async (batch) => {
          healthy.push(...batch);
        });
        const seen: StoredEvent[] = [];
        const subscription = store.subscribeAll({ filter: mine(), batchSize: 2 }, async (batch) => {
          if (seen.length >= 4) throw new Error('cannot read this one');
          seen.push(...batch);
        });
        await expect(subscription.closed).rejects.toThrow('cannot read this one');
        expect(subscription.state()).toBe('stopped');
        expect(subscription.checkpoint()).toBeGreaterThanOrEqual(seen.at(-1)!.position);
        expect(subscription.checkpoint()).toBeLessThan(all[seen.length]!.position);
        await subscription.stop();

        await until(() => healthy.length === 10);
        await other.stop();
      });
    });

    describe('close', () => {
      it('finishes what was accepted, stops subscriptions, and rejects appends after it', async () => {
        const own = traits.gapFree ? await makeLog() : undefined;
        const closing = own?.store ?? (await log.another());
        try {
          const seen: StoredEvent[] = [];
          const subscription = closing.subscribeAll({ filter: mine() }, async (batch) => {
            seen.push(...batch);
          });
          const appends = Array.from({ length: 50 }, (_, n) => closing.append(person(n), [newEvent()], 'noStream'));
          await Promise.all([closing.close(), closing.close()]);
          const outcomes = await Promise.all(appends);
          expect(outcomes.every(({ outcome }) => outcome === 'appended')).toBe(true);
          await subscription.closed;
          expect(subscription.state()).toBe('stopped');
          await expect(closing.append(person(99), [newEvent()], 'noStream')).rejects.toThrow('closed');
        } finally {
          await own?.discard();
        }
      });
    });

    it('answers like the model, whatever is appended', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(appendCommand, { minLength: 1, maxLength: 25 }), async (commands) => {
          const model = new ModelLog(traits.idsUniqueInLog);
          const start = await store.head();
          const run = `${prefix}${randomUUID()}-`;
          const ids = Array.from({ length: 8 }, () => randomUUID());

          for (const { stream, ids: picked, content, expected } of commands) {
            const events = picked.map((pick) =>
              newEvent({ id: ids[pick]!, data: { content }, metadata: { source: 'tax' } }),
            );
            const outcome = await store.append(run + stream, events, expected);
            const { position: _, message: __, reason: ___, ...answer } = outcome as Record<string, unknown>;
            expect(answer).toEqual(model.append(run + stream, events, expected));
          }

          const all = await readAll({ after: start, filter: { streamPrefixes: [run] }, batchSize: 3 });
          expectRising(all);
          expect(all.map(contentOf)).toEqual(model.events.map(contentOf));
          for (const stream of ['a', 'b', 'c']) {
            const events = await store.readStream(run + stream);
            expect(events.map(contentOf)).toEqual(model.streamOf(run + stream).map(contentOf));
            expect(events).toEqual(all.filter((event) => event.stream === run + stream));
          }
        }),
        { numRuns: traits.runs ?? 100 },
      );
    });
  });
}

const appendCommand = fc.record({
  stream: fc.constantFrom('a', 'b', 'c'),
  ids: fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 4 }),
  content: fc.constantFrom('paid', 'paid', 'paid', 'returned'),
  expected: fc.oneof(fc.constant('noStream' as const), fc.integer({ min: 0, max: 6 })),
});

async function collect(batches: AsyncIterable<StoredEvent[]>): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of batches) events.push(...batch);
  return events;
}

function positionOf(outcome: AppendOutcome): bigint {
  if (outcome.outcome === 'appended' || outcome.outcome === 'alreadyAppended') return outcome.position;
  throw new Error(`expected an append, but it was ${outcome.outcome}`);
}

function expectRising(events: StoredEvent[]): void {
  for (let index = 1; index < events.length; index++) {
    expect(events[index]!.position).toBeGreaterThan(events[index - 1]!.position);
  }
}

/** Waits until the condition holds; the test's own time limit is the only one. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
