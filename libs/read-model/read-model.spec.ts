import { join } from 'node:path';
import { sql, type RawBuilder } from 'kysely';
import { startTypeScript, type TypeScriptProcess } from '../event-store/testing/child-process';
import { openStoreReader } from '../ledger';
import { Policies } from '../policy/evaluation';
import { startPostgres, type TestPostgres } from './testing/postgres';
import { lives, openWorld, policies, projectorOver, until, type World } from './testing/worked-example';
import { RebuildStopped, listParked, rebuild, unpark, verify } from '.';
import { deterministicId, personStream, type LedgerEvent } from '../../events';
import { personTableNames, personTables } from '../../projections/rows';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

/** Waiting ends when what is waited for is there; this ends only what hangs. */
jest.setTimeout(600_000);

const now = () => '2026-01-01T00:00:00.000+08:00';

/** Among `lives`; with the first of them parked. */
const ROWS_EVERYWHERE = [32, 59, 315];

/** Each table, one of its columns and another value for it. */
const TAMPERING: [table: string, column: string, value: string | number][] = [
  ['persons', 'region', '999999'],
  ['persons', 'events', 0],
  ['person_history', 'facts', '{}'],
  ['person_grounds', 'stream', 'region-999999'],
  ['parked', 'reason', 'forged'],
  ...personTableNames.map((table): [string, string, string] => {
    const column = Object.entries(personTables[table]).find(([, { type }]) => type === 'text')![0];
    return [table, column, 'forged'];
  }),
];

describe.each(['sqlite', 'postgres'])('a read model on %s', (dialect) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(dialect === 'postgres' ? await postgres.newDatabase() : undefined);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.process.kill('SIGKILL');
      await child.ended;
    }
    await world.close();
  });

  const compared = () => rebuild({ store: world.store, policies, readModel: world.readModel, compare: true });

  async function rowsOfAll(table: string): Promise<unknown[]> {
    const model = await world.open();
    const { rows } = await sql`select * from ${sql.table(table)} order by 1, 2`.execute(model.queries);
    await model.close();
    return rows;
  }

  it('that followed the log equals one rebuilt from it, row by row', async () => {
    const { places, people } = lives(60);
    await world.append(people.slice(0, 10).flat());
    const projector = world.start();
    await world.settled(projector);
    // Told month by month, so that persons are touched again and again; regions speak last, so that everybody is evaluated again.
    const told = people.slice(10).flat();
    told.sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : a.recordedAt > b.recordedAt ? 1 : 0));
    for (let first = 0; first < told.length; first += 150) await world.append(told.slice(first, first + 150));
    await world.append(places);
    await world.settled(projector);

    const { differing, swapped, persons } = await compared();
    expect(differing).toEqual([]);
    expect({ swapped, persons }).toEqual({ swapped: true, persons: new Set(told.map((one) => one.stream)).size + 10 });
    expect((await rowsOfAll('coverage')).length).toBeGreaterThan(60);

    // The projector notices that the tables were swapped under it, and goes on.
    await world.append(lives(64).people.slice(60).flat());
    await world.settled(projector);
    expect((await compared()).differing).toEqual([]);
    expect(await verify({ store: world.store, policies, readModel: world.readModel, sample: 'all' })).toMatchObject({
      sound: true,
      differences: [],
      checked: 64,
    });
  });

  it('parks the one person of whom an event cannot be read, and nobody else', async () => {
    const { people } = lives(5);
    await world.append(people.flat());
    const projector = world.start();
    await world.settled(projector);
    const unreadable = {
      id: deterministicId('unreadable'),
      type: 'Beamed',
      recordedAt: now(),
      data: {},
      metadata: { effectiveOn: '2025-01-01', schemaVersion: 1 },
    };
    const { stream } = people[2]![0]!;
    await world.appendRaw(stream, [unreadable]);
    await world.append([paid('after', people[3]![0]!.stream)]);
    await world.settled(projector);

    expect(projector.status()).toMatchObject({ state: 'live', parked: 1 });
    const person = stream.slice('person-'.length);
    expect(await listParked(world.readModel)).toMatchObject([
      { person, stream, type: 'Beamed', parkedAt: expect.any(String) },
    ]);
    const exceptions = (await rowsOfAll('exceptions')) as { person: string; kind: string; why: string }[];
    expect(exceptions.filter((row) => row.person === person)).toMatchObject([{ kind: 'parked', why: 'parked' }]);
    expect(((await rowsOfAll('persons')) as unknown[]).length).toBe(5);
    expect(((await rowsOfAll('coverage')) as { person: string }[]).some((row) => row.person === person)).toBe(false);

    const retry = { store: world.store, policies, readModel: world.readModel, person, now };
    expect(await unpark(retry)).toMatchObject({ outcome: 'stillParked', reason: expect.stringContaining('Beamed') });
    expect(await unpark({ ...retry, person: 'nobody' })).toEqual({ outcome: 'notParked' });
    expect((await compared()).differing).toEqual([]);
    await world.settled(projector);
    expect((await verify({ ...retry, sample: 'all' })).sound).toBe(true);

    // A store that gives the person without it stands for a newer program, which can read it.
    const readable = { ...world.store, head: () => world.store.head(), readStream: readWithout('Beamed') };
    expect(await unpark({ ...retry, store: readable as typeof world.store })).toEqual({ outcome: 'unparked' });
    expect(await listParked(world.readModel)).toEqual([]);
    expect(
      ((await rowsOfAll('persons')) as { person: string; region: string }[]).find((row) => row.person === person)!
        .region,
    ).not.toBeNull();
  });

  function readWithout(type: string) {
    return async (stream: string) => (await world.store.readStream(stream)).filter((event) => event.type !== type);
  }

  it('is followed by one projector at a time; the second waits for its turn', async () => {
    await world.append(lives(3).people.flat());
    const first = world.start();
    await world.settled(first);
    const second = world.start();
    await until(second, ({ state }) => state === 'waiting');
    await world.append(lives(5).people.slice(3).flat());
    await world.settled(first);
    expect(second.status()).toMatchObject({ state: 'waiting', persons: 0 });
    await world.stop(first);
    await world.settled(second);
    await world.append(lives(6).people.slice(5).flat());
    await world.settled(second);
    expect((await compared()).differing).toEqual([]);
  });

  it('is shared by two projectors, by a hash of the person', async () => {
    const { people, places } = lives(30);
    await world.append(people.slice(0, 4).flat());
    const whole = world.start();
    await world.settled(whole);
    await world.stop(whole);

    const halves = [0, 1].map((index) => world.start({ shard: { index, count: 2 } }));
    await world.append([...people.slice(4).flat(), ...places]);
    await world.settled(...halves);
    const [one, other] = halves.map((half) => half.status().persons);
    expect(one).toBeGreaterThan(0);
    expect(other).toBeGreaterThan(0);
    expect((await compared()).differing).toEqual([]);
    await world.settled(...halves);
    expect((await verify({ store: world.store, policies, readModel: world.readModel, sample: 20 })).sound).toBe(true);
    expect(((await rowsOfAll('checkpoint')) as { shard: string }[]).map(({ shard }) => shard)).toEqual(['0/2', '1/2']);

    const third = world.start();
    await until(third, ({ state }) => state === 'waiting');
  });

  it('counts a person who was merged under the other, and gives him back when they are taken apart', async () => {
    const { people } = lives(3);
    await world.append(people.flat());
    const ids = people.map((events) => events[0]!.stream.slice('person-'.length));
    const projector = world.start();
    await world.settled(projector);
    const joined = async () =>
      ((await rowsOfAll('persons')) as { person: string; merged_into: string | null }[]).map((row) => row.merged_into);
    expect(await joined()).toEqual([null, null, null]);

    await world.append([event('m1', personStream(ids[0]!), 'Merged', { otherPersonId: ids[1] })]);
    await world.settled(projector);
    expect(await joined()).toEqual([null, ids[0], null]);
    expect(((await rowsOfAll('relations')) as { person: string }[]).some((row) => row.person === ids[1])).toBe(false);
    // What is recorded of the one is a fact of the other.
    await world.append([
      event('m2', personStream(ids[1]!), 'AidGranted', { aidClass: 'minimumLiving', region: '211200' }),
    ]);
    await world.settled(projector);
    expect((await compared()).differing).toEqual([]);
    await world.settled(projector);

    await world.append([
      event('m3', personStream(ids[0]!), 'Voided', { target: deterministicId('m1'), reason: 'two people' }),
    ]);
    await world.settled(projector);
    expect(await joined()).toEqual([null, null, null]);
    expect((await compared()).differing).toEqual([]);
  });

  it('is evaluated again under other packs from the stored facts, without reading the log', async () => {
    const { people, places } = lives(20);
    await world.append([...places, ...people.flat()]);
    const fewer = new Policies(policies.packs.filter(({ region }) => region !== '211200'));
    const before = world.start({ policies: fewer });
    await world.settled(before);
    await world.stop(before);
    const coveredBefore = (await rowsOfAll('coverage')).length;

    const read: string[] = [];
    const watched = {
      ...openStoreReader(world.folder),
      readStream: async (stream: string, options?: object) => {
        read.push(stream);
        return world.store.readStream(stream, options);
      },
    };
    const after = projectorOver(watched, policies, world.readModel);
    after.start();
    await until(after, ({ state, reevaluating }) => state === 'live' && !reevaluating);
    await after.stop();
    await watched.close();
    expect(read.filter((stream) => stream.startsWith('person-'))).toEqual([]);
    expect((await rowsOfAll('coverage')).length).toBeGreaterThan(coveredBefore);
    expect((await compared()).differing).toEqual([]);
  });

  it('is evaluated again by another version of the program, and by the same one is left alone', async () => {
    const { people, places } = lives(20);
    await world.append([...places, ...people.flat()]);
    const under = async (engine: string) => {
      const projector = world.start({ engine });
      await until(projector, ({ state, reevaluating }) => state === 'live' && !reevaluating);
      await world.settled(projector);
      await world.stop(projector);
    };
    await under('1.0.0');
    const model = await world.open();
    await model.queries.updateTable('benefit').set({ region: '999999' }).execute();
    await model.close();
    const olderRows = async () =>
      ((await rowsOfAll('benefit')) as { region: string }[]).filter(({ region }) => region === '999999').length;
    const before = await olderRows();
    expect(before).toBeGreaterThan(0);
    await under('1.0.0');
    expect(await olderRows()).toBe(before);
    await under('1.1.0');
    expect(await olderRows()).toBe(0);
  });

  it('rebuilds in threads, stops, goes on where it was, and follows from there', async () => {
    // Of more than one chunk.
    const { people, places } = lives(400);
    await world.append([...places, ...people.flat()]);
    const workers = {
      count: 2,
      store: world.folder,
      policies: 'policies',
      execArgv: ['-r', join(__dirname, '../event-store/testing/register-typescript.cjs')],
    };
    const stopping = new AbortController();
    const options = { store: world.store, policies, readModel: world.readModel, signal: stopping.signal };
    const stopped = rebuild({ ...options, onProgress: () => stopping.abort() });
    await expect(stopped).rejects.toThrow(RebuildStopped);
    const rebuilt = await rebuild({ ...options, signal: undefined, workers });
    expect(rebuilt.resumedFrom!.persons).toBeGreaterThan(0);
    const streams = new Set(people.flat().map(({ stream }) => stream));
    expect(rebuilt).toMatchObject({ persons: streams.size, events: people.flat().length, swapped: true });

    const projector = world.start();
    await world.settled(projector);
    expect(projector.status().events).toBe(0);
    expect((await compared()).differing).toEqual([]);
  });

  it('tells who differs and why, and keeps the live tables then', async () => {
    const { people } = lives(4);
    await world.append(people.flat());
    const projector = world.start();
    await world.settled(projector);
    const [first, second, third] = people.map((events) => events[0]!.stream.slice('person-'.length)).sort();
    const model = await world.open();
    await model.queries.updateTable('relations').set({ reason: 'forged' }).where('person', '=', first!).execute();
    await model.queries.deleteFrom('persons').where('person', '=', second!).execute();
    await model.queries
      .updateTable('persons')
      .set({ events: 1, content_hash: '' })
      .where('person', '=', third!)
      .execute();

    expect(await compared()).toMatchObject({
      swapped: false,
      differing: [
        { person: first, tables: ['relations'], why: 'rows' },
        { person: second, tables: ['persons'], why: 'unknown' },
        { person: third, tables: ['persons'], why: 'history' },
      ],
    });
    const found = await verify({ store: world.store, policies, readModel: world.readModel, sample: 'all' });
    expect(found.sound).toBe(false);
    expect(found.differences.map(({ person, what }) => `${person} ${what}`).sort()).toEqual(
      [`${first} relations`, `${second} missing`, `${third} events`, `${third} history`].sort(),
    );
    expect(found.events.projected).toBeLessThan(found.events.log);
    await model.close();

    // Asked again without comparing, what was built beside is put in place.
    const rebuilt = await rebuild({ store: world.store, policies, readModel: world.readModel });
    expect(rebuilt).toMatchObject({ swapped: true, resumedFrom: { persons: 4 } });
    await world.settled(projector);
    expect((await verify({ store: world.store, policies, readModel: world.readModel, sample: 'all' })).sound).toBe(
      true,
    );
  });

  it('is verified table by table', async () => {
    // Between them they have a row in every table, once one of them is parked.
    const { people } = lives(316);
    const chosen = ROWS_EVERYWHERE.map((index) => people[index]!);
    await world.append([...chosen.flat(), ...people[0]!]);
    const beamed = { type: 'Beamed', recordedAt: now(), data: {}, metadata: { effectiveOn: '2025-01-01' } };
    await world.appendRaw(people[0]![0]!.stream, [{ ...beamed, id: deterministicId('beamed') }]);
    const projector = world.start();
    await world.settled(projector);
    await world.stop(projector);
    const verified = async () => {
      const found = await verify({ store: world.store, policies, readModel: world.readModel, sample: 'all' });
      expect(found.sound).toBe(found.differences.length === 0 && found.events.log === found.events.projected);
      return found.differences.map(({ person, what }) => `${person} ${what}`).sort();
    };
    expect(await verified()).toEqual([]);

    const { queries, close } = await world.open();
    const run = (query: RawBuilder<unknown>) => query.execute(queries);
    for (const [table, column, value] of TAMPERING) {
      const name = sql.table(table);
      await run(sql`create table kept as select * from ${name}`);
      const { rows } = await sql<Record<string, unknown>>`select * from ${name} order by 1, 2 limit 1`.execute(queries);
      if (rows.length === 0) throw new Error(`nobody has a row in ${table}`);
      const [row] = rows;
      const person = row!.person as string;
      const key = Object.keys(row!).slice(0, 2);
      const ofRow = sql.join(
        key.map((column) => sql`${sql.ref(column)} = ${row![column]}`),
        sql` and `,
      );
      const added = (changed: Record<string, unknown>) =>
        run(sql`insert into ${name} values (${sql.join(Object.values({ ...row, ...changed }))})`);
      const after = async (tampering: Promise<unknown>) => {
        await tampering;
        const found = await verified();
        await run(sql`delete from ${name}`);
        await run(sql`insert into ${name} select * from kept`);
        return found;
      };
      const what = table === 'person_history' ? 'history' : column === 'events' ? 'events' : table;

      expect({
        table,
        altered: await after(run(sql`update ${name} set ${sql.ref(column)} = ${value} where ${ofRow}`)),
        missing: await after(run(sql`delete from ${name} where ${ofRow}`)),
        ofNobody: await after(added({ person: 'nobody' })),
        oneMore: key[1] === 'n' ? await after(added({ n: 9999 })) : [],
      }).toEqual({
        table,
        altered: [`${person} ${what}`],
        missing: [`${person} ${table === 'persons' ? 'missing' : what}`],
        ofNobody: [table === 'persons' ? 'nobody not in the log' : `nobody ${table}`],
        oneMore: key[1] === 'n' ? [`${person} ${table}`] : [],
      });
      await run(sql`drop table kept`);
    }
    expect(await verified()).toEqual([]);

    // One event too many here and one too few there: their number agrees, and yet nobody is overlooked.
    const [one, other] = (await queries.selectFrom('persons').select('person').orderBy('person').execute()).slice(1);
    await sql`update persons set events = events + 1 where person = ${one!.person}`.execute(queries);
    await sql`update persons set events = events - 1 where person = ${other!.person}`.execute(queries);
    const sampled = await verify({ store: world.store, policies, readModel: world.readModel, sample: 0 });
    expect(sampled.events.log).toBe(sampled.events.projected);
    expect(sampled.differences.map(({ person, what }) => `${person} ${what}`)).toEqual([
      `${one!.person} events`,
      `${other!.person} events`,
    ]);
    await close();
  });

  it('is audited while it is followed, and the first difference is told', async () => {
    await world.append(lives(2).people.flat());
    const troubles: string[] = [];
    const projector = world.start({ auditEveryMs: 1, onTrouble: ({ what }) => troubles.push(what) });
    await until(projector, ({ audited }) => audited >= 2);
    expect(projector.status().differences).toBe(0);
    const model = await world.open();
    await model.queries.updateTable('benefit').set({ region: '999999' }).execute();
    await model.close();
    await until(projector, ({ differences }) => differences > 0);
    expect(troubles.join()).toContain('benefit');
  });

  it('loses nothing when its projector is killed again and again', async () => {
    const { people, places } = lives(30);
    const events = [...places, ...people.flat()].sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : 1));
    await world.append(events.splice(0, 100));
    for (let kill = 0; kill < 4; kill++) {
      const child = projecting(world);
      // The first may die while it fills the tables, the others while they follow.
      while (!child.lines.some((line) => kill === 0 || line.startsWith('live'))) await pause(1);
      const told = appendOneByOne(events.splice(0, 150));
      await pause(Math.random() * 100);
      child.process.kill('SIGKILL');
      expect(await child.ended).toBe('SIGKILL');
      await told;
    }
    await world.append(events);
    await world.settled(world.start({ leaseMs: 300 }));
    expect((await compared()).differing).toEqual([]);
  });

  async function appendOneByOne(events: readonly LedgerEvent[]): Promise<void> {
    for (const one of events) await world.append([one]);
  }

  it('is not harmed by a projector that sleeps over its lease and wakes', async () => {
    const { people, places } = lives(30);
    const told = [...places, ...people.flat()].sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : 1));
    await world.append(told.splice(0, 100));
    const sleeper = projecting(world);
    while (!sleeper.lines.some((line) => line.startsWith('live'))) await pause(1);
    const begun = appendOneByOne(told.splice(0, 200));
    await pause(Math.random() * 60);
    sleeper.process.kill('SIGSTOP');
    await begun;
    const second = world.start({ leaseMs: 300 });
    await pause(600);
    await world.append(told.splice(0, 100));
    sleeper.process.kill('SIGCONT');
    await world.append(told);
    // Stopped in the middle of renewing its lease it keeps it; else the second has it by now.
    const head = String(await world.store.head());
    await until(second, ({ position }) => `${position}` === head || sleeper.lines.at(-1)!.endsWith(` ${head}`));
    sleeper.process.kill('SIGKILL');
    await world.settled(second);
    expect((await compared()).differing).toEqual([]);
  });

  it('lets go when its lease is taken away, and takes it up again', async () => {
    await world.append(lives(3).people.flat());
    const projector = world.start({ leaseMs: 300 });
    await world.settled(projector);
    const model = await world.open();
    await model.queries
      .updateTable('lease')
      .set({ holder: 'another', until: Date.now() + 1_500 })
      .execute();
    await model.close();
    await until(projector, ({ state }) => state === 'waiting');
    await world.append(lives(5).people.slice(3).flat());
    await world.settled(projector);
    expect((await compared()).differing).toEqual([]);
  });

  it('goes on after a failure of the store or of the database', async () => {
    const { people } = lives(6);
    await world.append(people.slice(0, 2).flat());
    let failing = 2;
    const stumbling = {
      ...openStoreReader(world.folder),
      readStream: async (stream: string, options?: object) => {
        if (stream.startsWith('region-') && failing-- > 0) throw new Error('the store is away');
        return world.store.readStream(stream, options);
      },
    };
    const troubles: string[] = [];
    const projector = projectorOver(stumbling, policies, world.readModel, {
      onTrouble: ({ error }) => troubles.push(error!.message),
    });
    projector.start();
    await world.append(people.slice(2).flat());
    await world.settled(projector);
    await projector.stop();
    await stumbling.close();
    expect(troubles).toContain('the store is away');
    expect(await listParked(world.readModel)).toEqual([]);
    expect((await compared()).differing).toEqual([]);
  });
});

const children: TypeScriptProcess[] = [];

function projecting({ folder, readModel }: World): TypeScriptProcess {
  const child = startTypeScript('../../read-model/testing/projecting-process.ts', [folder, readModel]);
  children.push(child);
  return child;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function event(id: string, stream: string, type: string, data: object): LedgerEvent {
  return {
    id: deterministicId(id),
    type,
    stream,
    effectiveOn: '2025-12-30',
    recordedAt: '2026-01-01T00:00:00.000+08:00',
    data,
    metadata: {},
  } as unknown as LedgerEvent;
}

function paid(id: string, stream: string): LedgerEvent {
  return event(id, stream, 'Paid', {
    scheme: 'employee',
    region: '211200',
    kind: 'regular',
    participation: 'employed',
    feeMonths: { from: '2025-12', through: '2025-12' },
  });
}
