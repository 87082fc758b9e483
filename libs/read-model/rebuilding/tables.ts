import { sql } from 'kysely';
import type { Connection } from '../connection';
import { personTableDefinitions, rebuiltTables } from '../schema';
import { compiled } from '../writing';
import { personTableNames } from '../../../projections/rows';

/** Before the names of tables that are being rebuilt. */
export const NEXT = 'next_';

const OLD = 'old_';
/** Every table that is rebuilt and swapped. */
export const swappedTables: readonly string[] = [...Object.keys(rebuiltTables), ...personTableNames];

/** Lays out the tables anew that a rebuild fills. */
export async function layOutNext(connection: Connection): Promise<void> {
  const { dialect } = connection;
  await connection.transaction(async () => {
    for (const name of swappedTables) {
      await connection.run(compiled(dialect, sql`drop table if exists ${sql.table(NEXT + name)}`));
    }
    for (const table of personTableDefinitions(dialect, NEXT)) await connection.run(compiled(dialect, table));
  });
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
