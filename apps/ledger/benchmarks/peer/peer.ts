import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchRow } from '../../../../libs/event-store/bench';
import { openStore } from '../../../../libs/ledger';
import type { LoadedPolicies } from '../../../../libs/policy';
import { rebuild } from '../../../../libs/read-model';
import { fill, inventedEvents } from '../../../../libs/read-model/bench';
import type { LedgerEvent } from '../../../../events';
import { installationFolder } from '../../installation';
import { median, rounded } from '../measured';
import { assertSame, contentsOf } from './contents';
import { startEmmett, type Cost } from './emmett-process';

const TIMES_FASTER = 20;
const DEFAULT_PERSONS = 1_000;
/** So often before each of theirs, which takes far longer, and after it. */
const OURS_A_SIDE = 3;
/** So many events until the compiler has seen enough of ours. Emmett waits for its database, and is warm sooner. */
const WARM_UP = 200_000;

/** The two ways that Emmett offers to keep a read model, and how often each is measured. */
const PROJECTIONS = [
  { name: 'documents', told: 'Emmett with a document a person', rounds: 1 },
  { name: 'tables', told: 'Emmett with a statement of SQL an event', rounds: 3 },
] as const;

/** The peer is not installed; the message says what to do. */
export class NoPeer extends Error {
  override readonly name = 'NoPeer';
}

/**
 * The same events rebuilt by the ledger, on one thread, and by Emmett, each from its own store and in turns. What Emmett is asked to
 * keep is less, without any law; both must have seen every event of everybody and count the same months, or this throws. The bar is on
 * CPU time, of all processes that have a part in it, because a busy neighbour says nothing of either. Throws `NoPeer`.
 */
export async function benchPeer(
  policies: LoadedPolicies,
  { within, persons = DEFAULT_PERSONS, seed = 1 }: { within: string; persons?: number; seed?: number },
): Promise<BenchRow[]> {
  const script = peerScript();
  const folder = join(within, 'peer');
  mkdirSync(folder);
  const told = join(folder, 'events.ndjson');
  const readModel = join(folder, 'read-model.db');
  const store = openStore(join(folder, 'events.sqlite'));
  try {
    await fill(store, written(told, inventedEvents(policies, persons, seed)));
    const emmett = await startEmmett(script, told);
    try {
      const ours = () => measured(() => rebuild({ store, policies, readModel }));
      for (let warmed = 0; warmed < WARM_UP; warmed += Number(await store.head())) await ours();
      const contents = contentsOf(readModel);
      const events = await emmett.append();
      const head = Number(await store.head());
      if (events !== head) throw new Error(`the ledger holds ${head} events and Emmett ${events}`);
      const rows: BenchRow[] = [];
      for (const { name, told, rounds } of PROJECTIONS) {
        await emmett.warmUp(name);
        const turns: Turn[] = [];
        for (let round = 0; round < rounds; round++) {
          const before = await repeated(ours);
          const theirs = await emmett.rebuild(name);
          const after = await repeated(ours);
          turns.push({ ours: meanOf([...before, ...after]), theirs });
        }
        assertSame(contents, await emmett.contents(name));
        rows.push(...rowsOf(told, turns, events, persons));
      }
      return rows;
    } finally {
      await emmett.stop();
    }
  } finally {
    await store.close();
  }
}

/** Installs the peer exactly as its lock file says. Throws `NoPeer`. */
export function installPeer(): void {
  const folder = peerFolder();
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new NoPeer(`npm ci failed in bench/peer${error ? `: ${error.message}` : ''}`);
}

interface Turn {
  ours: Cost;
  theirs: Cost;
}

function rowsOf(peer: string, turns: readonly Turn[], events: number, persons: number): BenchRow[] {
  const middle = (of: (turn: Turn) => number) => median(turns.map(of));
  const wall = middle(({ ours, theirs }) => theirs.wall / ours.wall);
  const cpu = middle(({ ours, theirs }) => theirs.cpu / ours.cpu);
  const value = rounded(cpu);
  const rate = (who: keyof Turn): Pick<BenchRow, 'value' | 'unit' | 'note'> => ({
    value: Math.round(events / middle((turn) => turn[who].cpu)),
    unit: 'events a second',
    note: `by wall time ${Math.round(events / middle((turn) => turn[who].wall)).toLocaleString('en-US')}`,
  });
  return [
    {
      name: `rebuild: ${peer}, times the ledger’s CPU time`,
      value,
      unit: '×',
      atLeast: TIMES_FASTER,
      ok: value >= TIMES_FASTER,
      note: `wall time ${rounded(wall)} ×; ${persons} persons, ${events} events`,
    },
    { name: 'the ledger, one thread', ...rate('ours') },
    { name: peer, ...rate('theirs') },
  ];
}

async function repeated(run: () => Promise<Cost>): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (let again = 0; again < OURS_A_SIDE; again++) costs.push(await run());
  return costs;
}

function meanOf(costs: readonly Cost[]): Cost {
  const mean = (of: keyof Cost) => costs.reduce((sum, cost) => sum + cost[of], 0) / costs.length;
  return { wall: mean('wall'), cpu: mean('cpu') };
}

async function measured(work: () => Promise<unknown>): Promise<Cost> {
  const before = process.cpuUsage();
  const started = performance.now();
  await work();
  const wall = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { wall, cpu: (user + system) / 1e6 };
}

/** The events as they pass, a JSON a line, for the peer to read. */
function* written(path: string, events: Iterable<LedgerEvent>): Generator<LedgerEvent> {
  const file = openSync(path, 'w');
  try {
    for (const event of events) {
      writeSync(file, `${JSON.stringify(event)}\n`);
      yield event;
    }
  } finally {
    closeSync(file);
  }
}

function peerFolder(): string {
  return join(installationFolder(), 'bench', 'peer');
}

function peerScript(): string {
  const folder = peerFolder();
  if (!existsSync(join(folder, 'node_modules', '@event-driven-io', 'emmett-postgresql')))
    throw new NoPeer('Emmett is not installed; run "npm ci" in bench/peer, or this again with --install');
  return join(folder, 'emmett.js');
}
