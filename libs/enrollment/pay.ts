import { monthNumber, monthOf, toMonth, yearOf, yearOfMonth, type MonthNumber } from '../calendar';
import type { PaidData } from '../../events';
import { residentYears } from '../../projections/entries/resident-years';
import { isCurrent } from '../../projections/payments';
import { suspendedMonths } from './arrears';
import { barredByResident } from './barred-by-resident';
import { placeMustMatch } from './belonging';
import type { Pay } from './command';
import { accept, refuse, type Decision, type Refused } from './decision';
import { Findings } from './findings';
import { unregisteredRule } from './request-back-payment';
import { earlierPlace } from './student-place';
import { SUPPOSED, samePool, type Situation } from './situation';

/**
 * Whether money is taken for what it is meant to pay. Only before it arrives: a payment that has arrived is a fact, and
 * what is wrong with it is shown, never refused.
 */
export function pay({ data }: Pay, at: Situation): Decision {
  if (isPaid(data, at)) return accept();

  const findings = new Findings();
  const refused = data.scheme === 'resident' ? residentYear(data, at, findings) : feeMonths(data, at, findings);
  if (refused) return refused;

  return accept([{ type: 'Paid', effectiveOn: at.day, data }], findings.found);
}

/** Everything it would pay is paid already, by the same relation. */
function isPaid(
  { scheme, region, benefitYear, feeMonths: span, participation, employerId }: PaidData,
  at: Situation,
): boolean {
  if (scheme === 'resident') {
    return benefitYear !== undefined && at.paidYears(benefitYear).some((paid) => paid.region === region);
  }
  if (!span) return false;
  return monthsOf(span).every((month) =>
    at.payments.months.some(
      (paid) =>
        paid.month === month &&
        at.stands(paid) &&
        paid.region === region &&
        paid.employerId === employerId &&
        (participation === undefined || paid.participation === participation),
    ),
  );
}

// ---- the resident scheme ----

function residentYear(data: PaidData, at: Situation, findings: Findings): Refused | undefined {
  return (
    noEffect(data, at) ??
    earlierPlace(data, at, findings) ??
    listed(data, at, findings) ??
    registeredFirst(data, at, findings) ??
    placeMustMatch(data, at, findings)
  );
}

/** A payment that the region's periods give no effect is not taken (XA-1.3c, A-17, A-35); the projection is asked what it would give. */
function noEffect(data: PaidData, at: Situation): Refused | undefined {
  const supposed = at.supposing('Paid', data);
  const span = residentYears(supposed.inquiry, supposed.payments).spans.find(
    ({ paid }) => paid.payment.id === SUPPOSED,
  );
  if (!span || span.open || span.from !== undefined || span.rule === undefined) return undefined;
  return refuse(
    span.rule,
    {
      zh: `不在集中缴费期和补缴期内，不能缴纳 ${data.benefitYear} 年居民医保保费。`,
      en: `The resident premium of ${data.benefitYear} is not taken outside its payment periods.`,
    },
    { details: { benefitYear: data.benefitYear } },
  );
}

/** XA-6.3n: who is new, or changes the place for a new year, registers with documents before paying. */
function registeredFirst({ region }: PaidData, at: Situation, findings: Findings): Refused | undefined {
  const rule = at.inquiry.read('registration.beforePayment', region, at.on);
  if (!rule.known) return undefined;
  const registered = at.inquiry
    .facts('Registered')
    .some(({ day, data }) => day <= at.on && data.scheme === 'resident' && samePool(data.region, region));
  const paidHere = at.payments.years.some((paid) => at.stands(paid) && samePool(paid.region, region));
  if (registered || paidHere) return undefined;
  const elsewhere = at.payments.years.find((paid) => at.stands(paid))?.region;
  if (elsewhere === undefined) {
    findings.doubts(rule.rule, {
      zh: '新增参保人员须先持证件办理参保登记再缴费，请核实是否已登记。',
      en: 'A new person registers with documents before paying; whether that was done must be checked.',
    });
    return undefined;
  }
  return refuse(
    rule.rule,
    {
      zh: '新参保年度调整参保地的，须先到新参保地医保经办机构办理参保登记再缴费。',
      en: 'Who changes the place for a new year registers at the new place before paying.',
    },
    { details: { paidBeforeIn: elsewhere } },
  );
}

/** XA-2.4.1: which persons may join late is a list of its own, which no document here holds. */
function listed({ participation, region }: PaidData, at: Situation, findings: Findings): undefined {
  if (participation !== 'special') return undefined;
  const rule = at.inquiry.read('special.entry', region, at.on);
  if (rule.known && rule.value.accept !== false) {
    findings.doubts(rule.rule, {
      zh: '是否属于政策允许的特殊人员，请按名单核实。',
      en: 'Whether the person belongs to those allowed to join late must be checked against the list.',
    });
  }
  return undefined;
}

// ---- the employee scheme ----

function feeMonths(data: PaidData, at: Situation, findings: Findings): Refused | undefined {
  const months = data.feeMonths ? monthsOf(data.feeMonths) : [];
  if (data.kind === 'backUnregistered') return bothParts(data, at, findings);
  if (data.kind === 'back') return noArrears(months, at);
  if (!isCurrent(data.kind) || months.length === 0) return undefined;
  return (
    (participationOf(data, at) === 'flexible'
      ? (barredByResident(at, yearOfMonth(months[0]!), findings) ?? wholeYear(months, at, findings))
      : undefined) ?? paidElsewhere(months, at)
  );
}

function participationOf({ participation, region }: PaidData, at: Situation): string | undefined {
  return participation ?? at.standing('employee').find((relation) => relation.region === region)?.participation;
}

/** JX-3.1, JX-3.2: a flexible worker pays the whole year at once, or after a stop the rest of it from the month after. */
function wholeYear(months: readonly MonthNumber[], at: Situation, findings: Findings): Refused | undefined {
  const cadence = at.ruled('flexible.cadence', findings, {
    zh: '灵活就业人员按年还是按月缴费，文件未规定，请人工核实。',
    en: 'The document does not say whether flexible workers pay by the year or by the month.',
  });
  if (!cadence) return undefined;
  if (cadence.value !== 'wholeYear') return undefined;
  const first = months[0]!;
  const year = yearOfMonth(first);
  const remainder = at.inquiry.read('flexible.remainderAfterStop', at.region, at.on);
  const stop = lastStop(at, year);
  const rest = stop !== undefined && stop < year * 12 + 11 && remainder.known && remainder.value;
  const refused = () =>
    refuse(
      cadence.rule,
      {
        zh: `灵活就业人员应按年一次性缴纳 ${year} 年全年费用${rest ? `，本年内停保的可自停保次月 ${toMonth(stop + 1)} 起一次性缴至 ${year}-12` : ''}，不允许按月缴费。`,
        en: `A flexible worker pays the whole of ${year} at once${rest ? `, or after the stop all of ${toMonth(stop + 1)} to ${year}-12` : ''}; payment by the month is not allowed.`,
      },
      { details: { feeMonths: { from: toMonth(first), through: toMonth(months[months.length - 1]!) } } },
    );
  if (months[months.length - 1]! !== year * 12 + 11) return refused();
  if (first === year * 12) return undefined;

  if (remainder.known && remainder.value && stop !== undefined && first > stop) {
    const words = {
      zh: `职工医保停保后，可从停保次月 ${toMonth(stop + 1)} 起一次性缴至当年 12 月。`,
      en: `After the stop the rest of the year is paid at once, from ${toMonth(stop + 1)} to December.`,
    };
    if (first === stop + 1) findings.rests(remainder.rule, words);
    else findings.doubts(remainder.rule, words);
    return undefined;
  }
  if (stop === undefined && everEmployee(at)) return refused();
  if (stop !== undefined) return refused();
  findings.silent(
    'flexible.cadence',
    {
      zh: '从未参加职工医保的人员年中首次以灵活就业身份参保，文件未规定，请人工核实。',
      en: 'The document is silent on a first flexible entry in the middle of the year.',
    },
    cadence.rule,
  );
  return undefined;
}

/** The month in which an employee relation stopped in the year. */
function lastStop(at: Situation, year: number): MonthNumber | undefined {
  const stopped = [...at.inquiry.facts('Suspended'), ...at.inquiry.facts('Terminated')]
    .filter(({ data, day }) => data.scheme === 'employee' && day <= at.on && yearOf(day) === year)
    .map(({ day }) => monthOf(day));
  return stopped.length === 0 ? undefined : Math.max(...stopped);
}

function everEmployee(at: Situation): boolean {
  return (
    at.payments.months.some((paid) => at.stands(paid)) ||
    at.inquiry.facts('YearsRecognised').some(({ day, data }) => day <= at.on && data.kind !== 'deemed')
  );
}

/** JL-20.2: a paid month is not assessed again. */
function paidElsewhere(months: readonly MonthNumber[], at: Situation): Refused | undefined {
  const rule = at.inquiry.read('registration.paidMonth', at.region, at.on);
  const paid = months.find((month) => at.paidMonth(month));
  if (!rule.known || paid === undefined) return undefined;
  return refuse(
    rule.rule,
    {
      zh: `${toMonth(paid)} 已存在实缴数据，不再重复缴费。`,
      en: `The fee month ${toMonth(paid)} is paid already and is not paid again.`,
    },
    { details: { feeMonth: toMonth(paid) } },
  );
}

/** JX-2.1: months never registered are paid on proof of employment, the employer's and the person's part together. */
function bothParts({ unitFen, personFen }: PaidData, at: Situation, findings: Findings): Refused | undefined {
  const rule = unregisteredRule(at, findings);
  if (!rule) return undefined;
  const proved = at.inquiry
    .facts('BackPaymentRequested')
    .some(({ day, data }) => day <= at.on && data.kind === 'unregistered' && (data.evidence?.length ?? 0) > 0);
  if (rule.value.evidence && !proved) {
    return refuse(rule.rule, {
      zh: '补缴未参保登记期间的费用，须先提供劳动合同、工资发放表等证明材料。',
      en: 'Employment must be proved before months never registered are back-paid.',
    });
  }
  if (!rule.value.bothParts) return undefined;
  if (unitFen === undefined && personFen === undefined) {
    findings.doubts(rule.rule, {
      zh: '未说明单位和个人部分是否同时缴纳，请核实。',
      en: 'Whether both parts are paid together was not said; it must be checked.',
    });
    return undefined;
  }
  if ((unitFen ?? 0) > 0 && (personFen ?? 0) > 0) return undefined;
  return refuse(
    rule.rule,
    {
      zh: '个人应缴部分与用人单位应缴部分须同时缴纳。',
      en: "The employer's and the person's part are paid together.",
    },
    { details: { unitFen: unitFen ?? 0, personFen: personFen ?? 0 } },
  );
}

/** JX-2.2: months in which the relation was suspended are no arrears. */
function noArrears(months: readonly MonthNumber[], at: Situation): Refused | undefined {
  const rule = at.inquiry.read('backPayment.arrears', at.region, at.on);
  if (!rule.known || !rule.value.notWhileSuspended) return undefined;
  const suspended = suspendedMonths(at, months);
  if (suspended.length === 0) return undefined;
  return refuse(
    rule.rule,
    {
      zh: `${suspended.map(toMonth).join('、')} 已办理停保，不产生欠费，不能按欠费补缴。`,
      en: `The relation was suspended in ${suspended.map(toMonth).join(', ')}; those months are no arrears.`,
    },
    { details: { feeMonths: suspended.map(toMonth) } },
  );
}

function monthsOf(span: { from: string; through: string }): MonthNumber[] {
  const from = monthNumber(span.from);
  return Array.from({ length: monthNumber(span.through) - from + 1 }, (_, index) => from + index);
}
