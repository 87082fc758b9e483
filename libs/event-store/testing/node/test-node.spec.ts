import {
  ANY,
  BACKWARDS,
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  STREAM_EXISTS,
  streamNameFilter,
  type AppendExpectedRevision,
  type AppendResult,
} from '@eventstore/db-client';
import { startTestCluster, type TestCluster } from './test-node';

/** The node answers the real client as EventStoreDB does, where the adapter depends on it or could come to. */
describe('the test node', () => {
  let cluster: TestCluster;
  let client: EventStoreDBClient;

  beforeEach(async () => {
    cluster = await startTestCluster();
    client = EventStoreDBClient.connectionString(cluster.connectionString());
  });
  afterEach(async () => {
    await client.dispose();
    await cluster.stop();
  });

  const event = (type = 'Noted') => jsonEvent({ type, data: { text: 'x' } });
  const types = async (read: AsyncIterable<{ event?: { type: string } }>) => {
    const found: string[] = [];
    for await (const resolved of read) found.push(resolved.event!.type);
    return found;
  };

  describe.each<[string, { credentials?: { username: string; password: string } }]>([
    ['batch append', {}],
    ['classic append', { credentials: { username: 'x', password: 'y' } }],
  ])('%s', (_kind, options) => {
    const append = (
      events: ReturnType<typeof event>[],
      expectedRevision: AppendExpectedRevision,
    ): Promise<AppendResult> => client.appendToStream('s', events, { expectedRevision, ...options });

    it('decides by the expected revision', async () => {
      expect(await append([event(), event()], NO_STREAM)).toMatchObject({ success: true, nextExpectedRevision: 1n });
      expect(await append([event()], 1n)).toMatchObject({ nextExpectedRevision: 2n });
      expect(await append([event()], ANY)).toMatchObject({ nextExpectedRevision: 3n });
      expect(await append([event()], STREAM_EXISTS)).toMatchObject({ nextExpectedRevision: 4n });
      for (const wrong of [NO_STREAM, 0n, 99n] as const) {
        await expect(append([event()], wrong)).rejects.toMatchObject({
          type: 'wrong-expected-version',
          actualVersion: 4n,
        });
      }
    });

    it('takes equal ids from the expected revision on for the same append, and gives its old place', async () => {
      const [a, b, c] = [event(), event(), event()];
      const first = await append([a, b], NO_STREAM);
      await append([c], 1n);
      expect(await append([a, b], NO_STREAM)).toEqual(first);
      expect(await append([{ ...a, data: { text: 'other' } }, b], NO_STREAM)).toEqual(first);
      await expect(append([a, event()], NO_STREAM)).rejects.toMatchObject({ type: 'wrong-expected-version' });
      await expect(append([event(), b], NO_STREAM)).rejects.toMatchObject({ type: 'wrong-expected-version' });
      expect(await append([b], ANY)).toMatchObject({ nextExpectedRevision: 1n });
      expect(await types(client.readStream('s'))).toHaveLength(3);
    });

    it('stores an id again when it stands further back, as the server does', async () => {
      const a = event();
      await append([a], NO_STREAM);
      await append([event()], 0n);
      expect(await append([a], 1n)).toMatchObject({ nextExpectedRevision: 2n });
    });
  });

  it('refuses an append larger than a mebibyte', async () => {
    const large = jsonEvent({ type: 'Large', data: { text: 'x'.repeat(1024 * 1024) } });
    await expect(client.appendToStream('s', large)).rejects.toMatchObject({ type: 'maximum-append-size-exceeded' });
  });

  it('reads a stream both ways, from the start, the end and between', async () => {
    await client.appendToStream('s', [event('A'), event('B'), event('C')]);
    expect(await types(client.readStream('s'))).toEqual(['A', 'B', 'C']);
    expect(await types(client.readStream('s', { fromRevision: 1n, maxCount: 1 }))).toEqual(['B']);
    expect(await types(client.readStream('s', { direction: BACKWARDS, fromRevision: 'end' }))).toEqual(['C', 'B', 'A']);
    expect(await types(client.readStream('s', { direction: BACKWARDS, fromRevision: 1n }))).toEqual(['B', 'A']);
    await expect(types(client.readStream('none'))).rejects.toMatchObject({ type: 'stream-not-found' });
  });

  it('reads the log both ways; forwards the position itself is read, backwards it is not', async () => {
    await client.appendToStream('s', [event('A'), event('B')]);
    const { position } = await client.appendToStream('t', [event('C')]);
    expect(await types(client.readAll())).toEqual(['A', 'B', 'C']);
    expect(await types(client.readAll({ fromPosition: position! }))).toEqual(['C']);
    expect(await types(client.readAll({ direction: BACKWARDS, fromPosition: 'end' }))).toEqual(['C', 'B', 'A']);
    expect(await types(client.readAll({ direction: BACKWARDS, fromPosition: position! }))).toEqual(['B', 'A']);
  });

  it('truncates by metadata, deletes softly and for good', async () => {
    await client.appendToStream('s', [event('A'), event('B'), event('C')]);
    await client.setStreamMetadata('s', { truncateBefore: 1 });
    expect(await types(client.readStream('s'))).toEqual(['B', 'C']);
    await client.setStreamMetadata('s', { maxCount: 1 });
    expect(await types(client.readStream('s'))).toEqual(['C']);

    await client.deleteStream('s');
    await expect(types(client.readStream('s'))).rejects.toMatchObject({ type: 'stream-not-found' });
    expect(await client.appendToStream('s', event('D'), { expectedRevision: NO_STREAM })).toMatchObject({
      nextExpectedRevision: 3n,
    });
    expect(await types(client.readStream('s'))).toEqual(['D']);

    await client.tombstoneStream('s');
    await expect(types(client.readStream('s'))).rejects.toMatchObject({ type: 'stream-deleted' });
    await expect(client.appendToStream('s', event())).rejects.toMatchObject({ type: 'stream-deleted' });
  });

  it('subscribes after a position, with checkpoints where a filter lets nothing through, and says when it has caught up', async () => {
    const many = Array.from({ length: 100 }, () => event('Left'));
    const { position } = await client.appendToStream('a', [event('A')]);
    await client.appendToStream('left-out', many);
    const seen: string[] = [];
    const checkpoints: bigint[] = [];
    let caughtUp = 0;
    const filter = streamNameFilter({
      prefixes: ['a', 'b'],
      maxSearchWindow: 10,
      checkpointReached: (_, { commit }) => void checkpoints.push(commit),
    });
    const subscription = client.subscribeToAll({ fromPosition: position!, filter });
    subscription.on('caughtUp', () => caughtUp++);
    subscription.on('data', ({ event: found }) => seen.push(found!.type));
    await until(() => caughtUp === 1);
    await client.appendToStream('b', [event('B')]);
    await until(() => seen.length === 1);
    await subscription.unsubscribe();
    expect(seen).toEqual(['B']);
    expect(checkpoints.length).toBeGreaterThan(5);
    expect([...checkpoints].sort((one, other) => Number(one - other))).toEqual(checkpoints);
  });

  it('keeps its log when it dies', async () => {
    await client.appendToStream('s', event('A'));
    const [node] = cluster.nodes;
    node!.kill();
    await expect(types(client.readStream('s'))).rejects.toMatchObject({ type: 'unavailable' });
    await node!.revive();
    const again = EventStoreDBClient.connectionString(cluster.connectionString());
    while ((await types(again.readStream('s')).catch(() => [])).length === 0) await pause();
    await again.dispose();
  });

  const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
  const until = async (condition: () => boolean) => {
    while (!condition()) await pause();
  };
});
