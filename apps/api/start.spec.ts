import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestCluster } from '../../libs/event-store/testing/node';
import { installation } from './settings';
import { tokenFile } from './bearer-token';
import { installProgram } from './testing/installed-program';

/** The server as it is really started: a built program, a process of its own, a new data folder. */

const folder = mkdtempSync(join(tmpdir(), 'ledger-start-'));
const root = join(folder, 'program');
const started: ChildProcess[] = [];

interface ServerProcess {
  process: ChildProcess;
  output: () => string;
  errors: () => string;
  ended: Promise<string>;
}

function startServer(environment: Record<string, string>): ServerProcess {
  const child = spawn(process.execPath, [join(root, 'dist', 'apps', 'api', 'main.js')], {
    cwd: root,
    env: { ...process.env, LEDGER_PORT: '0', LEDGER_LANG: 'en', LEDGER_LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = new Promise<string>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? String(code))),
  );
  return { process: child, output: () => output, errors: () => errors, ended };
}

async function until(holds: () => boolean, server: ServerProcess): Promise<void> {
  while (!holds()) {
    if (server.process.exitCode !== null) throw new Error(`the server ended: ${server.output()}${server.errors()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function listening(server: ServerProcess): Promise<string> {
  await until(() => /listens on \S+\n/.test(server.output()) && /Token.*\n/.test(server.output()), server);
  return /listens on (\S+)\n/.exec(server.output())![1]!;
}

beforeAll(() => installProgram(installation(), root), 120_000);
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe('the first start', () => {
  const data = join(folder, 'first');
  let server: ServerProcess;
  let url: string;
  beforeAll(async () => {
    server = startServer({ LEDGER_DATA: data });
    url = await listening(server);
    await until(() => server.output().split('curl ').length > 3 && server.output().endsWith('\n'), server);
  });

  it('imports both regions, and says how many rows became how many events', () => {
    expect(server.output()).toMatch(/211200-tieling\/payments\.csv: \d+ rows, \d+ events/);
    expect(server.output()).toMatch(/320700-lianyungang\/payments\.csv: \d+ rows, \d+ events/);
    expect(server.output()).toMatch(/Imported \d{4} events/);
    expect(existsSync(join(data, 'samples', '211200-tieling', 'payments.csv.refused.csv'))).toBe(true);
  });

  it('makes a token that only the owner can read, and prints it', () => {
    const token = readFileSync(tokenFile(data), 'utf8').trim();
    expect(server.output()).toContain(token);
    expect(statSync(tokenFile(data)).mode & 0o777).toBe(0o600);
    expect(statSync(data).mode & 0o777).toBe(0o700);
    expect(server.errors()).not.toContain(token);
  });

  it('prints three questions whose lines work as printed, by curl and by the command line alike', () => {
    const lines = server
      .output()
      .split('\n')
      .map((line) => line.trim());
    const curls = lines.filter((line) => line.startsWith('curl '));
    const commands = lines.filter((line) => line.startsWith('bin/ledger '));
    expect([curls.length, commands.length]).toEqual([3, 3]);

    const statuses = curls.map((line, index) => {
      const asked = spawnSync('sh', ['-c', line], { cwd: root, encoding: 'utf8' });
      const answer = JSON.parse(asked.stdout) as { person: string; benefit: { status: string; restored?: boolean } };
      const told = spawnSync('sh', ['-c', `${commands[index]} --json`], { cwd: root, encoding: 'utf8' });
      expect(told.stderr).toBe('');
      expect(JSON.parse(told.stdout)).toMatchObject({ person: answer.person, benefit: answer.benefit });
      const page = spawnSync('sh', ['-c', commands[index]!], { cwd: root, encoding: 'utf8' });
      expect(page.stdout).toContain(answer.person);
      return answer.benefit;
    });
    expect(statuses).toMatchObject([{ status: 'waiting' }, { status: 'covered', restored: true }, {}]);
  });

  it('is what the examples of docs/api.md work on', () => {
    const page = readFileSync(join(installation(), 'docs', 'api.md'), 'utf8');
    const blocks = [...page.matchAll(/^```\n(curl [\s\S]*?)^```$/gm)].map(([, block]) => block!);
    expect(blocks.length).toBeGreaterThanOrEqual(4);
    const env = { ...process.env, API: url, TOKEN: readFileSync(tokenFile(data), 'utf8').trim(), no_proxy: '*' };
    const cwd = join(data, 'samples', '211200-tieling');
    const replies = blocks.flatMap((block) => {
      const { stdout } = spawnSync('sh', ['-c', block.replaceAll('curl -s', "curl -s -w '\\n'")], {
        cwd,
        env,
        encoding: 'utf8',
      });
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { type?: string });
    });
    expect(replies.length).toBeGreaterThanOrEqual(7);
    expect(replies.filter(({ type }) => type !== undefined)).toEqual([]);
  });

  it('refuses a second server over the same store', async () => {
    const second = startServer({ LEDGER_DATA: data });
    expect(await second.ended).toBe('2');
    expect(second.errors()).toContain('does not start');
    expect(second.errors()).not.toContain('    at ');
  });

  it('finishes what is under way when it is told to stop, and loses nothing', async () => {
    const token = readFileSync(tokenFile(data), 'utf8').trim();
    const body = JSON.stringify({ type: 'Died', effectiveOn: '2022-05-09' });
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    let reply = '';
    socket.on('data', (chunk) => (reply += String(chunk)));
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.write(
      `POST /v1/persons/S-1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.process.kill('SIGTERM');
    await until(() => server.output().includes('finishing'), server);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    socket.write(body.slice(10));
    await closed;

    expect(reply).toMatch(/^HTTP\/1\.1 201 /);
    expect(await server.ended).toBe('0');
  });

  it('is followed by others that keep token and events, and import nothing', async () => {
    const again = startServer({ LEDGER_DATA: data });
    const address = await listening(again);
    expect(again.output()).not.toContain('Imported');
    const token = readFileSync(tokenFile(data), 'utf8').trim();
    expect(again.output()).not.toContain(token);
    const reply = await fetch(`${address}/v1/persons/S-1/events`, { headers: { Authorization: `Bearer ${token}` } });
    expect(((await reply.json()) as { events: unknown[] }).events).toHaveLength(1);
    again.process.kill('SIGINT');
    expect(await again.ended).toBe('0');
  });
});

describe('a start', () => {
  it('without samples begins with an empty ledger', async () => {
    const server = startServer({ LEDGER_DATA: join(folder, 'empty'), LEDGER_SAMPLES: 'off' });
    const url = await listening(server);
    const ready = (await (await fetch(`${url}/readyz`)).json()) as { details: { store: { position: string } } };
    expect(ready.details.store.position).toBe('0');
    expect(server.output()).not.toContain('curl');
    server.process.kill('SIGTERM');
    expect(await server.ended).toBe('0');
  });

  it('over an EventStoreDB imports, records and answers just the same', async () => {
    const cluster = await startTestCluster();
    try {
      const data = join(folder, 'over-eventstoredb');
      const environment = { LEDGER_DATA: data, EVENTSTORE_URL: cluster.connectionString() };
      const server = startServer(environment);
      const url = await listening(server);
      expect(server.output()).toMatch(/Imported \d{4} events/);
      expect(existsSync(join(data, 'events.sqlite'))).toBe(false);
      const headers = {
        Authorization: `Bearer ${readFileSync(tokenFile(data), 'utf8').trim()}`,
        'Content-Type': 'application/json',
      };
      const event = JSON.stringify({ type: 'Died', effectiveOn: '2022-08-01' });
      const address = `${url}/v1/persons/P2112000020`;
      const recorded = await fetch(`${address}/events`, {
        method: 'POST',
        headers: { ...headers, 'Idempotency-Key': 'd-1' },
        body: event,
      });
      const again = await fetch(`${address}/events`, {
        method: 'POST',
        headers: { ...headers, 'Idempotency-Key': 'd-1' },
        body: event,
      });
      expect([recorded.status, again.status, again.headers.get('idempotency-hit')]).toEqual([201, 201, 'true']);
      expect(await again.json()).toEqual(await recorded.json());
      const answer = (await (await fetch(`${address}/answer?validOn=2022-07-15`, { headers })).json()) as {
        benefit: object;
      };
      expect(answer.benefit).toMatchObject({ status: 'covered', restored: true });
      server.process.kill('SIGTERM');
      expect(await server.ended).toBe('0');

      const next = startServer(environment);
      await listening(next);
      expect(next.output()).not.toContain('Imported');
      next.process.kill('SIGTERM');
      expect(await next.ended).toBe('0');
    } finally {
      await cluster.stop();
    }
  });

  it('that was broken off among the samples goes on with them', async () => {
    const data = join(folder, 'broken-off');
    const first = startServer({ LEDGER_DATA: data });
    await until(() => first.output().includes('importing'), first);
    first.process.kill('SIGKILL');
    await first.ended;
    const second = startServer({ LEDGER_DATA: data });
    await listening(second);
    expect(second.output()).toContain('Imported');
    await until(() => second.output().split('curl ').length > 3, second);
    second.process.kill('SIGTERM');
    expect(await second.ended).toBe('0');
  });

  it('with wrong settings names all of them and does not start', async () => {
    const server = startServer({
      LEDGER_DATA: join(folder, 'wrong'),
      LEDGER_PORT: 'http',
      LEDGER_LANG: 'de',
      LEDGER_PROT: '1',
    });
    expect(await server.ended).toBe('2');
    expect(server.errors()).toContain('LEDGER_PORT=http');
    expect(server.errors()).toContain('LEDGER_LANG=de');
    expect(server.output()).toContain('LEDGER_PROT');
    expect(existsSync(join(folder, 'wrong'))).toBe(false);
  });

  it('that is told to stop before it is done stops when it is', async () => {
    const server = startServer({ LEDGER_DATA: join(folder, 'in-a-hurry') });
    await until(() => server.output().includes('importing'), server);
    server.process.kill('SIGTERM');
    expect(await server.ended).toBe('0');
    expect(server.output()).toContain('Imported');
  });

  it('on a port that is taken says so', async () => {
    const first = startServer({ LEDGER_DATA: join(folder, 'port-1'), LEDGER_SAMPLES: 'off' });
    const { port } = new URL(await listening(first));
    const second = startServer({ LEDGER_DATA: join(folder, 'port-2'), LEDGER_SAMPLES: 'off', LEDGER_PORT: port });
    expect(await second.ended).toBe('2');
    expect(second.errors()).toContain('LEDGER_PORT');
    first.process.kill('SIGTERM');
    expect(await first.ended).toBe('0');
  });
});
