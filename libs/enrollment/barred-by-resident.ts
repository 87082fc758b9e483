import { toDay, yearOf } from '../calendar';
import { refuse, type Refused } from './decision';
import type { Findings } from './findings';
import type { Situation } from './situation';

/**
 * JX-3.3: whoever has paid as a resident for the year does not become a flexible worker of the employee scheme within it;
 * after an employee relation stopped in the year that is unclear. Undefined where nothing bars.
 */
export function barredByResident(
  at: Situation,
  flexibleYear: number | undefined,
  findings: Findings,
): Refused | undefined {
  const year = yearOf(at.on);
  const [paid] = at.paidYears(year);
  if (!paid || (flexibleYear !== undefined && flexibleYear !== year)) return undefined;

  const rule = at.inquiry.read('flexible.barredByResident', at.region, at.on);
  if (!rule.known) {
    findings.silent(
      'flexible.barredByResident',
      {
        zh: `${year} 年居民医保已缴费，文件未规定当年能否转为灵活就业参保，请人工核实。`,
        en: `The resident premium of ${year} is paid; the document does not say whether flexible participation is open.`,
      },
      rule.rule,
    );
    return undefined;
  }
  if (!rule.value.barred) return undefined;

  const stopped = stoppedInYear(at, year);
  if (stopped !== undefined && rule.value.afterStop === 'allowed') {
    findings.doubts(rule.rule, {
      zh: `职工医保于 ${toDay(stopped)} 停保，当年虽已缴居民医保，仍可转灵活就业参保。`,
      en: `Employee insurance stopped on ${toDay(stopped)}; flexible participation is open although the resident premium is paid.`,
    });
    return undefined;
  }
  return refuse(
    rule.rule,
    {
      zh: `${year} 年已参加居民医保并缴费，不得中途再以灵活就业人员身份参加当年职工医保。`,
      en: `The resident premium of ${year} is paid; flexible participation in the employee scheme is closed for that year.`,
    },
    { details: { benefitYear: year, paidOn: toDay(paid.arrival) }, review: stopped !== undefined },
  );
}

function stoppedInYear(at: Situation, year: number): number | undefined {
  return [...at.inquiry.facts('Suspended'), ...at.inquiry.facts('Terminated')]
    .filter(({ data, day }) => data.scheme === 'employee' && day <= at.on && yearOf(day) === year)
    .map(({ day }) => day)
    .at(-1);
}
