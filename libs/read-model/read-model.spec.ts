import { join } from 'node:path';
import { Client } from 'pg';
import { sql } from 'kysely';
import { startTypeScript } from '../event-store/testing/child-process';
import { openStoreReader } from '../ledger';
import { Policies } from '../policy/evaluation';
import { startPostgres, type TestPostgres } from '../reports/testing/postgres';
import { lives, openWorld, policies, projectorOver, until, type World } from './testing/worked-example';
import { RebuildStopped, listParked, rebuild, unpark, verify } from '.';
import { deterministicId, personStream, type LedgerEvent } from '../../events';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

let databases = 0;

async function newDatabase(dialect: string): Promise<string | undefined> {
  if (dialect === 'sqlite') return undefined;
  const name = `world_${++databases}`;
  const client = new Client({ connectionString: postgres.address });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return postgres.address.replace(/postgres$/, name);
}

const now = () => '2026-01-01T00:00:00.000+08:00';

describe.each(['sqlite', 'postgres'])('a read model on %s', (dialect) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(await newDatabase(dialect));
  });
  afterEach(() => world.close());

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

  it('rebuilds in threads, stops, goes on where it was, and follows from there', async () => {
    const { people, places } = lives(700);
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
    const { people, places } = lives(40);
    const told = [...places, ...people.flat()].sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : 1));
    await world.append(told.slice(0, 100));
    for (let kill = 0; kill < 4; kill++) {
      const child = startTypeScript('../../read-model/testing/projecting-process.ts', [world.folder, world.readModel]);
      const lines = 1 + kill * 3;
      while (child.lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await world.append(told.slice(100 + kill * 200, 300 + kill * 200));
      const patience = Date.now() + 20_000;
      while (child.lines.length < lines && Date.now() < patience)
        await new Promise((resolve) => setTimeout(resolve, 1));
      child.process.kill('SIGKILL');
      expect(await child.ended).toBe('SIGKILL');
    }
    await world.append(told.slice(900));
    const projector = world.start({ leaseMs: 300 });
    await world.settled(projector);
    expect((await compared()).differing).toEqual([]);
  });

  it('goes on after a failure of the store or of the database', async () => {
    const { people } = lives(6);
    await world.append(people.slice(0, 2).flat());
    let failing = 3;
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
