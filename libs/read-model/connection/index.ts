import { dialectOf } from '../database';
import type { Connection } from './connection';
import { connectPostgres } from './postgres';
import { connectSqlite } from './sqlite';

export type { Connection, Statement } from './connection';

/** A connection for one writer. `takeTurn` is asked before each transaction on SQLite and gives what ends the turn. */
export async function connect(location: string, takeTurn?: () => () => void): Promise<Connection> {
  return dialectOf(location) === 'postgres' ? connectPostgres(location) : connectSqlite(location, takeTurn);
}
