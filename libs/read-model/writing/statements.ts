import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type RawBuilder,
} from 'kysely';
import type { Statement } from '../connection';
import type { Dialect } from '../schema';

/** Compiles SQL for a database, once for each text. Values are given anew at every run, in the order of the `slots`. */
export function compiled(dialect: Dialect, query: RawBuilder<unknown>): Statement {
  const { sql } = query.compile(COMPILERS[dialect]);
  let statement = statements.get(sql);
  if (!statement) statements.set(sql, (statement = { sql, name: `ledger_${statements.size}` }));
  return statement;
}

const statements = new Map<string, Statement>();

const COMPILERS: Record<Dialect, Kysely<unknown>> = {
  sqlite: new Kysely({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (database) => new SqliteIntrospector(database),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  }),
  postgres: new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (database) => new PostgresIntrospector(database),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }),
};
