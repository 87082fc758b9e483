import { monthNumber, toMonth, type DayNumber, type MonthNumber } from '../../libs/calendar';
import type { EmployerKind } from '../../events';
import { cny, yuan } from '../fen';
import { factsOf } from '../history';
import type { Inquiry } from '../inquiry';
import { averageWage } from './average-wage';
import { clampToAverage } from './limits';

/**
 * The employer's own base for the month, told as a reason beside the person's: all wages declared, or where the rule says
 * so at least the sum of the staff's bases. Nothing where the payroll, the rule or somebody's base is not known.
 */
export function employerTotal(
  inquiry: Inquiry,
  region: string,
  day: DayNumber,
  month: MonthNumber,
  employerId: string | undefined,
  kind: EmployerKind,
): void {
  const history = employerId === undefined ? undefined : inquiry.grounds.employers?.get(employerId);
  if (!history || (kind !== 'stateOrgan' && kind !== 'enterprise')) return;
  const payroll = factsOf(history, 'PayrollDeclared').findLast(
    ({ data }) => monthNumber(data.cycle.from) <= month && month <= monthNumber(data.cycle.through),
  );
  if (!payroll) return;
  const rule = inquiry.read('base.employerTotal', region, day);
  if (!rule.known) return;
  const { totalMonthlyFen, staff } = payroll.data;
  const person = inquiry.read(`base.${kind}`, region, day);
  const id = person.known ? person.rule : rule.rule;
  let fen = totalMonthlyFen;
  let zh = `职工工资总额 ${yuan(fen)}`;
  let en = `all wages together, ${cny(fen)}`;

  if (rule.value[kind] === 'sumOfBases') {
    const average = averageWage(inquiry, region, day);
    const percent = person.known ? person.value.clampPercent : undefined;
    let sum = 0;
    for (const { baseFen } of staff) {
      if (baseFen === undefined || (percent && !average)) return;
      sum += percent ? clampToAverage(baseFen, percent, average!).fen : baseFen;
    }
    const compared = `职工工资总额 ${yuan(totalMonthlyFen)}，个人基数之和 ${yuan(sum)}`;
    fen = Math.max(totalMonthlyFen, sum);
    zh = sum > totalMonthlyFen ? `${compared}，取后者` : `${compared}，取前者`;
    en = `all wages are ${cny(totalMonthlyFen)} and the staff's bases together ${cny(sum)}; the larger is taken`;
  }
  inquiry.because(() => ({
    claim: 'bases.employer',
    rule: id,
    events: payroll.events,
    arithmetic: `${zh}：${yuan(fen)}`,
    zh: `单位 ${toMonth(month)} 所属期的缴费基数为 ${yuan(fen)}：${zh}。`,
    en: `The employer's own base of fee month ${toMonth(month)} is ${cny(fen)}: ${en}.`,
  }));
}
