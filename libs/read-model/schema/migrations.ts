import { sql, type Kysely, type Migration, type MigrationProvider, type RawBuilder } from 'kysely';
import { personTables, type Column, type Columns } from '../../../projections/rows';
import { keptTables, rebuiltTables } from './tables';

export type Dialect = 'sqlite' | 'postgres';

/** The migrations, by name, in order; the same for both databases. */
export function migrations(dialect: Dialect): MigrationProvider {
  const all: Record<string, Migration> = {
    '0001-tables': {
      up: async (database) => {
        await createPersonTables(database, dialect, '');
        for (const [name, { columns, key }] of Object.entries(keptTables)) {
          await createTable(database, dialect, name, columns, key);
        }
      },
    },
  };
  return { getMigrations: async () => all };
}

/** Lays out the tables of persons with a prefix before each name: those a rebuild fills before they are swapped in. */
export async function createPersonTables(database: Kysely<unknown>, dialect: Dialect, prefix: string): Promise<void> {
  for (const [name, { columns, key, wide }] of Object.entries(rebuiltTables)) {
    await createTable(database, dialect, prefix + name, columns, key, wide);
  }
  const owned: Columns = { person: { type: 'text', nullable: false }, n: { type: 'integer', nullable: false } };
  for (const [name, columns] of Object.entries(personTables)) {
    await createTable(database, dialect, prefix + name, { ...owned, ...columns }, ['person', 'n']);
  }
}

async function createTable(
  database: Kysely<unknown>,
  dialect: Dialect,
  name: string,
  columns: Columns,
  key: readonly string[],
  wide = false,
): Promise<void> {
  const defined = Object.entries(columns).map(
    ([column, { type, nullable }]) =>
      sql`${sql.ref(column)} ${typeOf(type, dialect)}${nullable ? sql`` : sql` not null`}`,
  );
  // The key keeps a person's rows together. Its name is left to the database, because tables are renamed.
  const primary = sql`primary key (${sql.join(key.map((column) => sql.ref(column)))})`;
  // SQLite keeps narrow rows in the tree of their key; wide ones would leave no room in it.
  const options = dialect === 'postgres' ? sql`` : wide ? sql` strict` : sql` strict, without rowid`;
  await sql`create table ${sql.table(name)} (${sql.join([...defined, primary])})${options}`.execute(database);
}

function typeOf(type: Column<unknown>['type'], dialect: Dialect): RawBuilder<unknown> {
  if (dialect === 'sqlite') return type === 'text' ? sql`text` : sql`integer`;
  // Persons and days order by their bytes, as they do in SQLite and in the program.
  return type === 'text' ? sql`text collate "C"` : type === 'bigint' ? sql`bigint` : sql`integer`;
}
