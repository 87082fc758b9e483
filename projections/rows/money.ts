import { dayNumber, firstDayOf, monthNumber, type DayNumber } from '../../libs/calendar';
import { backPaymentsOn } from '../back-payments';
import type { Timeline } from '../coverage';
import type { Fact, History } from '../history';
import { Inquiry } from '../inquiry';
import { lateFeesOn } from '../late-fees';
import type { PaymentRecord } from '../payments';
import { refundsOn } from '../refunds';
import { stretches } from './stretches';
import type { PersonRows } from './tables';
import { bit, day, end } from './written';

/** Refunds asked for, each request by itself, on every day on which its verdict may change. */
export function refundRows(inquiry: Inquiry, payments: PaymentRecord, timeline: Timeline): PersonRows['refunds_due'] {
  const requests = inquiry.facts('RefundRequested');
  return requests.flatMap((request) => {
    const alone = new Inquiry({ ...inquiry.grounds, person: withOnly(inquiry.history, request) }, false);
    const days = [request.day, ...inquiry.history.facts.flatMap((fact) => (fact.day > request.day ? [fact.day] : []))];
    const settled = settledOn(inquiry, request);
    const verdicts = stretches(days, (on) => refundsOn(alone, payments, timeline, on));
    for (const gap of alone.trace().undetermined) inquiry.undetermined(gap.question, gap);
    return verdicts.map(({ from, through, item }) => ({
      requested_on: day(request.day),
      scheme: item.scheme,
      region: request.data.region,
      basis: item.basis,
      allowed: bit(item.allowed),
      reason: item.reason ?? null,
      from_month: item.feeMonths?.from ?? null,
      through_month: item.feeMonths?.through ?? null,
      months: item.feeMonths?.count ?? 0,
      benefit_years: item.benefitYears?.join(',') ?? null,
      amount_fen: item.amountFen ?? null,
      settled_on: settled === undefined ? null : day(settled),
      from_day: day(from),
      through_day: end(through),
    }));
  });
}

function withOnly(history: History, request: Fact<'RefundRequested'>): History {
  return { ...history, byType: new Map([...history.byType, ['RefundRequested' as const, [request as Fact]]]) };
}

function settledOn(inquiry: Inquiry, { day: asked, data }: Fact<'RefundRequested'>): DayNumber | undefined {
  const answers = [...inquiry.facts('Refunded'), ...inquiry.facts('RefundDenied')].filter(
    (fact) => fact.day >= asked && fact.data.scheme === data.scheme && fact.data.region === data.region,
  );
  return answers.length === 0 ? undefined : Math.min(...answers.map((fact) => fact.day));
}

/** Late fees by the last day known. */
export function lateFeeRows(inquiry: Inquiry, payments: PaymentRecord, latest: DayNumber): PersonRows['late_fees'] {
  return lateFeesOn(inquiry, payments, latest).map((fee) => {
    const month = monthNumber(fee.feeMonth);
    const paid = payments.months.find(
      (entry) => entry.month === month && entry.participation === 'employed' && entry.arrival <= latest,
    );
    const assessed = inquiry
      .facts('Assessed')
      .findLast(({ data }) => data.scheme === 'employee' && data.feeMonth === fee.feeMonth);
    const dueOn = assessed?.data.dueOn;
    const late = dueOn === undefined ? firstDayOf(month + 1) : dayNumber(dueOn) + 1;
    return {
      fee_month: fee.feeMonth,
      region: paid?.region ?? assessed?.data.region ?? inquiry.region,
      paid: bit(paid !== undefined),
      principal_fen: fee.principalFen,
      days: fee.days,
      fee_fen: fee.feeFen,
      capped: bit(fee.capped),
      rule: fee.rule,
      from_day: day(paid ? paid.arrival : late),
      as_of: day(latest),
    };
  });
}

/** Back-payments asked for or made, on every day on which one of them changes. */
export function backPaymentRows(inquiry: Inquiry, payments: PaymentRecord): PersonRows['back_payments'] {
  const days = inquiry.facts('BackPaymentRequested').map((fact) => fact.day);
  for (const { kind, arrival } of payments.months)
    if (kind === 'back' || kind === 'backUnregistered') days.push(arrival);
  if (days.length === 0) return [];
  return stretches(days, (on) => backPaymentsOn(inquiry, payments, on)).map(({ from, through, item }) => ({
    allowed: bit(item.allowed),
    route: item.route ?? null,
    from_month: item.feeMonths.from,
    through_month: item.feeMonths.through,
    months: item.feeMonths.count,
    base_fen: item.baseFen ?? null,
    per_month_fen: item.perMonthFen ?? null,
    total_fen: item.totalFen ?? null,
    rule: item.rule,
    reason: item.reason ?? null,
    from_day: day(from),
    through_day: end(through),
  }));
}
