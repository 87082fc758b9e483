import { sql, type Migration, type MigrationProvider, type RawBuilder } from 'kysely';
import { personTables, type Column, type Columns } from '../../../projections/rows';
import { keptTables, rebuiltTables } from './tables';

export type Dialect = 'sqlite' | 'postgres';

/** The migrations, by name, in order; the same for both databases. */
export function migrations(dialect: Dialect): MigrationProvider {
  const all: Record<string, Migration> = {
    '0001-tables': {
      up: async (database) => {
        const tables = personTableDefinitions(dialect, '');
        for (const [name, { columns, key }] of Object.entries(keptTables)) {
          tables.push(definition(dialect, name, columns, key));
        }
        for (const table of tables) await table.execute(database);
      },
    },
  };
  return { getMigrations: async () => all };
}

/** The tables of persons with a prefix before each name: those a rebuild fills before they are swapped in. */
export function personTableDefinitions(dialect: Dialect, prefix: string): RawBuilder<unknown>[] {
  const owned: Columns = { person: { type: 'text', nullable: false }, n: { type: 'integer', nullable: false } };
  return [
    ...Object.entries(rebuiltTables).map(([name, { columns, key, wide }]) =>
      definition(dialect, prefix + name, columns, key, wide),
    ),
    ...Object.entries(personTables).map(([name, columns]) =>
      definition(dialect, prefix + name, { ...owned, ...columns }, ['person', 'n']),
    ),
  ];
}

function definition(
  dialect: Dialect,
  name: string,
  columns: Columns,
  key: readonly string[],
  wide = false,
): RawBuilder<unknown> {
  const defined = Object.entries(columns).map(
    ([column, { type, nullable }]) =>
      sql`${sql.ref(column)} ${typeOf(type, dialect)}${nullable ? sql`` : sql` not null`}`,
  );
  // The key keeps a person's rows together. Its name is left to the database, because tables are renamed.
  const primary = sql`primary key (${sql.join(key.map((column) => sql.ref(column)))})`;
  // SQLite keeps narrow rows in the tree of their key; wide ones would leave no room in it.
  const options = dialect === 'postgres' ? sql`` : wide ? sql` strict` : sql` strict, without rowid`;
  return sql`create table ${sql.table(name)} (${sql.join([...defined, primary])})${options}`;
}

function typeOf(type: Column<unknown>['type'], dialect: Dialect): RawBuilder<unknown> {
  if (dialect === 'sqlite') return type === 'text' ? sql`text` : sql`integer`;
  // Persons and days order by their bytes, as they do in SQLite and in the program.
  return type === 'text' ? sql`text collate "C"` : type === 'bigint' ? sql`bigint` : sql`integer`;
}
