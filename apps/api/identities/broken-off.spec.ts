import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledger } from '../../ledger/testing/ledger-process';
import { startLedgerServer, type LedgerServer } from '../testing/ledger-server';

/** Processes that die between two steps, and what the next start of the server makes of it. */

const NUMBER = '11010519491231002X';
const NAME = '欧阳测试';
const region = '211200';
let data: string;
let running: LedgerServer[] = [];
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'ledger-broken-off-'));
});
afterEach(async () => {
  for (const server of running) {
    server.child.kill('SIGKILL');
    await server.ended;
  }
  running = [];
  rmSync(data, { recursive: true, force: true });
});

async function start(): Promise<LedgerServer> {
  const server = await startLedgerServer(data, { LEDGER_PROJECTOR: 'off', LEDGER_LOG_LEVEL: 'warn' });
  running.push(server);
  return server;
}

async function stop(server: LedgerServer): Promise<void> {
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
}

async function ask(
  server: LedgerServer,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Body; text: string }> {
  const reply = await fetch(`${server.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: server.authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  return {
    status: reply.status,
    body: /json/.test(reply.headers.get('content-type') ?? '') ? (JSON.parse(text) as Body) : {},
    text,
  };
}

/** What replies hold that is looked at here. */
interface Body {
  events?: { type: string; data: object; metadata: { actor?: string } }[];
  persons?: string[];
}

const registered = {
  type: 'Registered',
  effectiveOn: '2022-05-09',
  data: { scheme: 'employee', region, participation: 'employed' },
};

/** Runs the process that dies in the middle. */
async function die(...args: string[]): Promise<void> {
  const register = join(__dirname, '..', '..', 'ledger', 'testing', 'register-typescript.cjs');
  const child = spawn(
    process.execPath,
    ['-r', register, join(__dirname, 'testing', 'dying-process.ts'), data, ...args],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  expect(await new Promise((resolve) => child.once('close', (_code, signal) => resolve(signal)))).toBe('SIGKILL');
}

async function withPersons(...persons: string[]): Promise<void> {
  const server = await start();
  for (const person of persons)
    expect((await ask(server, `/v1/persons/${person}/events`, registered)).status).toBe(201);
  const attached = await ask(server, '/v1/identities/P1/attach', { name: NAME, kind: '01', number: NUMBER });
  expect(attached.status).toBe(201);
  await stop(server);
}

/** Asks until the log holds the event, which the start records behind its first words. */
async function until<T>(read: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await read();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

it('an erasure that died before the log was told is named by the check, and told at the next start', async () => {
  await withPersons('P1', 'P2');
  await die('erase', 'P1');
  const check = () => ledger(['vault', 'check', '--store', data, '--lang', 'en']);
  const named = check();
  expect(named.status).toBe(1);
  expect(named.out).toContain('erased, and the log is not told yet: P1');

  const server = await start();
  const told = await until(async () => {
    const { body } = await ask(server, '/v1/persons/P1/events');
    return body.events!.find(({ type }) => type === 'IdentityErased');
  });
  expect(told).toMatchObject({ data: { legalBasis: 'PIPL art. 47' }, metadata: { actor: 'test' } });
  expect((await ask(server, '/v1/identities/P1')).status).toBe(410);
  const found = await ask(server, '/v1/identities/find', { kind: '01', number: NUMBER });
  expect(found.status).toBe(404);
  await stop(server);
  expect(check()).toMatchObject({ status: 0 });

  // Told once: another start tells nothing more.
  const again = await start();
  const { body } = await ask(again, '/v1/persons/P1/events');
  expect(body.events!.filter(({ type }) => type === 'IdentityErased')).toHaveLength(1);
  await stop(again);
}, 120_000);

it('a merge that died between the two streams shows from both sides after the next start', async () => {
  await withPersons('P1', 'P2');
  await die('merge', 'P1', 'P2');
  const server = await start();
  const answers = await until(async () => {
    const [one, other] = await Promise.all(
      ['P1', 'P2'].map((person) => ask(server, `/v1/persons/${person}/answer?validOn=2023-03-15`)),
    );
    return other!.body.persons === undefined ? undefined : [one!.body, other!.body];
  });
  expect(answers.map(({ persons }) => persons)).toEqual([
    ['P1', 'P2'],
    ['P1', 'P2'],
  ]);
  await until(async () => (server.errors().includes('merges that broke off were completed') ? true : undefined));
  expect(server.errors()).not.toContain(NUMBER);
  await stop(server);
  const through = JSON.parse(readFileSync(join(data, 'merges-completed.json'), 'utf8')) as { position: string };
  expect(Number(through.position)).toBeGreaterThan(0);
}, 120_000);

it('after an erasure the log is whole, what was proved holds, and nothing tells who it was', async () => {
  await withPersons('P1');
  const server = await start();
  const basis = encodeURIComponent('validOn=2022-06-01');
  const file = (name: string) => join(data, `${name}.packet.json`);
  const packet = async (name: string) => {
    const reply = await ask(server, `/v1/persons/P1/packet?basis=${basis}`);
    expect(reply.status).toBe(200);
    writeFileSync(file(name), reply.text);
    return reply.text;
  };
  await packet('before');
  const answerBefore = (await ask(server, '/v1/persons/P1/answer?validOn=2022-06-01&knownAt=1')).body as object;
  const erased = await ask(server, '/v1/identities/P1/erase', { legalBasis: 'PIPL art. 47' });
  expect(erased.status).toBe(200);
  const after = await packet('after');
  expect((await ask(server, '/v1/persons/P1/answer?validOn=2022-06-01&knownAt=1')).body).toEqual(answerBefore);
  expect((await ask(server, '/v1/identities/P1')).status).toBe(410);
  const back = await ask(server, '/v1/identities/P1/attach', { kind: '01', number: NUMBER });
  expect(back.status).toBe(410);
  await stop(server);

  const log = ledger(['verify', '--log', '--store', data, '--json']);
  expect({ status: log.status, err: log.err }).toEqual({ status: 0, err: '' });
  expect(JSON.parse(log.out)).toMatchObject({ intact: true });
  for (const name of ['before', 'after']) {
    const checked = ledger(['packet', 'check', file(name), '--json']);
    expect({ name, status: checked.status }).toEqual({ name, status: 0 });
  }
  expect(after).toContain('IdentityErased');
  const kept = ledger(['vault', 'check', '--store', data, '--json']);
  expect(JSON.parse(kept.out)).toMatchObject({ persons: 0, erased: 1, unrecorded: [], notErased: [] });
  // Neither the number nor the name stands anywhere: not in the log, the vault, its WAL, the audit trail or the packets.
  for (const name of ['events.sqlite', 'vault.db', 'audit.sqlite', 'before.packet.json', 'after.packet.json']) {
    const bytes = readFileSync(join(data, name));
    expect({ name, holds: bytes.includes(NUMBER) || bytes.includes(NAME) }).toEqual({ name, holds: false });
  }
  expect(server.errors()).not.toMatch(/1101051949|欧阳/);
}, 120_000);
