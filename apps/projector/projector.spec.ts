import { createServer, type AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { pino } from 'pino';
import type { EventReader, EventStore } from '../../libs/event-store';
import { startTestCluster } from '../../libs/event-store/testing/node';
import { population } from '../../libs/generation';
import { openStore, openStoreReader } from '../../libs/ledger';
import { loadPoliciesOrThrow } from '../../libs/policy';
import { rebuild, verify } from '../../libs/read-model';
import { startPostgres } from '../../libs/read-model/testing/postgres';
import { append } from '../../libs/reports/testing/filled';
import { installation } from '../../libs/settings';
import { installProgram } from '../api/testing/installed-program';
import { CuttableWire } from './testing/cuttable-wire';
import { startProjector, type ProjectorProcess, type Readiness } from './testing/projector-process';
import type { Verification } from './pulse';

/** Projectors as they are really started: a built program, processes of their own. */

const folder = mkdtempSync(join(tmpdir(), 'ledger-projector-'));
const program = join(folder, 'program');
const started: ProjectorProcess[] = [];
const policies = loadPoliciesOrThrow(join(installation(), 'policies'));

beforeAll(() => installProgram(installation(), program), 120_000);
afterEach(async () => {
  const left = started.splice(0);
  for (const { process: child } of left) child.kill('SIGKILL');
  await Promise.all(left.map(({ ended }) => ended));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(environment: Record<string, string>, ...args: string[]): ProjectorProcess {
  const projector = startProjector(program, environment, ...args);
  started.push(projector);
  return projector;
}

let seeds = 0;
/** So many persons whom the log does not know yet. */
function persons(count: number) {
  return population({ persons: count, seed: ++seeds, regions: ['211200', '320700'] });
}

async function onStore<T>(location: string, use: (store: EventStore) => Promise<T>): Promise<T> {
  const store = openStore(location);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function newLedger(name: string, count: number): Promise<string> {
  const data = join(folder, name);
  await onStore(data, (store) => append(store, persons(count)));
  return data;
}

const isLevel = ({ state, lag }: Readiness) => state === 'following' && lag === 0;

async function read<T>(location: string, use: (store: EventReader) => Promise<T>): Promise<T> {
  const store = openStoreReader(location);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** What the tables hold is what the log says, folded anew from it and rebuilt beside. */
async function expectSound(location: string, readModel = join(location, 'read-model.db')): Promise<void> {
  const found = await read(location, async (store) => ({
    verified: await verify({ store, policies, readModel, sample: 'all' }),
    rebuilt: await rebuild({ store, policies, readModel, compare: true }),
  }));
  expect(found.verified.differences).toEqual([]);
  expect(found.verified.sound).toBe(true);
  expect(found.rebuilt.differing).toEqual([]);
}

function onTables(data: string, sql: string, ...values: unknown[]): unknown {
  const database = new Sqlite(join(data, 'read-model.db'), { timeout: 10_000 });
  try {
    const statement = database.prepare(sql);
    return statement.reader ? statement.pluck().get(...values) : statement.run(...values).changes;
  } finally {
    database.close();
  }
}

/** A lease runs out in time; here it has. */
const forgetLeases = (data: string) => onTables(data, 'update lease set until = 0');

describe('a projector', () => {
  it('that is killed amid its work goes on where it was, with the same rows', async () => {
    const data = await newLedger('killed', 400);
    const first = start({ LEDGER_DATA: data });
    while (!hasRows(data, 'next_persons') && !hasRows(data, 'persons')) await pause();
    first.process.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');

    forgetLeases(data);
    const second = start({ LEDGER_DATA: data });
    const { position } = await second.until(isLevel);
    const appending = onStore(data, (store) => append(store, persons(100)));
    await second.until((ready) => Number(ready.position) > Number(position));
    second.process.kill('SIGKILL');
    await appending;

    forgetLeases(data);
    const third = start({ LEDGER_DATA: data });
    await third.until(isLevel);
    await expectSound(data);
    third.process.kill('SIGTERM');
    expect(await third.ended).toBe('0');
  });

  it('that is started twice stands by, and takes over when the first has gone', async () => {
    const data = await newLedger('twice', 5);
    const first = start({ LEDGER_DATA: data });
    await first.until(isLevel);
    const second = start({ LEDGER_DATA: data });
    const standby = await second.until(({ state }) => state === 'standby');
    expect(standby).toMatchObject({ http: 200, lag: 0 });
    await onStore(data, (store) => append(store, persons(5)));
    await first.until(isLevel);
    // Whoever stands by tells how far the tables are, not how far he is.
    await second.until(({ state, lag, position }) => state === 'standby' && lag === 0 && Number(position) > 0);
    expect((await second.get('/metrics')).text).toContain('ledger_projector_events_total 0');

    first.process.kill('SIGTERM');
    expect(await first.ended).toBe('0');
    await second.until(isLevel);
    await onStore(data, (store) => append(store, persons(3)));
    await second.until(isLevel);
    await expectSound(data);
  });

  it('shares the persons with another, and leaves all of them to nobody else', async () => {
    const data = await newLedger('shared', 20);
    const halves = [start({ LEDGER_DATA: data }, '--shard', '0/2'), start({ LEDGER_DATA: data, LEDGER_SHARD: '1/2' })];
    await Promise.all(halves.map((half) => half.until(isLevel)));
    const whole = start({ LEDGER_DATA: data });
    await whole.until(({ state }) => state === 'standby');
    const head = await onStore(data, async (store) => {
      await append(store, persons(20));
      return store.head();
    });
    // A half that has not looked at the log again yet calls itself level where it stands.
    const isThere = (ready: Readiness) => isLevel(ready) && BigInt(ready.position) === head;
    await Promise.all(halves.map((half) => half.until(isThere)));
    const folded = await Promise.all(
      halves.map(async (half) => Number(/persons_total (\d+)/.exec((await half.get('/metrics')).text)![1])),
    );
    expect(Math.min(...folded)).toBeGreaterThan(0);
    await expectSound(data);
  });

  it('is behind while events wait for longer than they should', async () => {
    const data = await newLedger('behind', 3);
    const projector = start({ LEDGER_DATA: data, LEDGER_LAG_SECONDS: '1', LEDGER_AUDIT_SECONDS: '0' });
    await projector.until(isLevel);
    const other = new Sqlite(join(data, 'read-model.db'), { timeout: 10_000 });
    try {
      other.exec('begin immediate');
      await onStore(data, (store) => append(store, persons(1)));
      const { http, lag } = await projector.until(({ state }) => state === 'behind');
      expect(http).toBe(503);
      expect(lag).toBeGreaterThan(0);
      const { text } = await projector.get('/metrics');
      expect(Number(/^ledger_projector_lag_seconds (\S+)/m.exec(text)![1])).toBeGreaterThan(1);
    } finally {
      other.exec('rollback');
      other.close();
    }
    expect(await projector.until(isLevel)).toMatchObject({ http: 200 });
  });

  it('waits for a store that is not there yet, and says so', async () => {
    const data = join(folder, 'later');
    const projector = start({ LEDGER_DATA: data });
    const { http, reason } = await projector.until(({ state }) => state === 'failed');
    expect({ http, reason }).toEqual({ http: 503, reason: 'the store does not answer; see the log of the projector' });
    expect((await projector.get('/healthz')).status).toBe(200);
    await onStore(data, (store) => append(store, persons(2)));
    expect(await projector.until(isLevel)).toMatchObject({ http: 200 });
  });

  it('does not follow a log that was put in the place of a longer one, until the tables are made anew', async () => {
    const data = await newLedger('restored', 6);
    const before = start({ LEDGER_DATA: data });
    const { position } = await before.until(isLevel);
    before.process.kill('SIGTERM');
    expect(await before.ended).toBe('0');
    for (const file of ['events.sqlite', 'events.sqlite-wal', 'events.sqlite-shm'])
      rmSync(join(data, file), { force: true });
    await onStore(data, (store) => append(store, persons(2)));

    const projector = start({ LEDGER_DATA: data });
    const { http, reason } = await projector.until(({ state }) => state === 'failed');
    expect(http).toBe(503);
    expect(reason).toContain('ledger rebuild makes them anew');
    // Even when the log has grown past them, nothing may have been passed over.
    await onStore(data, (store) => append(store, persons(1)));
    await read(data, (store) => rebuild({ store, policies, readModel: join(data, 'read-model.db') }));
    await projector.until(isLevel);
    await onStore(data, (store) => append(store, persons(2)));
    expect(Number((await projector.until(isLevel)).position)).not.toBe(Number(position));
    await expectSound(data);
  });

  it('raises an alarm on rows that the log does not give, without a word about the person', async () => {
    const data = await newLedger('audited', 2);
    const projector = start({ LEDGER_DATA: data, LEDGER_AUDIT_SECONDS: '1' });
    await projector.until(isLevel);
    expect((await projector.get('/metrics')).text).toContain('ledger_audit_differences_total 0');
    const person = onTables(data, 'select max(person) from persons') as string;
    onTables(data, `update persons set region = '999999' where person = ?`, person);
    await projector.until(({ differences }) => differences > 0);
    const { text } = await projector.get('/metrics');
    expect(text).toMatch(/ledger_audit_differences_total [1-9]/);
    expect(text).toMatch(/ledger_audit_last_timestamp_seconds \d{10}/);
    expect(text).not.toContain(person);
    const line = projector.log.find(({ msg }) => String(msg).includes('other rows'))!;
    expect(line).toMatchObject({ level: 50, msg: expect.stringContaining(`${person} persons`) });
    expect(JSON.stringify(projector.log)).not.toContain('999999');
  });

  it('tells one missing event from none, when it counts them all', async () => {
    const data = await newLedger('counted', 4);
    const projector = start({ LEDGER_DATA: data });
    await projector.until(isLevel);
    // Built, because a thread loads what was compiled.
    const { Verifier } = jest.requireActual<typeof import('./verifier')>(
      join(program, 'dist', 'apps', 'projector', 'verifier.js'),
    );
    const verified = async () => {
      const found = await new Promise<Verification>((resolve) => {
        const verifier = new Verifier(
          {
            store: data,
            readModel: join(data, 'read-model.db'),
            policies: join(installation(), 'policies'),
            sample: 1,
            everyHours: 1e-9,
            isTurn: () => true,
            clock: () => 1_000,
            log: pino({ level: 'silent' }),
          },
          (verification) => void verifier.stop().then(() => resolve(verification)),
        );
      });
      return found;
    };
    expect(await verified()).toEqual({ at: 1, sound: true, differences: 0 });
    onTables(data, 'delete from persons where person = (select min(person) from persons)');
    const { sound, differences } = await verified();
    expect(sound).toBe(false);
    expect(differences).toBeGreaterThan(0);
  });

  it.each([
    [
      { LEDGER_SHARD: '2/2', LEDGER_AUDIT_SECONDS: 'now', LEDGER_PROJECTOR_PORT: 'http' },
      [],
      ['LEDGER_SHARD=2/2', 'LEDGER_AUDIT_SECONDS=now', 'LEDGER_PROJECTOR_PORT=http'],
    ],
    [{ DATABASE_URL: 'mysql://user:secret@host/x' }, [], ['DATABASE_URL=(not repeated)  expected postgres://']],
    [{}, ['--shard', '1'], ['LEDGER_SHARD=1  expected the share']],
    [{}, ['--shards', '0/2'], ["Unknown option '--shards'"]],
  ])('does not start with %j %j, and says everything that is wrong', async (environment, args, words) => {
    const projector = start({ LEDGER_DATA: join(folder, 'wrong'), ...environment }, ...args);
    expect(await projector.ended).toBe('2');
    expect(projector.words()).toContain('The projector does not start');
    for (const word of words) expect(projector.words()).toContain(word);
    expect(projector.words()).not.toContain('secret');
    expect(projector.words()).not.toContain('    at ');
  });

  it('names a setting that there is not, and a port that is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const projector = start({ LEDGER_DATA: folder, LEDGER_SHRAD: '0/2', LEDGER_PROJECTOR_PORT: String(port) });
    expect(await projector.ended).toBe('2');
    expect(projector.log).toMatchObject([{ name: 'LEDGER_SHRAD' }]);
    expect(projector.words()).toContain(`127.0.0.1:${port} (EADDRINUSE). Set LEDGER_PROJECTOR_PORT.`);
    await new Promise((resolve) => taken.close(resolve));
  });
});

it('says that PostgreSQL is gone, and goes on when it is back', async () => {
  const postgres = await startPostgres();
  const address = new URL(postgres.address);
  const wire = new CuttableWire(Number(address.port));
  try {
    await wire.mend();
    address.port = String(wire.port);
    const data = await newLedger('over-postgres', 8);
    const projector = start({ LEDGER_DATA: data, DATABASE_URL: address.href, LEDGER_AUDIT_SECONDS: '0' });
    await projector.until(isLevel);

    await wire.cut();
    const down = await projector.until(({ state }) => state === 'failed');
    expect(down).toMatchObject({
      http: 503,
      reason: 'the database of the read model does not answer; see the log of the projector',
    });
    expect((await projector.get('/healthz')).status).toBe(200);
    expect((await projector.get('/metrics')).text).toContain('ledger_projector_health{state="failed"} 1');
    await onStore(data, (store) => append(store, persons(6)));
    await projector.until(({ state, lag }) => state === 'failed' && lag !== 0);

    await wire.mend();
    await projector.until(isLevel);
    await expectSound(data, postgres.address);

    wire.freeze();
    await projector.until(({ state, reason }) => state === 'failed' && reason!.includes('database'));
    await onStore(data, (store) => append(store, persons(2)));
    wire.thaw();
    await projector.until(isLevel);
    await expectSound(data, postgres.address);
    projector.process.kill('SIGTERM');
    expect(await projector.ended).toBe('0');
  } finally {
    await wire.cut();
    await postgres.stop();
  }
});

it('follows an EventStoreDB, and goes on when it is back', async () => {
  const cluster = await startTestCluster();
  try {
    const url = cluster.connectionString();
    const data = join(folder, 'over-eventstoredb');
    await onStore(url, (store) => append(store, persons(5)));
    const projector = start({ LEDGER_DATA: data, EVENTSTORE_URL: url });
    await projector.until(isLevel);
    await onStore(url, (store) => append(store, persons(5)));
    await projector.until(isLevel);

    cluster.nodes[0]!.kill();
    expect(await projector.until(({ state }) => state === 'failed')).toMatchObject({ http: 503 });
    await cluster.nodes[0]!.revive();
    await onStore(url, (store) => append(store, persons(3)));
    await projector.until(isLevel);
    await expectSound(url, join(data, 'read-model.db'));
  } finally {
    await cluster.stop();
  }
});

function hasRows(data: string, table: string): boolean {
  try {
    return Number(onTables(data, `select count(*) from ${table}`)) > 0;
  } catch {
    return false;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
