import { OPEN, monthNumber, monthOf, type DayNumber, type MonthNumber, type Span } from '../../libs/calendar';
import type { FundMode } from '../../events';
import type { Fact } from '../history';
import type { Inquiry } from '../inquiry';
import { onePartOf, type FeeMonth, type PaymentRecord } from '../payments';

/** Months asked to be paid for the past, or so paid, handled together on one day. */
export interface Handling {
  kind: 'unregistered' | 'registeredUnpaid';
  region: string;
  /** The day it was asked for; of a payment nobody asked for, the day it arrived. */
  day: DayNumber;
  months: MonthNumber[];
  requested: boolean;
  evidence: boolean;
  /** Payments that settled it by the day asked about. */
  payments: Fact<'Paid'>[];
  employment?: Span;
  fundMode?: FundMode;
  events: string[];
}

/** Requests by `on`, each with the payments that answer it, then the payments that nobody asked for. In order of handling. */
export function handlingsBy(inquiry: Inquiry, payments: PaymentRecord, on: DayNumber): Handling[] {
  const made = payments.months.filter(
    ({ kind, arrival }) => (kind === 'back' || kind === 'backUnregistered') && arrival <= on,
  );
  const requests = inquiry
    .facts('BackPaymentRequested')
    .filter(({ day, data }) => day <= on && data.scheme === 'employee');
  if (made.length === 0 && requests.length === 0) return [];

  const answered = new Set<FeeMonth>();
  const handlings = requests.map((request) => requestOf(request, payments, made, answered));
  const alone = new Map<string, Handling>();
  for (const paid of made) {
    if (answered.has(paid)) continue;
    const handling = alone.get(paid.payment.id);
    if (handling) handling.months.push(paid.month);
    else if (!joinsOther(paid, [...handlings, ...alone.values()])) alone.set(paid.payment.id, paymentOf(paid));
  }
  const all = [...handlings, ...alone.values()].filter(({ months }) => months.length > 0);
  for (const handling of all) {
    handling.months.sort((a, b) => a - b);
    handling.fundMode ??= fundModeBy(inquiry, handling);
  }
  return all.sort((a, b) => a.day - b.day);
}

/** The employer's and the person's part of the same months, paid apart, are one back-payment. */
function joinsOther(paid: FeeMonth, handlings: readonly Handling[]): boolean {
  const part = onePartOf(paid.payment);
  if (part === undefined) return false;
  for (const { payments, months, region, events } of handlings) {
    const there = payments.some(({ id }) => id === paid.payment.id);
    const other = payments.some((payment) => (onePartOf(payment) ?? part) !== part);
    if (region !== paid.region || !months.includes(paid.month) || !(there || other)) continue;
    if (!there) {
      payments.push(paid.payment);
      events.push(...paid.payment.events);
    }
    return true;
  }
  return false;
}

function requestOf(
  request: Fact<'BackPaymentRequested'>,
  payments: PaymentRecord,
  made: readonly FeeMonth[],
  answered: Set<FeeMonth>,
): Handling {
  const { day, data, events } = request;
  const kind = data.kind;
  const employment = data.employment && spanOf(data.employment);
  const asked = data.feeMonths ? data.feeMonths.map(monthNumber) : employment ? monthsIn(employment) : [];
  const handling: Handling = {
    kind,
    region: data.region,
    day,
    months: [],
    requested: true,
    evidence: (data.evidence?.length ?? 0) > 0,
    payments: [],
    employment,
    events: [...events],
  };
  for (const month of new Set(asked)) {
    const paid = made.find(
      (entry) => entry.month === month && entry.region === data.region && entry.arrival >= day && !answered.has(entry),
    );
    if (paid) {
      answered.add(paid);
      if (!handling.payments.includes(paid.payment)) {
        handling.payments.push(paid.payment);
        handling.events.push(...paid.payment.events);
        handling.fundMode ??= paid.fundMode;
      }
    } else if (
      payments.months.some(
        (entry) =>
          entry.month === month &&
          entry.region === data.region &&
          entry.arrival < day &&
          entry.refundedOn === undefined,
      )
    ) {
      continue; // paid before anyone asked
    }
    handling.months.push(month);
  }
  return handling;
}

function paymentOf(paid: FeeMonth): Handling {
  return {
    kind: paid.kind === 'backUnregistered' ? 'unregistered' : 'registeredUnpaid',
    region: paid.region,
    day: paid.arrival,
    months: [paid.month],
    requested: false,
    evidence: false,
    payments: [paid.payment],
    fundMode: paid.fundMode,
    events: [...paid.payment.events],
  };
}

/** The fund mode last stated for the relation by the day of handling, else the first one stated at all. */
function fundModeBy(inquiry: Inquiry, { region, day }: Handling): FundMode | undefined {
  let first: FundMode | undefined;
  let last: FundMode | undefined;
  for (const fact of inquiry.history.facts) {
    if (
      (fact.type !== 'Registered' && fact.type !== 'Paid') ||
      fact.data.scheme !== 'employee' ||
      fact.data.region !== region
    )
      continue;
    if (fact.data.fundMode === undefined) continue;
    first ??= fact.data.fundMode;
    if (fact.day <= day) last = fact.data.fundMode;
  }
  return last ?? first;
}

/** Months of the person's employments, where the facts tell them. */
export function employmentsIn(inquiry: Inquiry): Span[] {
  const spans: (Span & { employerId: string })[] = [];
  for (const { type, day, data } of inquiry.history.facts) {
    if (type === 'EmploymentStarted') spans.push({ from: monthOf(day), through: OPEN, employerId: data.employerId });
    else if (type === 'EmploymentEnded') {
      const open = spans.findLast((span) => span.through === OPEN && span.employerId === data.employerId);
      if (open) open.through = monthOf(day);
    }
  }
  return spans;
}

function spanOf({ from, through }: { from: string; through: string }): Span {
  return { from: monthNumber(from), through: monthNumber(through) };
}

function monthsIn({ from, through }: Span): MonthNumber[] {
  return Array.from({ length: through - from + 1 }, (_, index) => from + index);
}
