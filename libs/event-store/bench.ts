import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client';
import Database from 'better-sqlite3';
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore } from './embedded';
import { openEventStoreDb } from './eventstoredb';
import type { EventStore, NewEvent } from './port';
import { startTestCluster } from './testing/node';

export interface BenchRow {
  name: string;
  value: number;
  unit: string;
  /** What the value may be at most. */
  limit?: number;
  /** What the value must be at least. */
  atLeast?: number;
  ok?: boolean;
  note?: string;
}

const rounds = 3;
const inFlight = 64;
const serveNode = 'serve-a-test-node-for-the-bench';
const mostTimesBareInsert = 1.5;
const mostTimesBareClient = 1.3;

/**
 * Measures both stores in one run: the embedded one against bare inserts with an fsync each, the EventStoreDB adapter against bare
 * calls of its client, both against one test node in a process of its own. Rounds of ours and of the bare kind take turns, and a bar
 * is on the middle of their ratios, so that a busy machine disturbs both alike.
 */
export async function benchEventStore(): Promise<BenchRow[]> {
  return [...(await benchEmbedded()), ...(await benchEventStoreDb())];
}

async function benchEmbedded(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-event-store-'));
  const store = openEmbeddedStore({ file: join(folder, 'events.db') });
  const bare = new Database(join(folder, 'bare.db'));
  try {
    const insert = prepareBare(bare);
    const single = await compareRounds(500, {
      ours: (round) => appendOneByOne(store, `single-${round}`, 500),
      bare: async () => {
        for (let n = 0; n < 500; n++) insert(newEvent());
      },
    });
    const grouped = await measure(30_000, () => appendAtOnce(store, 'grouped', 30_000));
    const batched = await measure(50_000, () => appendBatches(store, 'batched', 500));
    const read = await measure(Number(await store.head()), () => readEverything(store));
    return [
      bar('embedded: one durable append, times a bare insert with fsync', single.ratio, mostTimesBareInsert),
      rate('embedded: durable appends, one after the other', single.ours),
      rate('bare inserts with fsync, one after the other', single.bare),
      rate(`embedded: durable appends, ${inFlight} in flight`, grouped),
      rate('embedded: batches of 100, 16 in flight', batched),
      rate('embedded: reading everything', read),
    ];
  } finally {
    bare.close();
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

async function benchEventStoreDb(): Promise<BenchRow[]> {
  const node = await startNode();
  const store = openEventStoreDb({ connectionString: node.connectionString });
  const client = EventStoreDBClient.connectionString(node.connectionString);
  try {
    const one = await compareRounds(400, {
      ours: (round) => appendOneByOne(store, `one-${round}`, 400),
      bare: async (round) => {
        for (let n = 0; n < 400; n++) await bareAppend(client, `bare-one-${round}-${n}`, [newEvent()]);
      },
    });
    const many = await compareRounds(4_000, {
      ours: (round) => appendAtOnce(store, `many-${round}`, 4_000),
      bare: (round) => atOnce(4_000, inFlight, (n) => bareAppend(client, `bare-many-${round}-${n}`, [newEvent()])),
    });
    const batches = await compareRounds(5_000, {
      ours: (round) => appendBatches(store, `batch-${round}`, 50),
      bare: (round) => atOnce(50, 16, (n) => bareAppend(client, `bare-batch-${round}-${n}`, hundred())),
    });
    const stored = (rounds + 1) * 2 * (400 + 4_000 + 5_000);
    const read = await compareRounds(stored, {
      ours: () => readEverything(store),
      bare: async () => {
        for await (const { event } of client.readAll()) void event;
      },
    });
    return [
      ...against('one append after the other', one),
      ...against(`appends, ${inFlight} in flight`, many),
      ...against('batches of 100, 16 in flight', batches),
      ...against('reading everything', read),
    ];
  } finally {
    await store.close();
    await client.dispose();
    node.stop();
  }
}

function against(what: string, compared: Compared): BenchRow[] {
  return [
    bar(`EventStoreDB: ${what}, times the bare client`, compared.ratio, mostTimesBareClient),
    rate(`EventStoreDB: ${what}`, compared.ours),
    rate(`bare client: ${what}`, compared.bare),
  ];
}

interface Measured {
  perSecond: number;
  cpuMicros: number;
}

interface Compared {
  ratio: number;
  ours: Measured;
  bare: Measured;
}

async function compareRounds(
  events: number,
  { ours, bare }: Record<'ours' | 'bare', (round: number) => Promise<unknown>>,
): Promise<Compared> {
  const results: { ours: Measured; bare: Measured }[] = [];
  // The first round warms up and does not count.
  for (let round = 0; round <= rounds; round++) {
    const first = round % 2 === 0 ? await measure(events, () => ours(round)) : undefined;
    const theirs = await measure(events, () => bare(round));
    results.push({ ours: first ?? (await measure(events, () => ours(round))), bare: theirs });
  }
  const counted = results.slice(1);
  return {
    ratio: middle(counted.map((result) => result.bare.perSecond / result.ours.perSecond)),
    ours: middleOf(counted.map((result) => result.ours)),
    bare: middleOf(counted.map((result) => result.bare)),
  };
}

async function measure(events: number, run: () => Promise<unknown>): Promise<Measured> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await run();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: events / seconds, cpuMicros: (user + system) / events };
}

function middleOf(measured: readonly Measured[]): Measured {
  return {
    perSecond: middle(measured.map(({ perSecond }) => perSecond)),
    cpuMicros: middle(measured.map(({ cpuMicros }) => cpuMicros)),
  };
}

function middle(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!;
}

function bar(name: string, ratio: number, limit: number): BenchRow {
  const value = Math.round(ratio * 100) / 100;
  return { name, value, unit: '×', limit, ok: value <= limit, note: `middle of ${rounds} rounds` };
}

function rate(name: string, { perSecond, cpuMicros }: Measured): BenchRow {
  const note = `${cpuMicros.toFixed(1)} µs of CPU an event, on this side`;
  return { name, value: Math.round(perSecond), unit: 'events a second', note };
}

async function appendOneByOne(store: EventStore, prefix: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) expectAppended(await store.append(`${prefix}-${n}`, [newEvent()], 'noStream'));
}

function appendAtOnce(store: EventStore, prefix: string, count: number): Promise<void> {
  return atOnce(count, inFlight, async (n) => {
    expectAppended(await store.append(`${prefix}-${n}`, [newEvent()], 'noStream'));
  });
}

function appendBatches(store: EventStore, prefix: string, batches: number): Promise<void> {
  return atOnce(batches, 16, async (n) => {
    expectAppended(await store.append(`${prefix}-${n}`, hundred(), 'noStream'));
  });
}

function expectAppended({ outcome }: { outcome: string }): void {
  if (outcome !== 'appended') throw new Error(`an append of the bench was ${outcome}`);
}

async function readEverything(store: EventStore): Promise<number> {
  let events = 0;
  for await (const batch of store.readAll()) events += batch.length;
  return events;
}

async function bareAppend(client: EventStoreDBClient, stream: string, events: NewEvent[]): Promise<void> {
  const proposed = events.map(({ id, type, data, metadata, recordedAt }) =>
    jsonEvent({ id, type, data, metadata: { ...metadata, recordedAt } }),
  );
  await client.appendToStream(stream, proposed, { expectedRevision: NO_STREAM });
}

async function atOnce(count: number, most: number, run: (number: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: most }, worker));
}

function hundred(): NewEvent[] {
  return Array.from({ length: 100 }, newEvent);
}

function newEvent(): NewEvent {
  return {
    id: randomUUID(),
    type: 'ContributionPosted',
    recordedAt: '2022-04-02T09:30:00.000+08:00',
    data: { region: '990100', month: '2022-03', kind: 'regular', amountFen: 48_000, payer: 'employer' },
    metadata: {
      effectiveOn: '2022-03-15',
      source: 'tax',
      actor: 'bench',
      schemaVersion: 1,
      correlationId: randomUUID(),
    },
  };
}

/** The same columns in one table, a transaction and an fsync for each row. */
function prepareBare(database: Database.Database): (event: NewEvent) => void {
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(`
    CREATE TABLE event (position INTEGER PRIMARY KEY, stream TEXT, revision INTEGER, id TEXT, type TEXT,
      recorded_at TEXT, data TEXT, metadata TEXT) STRICT;
  `);
  const insert = database.prepare('INSERT INTO event VALUES (NULL, ?, 0, ?, ?, ?, ?, ?)');
  return ({ id, type, recordedAt, data, metadata }) => {
    insert.run(`single-${id}`, id, type, recordedAt, JSON.stringify(data), JSON.stringify(metadata));
  };
}

/** A test node in a process of its own, so that its work is not counted as ours. It is this file again, asked to serve. */
async function startNode(): Promise<{ connectionString: string; stop: () => void }> {
  const node: ChildProcess = fork(__filename, [serveNode], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const connectionString = await new Promise<string>((resolve, reject) => {
    node.once('message', (message) => resolve(String(message)));
    node.once('error', reject);
    node.once('exit', (code) => reject(new Error(`the test node ended with status ${code}`)));
  });
  return { connectionString, stop: () => node.disconnect() };
}

if (process.send !== undefined && process.argv[2] === serveNode) {
  void startTestCluster().then((cluster) => {
    process.on('disconnect', () => void cluster.stop().then(() => process.exit(0)));
    process.send!(cluster.connectionString());
  });
}
