import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '../../event-store';
import { openStore } from '../../ledger';
import type { Policies } from '../../policy/evaluation';
import { rebuild } from '../../read-model';
import { toStored, type LedgerEvent } from '../../../events';
import type { ReportParts } from '../basis';

/** A log in a folder of its own, and a read model that `project` brings up to it. */
export interface Filled {
  folder: string;
  parts: ReportParts;
  store: EventStore;
  append(events: Iterable<LedgerEvent>): Promise<void>;
  project(): Promise<void>;
  close(): Promise<void>;
}

export async function openFilled(policies: Policies, readModel?: string): Promise<Filled> {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-reports-'));
  const store = openStore(join(folder, 'events.sqlite'));
  const parts: ReportParts = { readModel: readModel ?? join(folder, 'read-model.db'), store, policies };
  return {
    folder,
    parts,
    store,
    append: (events) => append(store, events),
    project: async () => void (await rebuild(parts)),
    close: async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Appends events to their streams, in their order. */
export async function append(store: EventStore, events: Iterable<LedgerEvent>): Promise<void> {
  const streams = new Map<string, LedgerEvent[]>();
  for (const event of events) {
    const added = streams.get(event.stream);
    if (added) added.push(event);
    else streams.set(event.stream, [event]);
  }
  for (const [stream, added] of streams) {
    const { length } = await store.readStream(stream);
    const outcome = await store.append(stream, added.map(toStored), length === 0 ? 'noStream' : length - 1);
    if (outcome.outcome !== 'appended') throw new Error(`${stream}: ${JSON.stringify(outcome)}`);
  }
}
