import { sql } from 'kysely';
import type { Connection } from '../connection';
import type { ReadModel } from '../database';
import { createPersonTables, rebuiltTables } from '../schema';
import { compiled } from '../writing';
import { personTableNames } from '../../../projections/rows';

/** Before the names of tables that are being rebuilt. */
export const NEXT = 'next_';

const OLD = 'old_';
/** Every table that is rebuilt and swapped. */
export const swappedTables: readonly string[] = [...Object.keys(rebuiltTables), ...personTableNames];

export async function layOutNext({ queries, dialect }: ReadModel): Promise<void> {
  for (const name of swappedTables)
    await queries.schema
      .dropTable(NEXT + name)
      .ifExists()
      .execute();
  await createPersonTables(queries as never, dialect, NEXT);
}

/** Puts the rebuilt tables in the place of the live ones; within the caller's transaction. */
export async function putInPlace(connection: Connection): Promise<void> {
  const run = (query: Parameters<typeof compiled>[1]) => connection.run(compiled(connection.dialect, query));
  for (const name of swappedTables) {
    await run(sql`alter table ${sql.table(name)} rename to ${sql.table(OLD + name)}`);
    await run(sql`alter table ${sql.table(NEXT + name)} rename to ${sql.table(name)}`);
    await run(sql`drop table ${sql.table(OLD + name)}`);
  }
}
