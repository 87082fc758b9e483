import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '../event-store';
import { population } from '../generation';
import { openStore } from '../ledger';
import type { Policies } from '../policy/evaluation';
import { toStored, type LedgerEvent } from '../../events';
import { rebuild } from './rebuilding';

/** One figure beside its limit. */
interface BenchRow {
  name: string;
  value: number;
  unit: string;
  limit?: number;
  ok?: boolean;
  note?: string;
}

const REGIONS = ['211200', '320700', '360100', '610100', '220000'];
const LIMIT = 4;
const AT_ONCE = 5_000;

/**
 * A rebuild of an invented population on SQLite, in this thread, against reading and parsing the same log, before and after
 * it. Both are CPU time, because a busy neighbour says nothing of this program.
 */
export async function benchReadModel(
  policies: Policies,
  { persons = 8_000, within = tmpdir() } = {},
): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(within, 'ledger-bench-read-model-'));
  const store = openStore(join(folder, 'events.sqlite'));
  try {
    await fill(store, inventedEvents(persons, 1));
    const events = Number(await store.head());
    const before = await cpuSeconds(() => scan(store));
    const ours = await cpuSeconds(() => rebuild({ store, policies, readModel: join(folder, 'read-model.db') }));
    const reading = (before + (await cpuSeconds(() => scan(store)))) / 2;
    const ratio = Math.round((ours / reading) * 10) / 10;
    return [
      {
        name: 'rebuild, times reading and parsing the log',
        value: ratio,
        unit: '×',
        limit: LIMIT,
        ok: ratio <= LIMIT,
        note: `${persons} persons, ${events} events, one thread, CPU time`,
      },
      { name: 'rebuild, by CPU time', value: Math.round(events / ours), unit: 'events a second' },
      { name: 'reading and parsing, by CPU time', value: Math.round(events / reading), unit: 'events a second' },
    ];
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of persons all over the packs' regions, in the order of recording. */
export function inventedEvents(persons: number, seed: number): Iterable<LedgerEvent> {
  return population({ persons, seed, regions: REGIONS, cohort: Math.min(persons, 10_000) });
}

export async function fill(store: EventStore, events: Iterable<LedgerEvent>): Promise<void> {
  const revisions = new Map<string, number>();
  let waiting: Promise<unknown>[] = [];
  for (const event of events) {
    const revision = revisions.get(event.stream);
    revisions.set(event.stream, (revision ?? -1) + 1);
    waiting.push(store.append(event.stream, [toStored(event)], revision ?? 'noStream'));
    if (waiting.length < AT_ONCE) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
}

async function scan(store: EventStore): Promise<void> {
  for await (const _ of store.readAll({ batchSize: AT_ONCE }));
}

async function cpuSeconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
