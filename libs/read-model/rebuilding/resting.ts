import { sql } from 'kysely';
import type { Connection } from '../connection';
import { compiled } from '../writing';
import { NEXT } from './tables';

/** Persons of the tables being rebuilt whose rows rest on these streams. */
export async function restingOn(connection: Connection, streams: readonly string[]): Promise<Set<string>> {
  const persons = new Set<string>();
  const grounds = sql.table(`${NEXT}person_grounds`);
  const statement = compiled(connection.dialect, sql`select person from ${grounds} where stream = ${''}`);
  for (const stream of streams) {
    for (const { person } of await connection.all<{ person: string }>(statement, [stream])) persons.add(person);
  }
  return persons;
}
