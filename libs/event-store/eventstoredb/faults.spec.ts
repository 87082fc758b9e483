import { EventStoreDBClient, binaryEvent, jsonEvent } from '@eventstore/db-client';
import type { EventStore, StoredEvent } from '../port';
import { newEvent } from '../testing/contract';
import { FaultsInTurn, startTestCluster, type Fault, type FaultPoint, type TestCluster } from '../testing/node';
import { openEventStoreDb } from './event-store-db';
import type { EventStoreDbObserver, EventStoreDbTimeouts } from './settings';

const timeouts: EventStoreDbTimeouts = {
  appendMs: 20_000,
  readMs: 20_000,
  attemptMs: 150,
  quietMs: 300,
  backoffFirstMs: 5,
  backoffMostMs: 50,
};

describe('EventStoreDB when things go wrong', () => {
  let cluster: TestCluster;
  let faults: FaultsInTurn;
  const stores: EventStore[] = [];

  const start = async (options: Parameters<typeof startTestCluster>[0] = {}) => {
    faults = new FaultsInTurn();
    cluster = await startTestCluster({ ...options, faults: faults.plan });
  };
  const open = (
    settings: Partial<EventStoreDbTimeouts> = {},
    connectionString = cluster.connectionString(),
    observer?: EventStoreDbObserver,
  ) => {
    const store = openEventStoreDb({ connectionString, timeouts: { ...timeouts, ...settings }, observer });
    stores.push(store);
    return store;
  };
  const storedIds = () => cluster.log.events.filter(({ stream }) => !stream.startsWith('$')).map(({ id }) => id);

  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
    await cluster.stop();
  });

  describe('an append is stored once, in its place, although the server', () => {
    it.each<[string, FaultPoint, Fault]>([
      ['is too busy', 'append', { fault: 'busy' }],
      ['is not ready', 'append', { fault: 'notReady' }],
      ['gives up before writing', 'append', { fault: 'timeout' }],
      ['gives up after writing', 'appended', { fault: 'timeout' }],
      ['says busy after writing', 'appended', { fault: 'busy' }],
      ['drops the connection before writing, and writes', 'append', { fault: 'drop' }],
      ['drops the connection after writing', 'appended', { fault: 'drop' }],
      ['never answers and never writes', 'append', { fault: 'silence' }],
      ['never answers but writes', 'appended', { fault: 'silence' }],
      ['ends the call before writing', 'append', { fault: 'end' }],
      ['ends the call after writing', 'appended', { fault: 'end' }],
      ['breaks the call before writing', 'append', { fault: 'cut' }],
      ['breaks the call after writing', 'appended', { fault: 'cut' }],
      ['writes late, after the next try', 'append', { fault: 'delay', ms: 400 }],
      ['answers late, after the next try', 'appended', { fault: 'delay', ms: 400 }],
      ['stands still longer than a try', 'append', { fault: 'freeze', ms: 400 }],
      ['dies before writing and comes back', 'append', { fault: 'kill', reviveAfterMs: 50 }],
      ['dies after writing and comes back', 'appended', { fault: 'kill', reviveAfterMs: 50 }],
    ])('%s', async (_case, point, fault) => {
      await start();
      const store = open();
      const [first, ...batch] = [newEvent(), newEvent(), newEvent()];
      await store.append('person-1', [first], 'noStream');
      faults.next(point, fault);

      expect(await store.append('person-1', batch, 0)).toMatchObject({ outcome: 'appended', revision: 2 });
      // A late write of the first try comes while the next append is on its way.
      const last = newEvent();
      expect(await store.append('person-1', [last], 2)).toMatchObject({ outcome: 'appended', revision: 3 });
      await new Promise((resolve) => setTimeout(resolve, 'ms' in fault ? fault.ms : 0));
      expect(storedIds()).toEqual([first, ...batch, last].map(({ id }) => id));
      expect((await store.readStream('person-1')).map(({ revision }) => revision)).toEqual([0, 1, 2, 3]);
    });
  });

  it('says unknown when the server does not answer within the limit, and settles it later by the same append', async () => {
    await start();
    const store = open({ appendMs: 500 });
    await store.append('person-1', [newEvent()], 'noStream');
    const event = newEvent();
    faults.next('append', { fault: 'freeze', ms: 1_500 });
    const outcome = await store.append('person-1', [event], 0);
    expect(outcome.outcome).toBe('unknown');
    expect((outcome as { cause: Error }).cause.message).toContain(
      'append to person-1: no answer from EventStoreDB within 500 ms',
    );

    let settled = await store.append('person-1', [event], 0);
    while (settled.outcome === 'unknown') settled = await store.append('person-1', [event], 0);
    expect(['appended', 'alreadyAppended']).toContain(settled.outcome);
    expect(storedIds().filter((id) => id === event.id)).toHaveLength(1);
  });

  it('ends every call in time when there is no server, and works when there is one again', async () => {
    await start();
    const store = open({ appendMs: 400, readMs: 400 });
    cluster.nodes[0]!.kill();
    expect(await store.append('person-1', [newEvent()], 'noStream')).toMatchObject({ outcome: 'unknown' });
    await expect(store.readStream('person-1')).rejects.toThrow('no answer from EventStoreDB');
    await expect(store.head()).rejects.toThrow('no answer from EventStoreDB');
    await expect(collect(store.readAll())).rejects.toThrow('no answer from EventStoreDB');
    await expect(collect(store.readAll({ filter: { types: ['A'] } }))).rejects.toThrow('no answer from EventStoreDB');

    await cluster.nodes[0]!.revive();
    const patient = open();
    expect(await patient.append('person-1', [newEvent()], 'noStream')).toMatchObject({ outcome: 'appended' });
  });

  it('keeps the appends of one server out of the troubles of another', async () => {
    await start();
    const other = await startTestCluster();
    const otherStore = openEventStoreDb({
      connectionString: other.connectionString(),
      timeouts: { ...timeouts, appendMs: 60_000 },
    });
    try {
      // Time enough for a busy machine: the troubles are under test, not the clock.
      const store = open({ appendMs: 60_000 });
      await store.append('person-0', [newEvent()], 'noStream');
      await otherStore.append('person-0', [newEvent()], 'noStream');
      faults.next('append', { fault: 'freeze', ms: 100 });
      const troubled = Array.from({ length: 20 }, (_, n) => store.append(`person-a${n}`, [newEvent()], 'noStream'));
      const sound = Array.from({ length: 200 }, (_, n) => otherStore.append(`person-b${n}`, [newEvent()], 'noStream'));
      cluster.nodes[0]!.drop();
      for (const outcome of await Promise.all([...troubled, ...sound])) expect(outcome.outcome).toBe('appended');
      expect(other.log.events).toHaveLength(201);
    } finally {
      await otherStore.close();
      await other.stop();
    }
  }, 180_000);

  describe('in a cluster', () => {
    it('writes to the leader wherever it connected, and to the next leader when that one dies', async () => {
      await start({ nodes: 3 });
      for (const leader of [0, 1, 2]) {
        cluster.leader = leader;
        expect(await open().append(`person-${leader}`, [newEvent()], 'noStream')).toMatchObject({
          outcome: 'appended',
        });
      }
      const store = open();
      await store.append('person-9', [newEvent()], 'noStream');
      for (let revision = 0; revision < 6; revision++) {
        if (revision % 2 === 0) cluster.nodes[cluster.leader]!.kill(300);
        expect(await store.append('person-9', [newEvent()], revision)).toMatchObject({ outcome: 'appended' });
      }
      expect(await store.readStream('person-9')).toHaveLength(7);
    });
  });

  describe('over TLS', () => {
    it('lets the right user in and turns the wrong one away at once, without telling the password', async () => {
      await start({ tls: true, users: { ledger: 'right' } });
      const store = open({}, cluster.connectionString({ name: 'ledger', password: 'right' }));
      expect(await store.append('person-1', [newEvent()], 'noStream')).toMatchObject({ outcome: 'appended' });
      expect(await collect(store.readAll())).toHaveLength(1);

      const stranger = open({}, cluster.connectionString({ name: 'ledger', password: 'wrong-secret' }));
      const failures = [
        stranger.append('person-1', [newEvent()], 0),
        stranger.readStream('person-1'),
        stranger.head(),
        collect(stranger.readAll()),
        collect(stranger.readAll({ filter: { types: ['A'] } })),
        stranger.subscribeAll({}, async () => undefined).closed,
      ];
      for (const result of await Promise.allSettled(failures)) {
        expect(result.status).toBe('rejected');
        const { message } = (result as PromiseRejectedResult).reason as Error;
        expect(message).toMatch(/access denied/i);
        expect(message).not.toContain('wrong-secret');
      }
    });
  });

  describe('a subscription loses and doubles nothing when the server', () => {
    it.each<[string, FaultPoint, Fault]>([
      ['is busy when it starts', 'subscribe', { fault: 'busy' }],
      ['does not confirm', 'subscribe', { fault: 'silence' }],
      ['breaks it in the middle of a batch', 'following', { fault: 'cut' }],
      ['ends it as if all were well', 'following', { fault: 'end' }],
      ['falls silent without a word', 'following', { fault: 'silence' }],
      ['drops the connection', 'following', { fault: 'drop' }],
      ['stands still', 'following', { fault: 'freeze', ms: 500 }],
      ['dies and comes back', 'following', { fault: 'kill', reviveAfterMs: 50 }],
    ])('%s', async (_case, point, fault) => {
      await start();
      const store = open();
      await store.append(
        'person-1',
        Array.from({ length: 20 }, () => newEvent()),
        'noStream',
      );
      const seen: StoredEvent[] = [];
      faults.next(point, fault);
      const follow = async (batch: StoredEvent[]) => {
        seen.push(...batch);
        if (seen.length === 12) faults.next(point, fault);
        await new Promise((resolve) => setTimeout(resolve, 2));
      };
      const subscription = store.subscribeAll({ batchSize: 3 }, follow);
      await until(() => seen.length >= 12);
      for (let n = 0; n < 30; n++) await store.append(`person-${10 + n}`, [newEvent()], 'noStream');
      await until(() => seen.length >= 50);
      await until(() => subscription.checkpoint() === seen.at(-1)!.position);
      await subscription.stop();
      expect(seen.map(({ id }) => id)).toEqual(storedIds());
      await subscription.closed;
    });
  });

  it('tells its observer what a subscription is doing', async () => {
    await start();
    const states = new Set<string>();
    const troubles: string[] = [];
    const store = open({}, cluster.connectionString(), {
      subscription: ({ state }) => states.add(state),
      retrying: ({ operation, attempt, error }) => troubles.push(`${operation} ${attempt} ${error.message}`),
    });
    await store.append('person-1', [newEvent()], 'noStream');
    const seen: StoredEvent[] = [];
    const subscription = store.subscribeAll({}, async (batch) => {
      seen.push(...batch);
    });
    await until(() => subscription.state() === 'live');
    faults.next('following', { fault: 'cut' });
    await store.append('person-1', [newEvent()], 0);
    await until(() => seen.length === 2 && subscription.state() === 'live');
    expect(troubles).toEqual([expect.stringMatching(/^subscription 1 .*Connection dropped/)]);
    await subscription.stop();
    expect(states).toContain('live');
    expect(states).toContain('stopped');
  });

  it('stops a subscription at once while it waits to reconnect', async () => {
    await start();
    const store = open({ backoffFirstMs: 60_000, backoffMostMs: 60_000 });
    faults.next('subscribe', { fault: 'busy' });
    const subscription = store.subscribeAll({}, async () => undefined);
    await until(() => subscription.state() === 'reconnecting');
    await subscription.stop();
    expect(subscription.state()).toBe('stopped');
    await subscription.closed;
  });

  it('moves a checkpoint only past events that were handed over, however slowly', async () => {
    await start();
    const store = open();
    for (let n = 0; n < 12; n++) {
      await store.append(
        `other-${n}`,
        Array.from({ length: 100 }, () => newEvent()),
        'noStream',
      );
      await store.append(`person-${n}`, [newEvent()], 'noStream');
    }
    const ids = (await collect(store.readAll({ filter: { streamPrefixes: ['person-'] } }))).map(({ id }) => id);
    const seen: string[] = [];
    let checkpoint = 0n;
    // Stopped after every batch and begun again at its checkpoint: a checkpoint that ran ahead would skip events.
    while (seen.length < ids.length) {
      const subscription = store.subscribeAll(
        { after: checkpoint, filter: { streamPrefixes: ['person-'] }, batchSize: 1 },
        async (batch) => {
          seen.push(...batch.map(({ id }) => id));
          await new Promise((resolve) => setTimeout(resolve, 5));
        },
      );
      const before = seen.length;
      await until(() => seen.length > before);
      await subscription.stop();
      checkpoint = subscription.checkpoint();
    }
    expect(seen).toEqual(ids);
  });

  it('reads what others wrote into the same server, and passes over what is the server’s own', async () => {
    await start();
    const store = open();
    const plain = EventStoreDBClient.connectionString(cluster.connectionString());
    const foreign = [
      jsonEvent({ type: 'Foreign', data: { a: 1 } }),
      jsonEvent({ type: 'Foreign', data: [1, 2], metadata: { who: 'someone' } }),
      binaryEvent({ type: 'Foreign', data: Buffer.from('raw') }),
    ];
    await plain.appendToStream('foreign-1', foreign);
    await plain.setStreamMetadata('foreign-1', { maxCount: 100 });
    await plain.dispose();

    const events = await store.readStream('foreign-1');
    expect(events.map(({ data }) => data)).toEqual([{ a: 1 }, { value: [1, 2] }, {}]);
    expect(events[1]!.metadata).toEqual({ who: 'someone' });
    expect(events[0]!.recordedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00$/);
    expect(await collect(store.readAll())).toEqual(events);
    expect(await collect(store.readAll({ filter: { types: ['Foreign'] } }))).toEqual(events);
    expect(await store.head()).toBe(events.at(-1)!.position);
    expect(await store.append('foreign-1', [newEvent()], 2)).toMatchObject({ outcome: 'appended', revision: 3 });
  });

  it('says clearly that a stream was deleted behind the ledger’s back', async () => {
    await start();
    const store = open();
    await store.append('person-1', [newEvent()], 'noStream');
    const plain = EventStoreDBClient.connectionString(cluster.connectionString());
    await plain.tombstoneStream('person-1');
    await plain.dispose();
    await expect(store.append('person-1', [newEvent()], 0)).rejects.toThrow(
      'append to person-1: the stream was deleted',
    );
    await expect(store.readStream('person-1')).rejects.toThrow('reading person-1');
  });

  it('refuses an address it cannot use without repeating the password', async () => {
    await start();
    expect(() => openEventStoreDb({ connectionString: 'esdb://admin:secret@@:x?tls' })).toThrow(
      'the address of EventStoreDB cannot be used',
    );
    try {
      openEventStoreDb({ connectionString: 'esdb://admin:secret@host:port' });
    } catch (error) {
      expect((error as Error).message).not.toContain('secret');
    }
  });
});

async function collect(batches: AsyncIterable<StoredEvent[]>): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of batches) events.push(...batch);
  return events;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
