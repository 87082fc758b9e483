import {
  OPEN,
  contains,
  lastDayOfYear,
  firstDayOfYear,
  firstDayOf,
  monthNumber,
  monthOf,
  toDay,
  toMonth,
  yearOf,
  type DayNumber,
} from '../../libs/calendar';
import type { Scheme } from '../../events';
import type { Answer, Interruption, PaymentState } from '../answer/answer';
import type { CoveredDays, RelationRecord, Timeline } from '../coverage';
import { daysEn, daysZh, monthsEn, monthsZh, type Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';

type Explained = Pick<Answer, 'payment' | 'interruptions' | 'contribution' | 'place'>;

/**
 * The reasons of what is read straight off the record: registrations, payment status, covered days, breaks, runs of months
 * and the place of benefits (CV-4, CV-13 to CV-16, CV-19, CV-23, CV-25). Reasons of a rule of a document are given where the
 * rule is applied.
 */
export function plainReasons(
  inquiry: Inquiry,
  payments: PaymentRecord,
  timeline: Timeline,
  parts: Explained,
  on: DayNumber,
): void {
  for (const relation of timeline.relations) registrationReason(inquiry, relation, on);
  paymentReason(inquiry, payments, timeline, parts.payment, on);
  for (const days of timeline.covered) coverageReason(inquiry, payments, days);
  for (const broken of parts.interruptions) interruptionReason(inquiry, payments, broken, on);
  runReasons(inquiry, payments, parts, on);
  placeReason(inquiry, payments, timeline, parts.place, on);
}

const SCHEME_ZH: Record<Scheme, string> = { employee: '职工医保', resident: '居民医保' };
const STATUS_ZH = { normal: '正常', suspended: '暂停', terminated: '终止' } as const;
const PAYMENT_ZH: Record<PaymentState['status'], string> = {
  paid: '已缴费',
  due: '待缴费',
  interrupted: '中断缴费',
  none: '无缴费',
};

function registrationReason(inquiry: Inquiry, { scheme, region, statuses }: RelationRecord, on: DayNumber): void {
  const held = statuses.find((status) => contains(status, on));
  if (!held) return;
  inquiry.because({
    claim: 'registrations',
    rule: 'CV-13',
    events: held.events,
    zh: `${region} ${SCHEME_ZH[scheme]}参保关系自 ${toDay(held.from)} 起登记状态为${STATUS_ZH[held.status]}。`,
    en: `The ${scheme} relation in ${region} is registered as ${held.status} since ${toDay(held.from)}.`,
  });
}

function paymentReason(
  inquiry: Inquiry,
  payments: PaymentRecord,
  timeline: Timeline,
  { status, paidThrough }: PaymentState,
  on: DayNumber,
): void {
  if (status === 'none') return;
  const last = paidThrough === undefined ? undefined : monthNumber(paidThrough);
  const money =
    payments.months.find(({ month, arrival }) => month === last && arrival <= on) ??
    payments.years.find(({ year, arrival }) => last === year * 12 + 11 && arrival <= on);
  const retiree =
    status === 'paid' ? timeline.covered.find(({ basis, from }) => basis === 'retiree' && from <= on) : undefined;
  const assessed =
    status === 'due'
      ? inquiry
          .facts('Assessed')
          .filter(
            ({ day, data }) => day <= on && (data.feeMonth === toMonth(monthOf(on)) || data.benefitYear === yearOf(on)),
          )
      : [];
  const events = [...(money?.payment.events ?? []), ...assessed.flatMap((fact) => fact.events)];
  inquiry.because({
    claim: 'payment',
    rule: 'CV-23',
    events: retiree ? [...retiree.events, ...events] : events,
    zh: `${toDay(on)} 缴费状态为${PAYMENT_ZH[status]}${retiree ? '（退休人员不再缴费）' : ''}${paidThrough === undefined ? '' : `，已缴至 ${paidThrough}`}。`,
    en: `On ${toDay(on)} the payment status is ${status}${retiree ? ' (a retiree pays no more)' : ''}${paidThrough === undefined ? '' : `, paid through ${paidThrough}`}.`,
  });
}

function coverageReason(inquiry: Inquiry, payments: PaymentRecord, days: CoveredDays): void {
  const { scheme, region, restored, rule, from, through } = days;
  inquiry.because({
    claim: 'coverage.span',
    rule: rule ?? (scheme === 'employee' ? 'CV-14' : 'CV-15'),
    events: moneyBehind(payments, days),
    zh: `${region} ${SCHEME_ZH[scheme]} ${daysZh(from, through)} 享受待遇${restored ? '（追溯恢复）' : ''}。`,
    en: `The ${scheme} scheme in ${region} gives benefits ${daysEn(from, through)}${restored ? ', restored afterwards' : ''}.`,
  });
}

/** Every payment for a month or year of the covered days; a retiree's rest on his retirement. */
function moneyBehind(payments: PaymentRecord, days: CoveredDays): readonly string[] {
  if (days.basis === 'retiree') return days.events;
  const events = new Set<string>();
  if (days.scheme === 'employee') {
    const [first, last] = [monthOf(days.from), days.through === OPEN ? OPEN : monthOf(days.through)];
    for (const { month, region, refundedOn, payment } of payments.months) {
      if (first <= month && month <= last && region === days.region && refundedOn === undefined)
        for (const event of payment.events) events.add(event);
    }
  } else {
    for (const { year, region, refundedOn, payment } of payments.years) {
      if (
        firstDayOfYear(year) <= days.through &&
        days.from <= lastDayOfYear(year) &&
        region === days.region &&
        refundedOn === undefined
      )
        for (const event of payment.events) events.add(event);
    }
  }
  return events.size > 0 ? [...events] : days.events;
}

function interruptionReason(inquiry: Inquiry, payments: PaymentRecord, broken: Interruption, on: DayNumber): void {
  const [from, through] = [monthNumber(broken.from), monthNumber(broken.through)];
  const before =
    payments.months.findLast(({ month }) => month === from - 1) ??
    payments.years.findLast(({ year }) => year * 12 + 11 === from - 1);
  const resumed =
    payments.months.find(({ month, arrival }) => month === through + 1 && arrival <= on) ??
    payments.years.find(({ year, arrival }) => arrival <= on && Math.max(year * 12, monthOf(arrival)) === through + 1);
  const running = resumed === undefined && through === monthOf(on) - 1;
  inquiry.because({
    claim: 'interruptions',
    rule: running ? 'CV-23' : 'CV-4',
    events: [...(before?.payment.events ?? []), ...(resumed?.payment.events ?? [])],
    arithmetic: `${toMonth(through)} - ${toMonth(from)} + 1 = ${broken.months}`,
    zh: `${monthsZh(from, through)} 共 ${broken.months} 个整月未缴费${running ? '，仍在中断' : ''}${broken.restored ? '，其间待遇已追溯恢复' : ''}。`,
    en: `${broken.months} whole months were not paid, ${monthsEn(from, through)}${running ? '; the break is running' : ''}${broken.restored ? '; their benefits were restored' : ''}.`,
  });
}

function runReasons(inquiry: Inquiry, payments: PaymentRecord, { contribution }: Explained, on: DayNumber): void {
  const { consecutive, residentMonths } = contribution;
  const paidYears = () =>
    payments.years.filter(({ arrival }) => arrival <= on).flatMap(({ payment }) => payment.events);
  if (consecutive > 0) {
    const earliest = monthOf(on) - consecutive;
    const events = new Set<string>();
    for (const { month, arrival, payment } of payments.months) {
      if (arrival <= on && earliest <= month && firstDayOf(month) <= on)
        for (const event of payment.events) events.add(event);
    }
    for (const { year, arrival, payment } of payments.years) {
      if (arrival <= on && earliest <= year * 12 + 11) for (const event of payment.events) events.add(event);
    }
    inquiry.because({
      claim: 'contribution.consecutive',
      rule: 'CV-19',
      events: [...events],
      zh: `截至 ${toDay(on)}，连续参保 ${consecutive} 个月。`,
      en: `By ${toDay(on)} the person has been insured for ${consecutive} consecutive months.`,
    });
  }
  if (residentMonths > 0) {
    inquiry.because({
      claim: 'contribution.residentMonths',
      rule: 'CV-19',
      events: paidYears(),
      zh: `截至 ${toDay(on)}，居民医保参保 ${residentMonths} 个月，不计入职工医保缴费年限。`,
      en: `By ${toDay(on)} ${residentMonths} months were spent in the resident scheme; they are no employee years.`,
    });
  }
}

function placeReason(
  inquiry: Inquiry,
  payments: PaymentRecord,
  timeline: Timeline,
  place: string | undefined,
  on: DayNumber,
): void {
  if (place === undefined || inquiry.hasSaid('place')) return;
  const source = timeline.covered.find((days) => days.region === place && contains(days, on));
  inquiry.because({
    claim: 'place',
    rule: 'CV-16',
    events: source ? moneyBehind(payments, { ...source, from: on, through: on }) : [],
    zh: `${toDay(on)} 在 ${place} 享受待遇。`,
    en: `On ${toDay(on)} benefits are drawn in ${place}.`,
  });
}
