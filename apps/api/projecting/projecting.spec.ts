import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { startTestCluster } from '../../../libs/event-store/testing/node';
import { startPostgres } from '../../../libs/read-model/testing/postgres';
import { installation } from '../../../libs/settings';
import { CuttableWire } from '../../projector/testing/cuttable-wire';
import { startProjector } from '../../projector/testing/projector-process';
import { tokenFile } from '../bearer-token';
import { installProgram } from '../testing/installed-program';

/** The server as it is really started, with the projector inside: a built program and its processes. */

const folder = mkdtempSync(join(tmpdir(), 'ledger-projecting-'));
const program = join(folder, 'program');
const started: { process: ChildProcess; ended: Promise<string> }[] = [];

beforeAll(() => installProgram(installation(), program), 120_000);
afterEach(async () => {
  const left = started.splice(0);
  for (const { process: child } of left) child.kill('SIGKILL');
  await Promise.all(left.map(({ ended }) => ended));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Server {
  process: ChildProcess;
  output(): string;
  errors(): string;
  ended: Promise<string>;
  url: string;
  ask(path: string, body?: unknown): Promise<Reply>;
  /** Waits until what it says of its parts fits. */
  until(fits: (ready: Ready) => boolean): Promise<Ready>;
}

interface Reply {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

interface Ready {
  http: number;
  status: string;
  details: Record<
    'store' | 'readModel' | 'projector',
    { status: string; state?: string; position?: string; reason?: string }
  >;
}

async function startServer(environment: Record<string, string>): Promise<Server> {
  const child = spawn(process.execPath, [join(program, 'dist', 'apps', 'api', 'main.js')], {
    cwd: program,
    env: { ...process.env, LEDGER_PORT: '0', LEDGER_LANG: 'en', LEDGER_LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = new Promise<string>((resolve) => child.once('exit', (code, signal) => resolve(signal ?? String(code))));
  started.push({ process: child, ended });
  while (!/listens on \S+\n[\s\S]*Token.*\n/.test(output)) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${output}${errors}`);
    await pause();
  }
  const url = /listens on (\S+)\n/.exec(output)![1]!;
  const token = readFileSync(tokenFile(environment['LEDGER_DATA']!), 'utf8').trim();
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const ask = async (path: string, body?: unknown): Promise<Reply> => {
    const reply = await fetch(
      `${url}${path}`,
      body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) },
    );
    const text = await reply.text();
    return { status: reply.status, headers: reply.headers, body: text.startsWith('{') ? JSON.parse(text) : { text } };
  };
  return {
    process: child,
    output: () => output,
    errors: () => errors,
    ended,
    url,
    ask,
    until: async (fits) => {
      for (;;) {
        const { status, body } = await ask('/readyz');
        const details = (body['details'] ?? body['checks']) as Ready['details'];
        const ready: Ready = { http: status, status: body['status'] as string, details };
        if (fits(ready)) return ready;
        await pause();
      }
    },
  };
}

const isLevel = ({ details: { store, readModel, projector } }: Ready) =>
  projector.state === 'following' && readModel.position === store.position;

/** The processes that the server has started and that still run. */
function childrenOf(server: Server): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(server.process.pid)], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => (line.trim() === '' ? [] : [Number(line)]));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** How many are insured on a day, by the report. */
async function insured(server: Server, query: string): Promise<{ persons: number; headers: Headers }> {
  const { status, headers, body } = await server.ask(`/v1/reports/insured?validOn=2023-06-30&${query}`);
  expect(status).toBe(200);
  const rows = body['rows'] as { registration: string; persons: number }[];
  const normal = rows.filter(({ registration }) => registration === 'normal');
  return { persons: normal.reduce((sum, row) => sum + row.persons, 0), headers };
}

function forgetLeases(data: string): void {
  const database = new Sqlite(join(data, 'read-model.db'), { timeout: 10_000 });
  database.exec('update lease set until = 0');
  database.close();
}

describe('a server with the projector inside', () => {
  it('has filled the tables after its first start, and counts what was just written', async () => {
    const data = join(folder, 'first');
    const server = await startServer({ LEDGER_DATA: data });
    expect(server.output()).toMatch(/Imported \d+ events.*\nThe tables of the reports are filled\nThe ledger listens/);
    const before = await insured(server, '');
    expect(before.persons).toBeGreaterThan(100);
    const { details } = await server.until(isLevel);
    expect(before.headers.get('ledger-position')).toBe(details.store.position);

    const leaving = {
      type: 'Terminated',
      effectiveOn: '2023-01-10',
      data: { region: '320700', scheme: 'employee', reason: 'emigration' },
    };
    const recorded = await server.ask('/v1/persons/P3207000039/events', leaving);
    expect(recorded.status).toBe(201);
    const position = recorded.body['position'] as string;
    const after = await insured(server, `atLeast=${position}`);
    expect(Number(after.headers.get('ledger-position'))).toBeGreaterThanOrEqual(Number(position));
    expect(after.headers.get('ledger-behind')).toBeNull();
    expect(after.persons).toBe(before.persons - 1);
    const { text } = (await server.ask('/metrics')).body as { text: string };
    expect(text).toContain('ledger_projector_health{state="following"} 1');
    expect(text).toContain(`ledger_read_model_position ${position}`);

    const children = childrenOf(server);
    expect(children).toHaveLength(1);
    server.process.kill('SIGTERM');
    expect(await server.ended).toBe('0');
    expect(children.filter(isAlive)).toEqual([]);

    const again = await startServer({ LEDGER_DATA: data });
    expect(again.output()).not.toContain('tables');
    await again.until(isLevel);
    expect((await insured(again, '')).persons).toBe(after.persons);
  });

  it('says by how much the tables fall short of a position that is not there yet', async () => {
    const server = await startServer({ LEDGER_DATA: join(folder, 'short') });
    const { details } = await server.until(isLevel);
    const head = Number(details.store.position);
    const { headers } = await insured(server, `atLeast=${head + 7}`);
    expect([headers.get('ledger-position'), headers.get('ledger-behind')]).toEqual([String(head), '7']);
  });

  it('starts it again when it is killed, and lets nothing wait for it meanwhile', async () => {
    const data = join(folder, 'killed');
    const server = await startServer({ LEDGER_DATA: data });
    await server.until(isLevel);
    const [child] = childrenOf(server);
    process.kill(child!, 'SIGKILL');
    const down = await server.until(({ status }) => status === 'degraded');
    expect(down.http).toBe(200);
    expect(down.details.projector).toMatchObject({ status: 'down', state: 'failed' });
    const recorded = await server.ask('/v1/persons/NEW-1/events', { type: 'Died', effectiveOn: '2022-05-09' });
    expect(recorded.status).toBe(201);
    expect((await server.ask('/v1/persons/P3207000039/answer?validOn=2022-02-28')).status).toBe(200);
    forgetLeases(data);
    await server.until(isLevel);
    expect(childrenOf(server)).not.toContain(child);
    expect(server.errors()).toContain('the projector ended and is started again');
  });

  it('stops once, when a supervisor tells both to', async () => {
    const server = await startServer({ LEDGER_DATA: join(folder, 'both'), LEDGER_SAMPLES: 'off' });
    await server.until(({ details }) => details.projector.state === 'following');
    const [child] = childrenOf(server);
    server.process.kill('SIGTERM');
    process.kill(child!, 'SIGTERM');
    expect(await server.ended).toBe('0');
    expect(server.errors()).toBe('');
    expect(isAlive(child!)).toBe(false);
  });

  it('leaves no projector behind when it is killed itself', async () => {
    const server = await startServer({ LEDGER_DATA: join(folder, 'orphan'), LEDGER_SAMPLES: 'off' });
    await server.until(({ details }) => details.projector.state === 'following');
    const [child] = childrenOf(server);
    server.process.kill('SIGKILL');
    await server.ended;
    while (isAlive(child!)) await pause();
  });

  it('records and answers while the read model’s database is not there; reports say so, and come with it', async () => {
    const postgres = await startPostgres();
    const wire = new CuttableWire(Number(new URL(postgres.address).port));
    try {
      await wire.mend();
      await wire.cut();
      await withoutDatabase(
        postgres.address.replace(/ledger@127.0.0.1:\d+/, `ledger:secret@127.0.0.1:${wire.port}`),
        wire,
      );
    } finally {
      await wire.cut();
      await postgres.stop();
    }
  });

  async function withoutDatabase(address: string, wire: CuttableWire): Promise<void> {
    const server = await startServer({ LEDGER_DATA: join(folder, 'no-database'), DATABASE_URL: address });
    expect(server.output()).toContain('cannot be filled yet');
    const { http, details } = await server.until(({ details: { projector } }) => projector.state === 'failed');
    expect(http).toBe(200);
    expect(details.readModel.reason).toContain('the database of the read model does not answer');
    expect((await server.ask('/v1/persons/P3207000039/answer?validOn=2022-02-28')).status).toBe(200);
    const { status, body } = await server.ask('/v1/reports/insured?validOn=2023-06-30');
    expect(status).toBe(503);
    expect(body).toMatchObject({ type: 'urn:enrollment-ledger:problem:not-ready' });
    expect(JSON.stringify(body)).not.toContain('127.0.0.1');
    expect(server.errors()).not.toContain('secret');
    expect((await server.ask('/metrics')).status).toBe(200);

    await wire.mend();
    await server.until(isLevel);
    expect((await insured(server, '')).persons).toBeGreaterThan(100);
    await wire.cut();
    expect((await server.until(({ status: now }) => now === 'degraded')).http).toBe(200);
    await wire.mend();
    await server.until(isLevel);
    expect((await insured(server, '')).persons).toBeGreaterThan(100);
    server.process.kill('SIGTERM');
    expect(await server.ended).toBe('0');
  }
});

describe('a server without a projector', () => {
  it('reads the tables that another process keeps', async () => {
    const data = join(folder, 'apart');
    const server = await startServer({ LEDGER_DATA: data, LEDGER_PROJECTOR: 'off' });
    expect(childrenOf(server)).toEqual([]);
    const { details } = await server.until(() => true);
    expect(details.projector).toEqual({ status: 'up', state: 'off' });
    expect((await server.ask('/v1/reports/insured?validOn=2023-06-30')).status).toBe(503);

    const projector = startProjector(program, { LEDGER_DATA: data });
    started.push(projector);
    await projector.until(({ state, lag }) => state === 'following' && lag === 0);
    expect((await insured(server, '')).persons).toBeGreaterThan(100);
    await server.until(({ details: { store, readModel } }) => readModel.position === store.position);
  });
});

it('works over an EventStoreDB alike', async () => {
  const cluster = await startTestCluster();
  try {
    const server = await startServer({ LEDGER_DATA: join(folder, 'wire'), EVENTSTORE_URL: cluster.connectionString() });
    expect(server.output()).toContain('The tables of the reports are filled');
    const { persons } = await insured(server, '');
    const recorded = await server.ask('/v1/persons/P3207000039/events', { type: 'Died', effectiveOn: '2023-01-10' });
    const after = await insured(server, `atLeast=${String(recorded.body['position'])}`);
    expect(after.headers.get('ledger-behind')).toBeNull();
    expect(after.persons).toBe(persons - 1);
    server.process.kill('SIGTERM');
    expect(await server.ended).toBe('0');
  } finally {
    await cluster.stop();
  }
});

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 30));
}
