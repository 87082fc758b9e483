import { sql } from 'kysely';
import type { Connection } from '../connection';
import { compiled } from '../writing';
import type { Merges } from './merges';

const PERSON_STREAMS = 'person-';

/** Reads who is counted under whom, as the tables say, from `prefix` of their names on. */
export async function loadMerges(connection: Connection, merges: Merges, prefix = ''): Promise<void> {
  const grounds = sql.table(`${prefix}person_grounds`);
  const parked = sql.table(`${prefix}parked`);
  const rows = await connection.all<{ person: string; stream: string }>(
    compiled(
      connection.dialect,
      sql`select person, stream from ${grounds} where stream >= ${''} and stream < ${''}
        and person not in (select person from ${parked})`,
    ),
    [PERSON_STREAMS, 'person.'],
  );
  const joins = new Map<string, string[]>();
  for (const { person, stream } of rows) {
    const others = joins.get(person);
    const other = stream.slice(PERSON_STREAMS.length);
    if (others) others.push(other);
    else joins.set(person, [other]);
  }
  for (const [person, others] of joins) merges.note(person, others);
}

export async function parkedPersons(connection: Connection, prefix = ''): Promise<string[]> {
  const rows = await connection.all<{ person: string }>(
    compiled(connection.dialect, sql`select person from ${sql.table(`${prefix}parked`)} order by person`),
  );
  return rows.map(({ person }) => person);
}
