import type { Dialect } from '../schema';

/** A statement that is compiled once and run often. */
export interface Statement {
  sql: string;
  /** By which a server keeps it prepared; unique in the program. */
  name: string;
}

/** One connection for one writer: what is hot, without a query builder in between. */
export interface Connection {
  dialect: Dialect;
  /** Gives how many rows were changed. */
  run(statement: Statement, values?: readonly unknown[]): Promise<number>;
  all<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
  /** All of it or nothing. In SQLite nobody else writes meanwhile. Transactions of one connection do not nest. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** Reads only, everything as it stands at one moment; others go on writing. */
  snapshot<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
