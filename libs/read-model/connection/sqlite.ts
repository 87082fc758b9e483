import type Sqlite from 'better-sqlite3';
import { openSqlite } from '../database';
import type { Connection, Statement } from './connection';

/** How long a write waits for the one writer that SQLite allows. */
const PATIENCE_MS = 120_000;
const PAUSE_MS = 4;

/** A connection to the file of its own. `takeTurn` is asked before each transaction, where several threads take turns. */
export function connectSqlite(file: string, takeTurn: () => () => void = () => () => undefined): Connection {
  const database = openSqlite(file);
  // Waiting inside SQLite would stop this thread, and with it whoever of this process holds the lock.
  database.pragma('busy_timeout = 0');
  const prepared = new Map<string, Sqlite.Statement<unknown[]>>();
  const statementOf = ({ sql }: Statement) => {
    let statement = prepared.get(sql);
    if (!statement) prepared.set(sql, (statement = database.prepare<unknown[]>(sql)));
    return statement;
  };
  const within = async <T>(work: () => Promise<T>) => {
    try {
      const result = await work();
      database.exec('commit');
      return result;
    } catch (error) {
      if (database.inTransaction) database.exec('rollback');
      throw error;
    }
  };
  return {
    dialect: 'sqlite',
    run: async (statement, values = []) => {
      const write = () => statementOf(statement).run(values as unknown[]).changes;
      return database.inTransaction ? write() : whenFree(write);
    },
    all: async <Row>(statement: Statement, values: readonly unknown[] = []) =>
      whenFree(() => statementOf(statement).all(values as unknown[]) as Row[]),
    transaction: async (work) => {
      const pass = takeTurn();
      try {
        await whenFree(() => database.exec('begin immediate'));
        return await within(work);
      } finally {
        pass();
      }
    },
    snapshot: async (work) => {
      database.exec('begin');
      return within(work);
    },
    close: async () => void database.close(),
  };
}

async function whenFree<T>(write: () => T): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; ;) {
    try {
      return write();
    } catch (error) {
      if (!/^SQLITE_BUSY/.test((error as { code?: string }).code ?? '') || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
