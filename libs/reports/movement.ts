import { sql, type SqlBool } from 'kysely';
import { dayNumber, firstDayOf, lastDayOf, monthNumber, monthOf, toDay, toMonth, type Day } from '../calendar';
import { dayAfter, insuredOn, stretchesOfPersons, type Stretch } from './membership';
import { column, type Report, type ReportQuestion, type Row, type Tables } from './report';
import { whole, within } from './sql';

/** From which day the period of a question runs: its opening figure is that of this day's end. */
export function openingDay({ since, validOn }: ReportQuestion): Day {
  return since ?? toDay(firstDayOf(monthOf(dayNumber(validOn))) - 1);
}

/** The opening and closing number of insured, reconciled person by person. */
export const movement: Report = {
  name: 'movement',
  title: { zh: '参保人数变动对账', en: 'Movement of insured persons' },
  about: {
    zh: '期初参保人数 + 新增 − 减少 = 期末参保人数，逐人列明变动日期和原因；期初默认为上月末。',
    en: 'Opening number of insured, plus entries, minus exits, gives the closing number, with day and cause for each person; opens by default with the end of the month before.',
  },
  columns: [
    column.word('line', '项目', 'Line'),
    column.day('on', '日期', 'On'),
    column.count('persons', '人数', 'Persons'),
    column.person(),
    column.word('cause', '原因', 'Cause'),
    column.region(),
    column.scheme(),
    column.word('participation', '参保身份', 'Participation'),
  ],
  async *rows({ tables }, question) {
    const { validOn, region } = question;
    const opens = openingDay(question);
    const opening = await insuredOn(tables, opens, region);
    yield line('opening', opens, opening);
    let balance = opening;
    for await (const change of changes(tables, opens, validOn, region)) {
      balance += change.persons as number;
      yield change;
    }
    const closing = await insuredOn(tables, validOn, region);
    yield line('closing', validOn, closing);
    yield line('difference', validOn, closing - balance);
  },
};

/** Entries (+1) and exits (−1) after the opening day, through the closing one. */
async function* changes(tables: Tables, opens: Day, closes: Day, region: string | undefined): AsyncGenerator<Row> {
  const first = dayAfter(opens);
  const changed = (table: string) => sql<SqlBool>`exists (select 1 from relations as c
    where c.person = ${sql.ref(`${table}.person`)} and c.status = 'normal' and (
      (c.from_day >= ${first} and c.from_day <= ${closes}) or
      (c.through_day >= ${opens} and c.through_day < ${closes})))`;
  for await (const { person, stretches } of stretchesOfPersons(tables, region, changed)) {
    const moves: Row[] = [];
    for (const [index, stretch] of stretches.entries()) {
      if (stretch.from >= first && stretch.from <= closes) {
        const { scheme, participation, region: place } = stretch.first;
        const cause = await entryCause(tables, person, stretch, index === 0, region);
        moves.push({ ...line('entry', stretch.from, 1), person, cause, region: place, scheme, participation });
      }
      const out = stretch.through === null ? undefined : dayAfter(stretch.through);
      if (out !== undefined && out >= first && out <= closes) {
        const { scheme, participation, region: place } = stretch.last;
        const cause = await exitCause(tables, person, stretch, region);
        moves.push({ ...line('exit', out, -1), person, cause, region: place, scheme, participation });
      }
    }
    yield* moves;
  }
}

function line(name: string, on: Day, persons: number): Row {
  return { line: name, on, persons, person: null, cause: null, region: null, scheme: null, participation: null };
}

async function entryCause(
  tables: Tables,
  person: string,
  { from, first }: Stretch,
  isFirst: boolean,
  region: string | undefined,
): Promise<string> {
  const before = toDay(dayNumber(from) - 1);
  if (region !== undefined && (await elsewhere(tables, person, before, region))) return 'movedIn';
  if (first.participation === 'newborn') return 'newborn';
  return isFirst ? 'firstTime' : 'returned';
}

async function exitCause(
  tables: Tables,
  person: string,
  { through, last }: Stretch,
  region: string | undefined,
): Promise<string> {
  const out = dayAfter(through!);
  const { died_on: diedOn } = (await tables
    .selectFrom('persons')
    .select('died_on')
    .where('person', '=', person)
    .executeTakeFirst()) ?? { died_on: null };
  if (diedOn !== null && diedOn <= out) return 'death';
  if (region !== undefined && (await elsewhere(tables, person, out, region))) return 'movedOut';
  const then = await tables
    .selectFrom('relations')
    .select(['status', 'reason'])
    .where('person', '=', person)
    .where('scheme', '=', last.scheme as 'employee')
    .where('region', '=', last.region)
    .where('from_day', '=', out)
    .executeTakeFirst();
  // A suspension is told in the sender's own words, which are not for a report.
  if (then?.status === 'terminated') return REASONS.has(then.reason ?? '') ? then.reason! : 'terminated';
  return then?.status === 'suspended' ? 'suspended' : 'ended';
}

/** The closed words for terminations. */
const REASONS: ReadonlySet<string> = new Set([
  'death',
  'emigration',
  'duplicate',
  'transferOut',
  'employeeRegistered',
  'refund',
]);

async function elsewhere(tables: Tables, person: string, on: Day, region: string): Promise<boolean> {
  const found = await tables
    .selectFrom('relations as r')
    .select(sql<number>`count(*)`.as('relations'))
    .where('r.person', '=', person)
    .where('r.status', '=', 'normal')
    .where('r.from_day', '<=', on)
    .where((where) => where.or([where('r.through_day', 'is', null), where('r.through_day', '>=', on)]))
    .where(sql<SqlBool>`not (${within('r.region', region)})`)
    .executeTakeFirst();
  return whole(found?.relations) > 0;
}

const MONTHS = 12;

/** Entries, exits, gaps and re-entries by month. */
export const movementByMonth: Report = {
  name: 'movement-by-month',
  title: { zh: '按月参保变动', en: 'Movement by month' },
  about: {
    zh: '截至当日的十二个月：首次参保、重新参保、退出、断缴开始与结束，及月末参保人数。',
    en: 'The twelve months up to the day: first entries, re-entries, exits, gaps that began and ended, and the insured at the end of each month.',
  },
  columns: [
    column.month('month', '月份', 'Month'),
    column.count('entries', '首次参保', 'First entries'),
    column.count('reentries', '重新参保', 'Re-entries'),
    column.count('exits', '退出', 'Exits'),
    column.count('gapsBegun', '断缴开始', 'Gaps begun'),
    column.count('gapsEnded', '断缴结束', 'Gaps ended'),
    column.count('insured', '月末参保', 'Insured at month end'),
  ],
  async *rows({ tables }, { validOn, region }) {
    const last = monthOf(dayNumber(validOn));
    const first = last - MONTHS + 1;
    const from = toDay(firstDayOf(first));
    const months = new Map<string, Row>();
    for (let month = first; month <= last; month++) {
      const name = toMonth(month);
      months.set(name, { month: name, entries: 0, reentries: 0, exits: 0, gapsBegun: 0, gapsEnded: 0, insured: 0 });
    }
    const add = (day: Day, figure: string, count = 1) => {
      const month = day <= validOn ? months.get(day.slice(0, 7)) : undefined;
      if (month) month[figure] = (month[figure] as number) + count;
    };
    const changed = (table: string) => sql<SqlBool>`exists (select 1 from relations as c
      where c.person = ${sql.ref(`${table}.person`)} and c.status = 'normal' and (
        (c.from_day >= ${from} and c.from_day <= ${validOn}) or
        (c.through_day >= ${toDay(firstDayOf(first) - 1)} and c.through_day < ${validOn})))`;
    for await (const { stretches } of stretchesOfPersons(tables, region, changed)) {
      for (const [index, stretch] of stretches.entries()) {
        add(stretch.from, index === 0 ? 'entries' : 'reentries');
        if (stretch.through !== null) add(dayAfter(stretch.through), 'exits');
      }
    }
    for (const [edge, figure, later] of [
      ['from_month', 'gapsBegun', 0],
      ['through_month', 'gapsEnded', 1],
    ] as const) {
      const counted = await tables
        .selectFrom('interruptions as i')
        .select([`i.${edge} as month`, sql<number>`count(*)`.as('gaps')])
        .where(`i.${edge}`, '>=', toMonth(first - 1))
        .where(`i.${edge}`, '<=', toMonth(last))
        .where(within('i.region', region))
        .groupBy(`i.${edge}`)
        .execute();
      for (const { month, gaps } of counted) {
        if (month !== null) add(`${toMonth(monthNumber(month) + later)}-01`, figure, whole(gaps));
      }
    }
    let insured = await insuredOn(tables, toDay(firstDayOf(first) - 1), region);
    for (const [month, row] of months) {
      insured += (row['entries'] as number) + (row['reentries'] as number) - (row['exits'] as number);
      row['insured'] = insured;
      if (lastDayOf(monthNumber(month)) >= dayNumber(validOn)) row['month'] = month;
      yield row;
    }
  },
};
