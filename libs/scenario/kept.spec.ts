import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromStored, toStored, type LedgerEvent } from '../../events';
import { openEmbeddedStore, openEventStoreDb, type EventStore } from '../event-store';
import { startTestCluster } from '../event-store/testing/node';
import { loadPoliciesOrThrow } from '../policy';
import { runScenarioKept, scenarioFiles, type Keeper } from '.';

const policies = loadPoliciesOrThrow('policies');

/** Each scenario stands in streams of its own, so that one store holds them all. */
function keeperIn(store: EventStore, label: string): Keeper {
  return async (streams) => {
    const kept = new Map<string, LedgerEvent[]>();
    for (const [stream, events] of streams) {
      const own = `${stream}.${label}`;
      const ordered = [...events].sort((a, b) =>
        a.recordedAt < b.recordedAt ? -1 : a.recordedAt > b.recordedAt ? 1 : 0,
      );
      const ids = new Map(ordered.map(({ id }) => [uuidIn(label, id), id]));
      for (let from = 0; from < ordered.length; from += 100) {
        const batch = ordered
          .slice(from, from + 100)
          .map((event) => ({ ...toStored(event), id: uuidIn(label, event.id) }));
        const outcome = await store.append(own, batch, from === 0 ? 'noStream' : from - 1);
        expect(outcome).toMatchObject({ outcome: 'appended' });
      }
      const read = await store.readStream(own);
      kept.set(
        stream,
        read.map(({ position, ...event }) => {
          const original = ids.get(event.id)!;
          const back = fromStored({ ...event, id: original, stream, position });
          expect({ ...back, position: undefined }).toMatchObject({ id: original, data: ordered[event.revision]!.data });
          return { ...back, position: undefined };
        }),
      );
    }
    return kept;
  };
}

let serial = 0;
/** Ids of different scenarios may agree; a store holds each id once. */
function uuidIn(label: string, id: string): string {
  const tail = [...`${label}|${id}`].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0, 7);
  const head = [...`${id}|${label}`].reduce((hash, letter) => (Math.imul(hash, 131) + letter.charCodeAt(0)) >>> 0, 11);
  return `${head.toString(16).padStart(8, '0')}-0000-4000-8000-0000${tail.toString(16).padStart(8, '0')}`;
}

async function runAll(store: EventStore): Promise<{ passed: number; failed: string[] }> {
  let passed = 0;
  const failed: string[] = [];
  for (const file of scenarioFiles(['scenarios'])) {
    let part = 0;
    const own: Keeper = (streams) => keeperIn(store, `${serial++}.${part++}`)(streams);
    for (const expectation of await runScenarioKept(file, policies, own)) {
      if (expectation.passed) passed++;
      else failed.push(`${file}:${expectation.line} ${expectation.error ?? JSON.stringify(expectation.disagreements)}`);
    }
  }
  return { passed, failed };
}

describe('the whole scenario suite answered from events that a store kept', () => {
  it('on the embedded store', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'scenario-kept-'));
    const store = openEmbeddedStore({ file: join(folder, 'events.sqlite') });
    try {
      const { passed, failed } = await runAll(store);
      expect(failed).toEqual([]);
      expect(passed).toBeGreaterThan(1000);
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 300_000);

  it('on EventStoreDB, over the wire', async () => {
    const cluster = await startTestCluster();
    const store = openEventStoreDb({ connectionString: cluster.connectionString() });
    try {
      const { passed, failed } = await runAll(store);
      expect(failed).toEqual([]);
      expect(passed).toBeGreaterThan(1000);
    } finally {
      await store.close();
      await cluster.stop();
    }
  }, 300_000);
});
