import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyLog, type CopyProgress } from './copy';
import { openEmbeddedStore } from './embedded';
import { openEventStoreDb } from './eventstoredb';
import type { EventStore, StoredEvent } from './port';
import { newEvent } from './testing/contract';
import { FaultsInTurn, startTestCluster, type TestCluster } from './testing/node';

describe('moving a ledger from one store to another', () => {
  let folder: string;
  let cluster: TestCluster;
  let faults: FaultsInTurn;
  const stores: EventStore[] = [];

  const embedded = (name: string) => {
    const store = openEmbeddedStore({ file: join(folder, name) });
    stores.push(store);
    return store;
  };
  const remote = () => {
    const timeouts = { attemptMs: 150, appendMs: 10_000, backoffFirstMs: 5, backoffMostMs: 50 };
    const store = openEventStoreDb({ connectionString: cluster.connectionString(), timeouts });
    stores.push(store);
    return store;
  };
  /** Persons whose events are mixed, one long stream, one event that fills an append. */
  const fill = async (store: EventStore) => {
    for (let round = 0; round < 30; round++) {
      for (const person of [1, 2, 3]) {
        const batch = Array.from({ length: person }, () =>
          newEvent({ recordedAt: `2019-0${person}-01T00:00:00.000+08:00` }),
        );
        await store.append(`person-${person}`, batch, round === 0 ? 'noStream' : round * person - 1);
      }
    }
    await store.append(
      'region-1',
      Array.from({ length: 1_200 }, () => newEvent()),
      'noStream',
    );
    await store.append('region-2', [newEvent({ data: { text: '医'.repeat(300_000) } })], 'noStream');
  };
  const events = 30 * 6 + 1_201;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'copy-'));
    faults = new FaultsInTurn();
    cluster = await startTestCluster({ faults: faults.plan });
  });
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
    await cluster.stop();
    rmSync(folder, { recursive: true });
  });

  it('brings every event there and back with its id, times, order and content; run again it copies nothing', async () => {
    const [source, server, back] = [embedded('source.db'), remote(), embedded('back.db')];
    await fill(source);
    const progress: CopyProgress[] = [];

    expect(await copyLog(source, server, { onProgress: (step) => progress.push(step) })).toEqual({
      events,
      copied: events,
    });
    expect(await copyLog(source, server)).toEqual({ events, copied: 0 });
    expect(await copyLog(server, back, { inFlight: 64 })).toEqual({ events, copied: events });
    expect((await all(back)).map(contentOf)).toEqual((await all(source)).map(contentOf));
    expect(progress).toEqual([
      { phase: 'copying', events: 1_000 },
      { phase: 'verifying', events: 1_000 },
    ]);
  });

  it('goes on where it was broken off, also between appends of one batch', async () => {
    const [source, server] = [embedded('source.db'), remote()];
    await fill(source);
    const failing: EventStore = Object.assign(Object.create(server) as EventStore, {
      append: async (...[stream, batch, expected]: Parameters<EventStore['append']>) => {
        if (stream === 'region-1' && expected !== 'noStream') throw new Error('broken off');
        return server.append(stream, batch, expected);
      },
    });
    await expect(copyLog(source, failing)).rejects.toThrow('broken off');
    const before = (await all(server)).length;
    expect(before).toBe(30 * 6 + 500);
    expect(await copyLog(source, server)).toEqual({ events, copied: events - before });
  });

  it('copies through faults of the server', async () => {
    const [source, server] = [embedded('source.db'), remote()];
    await fill(source);
    faults.next('appended', { fault: 'drop' });
    faults.next('append', { fault: 'silence' });
    faults.next('appended', { fault: 'kill', reviveAfterMs: 50 });
    faults.next('reading', { fault: 'cut' });
    expect(await copyLog(source, server)).toEqual({ events, copied: events });
  });

  it('copies what is there when it begins, and the rest the next time', async () => {
    const [source, target] = [embedded('source.db'), embedded('target.db')];
    await fill(source);
    let late = false;
    const onProgress = ({ phase }: CopyProgress) => {
      if (phase !== 'copying' || late) return;
      late = true;
      void source.append('person-late', [newEvent()], 'noStream');
    };
    expect(await copyLog(source, target, { onProgress, inFlight: 16 })).toEqual({ events, copied: events });
    expect(late).toBe(true);
    expect(await copyLog(source, target)).toEqual({ events: events + 1, copied: 1 });
  });

  it.each<[string, (source: EventStore, target: EventStore) => Promise<unknown>, string]>([
    ['another event', (_, target) => target.append('person-1', [newEvent()], 'noStream'), 'where the source has'],
    [
      'the same event recorded at another time',
      async (source, target) => {
        const [first] = await source.readStream('person-1', { limit: 1 });
        await target.append('person-1', [{ ...bare(first!), recordedAt: '2020-01-01T00:00:00.000+08:00' }], 'noStream');
      },
      'where the source has',
    ],
    [
      'more than the source',
      async (source, target) => {
        await copyLog(source, target, { inFlight: 16 });
        await target.append('person-9', [newEvent()], 'noStream');
      },
      'and the source ended before it',
    ],
  ])('refuses a target that holds %s', async (_case, prepare, message) => {
    const [source, target] = [embedded('source.db'), embedded('target.db')];
    await fill(source);
    await prepare(source, target);
    const before = (await all(target)).length;
    await expect(copyLog(source, target)).rejects.toThrow(message);
    expect(await all(target)).toHaveLength(before);
  });

  it('copies an empty log', async () => {
    expect(await copyLog(embedded('source.db'), embedded('target.db'))).toEqual({ events: 0, copied: 0 });
  });
});

async function all(store: EventStore): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of store.readAll()) events.push(...batch);
  return events;
}

function bare({ id, type, recordedAt, data, metadata }: StoredEvent) {
  return { id, type, recordedAt, data, metadata };
}

function contentOf({ position: _, ...event }: StoredEvent) {
  return event;
}
