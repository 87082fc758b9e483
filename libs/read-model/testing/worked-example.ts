import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventReader, EventStore, NewEvent } from '../../event-store';
import { personEvents, placesOf } from '../../generation';
import { openStore } from '../../ledger';
import { loadPoliciesOrThrow } from '../../policy';
import type { Policies } from '../../policy/evaluation';
import { Projector, openReadModel, rebuild, type ProjectorOptions, type ProjectorStatus, type ReadModel } from '..';
import { toStored, type LedgerEvent } from '../../../events';

export const policies = loadPoliciesOrThrow('policies');

const POPULATION = {
  seed: 7,
  regions: ['211200', '320700', '360100', '610100', '220000'],
  refundBases: { '211200': ['TL-7.2c'], '320700': ['LYG-35'] },
};

/** So many invented lives, as they were told, and their regions and employers. */
export function lives(persons: number): { places: LedgerEvent[]; people: LedgerEvent[][] } {
  const options = { ...POPULATION, persons };
  return {
    places: [...placesOf(options)],
    people: Array.from({ length: persons }, (_, index) => personEvents(options, index + 1)),
  };
}

/** A log and a read model of their own, and the projectors that were started over them. */
export interface World {
  folder: string;
  store: EventStore;
  readModel: string;
  append(events: readonly LedgerEvent[]): Promise<void>;
  /** Appends to a stream as it is, readable or not. */
  appendRaw(stream: string, events: readonly NewEvent[]): Promise<void>;
  start(changes?: Partial<ProjectorOptions>): Projector;
  stop(projector: Projector): Promise<void>;
  /** Waits until the projectors that run have projected everything. */
  settled(...projectors: Projector[]): Promise<void>;
  open(): Promise<ReadModel>;
  close(): Promise<void>;
}

export async function openWorld(readModel?: string): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-read-model-'));
  const store = openStore(folder);
  const location = readModel ?? join(folder, 'read-model.db');
  const heads = new Map<string, number>();
  const running = new Set<Projector>();
  const appendRaw = async (stream: string, events: readonly NewEvent[]) => {
    const outcome = await store.append(stream, events, heads.get(stream) ?? 'noStream');
    if (outcome.outcome !== 'appended') throw new Error(`${stream}: ${JSON.stringify(outcome)}`);
    heads.set(stream, outcome.revision);
  };
  return {
    folder,
    store,
    readModel: location,
    appendRaw,
    append: async (events) => {
      const streams = new Map<string, LedgerEvent[]>();
      for (const event of events) {
        const added = streams.get(event.stream);
        if (added) added.push(event);
        else streams.set(event.stream, [event]);
      }
      await Promise.all([...streams].map(([stream, added]) => appendRaw(stream, added.map(toStored))));
    },
    start: (changes = {}) => {
      const projector = projectorOver(store, changes.policies ?? policies, location, changes);
      running.add(projector);
      projector.start();
      return projector;
    },
    stop: async (projector) => {
      await projector.stop();
      running.delete(projector);
    },
    settled: async (...projectors) => {
      for (const projector of projectors) {
        await until(projector, async ({ state, position, reevaluating }) => {
          return state === 'live' && !reevaluating && BigInt(position) === (await store.head());
        });
      }
    },
    open: () => openReadModel(location),
    close: async () => {
      await Promise.all([...running].map((projector) => projector.stop()));
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function projectorOver(
  store: EventReader,
  under: Policies,
  readModel: string,
  changes: Partial<ProjectorOptions> = {},
): Projector {
  return new Projector({
    store,
    policies: under,
    readModel,
    // Nobody loses a lease because the machine is busy; a test of losing one asks for a short one.
    leaseMs: 60_000,
    auditEveryMs: 0,
    batchSize: 200,
    rebuild: async () => void (await rebuild({ store, policies: under, readModel, leaseMs: 300 })),
    ...changes,
  });
}

/** Waits for a status, however long a busy machine takes; a test that waits in vain is ended by its own limit. */
export async function until(
  projector: Projector,
  fits: (status: ProjectorStatus) => boolean | Promise<boolean>,
): Promise<void> {
  while (!(await fits(projector.status()))) await new Promise((resolve) => setTimeout(resolve, 10));
}
