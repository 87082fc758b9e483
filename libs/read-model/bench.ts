import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventReader, EventStore } from '../event-store';
import { placesRuled, population } from '../generation';
import { openStore, openStoreReader } from '../ledger';
import type { Policies } from '../policy/evaluation';
import { toStored, type LedgerEvent } from '../../events';
import { startThread } from './bench-thread';
import { Projector } from './following';
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

const MOST_TIMES_SCAN = 4;
/** A tenth for the last stretch, which can only begin when the last event is there. */
const MOST_TIMES_APPENDING = 1.1;
const AT_ONCE = 5_000;
/** Until the compiler has done its work; a log of a million events needs none of it. */
const WARM_UPS = 2;
const ROUNDS = 3;

/**
 * A rebuild of an invented population on SQLite, in this thread, against reading and parsing the same log, before and after
 * it: CPU time, warmed up, the middle of several rounds, because a busy neighbour says nothing of this program. Then a
 * projector that follows the log while another thread appends as fast as the store takes it.
 */
export async function benchReadModel(
  policies: Policies,
  { persons = 8_000, within = tmpdir() } = {},
): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(within, 'ledger-bench-read-model-'));
  try {
    const file = join(folder, 'events.sqlite');
    const filled = openStore(file);
    await fill(filled, inventedEvents(policies, persons, 1));
    await filled.close();
    return [
      ...(await benchRebuild(policies, file, folder, persons)),
      ...(await benchFollowing(policies, file, folder, persons)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchRebuild(policies: Policies, file: string, folder: string, persons: number): Promise<BenchRow[]> {
  const store = openStoreReader(file);
  try {
    const events = Number(await store.head());
    const readModel = join(folder, 'read-model.db');
    const ours = () => rebuild({ store, policies, readModel, anew: true });
    for (let round = 0; round < WARM_UPS; round++) await ours();
    await scan(store);
    const rounds: { rebuilding: number; reading: number; ratio: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = await cpuSeconds(() => scan(store));
      const rebuilding = await cpuSeconds(ours);
      const reading = (before + (await cpuSeconds(() => scan(store)))) / 2;
      rounds.push({ rebuilding, reading, ratio: rebuilding / reading });
    }
    const { rebuilding, reading, ratio } = rounds.sort((a, b) => a.ratio - b.ratio)[ROUNDS >> 1]!;
    const note = `${persons} persons, ${events} events, one thread, CPU time, middle of ${ROUNDS} after ${WARM_UPS}`;
    return [
      bar('rebuild, times reading and parsing the log', ratio, MOST_TIMES_SCAN, note),
      { name: 'rebuild, by CPU time', value: Math.round(events / rebuilding), unit: 'events a second' },
      { name: 'reading and parsing, by CPU time', value: Math.round(events / reading), unit: 'events a second' },
    ];
  } finally {
    await store.close();
  }
}

/** Whole streams of new persons come one append each, many in flight; the projector is to be done when the writer is. */
async function benchFollowing(policies: Policies, file: string, folder: string, persons: number): Promise<BenchRow[]> {
  const reader = openStoreReader(file);
  const readModel = join(folder, 'read-model.db');
  const projector = new Projector({
    store: reader,
    policies,
    readModel,
    auditEveryMs: 0,
    rebuild: async () => undefined,
  });
  const writer = startThread({ file, persons, seed: 2, regions: placesRuled(policies) });
  try {
    projector.start();
    await writer.ready;
    const at = async (position: bigint) => {
      while (BigInt(projector.status().position) < position) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await at(await reader.head());
    const started = performance.now();
    const { events, seconds } = await writer.run();
    const meanwhile = projector.status().events;
    await at(await reader.head());
    const until = (performance.now() - started) / 1000;
    return [
      bar(
        'live projection, times as long as appending',
        until / seconds,
        MOST_TIMES_APPENDING,
        `${events} events appended stream by stream, a person each, 64 appends in flight, by another thread`,
      ),
      { name: 'appending meanwhile', value: Math.round(events / seconds), unit: 'events a second' },
      {
        name: 'live projection',
        value: Math.round(events / until),
        unit: 'events a second',
        note: `${Math.round((100 * meanwhile) / events)} % of them while the writer was appending`,
      },
    ];
  } finally {
    await projector.stop();
    await writer.end();
    await reader.close();
  }
}

/** Of persons all over the packs' regions, in the order of recording. */
export function inventedEvents(policies: Policies, persons: number, seed: number): Iterable<LedgerEvent> {
  return population({ persons, seed, regions: placesRuled(policies), cohort: Math.min(persons, 10_000) });
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

async function scan(store: EventReader): Promise<void> {
  for await (const _ of store.readAll({ batchSize: AT_ONCE }));
}

async function cpuSeconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function bar(name: string, measured: number, limit: number, note: string): BenchRow {
  const value = Math.round(measured * 10) / 10;
  return { name, value, unit: '×', limit, ok: measured <= limit, note };
}
