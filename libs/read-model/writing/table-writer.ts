import { sql } from 'kysely';
import type { Connection, Statement } from '../connection';
import type { Dialect } from '../schema';
import { compiled } from './statements';

/** How many rows one statement inserts, the most first: few statements to compile, few calls for many rows. */
const SIZES: Record<Dialect, readonly number[]> = { sqlite: [64, 16, 4, 1], postgres: [512, 64, 8, 1] };
const DELETED_AT_ONCE = 64;

/** Writes one table: deletes the rows of persons, and inserts rows, many at a time. */
export class TableWriter {
  private readonly inserts: readonly { size: number; statement: Statement }[];
  private readonly remove: Statement;
  private values: unknown[] = [];

  constructor(
    private readonly connection: Connection,
    table: string,
    private readonly columns: readonly string[],
  ) {
    const { dialect } = connection;
    const row = sql`(${sql.join(columns.map(() => sql`${null}`))})`;
    const into = sql`insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})`;
    this.inserts = SIZES[dialect].map((size) => ({
      size,
      statement: compiled(dialect, sql`${into} values ${sql.join(Array.from({ length: size }, () => row))}`),
    }));
    const persons = sql.join(Array.from({ length: DELETED_AT_ONCE }, () => sql`${null}`));
    this.remove = compiled(dialect, sql`delete from ${sql.table(table)} where person in (${persons})`);
  }

  async deleteOf(persons: readonly string[]): Promise<void> {
    for (let first = 0; first < persons.length; first += DELETED_AT_ONCE) {
      const some = persons.slice(first, first + DELETED_AT_ONCE);
      while (some.length < DELETED_AT_ONCE) some.push(some[0]!);
      await this.connection.run(this.remove, some);
    }
  }

  /** Takes a row's values in the order of the columns; they are written by `flush`. */
  add(...values: unknown[]): void {
    for (const value of values) this.values.push(value);
  }

  /** As `add`, of a row that follows the given leading values. */
  addRow(person: string, n: number, row: object): void {
    const { values, columns } = this;
    values.push(person, n);
    const fields = row as Record<string, unknown>;
    for (let i = 2; i < columns.length; i++) values.push(fields[columns[i]!]);
  }

  async flush(): Promise<void> {
    const { values, columns } = this;
    if (values.length === 0) return;
    this.values = [];
    const width = columns.length;
    let from = 0;
    for (const { size, statement } of this.inserts) {
      const length = size * width;
      for (; from + length <= values.length; from += length) {
        await this.connection.run(statement, values.slice(from, from + length));
      }
    }
  }
}
