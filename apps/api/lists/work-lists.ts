import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import type { ReadModelTables } from '../../../libs/read-model';
import { after, holds, is, personWithin, present, within } from './conditions';
import type { Place } from './cursor';

type Tables = Kysely<ReadModelTables>;
type Regions = readonly string[] | undefined;

/** A row of a list beside the place where it stands. */
interface Placed<T> {
  place: Place;
  item: T;
}

function placed<R extends Place, T>(rows: R[], item: (row: Omit<R, 'n'>) => T): Placed<T>[] {
  return rows.map(({ n, ...row }) => ({ place: { person: row.person, n }, item: item(row as Omit<R, 'n'>) }));
}

export interface ExceptionsAsked {
  validOn: string;
  regions: Regions;
  kind?: string;
  why?: string;
  question?: string;
  rule?: string;
  person?: string;
}

/** What a person must look at, of people in the order of their ids. */
export async function listExceptions(tables: Tables, asked: ExceptionsAsked, from: Place | undefined, limit: number) {
  const rows = await tables
    .selectFrom('exceptions as e')
    .innerJoin('persons as p', 'p.person', 'e.person')
    .select(['e.person', 'e.n', 'e.kind', sql<string | null>`coalesce(e.region, p.region)`.as('region')])
    .select(['e.question', 'e.rule', 'e.why', 'e.needs', 'e.detail', 'e.from_day as since', 'e.through_day as through'])
    .where(holds('e', asked.validOn))
    .where(personWithin('e.person', 'p.region', asked.regions))
    .where(is('e.kind', asked.kind))
    .where(is('e.why', asked.why))
    .where(is('e.question', asked.question))
    .where(is('e.rule', asked.rule))
    .where(is('e.person', asked.person))
    .where(after('e', from))
    .orderBy('e.person')
    .orderBy('e.n')
    .limit(limit)
    .execute();
  return placed(rows, present);
}

export interface WaitingAsked {
  validOn?: string;
  regions: Regions;
  scheme?: string;
  cause?: string;
  endingFrom?: string;
  endingThrough?: string;
}

/** Waiting periods (等待期), of people in the order of their ids. */
export async function listWaitingPeriods(tables: Tables, asked: WaitingAsked, from: Place | undefined, limit: number) {
  const { validOn, regions, endingFrom, endingThrough } = asked;
  const rows = await tables
    .selectFrom('waiting_periods as w')
    .select(['w.person', 'w.n', 'w.scheme', 'w.region', 'w.participation', 'w.cause', 'w.rule'])
    .select(['w.from_day as since', 'w.through_day as through', 'w.benefits_from as benefitsFrom'])
    .where(validOn === undefined ? sql<SqlBool>`1 = 1` : holds('w', validOn))
    .where(within('w.region', regions))
    .where(is('w.scheme', asked.scheme))
    .where(is('w.cause', asked.cause))
    .where(endingFrom === undefined ? sql<SqlBool>`1 = 1` : sql<SqlBool>`w.through_day >= ${endingFrom}`)
    .where(endingThrough === undefined ? sql<SqlBool>`1 = 1` : sql<SqlBool>`w.through_day <= ${endingThrough}`)
    .where(after('w', from))
    .orderBy('w.person')
    .orderBy('w.n')
    .limit(limit)
    .execute();
  return placed(rows, present);
}

export interface DuplicatesAsked {
  validOn: string;
  regions: Regions;
  scope?: string;
  state?: string;
}

/** Relations that overlap (重复参保), of people in the order of their ids. */
export async function listDuplicates(tables: Tables, asked: DuplicatesAsked, from: Place | undefined, limit: number) {
  const rows = await tables
    .selectFrom('duplicates as d')
    .innerJoin('persons as p', 'p.person', 'd.person')
    .select(['d.person', 'd.n', 'd.scope', 'd.relations', 'd.retained_scheme', 'd.retained_region', 'd.others'])
    .select(['d.detected', 'd.rule', 'd.from_day as since', 'd.through_day as through'])
    .where(holds('d', asked.validOn))
    .where(personWithin('d.person', 'p.region', asked.regions))
    .where(is('d.scope', asked.scope))
    .where(inState(asked.state))
    .where(after('d', from))
    .orderBy('d.person')
    .orderBy('d.n')
    .limit(limit)
    .execute();
  return placed(rows, ({ relations, retained_scheme: scheme, retained_region: region, detected, ...row }) => ({
    ...present(row),
    state: detected === 1 ? ('detected' as const) : scheme === null ? ('open' as const) : ('byRule' as const),
    relations: JSON.parse(relations) as { scheme: string; region: string; participation?: string }[],
    ...(scheme === null || region === null ? {} : { retained: { scheme, region } }),
  }));
}

function inState(state: string | undefined): RawBuilder<SqlBool> {
  switch (state) {
    case 'detected':
      return sql<SqlBool>`d.detected = 1`;
    case 'byRule':
      return sql<SqlBool>`d.detected = 0 and d.retained_scheme is not null`;
    case 'open':
      return sql<SqlBool>`d.detected = 0 and d.retained_scheme is null`;
    default:
      return sql<SqlBool>`1 = 1`;
  }
}

/** People of whom an event cannot be read, in the order of their ids. */
export async function listParked(tables: Tables, from: Place | undefined, limit: number) {
  const rows = await tables
    .selectFrom('parked as k')
    .select(['k.person', sql<number>`0`.as('n'), 'k.stream', 'k.revision', 'k.type', 'k.version'])
    .select(['k.reason', 'k.parked_at as parkedAt'])
    .where('k.person', '>', from?.person ?? '')
    .orderBy('k.person')
    .limit(limit)
    .execute();
  return placed(rows, present);
}
