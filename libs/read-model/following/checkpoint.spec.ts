import { sql } from 'kysely';
import { openReadModel } from '..';
import { connect } from '../connection';
import { startPostgres, type TestPostgres } from '../testing/postgres';
import { openCheckpoint } from './checkpoint';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

it('two shares that begin at the same moment leave no checkpoint of another division', async () => {
  const location = await postgres.newDatabase();
  const model = await openReadModel(location);
  const connections = [await connect(location), await connect(location)];
  try {
    for (let time = 0; time < 20; time++) {
      await sql`delete from checkpoint`.execute(model.queries);
      await sql`insert into checkpoint (shard, position, generation, policies, swept_through, updated_at)
        values ('0/1', 5, 1, '', null, '')`.execute(model.queries);
      await Promise.all(connections.map((each, index) => openCheckpoint(each, { index, count: 2 }, '')));
      const { rows } = await sql<{ shard: string }>`select shard from checkpoint order by 1`.execute(model.queries);
      expect(rows.map(({ shard }) => shard)).toEqual(['0/2', '1/2']);
    }
  } finally {
    await Promise.all(connections.map((each) => each.close()));
    await model.close();
  }
});
