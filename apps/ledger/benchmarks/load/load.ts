import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { extname, join } from 'node:path';
import { dayNumber, toDay } from '../../../../libs/calendar';
import type { BenchRow } from '../../../../libs/event-store/bench';
import { placesRuled } from '../../../../libs/generation';
import { openLedger, openStore } from '../../../../libs/ledger';
import type { LoadedPolicies } from '../../../../libs/policy';
import { personStream, type LedgerEvent } from '../../../../events';
import { career } from '../answers';
import { median, rounded } from '../measured';
import { fire, type Shot, type Volley } from './driver';

const PERSONS = 200;
const MONTHS = 57;
const ROUNDS = 15;
/** Requests of one kind in a round: so few that a machine that is busy for a moment is so for all kinds alike. */
const AT_ONCE = 300;
const WARM = 6_000;
const CONNECTIONS = 8;
const FIRST_DAY = dayNumber('2023-01-16');
/** One request in so many of a mixed load is a write. */
const WRITES_ONE_IN = 10;
/** How much slower than nothing an answer may be. */
const MOST_TIMES_EMPTY = 2;

/** What the server is asked for. An empty route about a person passes everything that a question passes; the other one less. */
const LOADS = {
  empty: { name: 'an empty route', shot: () => get('/v1/empty') },
  emptyOfPerson: {
    name: 'an empty route about a person',
    shot: (index: number) => get(`/v1/empty/persons/${person(index)}?${inMonth(index)}`),
  },
  first: { name: 'answers, a new question each', shot: newQuestion },
  again: {
    name: 'answers, asked before',
    shot: (index: number) => get(`/v1/persons/${person(index)}/answer?${inMonth(index)}`),
  },
  mixed: {
    name: `new questions and writes mixed (1 in ${WRITES_ONE_IN})`,
    shot: (index: number, region: string) => (index % WRITES_ONE_IN === 0 ? write(region) : newQuestion()),
  },
  writes: { name: 'durable writes alone', shot: (_index: number, region: string) => write(region) },
} satisfies Record<string, { name: string; shot: (index: number, region: string) => Shot }>;

type Load = keyof typeof LOADS;
type Round = Record<Load, Measured>;

/**
 * The server in a process of its own on loopback: questions about persons of 60 events, writes, and routes that do nothing, all in
 * turns, so that a busy machine disturbs them alike. The bar is that of an answer beside an empty route about a person.
 */
export async function benchLoad(folder: string, policies: LoadedPolicies): Promise<BenchRow[]> {
  const data = join(folder, 'load');
  const [region] = placesRuled(policies) as [string];
  await fill(data, policies, region);
  const server = await startServer(data);
  try {
    await round(server, region, WARM);
    const rounds: Round[] = [];
    for (let number = 0; number < ROUNDS; number++) rounds.push(await round(server, region, AT_ONCE));
    return [
      timesEmpty(rounds, 'first', 'emptyOfPerson', MOST_TIMES_EMPTY),
      timesEmpty(rounds, 'again', 'emptyOfPerson', MOST_TIMES_EMPTY),
      timesEmpty(rounds, 'first', 'empty'),
      timesEmpty(rounds, 'again', 'empty'),
      ...(Object.keys(LOADS) as Load[]).map((load) => rowOf(load, rounds)),
    ];
  } finally {
    await server.stop();
  }
}

async function round(server: LoadedServer, region: string, count: number): Promise<Round> {
  const measured: Partial<Round> = {};
  for (const load of Object.keys(LOADS) as Load[]) {
    const volley = await server.fire(count, (index) => LOADS[load].shot(index, region));
    const failed = Object.keys(volley.statuses).filter((status) => Number(status) >= 400);
    if (failed.length > 0) throw new Error(`requests of the load failed: ${failed.join(', ')}`);
    measured[load] = volley;
  }
  return measured as Round;
}

interface Measured extends Volley {
  /** Microseconds of the server's CPU a request. */
  cpu: number;
}

function timesEmpty(rounds: readonly Round[], answers: Load, empty: Load, limit?: number): BenchRow {
  const value = rounded(median(rounds.map((one) => one[empty].rate / one[answers].rate)));
  const cpu = rounded(median(rounds.map((one) => one[answers].cpu / one[empty].cpu)));
  return {
    name: `${LOADS[answers].name}, times ${LOADS[empty].name}`,
    value,
    unit: '×',
    ...(limit === undefined ? {} : { limit, ok: value <= limit }),
    note: `by rate, middle of ${ROUNDS} rounds of ${AT_ONCE} requests over ${CONNECTIONS} connections; by CPU ${cpu} ×`,
  };
}

function rowOf(load: Load, rounds: readonly Round[]): BenchRow {
  const middle = (of: (volley: Measured) => number) => median(rounds.map((one) => of(one[load])));
  const quantiles = (['p50', 'p95', 'p99'] as const).map(
    (one) => `${one} ${rounded(middle((volley) => volley[one]))} ms`,
  );
  const cpu = Math.round(middle((volley) => volley.cpu));
  return {
    name: `HTTP: ${LOADS[load].name}`,
    value: Math.round(middle(({ rate }) => rate)),
    unit: 'a second',
    note: `${quantiles.join(', ')}; ${cpu} µs CPU of the server each`,
  };
}

function get(path: string): Shot {
  return { method: 'GET', path };
}

function person(index: number): string {
  return `bench-${index % PERSONS}`;
}

function inMonth(index: number): string {
  return `validOn=2023-${String((index % 12) + 1).padStart(2, '0')}-15`;
}

let asked = 0;

/** A question that nobody has asked yet: about each person, on day after day. */
function newQuestion(): Shot {
  const number = asked++;
  return get(`/v1/persons/${person(number)}/answer?validOn=${toDay(FIRST_DAY + Math.floor(number / PERSONS))}`);
}

function write(region: string): Shot {
  const id = `written-${randomUUID()}`;
  const data = { scheme: 'employee', region, kind: 'regular', feeMonths: { from: '2024-05', through: '2024-05' } };
  return {
    method: 'POST',
    path: `/v1/persons/${id}/events`,
    headers: { 'Idempotency-Key': id },
    body: JSON.stringify({ type: 'Paid', effectiveOn: '2024-05-16', data }),
  };
}

async function fill(data: string, policies: LoadedPolicies, region: string): Promise<void> {
  const store = openStore(data);
  const ledger = openLedger({ store, policies, clock: Date.now });
  const events = career(region, MONTHS);
  for (let number = 0; number < PERSONS; number++) {
    const stream = personStream(`bench-${number}`);
    const ids = new Map(events.map(({ id }) => [id, randomUUID()]));
    const own = events.map((event) => retold(event, stream, ids));
    const { outcome } = await ledger.append(stream, own);
    if (outcome !== 'recorded') throw new Error(`filling ${stream}: ${outcome}`);
  }
  await store.close();
}

/** The event as another person's, what it corrects with it. */
function retold(event: LedgerEvent, stream: string, ids: ReadonlyMap<string, string>): LedgerEvent {
  const data = 'target' in event.data ? { ...event.data, target: ids.get(event.data.target) } : event.data;
  return { ...event, id: ids.get(event.id)!, stream, data } as LedgerEvent;
}

/** The server under load. */
export interface LoadedServer {
  fire(count: number, shot: (index: number) => Shot, connections?: number): Promise<Measured>;
  stop(): Promise<void>;
}

/** Starts the server on a data folder, in a process of its own. */
export async function startServer(data: string): Promise<LoadedServer> {
  const token = randomBytes(32).toString('base64url');
  const rate = '1000000';
  const child = fork(join(__dirname, `load-server${extname(__filename)}`), [], {
    env: {
      ...process.env,
      LEDGER_DATA: data,
      LEDGER_PROJECTOR: 'off',
      LEDGER_RATE_PER_SECOND: rate,
      LEDGER_MACHINE_RATE_PER_SECOND: rate,
      BENCH_TOKEN: token,
    },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const { port } = await told<{ port: number }>(child);
  const cpu = async () => {
    const answer = told<{ cpu: NodeJS.CpuUsage }>(child);
    child.send('cpu');
    const { user, system } = (await answer).cpu;
    return user + system;
  };
  return {
    fire: async (count, shot, connections = CONNECTIONS) => {
      const before = await cpu();
      const volley = await fire({ port, token }, { count, connections, shot });
      return { ...volley, cpu: ((await cpu()) - before) / count };
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(patience);
    },
  };
}

function told<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the server of the load ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}
