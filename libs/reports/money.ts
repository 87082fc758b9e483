import { sql } from 'kysely';
import { column, type Report, type Row } from './report';
import { holds, whole, within } from './sql';

/** Arrears, back-payments and late fees. */
export const arrears: Report = {
  name: 'arrears',
  title: { zh: '欠费、补缴与滞纳金', en: 'Arrears, back-payments and late fees' },
  about: {
    zh: '按统筹区和规则统计：欠缴月份、迟缴月份、可补缴与不可补缴的申请；当日欠缴、其后缴纳的月份按到账日计滞纳金，仍未缴纳的按最近一次事实之日计算。',
    en: 'By region and rule: fee months owed, fee months paid late, back-payments that are allowed and refused; fees of months owed on the day stand as of their arrival, of those still unpaid as of the last fact.',
  },
  columns: [
    column.region(),
    column.word('line', '项目', 'Line'),
    column.text('rule', '规则', 'Rule'),
    column.count('persons', '人数', 'Persons'),
    column.count('months', '月数', 'Months'),
    column.fen('principalFen', '本金（元）', 'Principal (yuan)'),
    column.fen('feeFen', '滞纳金（元）', 'Late fee (yuan)'),
  ],
  async *rows({ tables }, { validOn, region }) {
    const line = sql<string>`case when f.paid = 1 and f.from_day <= ${validOn} then 'paidLate' else 'owed' end`;
    const fees = await tables
      .selectFrom('late_fees as f')
      .select(['f.region', line.as('line'), 'f.rule'])
      .select(sql<number>`count(distinct f.person)`.as('persons'))
      .select(sql<number>`count(*)`.as('months'))
      .select(sql<number>`sum(f.principal_fen)`.as('principalFen'))
      .select(sql<number>`sum(f.fee_fen)`.as('feeFen'))
      // A month before the day's own that was paid after the day was owed on it.
      .where((where) =>
        where.or([
          where('f.from_day', '<=', validOn),
          where.and([where('f.paid', '=', 1), where('f.fee_month', '<', validOn.slice(0, 7))]),
        ]),
      )
      .where(within('f.region', region))
      .groupBy(['f.region', 'line', 'f.rule'])
      .orderBy('f.region')
      .orderBy('line')
      .orderBy('f.rule')
      .execute();
    for (const fee of fees) yield numbered(fee, ['persons', 'months', 'principalFen', 'feeFen']);

    const verdict = sql<string>`case when k.allowed = 1 then 'backPaymentAllowed' else 'backPaymentRefused' end`;
    const rule = sql<string>`coalesce(k.reason, k.rule)`;
    const backPayments = await tables
      .selectFrom('back_payments as k')
      .innerJoin('persons as p', 'p.person', 'k.person')
      .select(['p.region', verdict.as('line'), rule.as('rule')])
      .select(sql<number>`count(distinct k.person)`.as('persons'))
      .select(sql<number>`sum(k.months)`.as('months'))
      .select(sql<number>`sum(coalesce(k.total_fen, 0))`.as('principalFen'))
      .where(holds('k', validOn))
      .where(within('p.region', region))
      .groupBy(['p.region', 'line', rule])
      .orderBy('p.region')
      .orderBy('line')
      .orderBy('rule')
      .execute();
    for (const row of backPayments) yield { ...numbered(row, ['persons', 'months', 'principalFen']), feeFen: null };
  },
};

/** Refunds by what they are asked for. */
export const refunds: Report = {
  name: 'refunds',
  title: { zh: '退费', en: 'Refunds' },
  about: {
    zh: '按统筹区、险种、退费依据统计的申请：应退、不应退、已办结。',
    en: 'Requests by region, scheme and basis: allowed, refused, settled.',
  },
  columns: [
    column.region(),
    column.scheme(),
    column.text('basis', '依据', 'Basis'),
    column.word('line', '结果', 'Outcome'),
    column.count('requests', '申请数', 'Requests'),
    column.count('persons', '人数', 'Persons'),
    column.count('months', '月数', 'Months'),
    column.fen('amountFen', '金额（元）', 'Amount (yuan)'),
  ],
  async *rows({ tables }, { validOn, region }) {
    const line = sql<string>`case when r.settled_on is not null and r.settled_on <= ${validOn} then 'settled'
      when r.allowed = 1 then 'allowed' else 'refused' end`;
    const counted = await tables
      .selectFrom('refunds_due as r')
      .select(['r.region', 'r.scheme', 'r.basis', line.as('line')])
      .select(sql<number>`count(*)`.as('requests'))
      .select(sql<number>`count(distinct r.person)`.as('persons'))
      .select(sql<number>`sum(r.months)`.as('months'))
      .select(sql<number>`sum(coalesce(r.amount_fen, 0))`.as('amountFen'))
      .where(holds('r', validOn))
      .where(within('r.region', region))
      .groupBy(['r.region', 'r.scheme', 'r.basis', 'line'])
      .orderBy('r.region')
      .orderBy('r.scheme')
      .orderBy('r.basis')
      .orderBy('line')
      .execute();
    for (const row of counted) yield numbered(row, ['requests', 'persons', 'months', 'amountFen']);
  },
};

function numbered(row: object, figures: readonly string[]): Row {
  const written: Row = { ...(row as Row) };
  for (const figure of figures) written[figure] = whole(written[figure]);
  return written;
}
