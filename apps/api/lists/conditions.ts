import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { Place } from './cursor';

type Condition = RawBuilder<SqlBool>;

const ALWAYS = sql<SqlBool>`1 = 1`;

/** A span in a row holds the day; an open end is null, and so is the beginning of what has always held. */
export function holds(table: string, on: string): Condition {
  const from = sql.ref(`${table}.from_day`);
  const through = sql.ref(`${table}.through_day`);
  return sql<SqlBool>`(${from} is null or ${from} <= ${on}) and (${through} is null or ${through} >= ${on})`;
}

/** A region is one of those asked about or lies below it; any where none is asked about. */
export function within(column: string, regions: readonly string[] | undefined): Condition {
  if (regions === undefined) return ALWAYS;
  if (regions.length === 0) return sql<SqlBool>`1 = 0`;
  const below = regions.map((region) => sql<SqlBool>`${sql.ref(column)} like ${`${region.replace(/(00)+$/, '')}%`}`);
  return sql<SqlBool>`(${sql.join(below, sql` or `)})`;
}

/** The person is of one of the regions: his home is there, or one of his relations is or was. */
export function personWithin(person: string, home: string, regions: readonly string[] | undefined): Condition {
  if (regions === undefined) return ALWAYS;
  return sql<SqlBool>`(${within(home, regions)} or exists (
    select 1 from relations as r where r.person = ${sql.ref(person)} and ${within('r.region', regions)}))`;
}

/** A column holds the word asked for; any where none is asked for. */
export function is(column: string, word: string | undefined): Condition {
  return word === undefined ? ALWAYS : sql<SqlBool>`${sql.ref(column)} = ${word}`;
}

/** Rows after the last one of the page before. */
export function after(table: string, last: Place | undefined): Condition {
  if (last === undefined) return ALWAYS;
  return sql<SqlBool>`(${sql.ref(`${table}.person`)}, ${sql.ref(`${table}.n`)}) > (${last.person}, ${last.n})`;
}

export function all(...conditions: Condition[]): Condition {
  return sql<SqlBool>`${sql.join(conditions, sql` and `)}`;
}

/** The row without what has no value. */
export function present<T extends object>(row: T): Present<T> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Present<T>;
}

type NullableNames<T> = { [K in keyof T]: null extends T[K] ? K : never }[keyof T];
type Present<T> = Omit<T, NullableNames<T>> & { [K in NullableNames<T>]?: Exclude<T[K], null> };
