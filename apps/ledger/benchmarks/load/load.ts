import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { extname, join } from 'node:path';
import { dayNumber, toDay } from '../../../../libs/calendar';
import type { BenchRow } from '../../../../libs/event-store/bench';
import { openLedger, openStore } from '../../../../libs/ledger';
import type { LoadedPolicies } from '../../../../libs/policy';
import { personStream, type LedgerEvent } from '../../../../events';
import { career } from '../answers';
import { median, rounded } from '../measured';
import { fire, type Shot, type Volley } from './driver';

const PERSONS = 200;
const MONTHS = 57;
const ROUNDS = 5;
const READS = 1_500;
const MIXED = 3_000;
const CONNECTIONS = 8;
const FIRST_DAY = dayNumber('2023-01-16');
/** One request in so many of a mixed load is a write. */
const WRITES_ONE_IN = 10;
/** How much slower than nothing an answer may be. */
const MOST_TIMES_EMPTY = 2;

/**
 * The server in a process of its own on loopback: answers about persons of 60 events beside a route that does nothing, in turns, so
 * that a busy machine disturbs both alike; then reads and writes mixed.
 */
export async function benchLoad(folder: string, policies: LoadedPolicies): Promise<BenchRow[]> {
  const data = join(folder, 'load');
  await fill(data, policies);
  const server = await startServer(data);
  try {
    const empty = () => server.fire(READS, () => ({ method: 'GET', path: '/v1/empty' }));
    const alive = () => server.fire(READS, () => ({ method: 'GET', path: '/healthz' }));
    const first = () => server.fire(READS, firstAnswers());
    const again = () => server.fire(READS, answerShot);
    for (const warm of [empty, alive, first, again]) await warm();
    const rounds: Record<'empty' | 'alive' | 'first' | 'again', Measured>[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({ empty: await empty(), alive: await alive(), first: await first(), again: await again() });
    }
    const middle = (of: (round: (typeof rounds)[number]) => number) => median(rounds.map(of));
    const timesEmpty = (of: 'first' | 'again', name: string): BenchRow => {
      const value = rounded(middle((round) => round.empty.rate / round[of].rate));
      const work = rounded(middle((round) => round[of].cpu / round.empty.cpu));
      const note = `middle of ${ROUNDS} rounds of ${READS} requests, ${CONNECTIONS} connections; of CPU ${work} ×`;
      return { name, value, unit: '×', limit: MOST_TIMES_EMPTY, ok: value <= MOST_TIMES_EMPTY, note };
    };
    const questions = firstAnswers();
    const mixed = await server.fire(MIXED, (index) => (index % WRITES_ONE_IN === 0 ? writeShot() : questions(index)));
    const writes = await server.fire(MIXED / WRITES_ONE_IN, writeShot);
    const failed = [...rounds.flatMap((round) => Object.values(round)), mixed, writes].flatMap(({ statuses }) =>
      Object.keys(statuses).filter((status) => Number(status) >= 400),
    );
    if (failed.length > 0) throw new Error(`requests of the load failed: ${[...new Set(failed)].join(', ')}`);
    const row = (name: string, of: keyof (typeof rounds)[number]) =>
      rowOf(
        name,
        rounds.map((round) => round[of]),
      );
    return [
      timesEmpty('first', 'answers of 60 events, a new question each, times an empty route'),
      timesEmpty('again', 'answers of 60 events, asked before, times an empty route'),
      row('an empty route', 'empty'),
      row('a health check', 'alive'),
      row('answers, a new question each', 'first'),
      row('answers, asked before', 'again'),
      rowOf(`new questions and writes mixed (1 in ${WRITES_ONE_IN})`, [mixed]),
      rowOf('durable writes alone', [writes]),
    ];
  } finally {
    await server.stop();
  }
}

interface Measured extends Volley {
  /** Microseconds of the server's CPU a request. */
  cpu: number;
}

function rowOf(name: string, volleys: readonly Measured[]): BenchRow {
  const middle = (of: (volley: Measured) => number) => median(volleys.map(of));
  const quantiles = (['p50', 'p95', 'p99'] as const).map(
    (one) => `${one} ${rounded(middle((volley) => volley[one]))} ms`,
  );
  const cpu = Math.round(middle((volley) => volley.cpu));
  return {
    name: `HTTP: ${name}`,
    value: Math.round(middle(({ rate }) => rate)),
    unit: 'a second',
    note: `${quantiles.join(', ')}; ${cpu} µs CPU of the server each`,
  };
}

function answerShot(index: number): Shot {
  const month = String((index % 12) + 1).padStart(2, '0');
  return { method: 'GET', path: `/v1/persons/bench-${index % PERSONS}/answer?validOn=2023-${month}-15` };
}

let asked = 0;

/** Questions that nobody has asked yet: each person, on day after day. */
function firstAnswers(): (index: number) => Shot {
  const base = asked;
  asked += MIXED;
  return (index) => {
    const number = base + index;
    const day = toDay(FIRST_DAY + Math.floor(number / PERSONS));
    return { method: 'GET', path: `/v1/persons/bench-${number % PERSONS}/answer?validOn=${day}` };
  };
}

function writeShot(): Shot {
  const person = `written-${randomUUID()}`;
  const data = {
    scheme: 'employee',
    region: '211200',
    kind: 'regular',
    feeMonths: { from: '2024-05', through: '2024-05' },
  };
  return {
    method: 'POST',
    path: `/v1/persons/${person}/events`,
    headers: { 'Idempotency-Key': person },
    body: JSON.stringify({ type: 'Paid', effectiveOn: '2024-05-16', data }),
  };
}

async function fill(data: string, policies: LoadedPolicies): Promise<void> {
  const store = openStore(data);
  const ledger = openLedger({ store, policies, clock: Date.now });
  const events = career(MONTHS);
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
