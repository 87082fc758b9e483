import type Sqlite from 'better-sqlite3';
import { openSqlite } from '../database';
import type { Connection, Statement } from './connection';

/** A connection to the file of its own. `exclusive` wraps each transaction, where several writers take turns. */
export function connectSqlite(file: string, takeTurn: () => () => void = () => () => undefined): Connection {
  const database = openSqlite(file);
  const prepared = new Map<string, Sqlite.Statement<unknown[]>>();
  const statementOf = ({ sql }: Statement) => {
    let statement = prepared.get(sql);
    if (!statement) prepared.set(sql, (statement = database.prepare<unknown[]>(sql)));
    return statement;
  };
  return {
    dialect: 'sqlite',
    run: async (statement, values = []) => statementOf(statement).run(values as unknown[]).changes,
    all: async <Row>(statement: Statement, values: readonly unknown[] = []) =>
      statementOf(statement).all(values as unknown[]) as Row[],
    transaction: async (work) => {
      const pass = takeTurn();
      try {
        database.exec('begin immediate');
        try {
          const result = await work();
          database.exec('commit');
          return result;
        } catch (error) {
          if (database.inTransaction) database.exec('rollback');
          throw error;
        }
      } finally {
        pass();
      }
    },
    close: async () => void database.close(),
  };
}
