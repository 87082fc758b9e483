import { monthNumber, toMonth } from '../calendar';
import { suspendedMonths } from './arrears';
import type { RequestBackPayment } from './command';
import { accept, refuse, type Decision, type Refused } from './decision';
import { Findings } from './findings';
import type { Situation } from './situation';

/** Asks to make up for months: of an employment that was never registered, or of a registered person who was not paid for. */
export function requestBackPayment({ data }: RequestBackPayment, at: Situation): Decision {
  const same = JSON.stringify(data);
  const known = at.inquiry
    .facts('BackPaymentRequested')
    .some((fact) => fact.day === at.on && JSON.stringify(fact.data) === same);
  if (known) return accept();

  const findings = new Findings();
  const refused = data.kind === 'unregistered' ? unregistered(data, at, findings) : arrears(data, at, findings);
  if (refused) return refused;
  const paid = data.kind === 'registeredUnpaid' ? paidAlready(data, at) : [];
  if (paid.length > 0) {
    findings.silent('backPayment.arrears', {
      zh: `${paid.join('、')} 已缴费，不是欠费，请核实。`,
      en: `${paid.join(', ')} is paid and no arrears.`,
    });
    if (paid.length === data.feeMonths?.length) return accept([], findings.found);
  }
  return accept([{ type: 'BackPaymentRequested', effectiveOn: at.day, data }], findings.found);
}

function paidAlready({ region, feeMonths }: RequestBackPayment['data'], at: Situation): string[] {
  return (feeMonths ?? []).filter((month) => at.paidMonth(monthNumber(month))?.region === region);
}

/** JX-2.1: employment must be proved, and only its months are paid for. */
function unregistered(
  { evidence, employment, feeMonths }: RequestBackPayment['data'],
  at: Situation,
  findings: Findings,
): Refused | undefined {
  const rule = unregisteredRule(at, findings);
  if (!rule) return undefined;
  if (rule.value.evidence && (evidence?.length ?? 0) === 0) {
    return refuse(rule.rule, {
      zh: '须提供劳动合同、工资发放表等证明材料确定劳动关系。',
      en: 'A labour contract and payroll or the like must prove the employment.',
    });
  }
  if (!rule.value.withinEmployment || !employment) return undefined;
  const [from, through] = [monthNumber(employment.from), monthNumber(employment.through)];
  const outside = (feeMonths ?? []).filter((month) => monthNumber(month) < from || monthNumber(month) > through);
  if (outside.length === 0) return undefined;
  return refuse(
    rule.rule,
    {
      zh: `${outside.join('、')} 不在劳动关系存续期间。`,
      en: `${outside.join(', ')} lie outside the employment.`,
    },
    { details: { feeMonths: outside } },
  );
}

/** What is ruled on months before any registration. */
export function unregisteredRule(at: Situation, findings: Findings) {
  return at.ruled('backPayment.unregistered', findings, {
    zh: '未参保登记期间的补缴，文件未规定，请人工核实。',
    en: 'The document is silent on back-payment for employment that was never registered.',
  });
}

/** JX-2.2: months in which the relation was suspended are no arrears. */
function arrears({ feeMonths }: RequestBackPayment['data'], at: Situation, findings: Findings): Refused | undefined {
  const rule = at.ruled('backPayment.arrears', findings, {
    zh: '欠费补缴的办法文件未规定，请人工核实。',
    en: 'The document is silent on the back-payment of arrears.',
  });
  if (!rule) return undefined;
  if (!rule.value.notWhileSuspended) return undefined;
  const suspended = suspendedMonths(at, (feeMonths ?? []).map(monthNumber));
  if (suspended.length === 0) return undefined;
  return refuse(
    rule.rule,
    {
      zh: `${suspended.map(toMonth).join('、')} 已办理停保，不产生欠费。`,
      en: `The relation was suspended in ${suspended.map(toMonth).join(', ')}; those months are no arrears.`,
    },
    { details: { feeMonths: suspended.map(toMonth) } },
  );
}
