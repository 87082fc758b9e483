import type { SqlBool } from 'kysely';
import { sql } from 'kysely';
import { dayNumber, toDay, type Day } from '../calendar';
import type { Tables } from './report';
import { after, holds, inPages, whole, within } from './sql';

/** A person is insured on the days on which he has a relation that is neither suspended nor terminated. */
export interface Stretch {
  from: Day;
  through: Day | null;
  /** The relation that began it, and the one that ended it. */
  first: Membership;
  last: Membership;
}

export interface Membership {
  scheme: string;
  region: string;
  participation: string;
  from_day: Day;
  through_day: Day | null;
}

/** The persons insured on a day. */
export async function insuredOn(tables: Tables, on: Day, region: string | undefined): Promise<number> {
  const counted = await tables
    .selectFrom('relations as r')
    .select(sql<number>`count(distinct r.person)`.as('persons'))
    .where('r.status', '=', 'normal')
    .where(holds('r', on))
    .where(within('r.region', region))
    .executeTakeFirst();
  return whole(counted?.persons);
}

/** Each person's insured stretches within the region, in order, persons in order; of those alone whom the condition lets through. */
export async function* stretchesOfPersons(
  tables: Tables,
  region: string | undefined,
  only: (table: string) => ReturnType<typeof sql<SqlBool>>,
): AsyncGenerator<{ person: string; stretches: Stretch[] }> {
  let current: { person: string; memberships: Membership[] } | undefined;
  const rows = inPages((last, limit) =>
    tables
      .selectFrom('relations as r')
      .select(['r.person', 'r.n', 'r.scheme', 'r.region', 'r.participation', 'r.from_day', 'r.through_day'])
      .where('r.status', '=', 'normal')
      .where(within('r.region', region))
      .where(only('r'))
      .where(after('r', last))
      .orderBy('r.person')
      .orderBy('r.n')
      .limit(limit)
      .execute(),
  );
  for await (const page of rows) {
    for (const { person, n: _, ...membership } of page) {
      if (current?.person !== person) {
        if (current) yield { person: current.person, stretches: joined(current.memberships) };
        current = { person, memberships: [] };
      }
      current.memberships.push(membership);
    }
  }
  if (current) yield { person: current.person, stretches: joined(current.memberships) };
}

/** Spans that overlap or touch are one stretch. */
export function joined(memberships: Membership[]): Stretch[] {
  const stretches: Stretch[] = [];
  const ordered = memberships.sort((a, b) => compare(a.from_day, b.from_day) || compare(a.scheme, b.scheme));
  for (const one of ordered) {
    const last = stretches.at(-1);
    if (last && (last.through === null || one.from_day <= dayAfter(last.through))) {
      if (last.through !== null && (one.through_day === null || one.through_day > last.through)) {
        last.through = one.through_day;
        last.last = one;
      }
    } else stretches.push({ from: one.from_day, through: one.through_day, first: one, last: one });
  }
  return stretches;
}

const next = new Map<Day, Day>();

/** The day after; a population has few different days. */
export function dayAfter(day: Day): Day {
  let following = next.get(day);
  if (following === undefined) next.set(day, (following = toDay(dayNumber(day) + 1)));
  return following;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
