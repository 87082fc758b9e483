import { sql } from 'kysely';
import { dayNumber, monthOf } from '../calendar';
import { column, type Report } from './report';
import { holds, monthIndex, whole, within } from './sql';

/** Years of contribution in bands, by region. */
export const contributionYears: Report = {
  name: 'contribution-years',
  title: { zh: '缴费年限分布', en: 'Contribution years' },
  about: {
    zh: '按当日已计算的缴费月数（实际与视同）分档统计的人数；居民缴费不计入。',
    en: 'Persons by the contribution months that count on the day, actual and deemed, in bands of years; resident months do not count.',
  },
  columns: [
    column.region(),
    column.text('years', '年限', 'Years'),
    column.count('persons', '人数', 'Persons'),
    column.count('months', '合计月数', 'Months'),
    column.count('actualMonths', '其中实际缴费', 'Of which actual'),
  ],
  async *rows({ tables }, { validOn, region }) {
    const month = monthOf(dayNumber(validOn));
    const date = validOn.slice(8);
    // Whole months before the day's own; of its own where its day has come (see `contribution_months`).
    const gone = sql<number>`${month} - ${monthIndex(sql.ref('c.from_month'))}`;
    const counted = sql<number>`case
      when c.days is null then case when c.counted_from <= ${validOn} then c.months else 0 end
      when ${gone} < 0 then 0
      when ${gone} >= c.months then c.months
      else ${gone} + case when substr(c.days, 1 + 2 * (${gone}), 2) <= ${date} then 1 else 0 end end`;
    const each = tables
      .selectFrom('contribution_months as c')
      .select('c.person')
      .select(sql<number>`sum(${counted})`.as('months'))
      .select(sql<number>`sum(case when c.kind like '%Actual' then ${counted} else 0 end)`.as('actual'))
      .where('c.kind', '<>', 'resident')
      .where((where) => where.or([where('c.counted_through', 'is', null), where('c.counted_through', '>=', validOn)]))
      .groupBy('c.person')
      .as('each');
    const years = sql<number>`case when each.months >= 360 then 30 else cast(each.months as integer) / 60 * 5 end`;
    const bands = await tables
      .selectFrom(each)
      .innerJoin('persons as p', 'p.person', 'each.person')
      .select(['p.region', years.as('years')])
      .select(sql<number>`count(*)`.as('persons'))
      .select(sql<number>`sum(each.months)`.as('months'))
      .select(sql<number>`sum(each.actual)`.as('actualMonths'))
      .where('each.months', '>', 0)
      .where(within('p.region', region))
      .groupBy(['p.region', years])
      .orderBy('p.region')
      .orderBy('years')
      .execute();
    for (const band of bands) {
      const least = whole(band.years);
      yield {
        region: band.region,
        years: least >= 30 ? '30+' : `${least}–${least + 4}`,
        persons: whole(band.persons),
        months: whole(band.months),
        actualMonths: whole(band.actualMonths),
      };
    }
  },
};

const YEARS_AHEAD = 10;

/** Who reaches the statutory age in the coming years, and what is missing. */
export const retirementForecast: Report = {
  name: 'retirement-forecast',
  title: { zh: '退休预测与年限缺口', en: 'Retirement forecast' },
  about: {
    zh: '未来十年按法定退休年龄到达年份统计：人数、条件已满足、年限不足及缺口月数（现在；若一直缴到退休年龄）；0000 为已到年龄未办退休；到龄前的数字截至所知的最近一次事实。',
    en: 'By the year in which the statutory age comes, ten years ahead: persons, conditions met, years short, and the months missing now and if contributions go on until then; year 0000 is those who have reached the age and have not retired. Before the age, figures are those of the last fact known.',
  },
  columns: [
    column.region(),
    column.text('year', '到龄年份', 'Year of the age'),
    column.count('persons', '人数', 'Persons'),
    column.count('met', '条件已满足', 'Conditions met'),
    column.count('short', '年限不足', 'Short'),
    column.count('open', '无法确定', 'Undetermined'),
    column.count('shortMonths', '缺口月数', 'Months short'),
    column.count('shortAtAge', '到龄仍不足', 'Still short at the age'),
    column.count('shortMonthsAtAge', '到龄缺口月数', 'Months short at the age'),
  ],
  async *rows({ tables }, { validOn, region }) {
    const month = monthOf(dayNumber(validOn));
    const year = sql<string>`case when t.statutory_age_on <= ${validOn} then '0000' else substr(t.statutory_age_on, 1, 4) end`;
    const short = sql<number>`coalesce(t.shortfall_months, 0)`;
    // Figures are those of the last fact known, which may lie after the day: the months until then are in them.
    const asOf = monthIndex(sql.ref('t.as_of'));
    const ahead = sql<number>`(${monthIndex(sql.ref('t.statutory_age_on'))} - case when ${asOf} > ${month} then ${asOf} else ${month} end)`;
    const atAge = sql<number>`case when ${ahead} <= 0 then ${short} when ${short} > ${ahead} then ${short} - ${ahead} else 0 end`;
    const counted = await tables
      .selectFrom('retirement as t')
      .select(['t.region', year.as('year')])
      .select(sql<number>`count(*)`.as('persons'))
      .select(sql<number>`sum(case when t.conditions_met = 1 then 1 else 0 end)`.as('met'))
      .select(sql<number>`sum(case when ${short} > 0 then 1 else 0 end)`.as('short'))
      .select(
        sql<number>`sum(case when t.required_total is null and t.required_actual is null then 1 else 0 end)`.as('open'),
      )
      .select(sql<number>`sum(${short})`.as('shortMonths'))
      .select(sql<number>`sum(case when ${atAge} > 0 then 1 else 0 end)`.as('shortAtAge'))
      .select(sql<number>`sum(${atAge})`.as('shortMonthsAtAge'))
      .where(holds('t', validOn))
      .where('t.processed', '=', 0)
      .where('t.statutory_age_on', 'is not', null)
      .where('t.statutory_age_on', '<', `${+validOn.slice(0, 4) + YEARS_AHEAD + 1}`)
      .where(within('t.region', region))
      .groupBy(['t.region', 'year'])
      .orderBy('t.region')
      .orderBy('year')
      .execute();
    for (const { region: of, year: in_, ...figures } of counted) {
      const numbers = Object.entries(figures).map(([name, value]) => [name, whole(value)] as const);
      yield { region: of, year: in_, ...Object.fromEntries(numbers) };
    }
  },
};
