import {
  contains,
  dayNumber,
  lastDayOf,
  monthNumber,
  monthOf,
  toMonth,
  type DayNumber,
  type MonthNumber,
  type Span,
} from '../../libs/calendar';
import type { RuleValues } from '../../libs/policy/evaluation';
import type { BackPayment } from '../answer/answer';
import { averageNames, averageWage } from '../bases';
import { cny, halfUp, percentOf, plus, yuan } from '../fen';
import { factsOf, type Fact } from '../history';
import { monthsEn, monthsZh, type Inquiry } from '../inquiry';
import { dueDayOf } from '../late-fees';
import { onePartOf, type PaymentRecord } from '../payments';
import { employmentsIn, handlingsBy, type Handling } from './requests';
import { wasSuspended } from './suspended-months';

/** How one month of a handling is judged; adjoining months judged alike make an item. */
interface Judged {
  month: MonthNumber;
  allowed: boolean;
  rule: string;
  reason?: string;
  route?: 'agency' | 'tax';
}

interface Amount {
  baseFen?: number;
  perMonthFen?: number;
  events: string[];
  zh: string;
  en: string;
}

/**
 * What may be paid for past months of the employee scheme, as asked for or as paid by `on`: one item a handling, route and
 * run of adjoining months. What a document leaves open has no item and is told as undetermined.
 */
export function backPaymentsOn(inquiry: Inquiry, payments: PaymentRecord, on: DayNumber): BackPayment[] {
  return handlingsBy(inquiry, payments, on).flatMap((handling) =>
    handling.kind === 'unregistered' ? ofUnregistered(inquiry, handling) : ofArrears(inquiry, handling),
  );
}

function ofUnregistered(inquiry: Inquiry, handling: Handling): BackPayment[] {
  const { region, day } = handling;
  const reading = inquiry.read('backPayment.unregistered', region, day);
  if (!reading.known) return open(inquiry, handling, reading);
  const { value, rule } = reading;
  const employments = handling.employment ? [handling.employment] : employmentsIn(inquiry);
  const proved = !value.evidence || handling.evidence;
  const together = !value.bothParts || handling.payments.every((payment) => paidWithOther(payment, handling.payments));
  const judged = handling.months.map((month): Judged => {
    const employed =
      !value.withinEmployment || employments.length === 0 || employments.some((span) => contains(span, month));
    return proved && together && employed
      ? { month, allowed: true, rule }
      : { month, allowed: false, rule, reason: rule };
  });
  const why = proved
    ? together
      ? { zh: '这些月份不在劳动关系存续期间', en: 'these months lie outside the employment' }
      : { zh: '单位部分和个人部分没有同时缴纳', en: "the employer's and the person's part were not paid together" }
    : { zh: '没有证明劳动关系的材料', en: 'nothing on record proves the employment' };

  const amount = judged.some(({ allowed }) => allowed) ? unregisteredAmount(inquiry, handling, value, rule) : undefined;
  const effect = inquiry.read('backPayment.unregisteredEffect', region, day);
  return runsOf(judged).map((run) => {
    const item = itemOf(run, run.allowed ? amount : undefined);
    if (run.allowed && effect.known) {
      item.accountCredit = effect.value.account && hasAccount(handling);
      explainEffect(inquiry, handling, { ...effect.value, account: item.accountCredit }, effect.rule);
    }
    if (value.bothParts) item.bothPartsRequired = true;
    explain(inquiry, handling, run, item, amount, why);
    return item;
  });
}

function ofArrears(inquiry: Inquiry, handling: Handling): BackPayment[] {
  const { region, day } = handling;
  const reading = inquiry.read('backPayment.arrears', region, day);
  if (!reading.known) return open(inquiry, handling, reading);
  const { value, rule } = reading;
  const judged = handling.months.map((month) => judgeArrears(inquiry, handling, month, value, rule));
  const amount = judged.some(({ allowed }) => allowed) ? arrearsAmount(inquiry, handling, value, rule) : undefined;
  const why = {
    zh: '这些月份已经停保，没有欠费可补',
    en: 'the relation was suspended in these months, so nothing is owed',
  };
  return runsOf(judged).map((run) => {
    const byLength = run.allowed ? ruleByLength(inquiry, handling, run) : undefined;
    const counted = byLength === undefined ? run : { ...run, rule: byLength };
    const item = itemOf(counted, run.allowed ? amount : undefined);
    if (run.allowed && value.accountCredit !== undefined)
      item.accountCredit = value.accountCredit && hasAccount(handling);
    explain(inquiry, handling, counted, item, amount, why);
    return item;
  });
}

function judgeArrears(
  inquiry: Inquiry,
  handling: Handling,
  month: MonthNumber,
  value: RuleValues['backPayment.arrears'],
  rule: string,
): Judged {
  const { region, day } = handling;
  if (value.notWhileSuspended && wasSuspended(inquiry.history, region, month)) {
    const reentry = reentryRule(inquiry, handling, month);
    return reentry === undefined
      ? { month, allowed: false, rule, reason: rule }
      : { month, allowed: true, rule: reentry };
  }
  const route = inquiry.read('backPayment.route', region, day);
  // Without routes there is one way to pay.
  if (!route.known) return { month, allowed: true, rule };
  const reentry = reentryRule(inquiry, handling, month);
  if (reentry !== undefined) return { month, allowed: true, rule: reentry };
  const routed = routeOf(inquiry, region, month, route.value);
  if (routed === undefined)
    inquiry.undetermined('backPayment.route', { why: 'external', rule: route.rule, needs: 'dueOn' });
  return { month, allowed: true, rule: route.rule, route: routed };
}

function routeOf(
  inquiry: Inquiry,
  region: string,
  month: MonthNumber,
  { taxFrom, by }: RuleValues['backPayment.route'],
): 'agency' | 'tax' | undefined {
  const cutoff = dayNumber(taxFrom);
  if (by === 'feeMonth') return lastDayOf(month) < cutoff ? 'agency' : 'tax';
  const assessed = factsOf(inquiry.history, 'Assessed').findLast(
    ({ data }) => data.scheme === 'employee' && data.region === region && data.feeMonth === toMonth(month),
  );
  const due = dueDayOf(inquiry, region, month, assessed?.data.dueOn);
  return due && (due.day < cutoff ? 'agency' : 'tax');
}

/** The gap before a transfer into the region may be paid by the rule on transfers, suspended or not. */
function reentryRule(inquiry: Inquiry, { region, day, requested }: Handling, month: MonthNumber): string | undefined {
  if (requested) return undefined;
  const transfer = factsOf(inquiry.history, 'Transferred').findLast(
    (fact) => fact.data.toRegion === region && fact.day <= day && lastDayOf(month) < lastDayOf(monthOf(fact.day)),
  );
  if (!transfer || transfer.data.fromRegion === region) return undefined;
  if (transfer.data.lastPaidMonth !== undefined && monthNumber(transfer.data.lastPaidMonth) >= month) return undefined;
  const short = inquiry.read('transfer.short', region, day);
  return short.known && short.value.backPayment !== 'none' ? short.rule : undefined;
}

/** Where full back-payment gives benefits up to a limit and only years beyond it, the rule that fits the run. */
function ruleByLength(inquiry: Inquiry, { region, day }: Handling, run: Run): string | undefined {
  const restore = inquiry.read('arrears.restore', region, day);
  if (!restore.known) return undefined;
  const count = run.through - run.from + 1;
  const { months, inclusive } = restore.value;
  return count < months || (inclusive && count === months) ? restore.rule : undefined;
}

function arrearsAmount(
  inquiry: Inquiry,
  handling: Handling,
  { base, percent }: RuleValues['backPayment.arrears'],
  rule: string,
): Amount | undefined {
  if (base === undefined) return undefined;
  const average = averageAtHandling(inquiry, handling, rule);
  const mode = handling.fundMode;
  if (percent && mode === undefined)
    inquiry.undetermined('backPayment.rate', { why: 'external', rule, needs: 'fundMode' });
  if (!average) return undefined;
  const baseFen = halfUp(average.monthly);
  if (!percent || mode === undefined)
    return { baseFen, events: average.events, zh: `基数 ${yuan(baseFen)}`, en: `base ${cny(baseFen)}` };
  const perMonthFen = halfUp(percentOf(average.monthly, percent[mode]));
  return {
    baseFen,
    perMonthFen,
    events: average.events,
    zh: `基数 ${yuan(baseFen)} × ${percent[mode]}% = 每月 ${yuan(perMonthFen)}`,
    en: `base ${cny(baseFen)} at ${percent[mode]}% is ${cny(perMonthFen)} a month`,
  };
}

function unregisteredAmount(
  inquiry: Inquiry,
  handling: Handling,
  { base }: RuleValues['backPayment.unregistered'],
  rule: string,
): Amount | undefined {
  if (base === 'yearlyWages') {
    // What was paid is on record; what is still to be paid needs the wages of each year.
    if (handling.payments.length === 0)
      inquiry.undetermined('backPayment.base', { why: 'external', rule, needs: averageNames.monthlyAverage });
    return undefined;
  }
  const average = averageAtHandling(inquiry, handling, rule);
  const unit = inquiry.read('rate.unit', handling.region, handling.day);
  const person = inquiry.read('rate.person', handling.region, handling.day);
  if (!unit.known) inquiry.undetermined('backPayment.rate', unit);
  if (!person.known) inquiry.undetermined('backPayment.rate', person);
  if (!average) return undefined;
  const baseFen = halfUp(average.monthly);
  if (!unit.known || !person.known)
    return { baseFen, events: average.events, zh: `基数 ${yuan(baseFen)}`, en: `base ${cny(baseFen)}` };
  const perMonthFen = halfUp(plus(percentOf(average.monthly, unit.value), percentOf(average.monthly, person.value)));
  return {
    baseFen,
    perMonthFen,
    events: average.events,
    zh: `基数 ${yuan(baseFen)} ×（${unit.value}% + ${person.value}%）= 每月 ${yuan(perMonthFen)}`,
    en: `base ${cny(baseFen)} at ${unit.value}% and ${person.value}% is ${cny(perMonthFen)} a month`,
  };
}

function averageAtHandling(inquiry: Inquiry, { region, day }: Handling, rule: string) {
  const average = averageWage(inquiry, region, day);
  if (!average) inquiry.undetermined('backPayment.base', { why: 'external', rule, needs: averageNames.monthlyAverage });
  return average;
}

interface Run extends Span {
  allowed: boolean;
  rule: string;
  reason?: string;
  route?: 'agency' | 'tax';
}

function runsOf(judged: readonly Judged[]): Run[] {
  const runs: Run[] = [];
  for (const { month, ...verdict } of judged) {
    const last = runs[runs.length - 1];
    if (
      last &&
      last.through === month - 1 &&
      last.allowed === verdict.allowed &&
      last.route === verdict.route &&
      last.rule === verdict.rule
    )
      last.through = month;
    else runs.push({ from: month, through: month, ...verdict });
  }
  return runs;
}

function itemOf(run: Run, amount: Amount | undefined): BackPayment {
  const count = run.through - run.from + 1;
  const item: BackPayment = {
    allowed: run.allowed,
    feeMonths: { from: toMonth(run.from), through: toMonth(run.through), count },
    rule: run.rule,
  };
  if (run.route !== undefined) item.route = run.route;
  if (run.reason !== undefined) item.reason = run.reason;
  if (amount?.baseFen !== undefined) item.baseFen = amount.baseFen;
  if (amount?.perMonthFen !== undefined) {
    item.perMonthFen = amount.perMonthFen;
    item.totalFen = amount.perMonthFen * count;
  }
  return item;
}

function explain(
  inquiry: Inquiry,
  handling: Handling,
  run: Run,
  item: BackPayment,
  amount: Amount | undefined,
  why: { zh: string; en: string },
): void {
  const { count } = item.feeMonths;
  const zh = `${monthsZh(run.from, run.through)} 共 ${count} 个月`;
  const en = `${monthsEn(run.from, run.through)}, ${count} month${count === 1 ? '' : 's'},`;
  const route =
    item.route === undefined
      ? { zh: '', en: '' }
      : item.route === 'agency'
        ? { zh: '，先由医保经办核定', en: '; the agency assesses them first' }
        : { zh: '，由税务系统生成补缴额', en: '; the tax system gives the amount' };
  const total = item.totalFen === undefined ? undefined : `${amount!.zh}，${count} 个月合计 ${yuan(item.totalFen)}`;
  const totalEn = item.totalFen === undefined ? '' : `; ${amount!.en}, ${cny(item.totalFen)} together`;
  const paid = handling.payments.length > 0 && !handling.requested;
  const both = item.bothPartsRequired
    ? { zh: '，单位和个人部分须同时缴纳', en: '; both parts must be paid together' }
    : { zh: '', en: '' };
  inquiry.because(() => ({
    claim: 'backPayments',
    rule: run.rule,
    events: run.allowed ? [...handling.events, ...(amount?.events ?? [])] : handling.events,
    arithmetic: total ?? zh,
    zh: run.allowed
      ? `${zh}${paid ? '已补缴' : '可以补缴'}${route.zh}${both.zh}${total === undefined ? '' : `；${total}`}。`
      : `${zh}不能补缴：${why.zh}。`,
    en: run.allowed
      ? `${en} ${paid ? 'are back-paid' : 'may be back-paid'}${route.en}${both.en}${totalEn}.`
      : `${en} may not be back-paid: ${why.en}.`,
  }));
}

function explainEffect(
  inquiry: Inquiry,
  { events }: Handling,
  { years, account, benefits }: RuleValues['backPayment.unregisteredEffect'],
  rule: string,
): void {
  const does = (yes: boolean, what: string) => (yes ? `补记${what}` : `不补${what}`);
  inquiry.because(() => ({
    claim: 'backPayments.effect',
    rule,
    events,
    zh: `补缴后${does(years, '缴费年限')}，${does(account, '个人账户')}，${benefits ? '补缴期间的待遇可以追溯' : '补缴期间的其他待遇不追溯'}。`,
    en: `The back-payment ${years ? 'restores' : 'does not restore'} the years and ${account ? 'restores' : 'does not restore'} the account; benefits of that time are ${benefits ? '' : 'not '}given back.`,
  }));
}

function open(inquiry: Inquiry, { kind }: Handling, gap: Parameters<Inquiry['undetermined']>[1]): BackPayment[] {
  inquiry.undetermined(kind === 'unregistered' ? 'backPayment.unregistered' : 'backPayment.arrears', gap);
  return [];
}

/** Who pays into the pooled fund only has no account to credit (JL-15.3). */
function hasAccount({ fundMode }: Handling): boolean {
  return fundMode !== 'pooledOnly';
}

/** Both parts in one payment, or the other part in another payment of that day; amounts left out say nothing against it. */
function paidWithOther(payment: Fact<'Paid'>, all: readonly Fact<'Paid'>[]): boolean {
  const part = onePartOf(payment);
  if (part === undefined) return true;
  return all.some((other) => other.day === payment.day && (onePartOf(other) ?? part) !== part);
}
