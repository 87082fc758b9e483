import { openPool } from '../database';
import type { Connection, Statement } from './connection';

/** A connection to the server of its own. */
export async function connectPostgres(address: string): Promise<Connection> {
  const pool = openPool(address, 1);
  const client = await pool.connect();
  const query = ({ sql, name }: Statement, values: readonly unknown[] = []) =>
    client.query({ text: sql, name, values: values as unknown[] });
  return {
    dialect: 'postgres',
    run: async (statement, values) => (await query(statement, values)).rowCount ?? 0,
    all: async <Row>(statement: Statement, values?: readonly unknown[]) =>
      (await query(statement, values)).rows as Row[],
    transaction: async (work) => {
      await client.query('begin');
      try {
        const result = await work();
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch(() => undefined);
        throw error;
      }
    },
    close: async () => {
      client.release();
      await pool.end();
    },
  };
}
