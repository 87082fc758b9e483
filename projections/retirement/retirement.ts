import { firstDayOf, monthOf, toDay, toMonth, type DayNumber } from '../../libs/calendar';
import type { ShortfallOption } from '../../libs/policy/evaluation';
import type { Contribution, Retirement } from '../answer/answer';
import { cny, halfUp, percentOf, plus, times, yuan } from '../fen';
import type { Inquiry } from '../inquiry';
import { isCurrent, type PaymentRecord } from '../payments';
import { conditionsOn, retirementOf, type Conditions, type Unmet, type Years } from './conditions';
import { retireeFrom, type RetireeFrom } from './retiree-from';
import { statutoryAgeOn } from './statutory-age';

/**
 * Retirement on a day: statutory age, required years and what is wanting, the options of a person short of years, the
 * price of a lump sum, since when he is a retiree and whether contributions are still due. Figures that rest on values
 * the documents leave open are left out and, once the age is reached, named.
 */
export function retirementOn(
  inquiry: Inquiry,
  payments: PaymentRecord,
  contribution: Contribution,
  on: DayNumber,
): Retirement {
  const state = retirementStateOn(inquiry, payments, contribution, on);
  const { ageOn, conditions, retiree } = state;
  if (inquiry.reasons) {
    explainConditions(inquiry, conditions, ageOn);
    if (state.processed) explainProcedure(inquiry, conditions, on);
    if (state.contributionDue) explainDue(inquiry, payments, on);
    if (retiree) explainRetiree(inquiry, retiree);
  }
  return {
    ...(ageOn === undefined ? {} : { statutoryAgeOn: toDay(ageOn) }),
    ...(conditions.requiredTotal === undefined ? {} : { requiredTotal: conditions.requiredTotal }),
    ...(conditions.requiredActual === undefined ? {} : { requiredActual: conditions.requiredActual }),
    ...(conditions.shortfallMonths === undefined ? {} : { shortfallMonths: conditions.shortfallMonths }),
    ...(conditions.met === undefined ? {} : { conditionsMet: conditions.met }),
    processed: state.processed,
    ...(retiree ? { retireeFrom: toDay(retiree.day) } : {}),
    contributionDue: state.contributionDue,
    ...(conditions.review ? { review: true } : {}),
    ...waysOut(inquiry, state, on),
  };
}

/** Where a person stands on a day. */
export interface RetirementState {
  ageOn: DayNumber | undefined;
  conditions: Conditions;
  /** The procedure is done. */
  processed: boolean;
  /** Since when he is a retiree; undefined where he is none by the day. */
  retiree: RetireeFrom | undefined;
  contributionDue: boolean;
}

/** What `retirementOn` tells, without its words. Names what stays open. */
export function retirementStateOn(
  inquiry: Inquiry,
  payments: PaymentRecord,
  years: Years,
  on: DayNumber,
): RetirementState {
  const retiree = retireeFrom(inquiry, payments);
  const known = retiree && Math.min(retiree.day, retiree.decidedOn) <= on ? retiree : undefined;
  const processed = retirementOf(inquiry, on) !== undefined;
  const conditions = conditionsOn(inquiry, payments, years, on);
  if (conditions.ageReached && !processed) {
    for (const { question, gap } of conditions.gaps) inquiry.undetermined(question, gap);
  }
  return {
    ageOn: statutoryAgeOn(inquiry),
    conditions,
    processed,
    retiree: known,
    contributionDue: contributionDue(inquiry, payments, known, on),
  };
}

const OPTION_ZH: Record<ShortfallOption, string> = {
  lumpSum: '一次性缴足',
  continue: '继续缴费',
  flexible: '以灵活就业人员身份参保',
  resident: '参加居民医保',
};

const OPTION_EN: Record<ShortfallOption, string> = {
  lumpSum: 'pay the rest at once',
  continue: 'go on paying',
  flexible: 'insure as a flexible worker',
  resident: 'join the resident scheme',
};

/** What a person of age may do who is short of years. */
export function waysOut(
  inquiry: Inquiry,
  { conditions, retiree }: RetirementState,
  on: DayNumber,
): Pick<Retirement, 'options' | 'lumpSum'> {
  const months = conditions.shortfallMonths ?? 0;
  if (!conditions.ageReached || retiree || months === 0) return {};
  const options = inquiry.read('retirement.options', inquiry.region, on);
  if (!options.known) {
    inquiry.undetermined('retirement.options', options);
    return {};
  }
  inquiry.because(() => ({
    claim: 'retirement.options',
    rule: options.rule,
    events: ageEvents(inquiry),
    zh: `缴费年限不足，可选择：${options.value.map((option) => OPTION_ZH[option]).join('、')}。`,
    en: `With too few years the person may: ${options.value.map((option) => OPTION_EN[option]).join(', ')}.`,
  }));
  return {
    options: options.value,
    ...(options.value.includes('lumpSum') ? { lumpSum: priceOf(inquiry, months, on) } : {}),
  };
}

function priceOf(inquiry: Inquiry, months: number, on: DayNumber): NonNullable<Retirement['lumpSum']> {
  const terms = inquiry.read('retirement.lumpSum', inquiry.region, on);
  if (!terms.known) {
    inquiry.undetermined('retirement.lumpSum', terms);
    return { months };
  }
  const { base, rate, parts, accountCredit } = terms.value;
  const price: NonNullable<Retirement['lumpSum']> = {
    months,
    ...(accountCredit === undefined ? {} : { accountCredit: accountCredit && hasAccount(inquiry, on) }),
  };
  const published = (name: string) => publishedNumber(inquiry, name, on);
  const whole = published(rate);
  const rates = whole || !parts ? [whole] : parts.map(published);
  const monthly = published(base);
  if (monthly) price.baseFen = monthly.value;
  const missing = [
    ...(monthly ? [] : [base]),
    ...(whole || !parts ? [rate] : parts).filter((_, index) => !rates[index]),
  ];
  for (const needs of missing) {
    inquiry.undetermined('retirement.lumpSum', { why: 'external', rule: terms.rule, needs });
  }
  if (!monthly || missing.length > 0) return price;
  const baseFen = monthly.value;
  const percents = rates.map((part) => part!.value);
  const perMonth = percents.map((percent) => percentOf(baseFen, percent)).reduce(plus);
  const totalFen = halfUp(times(perMonth, months));
  price.totalFen = totalFen;
  const account =
    price.accountCredit === undefined
      ? { zh: '', en: '' }
      : price.accountCredit
        ? { zh: '；个人账户按办理前的比例补计', en: '; the account is credited at the rate from before' }
        : { zh: '；不计入个人账户', en: '; nothing goes to the account' };
  inquiry.because(() => ({
    claim: 'retirement.lumpSum',
    rule: terms.rule,
    events: [monthly.event, ...rates.map((part) => part!.event)],
    arithmetic: `${months} × ${baseFen} × (${percents.join(' + ')})% = ${totalFen}`,
    zh: `一次性缴足 ${months} 个月：基数每月 ${yuan(baseFen)}，比例 ${percents.join('% + ')}%，共 ${yuan(totalFen)}${account.zh}。`,
    en: `A lump sum of ${months} months at a monthly base of ${cny(baseFen)} and ${percents.join('% + ')}% is ${cny(totalFen)}${account.en}.`,
  }));
  return price;
}

function publishedNumber(inquiry: Inquiry, name: string, on: DayNumber): { value: number; event: string } | undefined {
  const published = inquiry.reference(name, inquiry.region, on);
  return typeof published?.value === 'number' ? { value: published.value, event: published.event } : undefined;
}

/** Who paid into the pooled fund only has no account to credit (JL-15.3). */
function hasAccount(inquiry: Inquiry, on: DayNumber): boolean {
  const stated = [...inquiry.facts('Registered'), ...inquiry.facts('Paid')]
    .filter(({ day, data }) => data.scheme === 'employee' && data.fundMode !== undefined && day <= on)
    .reduce<{ day: DayNumber; mode?: string } | undefined>(
      (last, { day, data }) => (last && last.day > day ? last : { day, mode: data.fundMode }),
      undefined,
    );
  return stated?.mode !== 'pooledOnly';
}

/** Whether the month of the day is owed: an employee relation that has not ended, up to the last month before retirement. */
export function contributionDue(
  inquiry: Inquiry,
  payments: PaymentRecord,
  retiree: RetireeFrom | undefined,
  on: DayNumber,
): boolean {
  if (!retiree) return isInsuredEmployee(inquiry, payments, on);
  if (monthOf(on) > retiree.lastDueMonth) return false;
  return isInsuredEmployee(inquiry, payments, Math.min(on, retiree.decidedOn));
}

function isInsuredEmployee(inquiry: Inquiry, payments: PaymentRecord, on: DayNumber): boolean {
  let began: DayNumber | undefined;
  for (const { arrival, month, kind, refundedOn } of payments.months) {
    if (!isCurrent(kind) || (refundedOn !== undefined && refundedOn <= on)) continue;
    const from = Math.max(arrival, firstDayOf(month));
    if (from <= on && (began === undefined || from > began)) began = from;
  }
  let ended: DayNumber | undefined;
  for (const fact of inquiry.history.facts) {
    if (fact.day > on) break;
    if (fact.type === 'Died') return fact.day >= on;
    if (fact.type === 'Registered' && fact.data.scheme === 'employee') began = Math.max(began ?? fact.day, fact.day);
    if (fact.type === 'Terminated' && fact.data.scheme === 'employee') ended = fact.day;
    // The last day of a suspended relation still belongs to it.
    if (fact.type === 'Suspended' && fact.data.scheme === 'employee') ended = fact.day + 1;
  }
  return began !== undefined && (ended === undefined || ended > on || began >= ended);
}

const UNMET: Record<Unmet['what'], { zh: string; en: string }> = {
  age: { zh: '尚未达到法定退休年龄', en: 'The statutory age is not reached' },
  years: { zh: '缴费年限不足', en: 'The contribution years are too few' },
  continuous: {
    zh: '退休前未处于连续参保缴费状态',
    en: 'The person was not insured and paying right before the procedure',
  },
  pension: { zh: '尚未享受养老保险待遇', en: 'No pension has been granted' },
};

function explainConditions(inquiry: Inquiry, conditions: Conditions, ageOn: DayNumber | undefined): void {
  const { requiredTotal, requiredActual, shortfallMonths, unmet, arithmetic, rule, met } = conditions;
  const events = ageEvents(inquiry);
  if (shortfallMonths !== undefined && rule !== undefined) {
    const actual = requiredActual === undefined ? '' : `，其中实际缴费须满 ${requiredActual} 个月`;
    inquiry.because(() => ({
      claim: 'retirement.shortfallMonths',
      rule,
      events,
      arithmetic,
      zh: `退休须累计缴费 ${requiredTotal} 个月${actual}；还差 ${shortfallMonths} 个月。`,
      en: `Retirement needs ${requiredTotal} months${requiredActual === undefined ? '' : `, ${requiredActual} of them actual`}; ${shortfallMonths} are wanting.`,
    }));
  }
  for (const [claim, months, zh, en] of [
    ['retirement.requiredTotal', requiredTotal, '累计缴费', 'contribution'],
    ['retirement.requiredActual', requiredActual, '实际缴费', 'actual contribution'],
  ] as const) {
    if (months === undefined || rule === undefined) continue;
    inquiry.because(() => ({
      claim,
      rule,
      events,
      zh: `退休须${zh}满 ${months} 个月。`,
      en: `Retirement needs ${months} months of ${en}.`,
    }));
  }
  if (!conditions.ageReached && ageOn === undefined) {
    inquiry.because(() => ({
      claim: 'retirement.conditionsMet',
      rule: STATUTORY_AGE,
      events,
      zh: '未登记达到法定退休年龄之日，也缺少推算所需的出生日期或退休类别，不按已达龄处理。',
      en: 'No day of reaching the statutory age is on record, nor the birth date and category it is worked out from; the person does not count as of age.',
    }));
    return;
  }
  for (const { what, rule: unmetRule } of unmet) {
    inquiry.because(() => ({
      claim: 'retirement.conditionsMet',
      rule: what === 'age' ? STATUTORY_AGE : (unmetRule ?? rule ?? STATUTORY_AGE),
      events,
      zh: `${UNMET[what].zh}，条件不满足。`,
      en: `${UNMET[what].en}; the conditions are not met.`,
    }));
  }
  if (conditions.review) {
    inquiry.because(() => ({
      claim: 'retirement.review',
      rule: rule ?? STATUTORY_AGE,
      events,
      zh: '退休前的参保缴费情况须经人工核定。',
      en: 'A person must look at the months before the procedure.',
    }));
  }
  if (met) {
    inquiry.because(() => ({
      claim: 'retirement.conditionsMet',
      rule: rule ?? STATUTORY_AGE,
      events,
      zh: `已达到法定退休年龄，缴费年限已满，条件满足。`,
      en: `Age and contribution years are reached; the conditions are met.`,
    }));
  }
}

/** Rule of the statutory age. */
const STATUTORY_AGE = 'CV-20';

function ageEvents(inquiry: Inquiry): string[] {
  const reached = inquiry.facts('StatutoryAgeReached')[0]?.events;
  return [...(reached ?? inquiry.facts('Identified').flatMap(({ events }) => events))];
}

function explainProcedure(inquiry: Inquiry, { rule }: Conditions, on: DayNumber): void {
  const retired = retirementOf(inquiry, on);
  if (!retired) return;
  inquiry.because(() => ({
    claim: 'retirement.processed',
    rule: rule ?? STATUTORY_AGE,
    events: retired.events,
    zh: `${toDay(retired.day)} 已办理退休人员医保手续。`,
    en: `The retirement procedure was done on ${toDay(retired.day)}.`,
  }));
}

/** What shows the relation that is owed: its last registration and its last current payment. */
function explainDue(inquiry: Inquiry, payments: PaymentRecord, on: DayNumber): void {
  const registered = inquiry.facts('Registered').findLast(({ day, data }) => data.scheme === 'employee' && day <= on);
  const paid = payments.months.findLast(({ kind, arrival }) => isCurrent(kind) && arrival <= on);
  inquiry.because(() => ({
    claim: 'retirement.contributionDue',
    rule: 'CV-23',
    events: [...new Set([...(registered?.events ?? []), ...(paid?.payment.events ?? [])])],
    zh: `${toDay(on)} 职工医保参保关系尚未结束，当月仍须缴费。`,
    en: `On ${toDay(on)} the employee relation has not ended; the month is owed.`,
  }));
}

function explainRetiree(inquiry: Inquiry, { day, rule, events, lastDueMonth }: RetireeFrom): void {
  inquiry.because(() => ({
    claim: 'retirement.retireeFrom',
    rule,
    events,
    zh: `自 ${toDay(day)} 起享受退休人员医保待遇，缴费至 ${toMonth(lastDueMonth)} 为止。`,
    en: `Retiree benefits begin on ${toDay(day)}; contributions end with ${toMonth(lastDueMonth)}.`,
  }));
}
