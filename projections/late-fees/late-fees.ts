import {
  dayNumber,
  firstDayOf,
  lastDayOf,
  monthNumber,
  toDay,
  toMonth,
  type DayNumber,
  type MonthNumber,
} from '../../libs/calendar';
import type { RuleValues } from '../../libs/policy/evaluation';
import type { LateFee } from '../answer/answer';
import { cny, compareShares, halfUp, shareOf, times, truncated, yuan, type Share } from '../fen';
import type { Fact } from '../history';
import type { Claim, Inquiry } from '../inquiry';
import { onePartOf, type FeeMonth, type PaymentRecord } from '../payments';
import { dueDayOf, earliestDueDay } from './due-day';

type LateFeeRule = RuleValues['lateFee.arrears'];

/** A fee month owed by an employer, paid late or still unpaid on the day asked about. */
interface Overdue {
  month: MonthNumber;
  region: string;
  /** The last day that runs: of arrival, or the day asked about. */
  end: DayNumber;
  paid: boolean;
  key: 'lateFee.arrears' | 'lateFee.unregistered';
  /** The employer's part or all of it, exactly, of this month; undefined where no amount is recorded. */
  amount(principal: LateFeeRule['principal']): Share | undefined;
  /** The money makes up for the past by its own word (补缴). */
  makesUp: boolean;
  dueOn?: string;
  events: string[];
}

/**
 * Late fees (滞纳金) on the employer's fee months that arrived late by `on`, and on assessed ones still unpaid, counted through
 * `on`: one item a month with at least one day of delay, in order of the months. A month without a recorded amount, or
 * without the due day that the rule counts from, has no item and is told as undetermined.
 */
export function lateFeesOn(inquiry: Inquiry, payments: PaymentRecord, on: DayNumber): LateFee[] {
  const items: LateFee[] = [];
  for (const overdue of overdueMonths(inquiry, payments, on)) {
    const item = lateFee(inquiry, overdue);
    if (item) items.push(item);
  }
  return items.sort((a, b) => (a.feeMonth < b.feeMonth ? -1 : a.feeMonth > b.feeMonth ? 1 : 0));
}

function overdueMonths(inquiry: Inquiry, payments: PaymentRecord, on: DayNumber): Overdue[] {
  const assessed = new Map<string, Fact<'Assessed'>>();
  for (const fact of inquiry.facts('Assessed')) {
    const { day, data } = fact;
    if (data.scheme === 'employee' && data.feeMonth !== undefined && day <= on)
      assessed.set(`${data.region}|${data.feeMonth}`, fact);
  }
  const overdue: Overdue[] = [];
  for (const paid of payments.months) {
    if (paid.participation !== 'employed' || paid.arrival > on) continue;
    if (isUnasked(inquiry, paid)) continue;
    const assessment = assessed.size === 0 ? undefined : assessed.get(`${paid.region}|${toMonth(paid.month)}`);
    if (mayBeLate(inquiry, paid, assessment)) overdue.push(overdueOf(paid, assessment, payments));
  }
  for (const fact of assessed.values()) {
    const { region, feeMonth, unitFen } = fact.data;
    const month = monthNumber(feeMonth!);
    const paid = payments.months.some(
      (entry) => entry.month === month && entry.region === region && entry.arrival <= on,
    );
    if (!paid && unitFen !== undefined && unitFen > 0) overdue.push(unpaidOf(fact, month, on));
  }
  return overdue;
}

/** Where no rule is known nobody asks of a month that does not make up for the past, nor of any before the first pack. */
function isUnasked(inquiry: Inquiry, paid: FeeMonth): boolean {
  if (inquiry.read(keyOf(paid), paid.region, paid.arrival).known) return false;
  const first = inquiry.firstDay(paid.region);
  return !makesUp(paid) || (first !== undefined && paid.arrival < first);
}

function keyOf({ kind }: FeeMonth): Overdue['key'] {
  return kind === 'backUnregistered' ? 'lateFee.unregistered' : 'lateFee.arrears';
}

function makesUp({ kind }: FeeMonth): boolean {
  return kind === 'back' || kind === 'backUnregistered';
}

/** Sorts out, without reading a rule, what no rule calls late: paid before the month ends and before any due day known. */
function mayBeLate(inquiry: Inquiry, paid: FeeMonth, assessment: Fact<'Assessed'> | undefined): boolean {
  if (makesUp(paid) || paid.arrival > lastDayOf(paid.month)) return true;
  const assessedDue = assessment?.data.dueOn;
  return assessedDue !== undefined
    ? paid.arrival > dayNumber(assessedDue)
    : paid.arrival > earliestDueDay(inquiry, paid.region, paid.month);
}

function overdueOf(paid: FeeMonth, assessment: Fact<'Assessed'> | undefined, payments: PaymentRecord): Overdue {
  const { events } = paid.payment;
  // Paid apart from the employer's part, the person's part holds nothing of it.
  const data = isOtherPart(paid, payments) ? { ...paid.payment.data, unitFen: 0 } : paid.payment.data;
  return {
    month: paid.month,
    region: paid.region,
    end: paid.arrival,
    paid: true,
    key: keyOf(paid),
    amount: (principal) => {
      const { feeMonths } = data;
      const months = feeMonths ? monthNumber(feeMonths.through) - monthNumber(feeMonths.from) + 1 : 1;
      return amountOf(data, principal, months) ?? (assessment && amountOf(assessment.data, principal, 1));
    },
    makesUp: makesUp(paid),
    dueOn: assessment?.data.dueOn,
    events: assessment ? [...assessment.events, ...events] : events,
  };
}

function isOtherPart(paid: FeeMonth, payments: PaymentRecord): boolean {
  if (onePartOf(paid.payment) !== 'person') return false;
  return payments.months.some(
    ({ month, region, payment }) => month === paid.month && region === paid.region && onePartOf(payment) === 'unit',
  );
}

function unpaidOf({ data, events }: Fact<'Assessed'>, month: MonthNumber, on: DayNumber): Overdue {
  return {
    month,
    region: data.region,
    end: on,
    paid: false,
    key: 'lateFee.arrears',
    amount: (principal) => amountOf(data, principal, 1),
    makesUp: false,
    dueOn: data.dueOn,
    events,
  };
}

function amountOf(
  { unitFen, personFen = 0 }: { unitFen?: number; personFen?: number },
  principal: LateFeeRule['principal'],
  months: number,
): Share | undefined {
  return unitFen === undefined ? undefined : shareOf(principal === 'unit' ? unitFen : unitFen + personFen, 1, months);
}

function lateFee(inquiry: Inquiry, overdue: Overdue): LateFee | undefined {
  const { month, region, end, key } = overdue;
  const surelyLate = overdue.makesUp || end > lastDayOf(month);
  const reading = inquiry.read(key, region, end);
  if (!reading.known) {
    const first = inquiry.firstDay(region);
    // Before the first pack, and for a month paid within itself, nobody asks.
    if (overdue.makesUp && (first === undefined || end >= first)) inquiry.undetermined('lateFee', reading);
    return undefined;
  }
  const { value: rule, rule: id } = reading;
  const start = startOf(inquiry, overdue, rule);
  if (start === undefined) {
    if (surelyLate) inquiry.undetermined('lateFee', { why: 'external', rule: id, needs: 'dueOn' });
    return undefined;
  }
  const days = end - start.day + (rule.arrivalDay === 'counted' ? 1 : 0);
  if (days <= 0) return undefined;
  const principal = overdue.amount(rule.principal);
  if (!principal) {
    inquiry.undetermined('lateFee', { why: 'external', rule: id, needs: 'unitFen' });
    return undefined;
  }
  if (principal.numerator === 0n) return undefined;
  return assessedFee(inquiry, overdue, { rule, id, start: start.day, days, principal, events: start.events });
}

function startOf(
  inquiry: Inquiry,
  { month, region, dueOn }: Overdue,
  rule: LateFeeRule,
): { day: DayNumber; events: string[] } | undefined {
  if (rule.from === 'monthAfterFeeMonth') return { day: firstDayOf(month + 1), events: [] };
  const due = dueDayOf(inquiry, region, month, dueOn);
  return due && { day: due.day + 1, events: due.event === undefined ? [] : [due.event] };
}

interface Charge {
  rule: LateFeeRule;
  id: string;
  start: DayNumber;
  days: number;
  principal: Share;
  events: string[];
}

function assessedFee(inquiry: Inquiry, overdue: Overdue, fee: Charge): LateFee {
  const { month } = overdue;
  const { rule, id, days, principal } = fee;
  const raw = times(principal, rule.perTenThousand * days, 10000);
  const capped = rule.cap === 'principal' && compareShares(raw, principal) >= 0;
  const charged = capped ? principal : raw;
  const feeFen = rule.rounding === 'halfUp' ? halfUp(charged) : truncated(charged);
  const principalFen = halfUp(principal);
  inquiry.because(() => reasonOf(overdue, fee, { raw, capped, feeFen, principalFen }));
  return { feeMonth: toMonth(month), principalFen, days, feeFen, capped, rule: id };
}

function reasonOf(
  { month, end, paid, events }: Overdue,
  fee: Charge,
  { raw, capped, feeFen, principalFen }: { raw: Share; capped: boolean; feeFen: number; principalFen: number },
): Claim {
  const { rule, id, start, days } = fee;
  const last = rule.arrivalDay === 'counted' ? end : end - 1;
  const until = paid ? `到账日 ${toDay(end)}` : `查询日 ${toDay(end)}`;
  const untilEn = paid ? `the day of arrival ${toDay(end)}` : `the day asked about, ${toDay(end)}`;
  const counted = last === end ? { zh: ' ', en: '' } : { zh: '（当天不计）', en: ' (not counted)' };
  const cap = capped
    ? { zh: `，封顶 ${yuan(feeFen)}`, en: `, capped at ${cny(feeFen)}` }
    : { zh: `，为 ${yuan(feeFen)}`, en: `, ${cny(feeFen)}` };
  const parts =
    rule.principal === 'unit' ? { zh: '单位部分', en: "the employer's part" } : { zh: '应缴总额', en: 'the whole fee' };
  const from = rule.from === 'monthAfterFeeMonth' ? '自次月' : '自';
  const arithmetic = `${toMonth(month)} 所属期${from} ${toDay(start)} 起至${until}${counted.zh}共 ${days} 天，按日万分之${rule.perTenThousand} 计 ${yuan(principalFen)} × ${rule.perTenThousand}/10000 × ${days} = ${yuan(rule.rounding === 'halfUp' ? halfUp(raw) : truncated(raw))}${capped ? `，封顶 ${yuan(feeFen)}` : ''}`;
  return {
    claim: 'lateFees',
    rule: id,
    events: [...events, ...fee.events],
    arithmetic,
    zh: `${toMonth(month)} 所属期的费款迟缴，${from} ${toDay(start)} 起至${until}${counted.zh}共 ${days} 天，以${parts.zh} ${yuan(principalFen)}为本金按日加收万分之${rule.perTenThousand}${cap.zh}。`,
    en: `Fee month ${toMonth(month)} is late from ${toDay(start)} to ${untilEn}${counted.en}, ${days} days; ${rule.perTenThousand} ten-thousandths of ${parts.en}, ${cny(principalFen)}, are added a day${cap.en}.`,
  };
}
