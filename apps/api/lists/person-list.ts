import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import type { ReadModelTables } from '../../../libs/read-model';
import { FIRST_DAY } from '../../../projections/rows';
import { all, holds, is, personWithin, present, within } from './conditions';
import type { Place } from './cursor';

const benefitStatuses = ['covered', 'waiting', 'pending', 'paused', 'notCovered', 'undetermined'] as const;
const relationStatuses = ['normal', 'suspended', 'terminated'] as const;

/** What persons can be listed by: the benefit status, the status of a relation, a break in payment, retirement. */
export const personStatuses = [...benefitStatuses, ...relationStatuses, 'interrupted', 'retired'] as const;

export interface PersonsAsked {
  validOn: string;
  /** Any of them or what lies below; undefined where it is everybody. */
  regions: readonly string[] | undefined;
  scheme?: string;
  participation?: string;
  status?: string;
}

/** Persons in the order of their ids, with their relations and their benefit status on the day. */
export async function listPersons(
  tables: Kysely<ReadModelTables>,
  asked: PersonsAsked,
  after: Place | undefined,
  limit: number,
) {
  const { validOn } = asked;
  const persons = await tables
    .selectFrom('persons as p')
    .select(['p.person', 'p.region', 'p.died_on as diedOn'])
    .where('p.merged_into', 'is', null)
    .where('p.person', '>', after?.person ?? '')
    .where(wanted(asked))
    .orderBy('p.person')
    .limit(limit)
    .execute();
  const ids = persons.map(({ person }) => person);
  if (ids.length === 0) return [];

  const relations = await tables
    .selectFrom('relations as r')
    .select(['r.person', 'r.scheme', 'r.region', 'r.participation', 'r.status', 'r.from_day as since'])
    .select('r.through_day as through')
    .where('r.person', 'in', ids)
    .where(holds('r', validOn))
    .orderBy('r.person')
    .orderBy('r.n')
    .execute();
  const benefits = await tables
    .selectFrom('benefit as b')
    .select(['b.person', 'b.status', 'b.scheme', 'b.region', 'b.basis'])
    .select(sql<string | null>`nullif(b.from_day, ${FIRST_DAY})`.as('since'))
    .select('b.through_day as through')
    .where('b.person', 'in', ids)
    .where(holds('b', validOn))
    .execute();
  const benefitOf = new Map(benefits.map(({ person, ...benefit }) => [person, present(benefit)]));
  return persons.map((person) => ({
    ...present(person),
    relations: relations
      .filter((relation) => relation.person === person.person)
      .map(({ person: _person, ...relation }) => present(relation)),
    benefit: benefitOf.get(person.person) ?? {
      status: person.region === null ? ('undetermined' as const) : ('notCovered' as const),
    },
  }));
}

function wanted({ validOn, regions, scheme, participation, status }: PersonsAsked): RawBuilder<SqlBool> {
  const relationStatus = relationStatuses.find((one) => one === status);
  const relation = all(
    holds('r', validOn),
    is('r.scheme', scheme),
    is('r.participation', participation),
    is('r.status', relationStatus),
  );
  const byRelation = scheme !== undefined || participation !== undefined || relationStatus !== undefined;
  const place = byRelation
    ? sql<SqlBool>`exists (select 1 from relations as r where r.person = p.person and ${relation} and ${within('r.region', regions)})`
    : personWithin('p.person', 'p.region', regions);
  return all(place, byStatus(validOn, status));
}

function byStatus(on: string, status: string | undefined): RawBuilder<SqlBool> {
  const benefit = sql`select 1 from benefit as b where b.person = p.person and ${holds('b', on)}`;
  // Parked, or nothing says where he belongs.
  const unknown = sql<SqlBool>`p.region is null`;
  const month = on.slice(0, 7);
  switch (status) {
    case 'notCovered':
      return sql<SqlBool>`not exists (${benefit}) and not ${unknown}`;
    case 'undetermined':
      return sql<SqlBool>`(exists (${benefit} and b.status = 'undetermined') or ${unknown})`;
    case 'covered':
    case 'waiting':
    case 'pending':
    case 'paused':
      return sql<SqlBool>`exists (${benefit} and b.status = ${status})`;
    case 'interrupted':
      return sql<SqlBool>`exists (select 1 from interruptions as i where i.person = p.person
        and i.from_month <= ${month} and (i.through_month is null or i.through_month >= ${month}))`;
    case 'retired':
      return sql<SqlBool>`exists (select 1 from retirement as t where t.person = p.person
        and ${holds('t', on)} and t.retiree_from <= ${on})`;
    default:
      return sql<SqlBool>`1 = 1`;
  }
}
