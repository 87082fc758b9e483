import { sql } from 'kysely';
import { openLedger } from '../ledger';
import { startPostgres, type TestPostgres } from './testing/postgres';
import { lives, openWorld, policies, type World } from './testing/worked-example';
import { rebuild, verify } from '.';

/** Rows of persons whose merging is told in both their streams, as the ledger records it. */

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe.each(['sqlite', 'postgres'])('a read model on %s', (dialect) => {
  let world: World;
  let now: number;
  beforeEach(async () => {
    world = await openWorld(dialect === 'postgres' ? await postgres.newDatabase() : undefined);
    now = Date.parse('2026-01-05T01:00:00Z');
  });
  afterEach(() => world.close());

  const rowsOf = async (table: string) => {
    const model = await world.open();
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(table)} order by 1, 2`.execute(
      model.queries,
    );
    await model.close();
    return rows;
  };
  const joined = async () =>
    Object.fromEntries((await rowsOf('persons')).map(({ person, merged_into }) => [person, merged_into]));
  const compared = async () =>
    (await rebuild({ store: world.store, policies, readModel: world.readModel, compare: true })).differing;

  it('counts merged persons once, through merges of merges, and gives them back when they are taken apart', async () => {
    const { people, places } = lives(4);
    await world.append([...places, ...people.flat()]);
    const ledger = openLedger({ store: world.store, policies, clock: () => (now += 1_000) });
    const [a, b, c, d] = people.map((events) => events[0]!.stream.slice('person-'.length)) as [
      string,
      string,
      string,
      string,
    ];
    const record = async (person: string, type: 'Merged' | 'Unmerged', other: string) => {
      const event = { type, effectiveOn: '2026-01-05', data: { otherPersonId: other, reason: 'test' } };
      const outcome = await ledger.recordPersonEvents(person, [event]);
      expect(outcome).toMatchObject({ outcome: 'recorded' });
    };
    const before = await rowsAtRest();
    const projector = world.start();
    const settled = async () => {
      await world.settled(projector);
      expect(await compared()).toEqual([]);
      await world.settled(projector);
    };
    async function rowsAtRest() {
      const first = world.start();
      await world.settled(first);
      const rows = [await rowsOf('relations'), await rowsOf('coverage')];
      await world.stop(first);
      return rows;
    }

    await record(a, 'Merged', b);
    await settled();
    expect(await joined()).toEqual({ [a]: null, [b]: a, [c]: null, [d]: null });
    await record(c, 'Merged', d);
    await record(a, 'Merged', c);
    await settled();
    expect(await joined()).toEqual({ [a]: null, [b]: a, [c]: a, [d]: a });
    expect(new Set((await rowsOf('relations')).map(({ person }) => person))).toEqual(new Set([a]));

    // What is recorded of one of them is a fact of the one they are counted under.
    const aid = {
      type: 'AidGranted',
      effectiveOn: '2026-01-05',
      data: { aidClass: 'minimumLiving', region: '211200' },
    };
    expect((await ledger.recordPersonEvents(d, [aid])).outcome).toBe('recorded');
    await settled();

    await record(a, 'Unmerged', c);
    await settled();
    expect(await joined()).toEqual({ [a]: null, [b]: a, [c]: null, [d]: c });
    await record(c, 'Unmerged', d);
    await record(a, 'Unmerged', b);
    await settled();
    expect(await joined()).toEqual({ [a]: null, [b]: null, [c]: null, [d]: null });
    const substance = (rows: Record<string, unknown>[]) =>
      rows
        .filter(({ person }) => person !== d)
        .map(({ person, scheme, region, from, start }) => ({ person, scheme, region, from, start }));
    const apart = [await rowsOf('relations'), await rowsOf('coverage')];
    expect(apart.map(substance)).toEqual(before.map(substance));
    await world.stop(projector);
    expect((await verify({ store: world.store, policies, readModel: world.readModel, sample: 'all' })).sound).toBe(
      true,
    );

    // A second look from nothing ends in the same rows.
    await rebuild({ store: world.store, policies, readModel: world.readModel });
    expect(await rowsOf('relations')).toEqual(apart[0]);
  });
});
