import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely';
import type { Day } from '../calendar';

/** A span in a row holds the day; an open end is null. */
export function holds(table: string, on: Day): RawBuilder<SqlBool> {
  const from = sql.ref(`${table}.from_day`);
  const through = sql.ref(`${table}.through_day`);
  return sql<SqlBool>`${from} <= ${on} and (${through} is null or ${through} >= ${on})`;
}

/** The region is the one asked about or lies below it; everyone's where none is asked about. */
export function within(column: string, region: string | undefined): Expression<SqlBool> {
  if (region === undefined) return sql<SqlBool>`1 = 1`;
  return sql<SqlBool>`${sql.ref(column)} like ${`${region.replace(/(00)+$/, '')}%`}`;
}

/** Months since year 0 of a text `YYYY-MM…`. */
export function monthIndex(text: Expression<unknown>): RawBuilder<number> {
  return sql<number>`(cast(substr(${text}, 1, 4) as integer) * 12 + cast(substr(${text}, 6, 2) as integer) - 1)`;
}

/** Counts and sums arrive as numbers or, from PostgreSQL, as texts. */
export function whole(value: unknown): number {
  return value === null || value === undefined ? 0 : Number(value);
}

const PAGE = 20_000;

/** Rows in the order of person and place, in pages of some thousand, so that any number of them can be read. */
export async function* inPages<R extends { person: string; n: number }>(
  page: (after: { person: string; n: number } | undefined, limit: number) => Promise<R[]>,
): AsyncGenerator<R[]> {
  let last: R | undefined;
  for (;;) {
    const rows: R[] = await page(last, PAGE);
    yield rows;
    if (rows.length < PAGE) return;
    last = rows[rows.length - 1];
  }
}

/** Rows after the last one of the page before. */
export function after(table: string, last: { person: string; n: number } | undefined): RawBuilder<SqlBool> {
  if (last === undefined) return sql<SqlBool>`1 = 1`;
  return sql<SqlBool>`(${sql.ref(`${table}.person`)}, ${sql.ref(`${table}.n`)}) > (${last.person}, ${last.n})`;
}
