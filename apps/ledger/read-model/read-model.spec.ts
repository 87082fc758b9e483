import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { startTestCluster } from '../../../libs/event-store/testing/node';
import { population } from '../../../libs/generation';
import { openStore } from '../../../libs/ledger';
import { append } from '../../../libs/reports/testing/filled';
import { deterministicId } from '../../../events';
import { runLedger } from '../program';
import { ProgressBar, progressText } from './progress';

const folder = mkdtempSync(join(tmpdir(), 'ledger-read-model-commands-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const REGIONS = ['211200', '320700'];

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await runLedger(args, { out: (text) => (out += text), err: (text) => (err += text) });
  return { status, out, err };
}

async function json<T>(...args: string[]): Promise<T> {
  const { out, err } = await run(...args, '--json');
  expect(err).toBe('');
  return JSON.parse(out) as T;
}

async function filledStore(name: string, persons: number): Promise<string> {
  const data = join(folder, name);
  const store = openStore(data);
  await append(store, population({ persons, seed: 5, regions: REGIONS }));
  await store.close();
  return data;
}

/** Runs the SQL on the tables of a data folder; gives the first column of the first row. */
function onTables(data: string, sql: string, ...values: unknown[]): unknown {
  const database = new Sqlite(join(data, 'read-model.db'));
  try {
    const statement = database.prepare(sql);
    return statement.reader ? statement.pluck().get(...values) : statement.run(...values).changes;
  } finally {
    database.close();
  }
}

describe('ledger rebuild', () => {
  let data: string;
  beforeAll(async () => (data = await filledStore('rebuild', 40)));

  it('fills the tables, says how far and how fast, and reports read them', async () => {
    const { status, out, err } = await run('rebuild', '--store', data, '--workers', '1', '--lang', 'en');
    expect(status).toBe(0);
    expect(err).toMatch(/folding \[#+-*\] \d+% {2}[\d,]+ \/ [\d,]+/);
    expect(out).toMatch(/Rebuilt up to position [\d,]+: 4\d persons from [\d,]+ events in .* s/);
    expect((await run('report', 'insured', '--on', '2023-06-30', '--store', data)).status).toBe(0);
  });

  it('finds the tables the same, and is quiet where it is told to', async () => {
    const { status, out, err } = await run('rebuild', '--store', data, '--compare', '--workers', '1', '-q');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('完全一致');
  });

  it('tells who differs and why, changes nothing, and puts the new tables in place when asked to', async () => {
    const person = onTables(data, 'select person from coverage order by person limit 1') as string;
    onTables(data, 'delete from coverage where person = ?', person);
    const other = onTables(data, 'select max(person) from person_history where person <> ?', person) as string;
    onTables(data, `update person_history set facts = '{"facts":[]}' where person = ?`, other);

    const compared = await json<{ swapped: boolean; differing: object[] }>(
      ...['rebuild', '--store', data, '--compare', '--workers', '1'],
    );
    expect(compared.swapped).toBe(false);
    expect(compared.differing).toEqual(
      [
        { person, tables: ['coverage'], why: 'rows' },
        { person: other, tables: ['person_history'], why: 'history' },
      ].sort((a, b) => (a.person < b.person ? -1 : 1)),
    );
    expect(onTables(data, 'select count(*) from coverage where person = ?', person)).toBe(0);
    const told = await run('rebuild', '--store', data, '--compare', '--workers', '1', '--lang', 'en', '-q');
    expect(told.status).toBe(1);
    expect(told.out).toContain('2 persons differ:');
    expect(told.out).toMatch(new RegExp(`${person} +the same facts, evaluated otherwise +coverage`));

    // What was compared is there already; but rows that an older program has made are not taken over.
    const fromStart = await json<{ swapped: boolean; resumedFrom?: object }>('rebuild', '--store', data, '--anew');
    expect([fromStart.swapped, fromStart.resumedFrom]).toEqual([true, undefined]);
    expect(onTables(data, 'select count(*) from coverage where person = ?', person)).toBeGreaterThan(0);
    expect((await run('rebuild', '--store', data, '--compare', '--workers', '1', '-q')).status).toBe(0);
  });

  it.each([
    [['--workers', '0'], '--workers: expected a whole number, 1 to 64, got "0"'],
    [['--workers', 'two'], '--workers: expected a whole number'],
    [['--store', '/nowhere'], '--store: there is no event store at /nowhere/events.sqlite'],
    [
      ['--database', 'postgres://nobody@127.0.0.1:1/none'],
      '--database: the read model at 127.0.0.1:1 cannot be used (ECONNREFUSED)',
    ],
    [['--database', '/dev/null/read-model.db'], '--database: the read model at /dev/null/read-model.db cannot be used'],
    [['--policies', '/nowhere'], '--policies: there is no folder /nowhere'],
  ])('refuses %j', async (args, words) => {
    const { status, err, out } = await run('rebuild', '--store', data, ...args);
    expect(err).toContain(words);
    expect({ status, out }).toEqual({ status: 2, out: '' });
  });

  it('is stopped by Ctrl-C, goes on where it was, and comes to the same tables', async () => {
    // Four stretches of persons: when the first is done, others are still to be begun.
    const large = join(folder, 'stopped');
    expect((await run('generate', '--persons', '1200', '--store', large, '--regions', '211200')).status).toBe(0);
    const stopped = rebuilding(large, '1');
    await stopped.begun;
    stopped.interrupt();
    expect(await stopped.ended).toBe('1');
    expect(stopped.err()).toContain('rebuild goes on from here');

    expect(onTables(large, 'select persons from rebuilds')).toBeGreaterThan(0);
    const again = rebuilding(large, '2');
    expect(await again.ended).toBe('0');
    const { resumedFrom, swapped } = JSON.parse(again.out()) as { resumedFrom: { persons: number }; swapped: boolean };
    expect(resumedFrom.persons).toBeGreaterThan(0);
    expect(swapped).toBe(true);
    expect((await run('verify', '--store', large, '--sample', '150', '-q')).status).toBe(0);
  });

  function rebuilding(store: string, workers: string) {
    const register = join(__dirname, '..', 'testing', 'register-typescript.cjs');
    const args = ['-r', register, join(__dirname, '..', 'main.ts'), 'rebuild', '--store', store, '--lang', 'en'];
    const child = spawn(process.execPath, [...args, '--workers', workers, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const rebuilt = () =>
      existsSync(join(store, 'read-model.db')) && Number(rowsOf(store, 'select count(*) from next_persons')) > 0;
    const begun = (async () => {
      while (child.exitCode === null && !rebuilt()) await new Promise((resolve) => setTimeout(resolve, 5));
    })();
    return {
      begun,
      interrupt: () => child.kill('SIGINT'),
      out: () => out,
      err: () => err,
      ended: new Promise<string>((resolve) => child.once('close', (code, signal) => resolve(signal ?? String(code)))),
    };
  }

  function rowsOf(store: string, sql: string): unknown {
    try {
      return onTables(store, sql);
    } catch {
      return 0;
    }
  }
});

describe('ledger verify', () => {
  let data: string;
  beforeAll(async () => {
    data = await filledStore('verify', 30);
    expect((await run('rebuild', '--store', data, '--workers', '1', '-q')).status).toBe(0);
  });

  it('counts every event and folds everybody anew', async () => {
    const { status, out } = await run('verify', '--all', '--store', data, '--lang', 'en', '-q');
    expect(out).toContain('The tables hold what the log says');
    expect(status).toBe(0);
    const found = await json<{ checked: number; persons: number; events: { log: number; projected: number } }>(
      ...['verify', '--store', data, '--sample', '7'],
    );
    expect(found.checked).toBe(7);
    expect(found.events.projected).toBe(found.events.log);
  });

  it('ends with 1 on a row that the log does not give, and on a person who is not there', async () => {
    const person = onTables(data, 'select max(person) from coverage') as string;
    onTables(data, 'delete from coverage where person = ?', person);
    const gone = onTables(data, 'select min(person) from persons') as string;
    onTables(data, 'delete from persons where person = ?', gone);
    const { status, out } = await run('verify', '--all', '--store', data, '--lang', 'en', '-q');
    expect(status).toBe(1);
    expect(out).toMatch(new RegExp(`${person} +coverage`));
    expect(out).toMatch(new RegExp(`${gone} +missing`));
    const { sound } = await json<{ sound: boolean }>('verify', '--all', '--store', data);
    expect(sound).toBe(false);

    expect((await run('rebuild', '--store', data, '--workers', '1', '-q')).status).toBe(0);
    expect((await run('verify', '--all', '--store', data, '-q')).status).toBe(0);
  });

  it.each([
    [['--sample', 'some'], '--sample: expected a whole number'],
    [['--sample', '5', '--all'], 'either --sample or --all'],
    [['--database', '/nowhere/read-model.db'], 'there is no read model at /nowhere/read-model.db'],
  ])('refuses %j', async (args, words) => {
    const { status, err } = await run('verify', '--store', data, ...args);
    expect(err).toContain(words);
    expect(status).toBe(2);
  });

  it('says that there is nothing to verify yet', async () => {
    const database = join(folder, 'empty.db');
    new Sqlite(database).exec('create table something (x)').close();
    const { status, err } = await run('verify', '--store', data, '--database', database);
    expect(err).toContain('the read model holds nothing yet');
    expect(status).toBe(2);
  });
});

describe('ledger parked and unpark', () => {
  let data: string;
  const person = 'PARKED-1';
  beforeAll(async () => {
    data = await filledStore('parked', 10);
    const store = openStore(data);
    const event = {
      id: deterministicId('unreadable of parked'),
      type: 'Beamed',
      recordedAt: '2026-01-01T00:00:00.000+08:00',
      data: {},
      metadata: { effectiveOn: '2025-01-01', schemaVersion: 1 },
    };
    await store.append(`person-${person}`, [event], 'noStream');
    await store.close();
    expect((await run('rebuild', '--store', data, '--workers', '1', '-q')).status).toBe(0);
  });

  it('lists who is parked, where and why', async () => {
    const { status, out } = await run('parked', '--store', data, '--lang', 'en');
    expect(status).toBe(0);
    expect(out).toMatch(/^person +where +event +parked at +reason\n/);
    expect(out).toMatch(new RegExp(`^${person} +person-${person}@0 +Beamed`, 'm'));
    expect(await json('parked', '--store', data)).toMatchObject([{ person, type: 'Beamed', revision: 0 }]);
  });

  it('tries again: ends with 1 where somebody stays parked', async () => {
    const tried = await run('unpark', person, '--store', data, '--lang', 'en');
    expect(tried.status).toBe(1);
    expect(tried.out).toMatch(new RegExp(`^${person} +is still parked +.*Beamed`));
    const healthy = onTables(data, 'select max(person) from coverage') as string;
    expect(await run('unpark', healthy, '--store', data, '--lang', 'en')).toMatchObject({
      status: 0,
      out: `${healthy}  is not parked\n`,
    });

    // Parked by a program that could not read what this one can.
    onTables(
      data,
      `insert into parked values (?, ?, 0, 'Paid', null, 'an older program', '2026-01-01T00:00:00.000+08:00')`,
      healthy,
      `person-${healthy}`,
    );
    onTables(data, 'delete from coverage where person = ?', healthy);
    const outcomes = await json<{ person: string; outcome: string }[]>('unpark', '--all', '--store', data);
    expect(outcomes.find((one) => one.person === healthy)).toMatchObject({ outcome: 'unparked' });
    expect(onTables(data, 'select count(*) from coverage where person = ?', healthy)).toBeGreaterThan(0);
  });

  it.each([[[]], [['A-1', '--all']], [['身份']]])('refuses unpark %j', async (args) => {
    const { status, err } = await run('unpark', ...args, '--store', data);
    expect(err).toContain('unpark: expected the id of');
    expect(status).toBe(2);
  });
});

it.each(['rebuild', 'verify', 'parked', 'unpark'])(
  'ledger %s --help gives an example and the exit statuses',
  async (name) => {
    const { status, out } = await run(name, '--help');
    expect(out).toMatch(new RegExp(`Example: .*\\n {2}ledger ${name}`));
    expect(out).toContain('Exit status: 0');
    expect(status).toBe(0);
  },
);

it.each([
  [{ name: 'folding', done: 0, total: 0 }, 'folding [########################] 100%  0 / 0'],
  [
    { name: 'folding', done: 5_000, total: 10_000, perSecond: 1_250.4, secondsLeft: 3.2 },
    'folding [############------------] 50%  5,000 / 10,000  1,250/s  4 s left',
  ],
  [
    { name: 'folding', done: 1, total: 3_000_000, perSecond: 400, secondsLeft: 7_499 },
    'folding [------------------------] 0%  1 / 3,000,000  400/s  2 h 4 min left',
  ],
  [{ name: 'folding', done: 12, total: 10, secondsLeft: 0 }, 'folding [########################] 100%  12 / 10'],
])('draws how far it is: %j', (step, text) => {
  expect(progressText(step, 'en')).toBe(text);
});

it('draws one line over and over in a terminal, and takes it away', () => {
  let written = '';
  const bar = new ProgressBar({ out: () => undefined, err: (text) => (written += text) }, 'zh', true);
  bar.show({ name: '重算', done: 1, total: 2, secondsLeft: 61 });
  bar.show({ name: '逐行比对', done: 2, total: 2 });
  bar.end();
  expect(written).toContain('还需 1 min 1 s');
  expect(written).not.toContain('\n');
  expect(written.endsWith('\r')).toBe(true);
});

it('rebuilds and verifies over EventStoreDB’s protocol', async () => {
  const cluster = await startTestCluster();
  try {
    const address = cluster.connectionString();
    const store = openStore(address);
    await append(store, population({ persons: 12, seed: 2, regions: REGIONS }));
    await store.close();
    const places = ['--store', address, '--database', join(folder, 'over-wire.db')];
    expect((await run('rebuild', ...places, '--workers', '1', '-q')).status).toBe(0);
    const verified = await json<{ sound: boolean; checked: number }>('verify', '--all', ...places);
    expect(verified).toMatchObject({ sound: true, checked: 12 });
  } finally {
    await cluster.stop();
  }
});
