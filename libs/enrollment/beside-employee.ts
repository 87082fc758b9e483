import { dayNumber, monthNumber, monthOf } from '../calendar';
import { refuse, type Refused } from './decision';
import type { Findings } from './findings';
import type { Situation } from './situation';

/**
 * Nobody joins the resident scheme beside a normal, paid employee relation (TL-4.1); while the employer is in arrears the
 * bar is lifted (TL-2.2.4). Undefined where nothing bars.
 */
export function besideEmployee(at: Situation, findings: Findings): Refused | undefined {
  const [employee] = at.normal('employee');
  if (!employee) return undefined;

  if (inArrears(at)) {
    const mayJoin = at.inquiry.read('arrears.mayJoinResident', at.region, at.on);
    if (employee.participation === 'employed' && mayJoin.known && mayJoin.value) {
      findings.rests(mayJoin.rule, {
        zh: '用人单位欠费期间，职工可自愿参加居民医保。',
        en: 'While the employer is in arrears its staff may join the resident scheme.',
      });
      return undefined;
    }
    if (employee.participation === 'employed' && !mayJoin.known) {
      findings.silent('arrears.mayJoinResident', {
        zh: '单位欠费期间职工能否参加居民医保，文件未规定，请人工核实。',
        en: "The document does not say whether staff may join the resident scheme during the employer's arrears.",
      });
    }
    return undefined;
  }
  const rule = at.ruled('registration.residentBesideEmployee', findings, {
    zh: '职工医保参保缴费状态正常，文件未规定能否同时登记居民医保，请人工核实。',
    en: 'The employee relation is normal and paid; the document does not say whether a resident one may stand beside it.',
  });
  if (!rule) return undefined;
  return refuse(
    rule.rule,
    {
      zh: '职工医保参保缴费状态正常，原则上不允许重复参加居民医保。',
      en: 'The employee relation is normal and paid; a second, resident relation is in principle not allowed.',
    },
    { details: { region: employee.region, participation: employee.participation } },
  );
}

/** A month before the running one is unpaid, or the running one is past its due day. */
function inArrears(at: Situation): boolean {
  const running = monthOf(at.on);
  if (at.paidMonth(running)) return false;
  if (!at.paidMonth(running - 1)) return true;
  return at.inquiry
    .facts('Assessed')
    .some(
      ({ data }) =>
        data.scheme === 'employee' &&
        data.feeMonth !== undefined &&
        monthNumber(data.feeMonth) === running &&
        data.dueOn !== undefined &&
        dayNumber(data.dueOn) < at.on,
    );
}
