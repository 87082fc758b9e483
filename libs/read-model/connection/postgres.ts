import { openPool } from '../database';
import type { Connection, Statement } from './connection';

const PATIENCE_MS = 60_000;

/** A connection to the server of its own. */
export async function connectPostgres(address: string): Promise<Connection> {
  const pool = openPool(address, 1);
  const client = await pool.connect();
  // Whoever hangs in the middle of a transaction lets go of its locks.
  await client.query(`set idle_in_transaction_session_timeout = ${PATIENCE_MS}`);
  // A connection that is lost is told by the next query.
  client.on('error', () => undefined);
  const query = ({ sql, name }: Statement, values: readonly unknown[] = []) =>
    client.query({ text: sql, name, values: values as unknown[] });
  const within = async <T>(begin: string, work: () => Promise<T>) => {
    await client.query(begin);
    try {
      const result = await work();
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    }
  };
  return {
    dialect: 'postgres',
    run: async (statement, values) => (await query(statement, values)).rowCount ?? 0,
    all: async <Row>(statement: Statement, values?: readonly unknown[]) =>
      (await query(statement, values)).rows as Row[],
    transaction: (work) => within('begin', work),
    snapshot: (work) => within('begin isolation level repeatable read, read only', work),
    close: async () => {
      client.release();
      await pool.end();
    },
  };
}
