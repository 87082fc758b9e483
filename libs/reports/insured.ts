import { sql } from 'kysely';
import { dayNumber, toDay, type Day } from '../calendar';
import { column, type Report } from './report';
import { holds, whole, within } from './sql';

/** Insured by region, scheme, participation and status. */
export const insured: Report = {
  name: 'insured',
  title: { zh: '参保人数', en: 'Insured persons' },
  about: {
    zh: '按统筹区、险种、参保身份、参保状态和待遇状态统计的人数；有两个关系的人在两行中各计一次。',
    en: 'Persons by region, scheme, participation, registration and benefit status; somebody with two relations stands in two lines.',
  },
  columns: [
    column.region(),
    column.scheme(),
    column.word('participation', '参保身份', 'Participation'),
    column.word('registration', '参保状态', 'Registration'),
    column.word('benefit', '待遇状态', 'Benefit status'),
    column.count('persons', '人数', 'Persons'),
  ],
  async *rows({ tables }, { validOn, region }) {
    // Of two relations only the one that pays has the person's benefit status.
    const benefit = sql<string>`case when b.status is null then 'notCovered'
      when b.scheme is null or (b.scheme = r.scheme and b.region = r.region) then b.status else 'byAnother' end`;
    const counted = await tables
      .selectFrom('relations as r')
      .leftJoin('benefit as b', (join) => join.onRef('b.person', '=', 'r.person').on(holds('b', validOn)))
      .select(['r.region', 'r.scheme', 'r.participation', 'r.status as registration', benefit.as('benefit')])
      .select(sql<number>`count(distinct r.person)`.as('persons'))
      .where(holds('r', validOn))
      .where(within('r.region', region))
      .groupBy(['r.region', 'r.scheme', 'r.participation', 'r.status', benefit])
      .orderBy('r.region')
      .orderBy('r.scheme')
      .orderBy('r.participation')
      .orderBy('r.status')
      .orderBy('benefit')
      .execute();
    for (const row of counted) yield { ...row, persons: whole(row.persons) };
  },
};

/** Waiting now, and ending by week. */
export const waiting: Report = {
  name: 'waiting',
  title: { zh: '等待期人数', en: 'Waiting periods' },
  about: {
    zh: '当日处于待遇等待期的人，按统筹区、险种、原因和等待期结束所在周（周一）统计。',
    en: 'Persons within a waiting period on the day, by region, scheme, cause and the week (its Monday) in which it ends.',
  },
  columns: [
    column.region(),
    column.scheme(),
    column.word('cause', '原因', 'Cause'),
    column.day('weekFrom', '结束周（周一）', 'Ends in the week of'),
    column.word('benefit', '待遇状态', 'Benefit status'),
    column.count('persons', '人数', 'Persons'),
  ],
  async *rows({ tables }, { validOn, region }) {
    const benefit = sql<string>`coalesce(b.status, 'notCovered')`;
    const counted = await tables
      .selectFrom('waiting_periods as w')
      .leftJoin('benefit as b', (join) => join.onRef('b.person', '=', 'w.person').on(holds('b', validOn)))
      .select(['w.region', 'w.scheme', 'w.cause', 'w.through_day', benefit.as('benefit')])
      .select(sql<number>`count(distinct w.person)`.as('persons'))
      .where(holds('w', validOn))
      .where(within('w.region', region))
      .groupBy(['w.region', 'w.scheme', 'w.cause', 'w.through_day', benefit])
      .orderBy('w.region')
      .orderBy('w.scheme')
      .orderBy('w.cause')
      .orderBy('w.through_day')
      .orderBy('benefit')
      .execute();
    const weeks = new Map<string, { key: string[]; persons: number }>();
    for (const row of counted) {
      const key = [row.region, row.scheme, row.cause, mondayOf(row.through_day), row.benefit];
      const week = weeks.get(key.join('\n'));
      if (week) week.persons += whole(row.persons);
      else weeks.set(key.join('\n'), { key, persons: whole(row.persons) });
    }
    for (const { key, persons } of weeks.values()) {
      const [ofRegion, scheme, cause, weekFrom, status] = key as [string, string, string, string, string];
      yield { region: ofRegion, scheme, cause, weekFrom, benefit: status, persons };
    }
  },
};

/** 1970-01-01 was a Thursday. */
function mondayOf(day: Day): Day {
  const number = dayNumber(day);
  return toDay(number - ((((number + 3) % 7) + 7) % 7));
}
