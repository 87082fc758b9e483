import { dayNumber, monthNumber, monthOf, toMonth, yearOf, type DayNumber } from '../../libs/calendar';
import type { PaymentState } from '../answer/answer';
import { lastPaidMonth, type RelationRecord, type Timeline } from '../coverage';
import { paidInFull } from '../entries/part-payment';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import { contributionDue, retireeFrom } from '../retirement';

/**
 * The payment status on a day (JL-9, CV-23): of the employee relation, else of the resident year. Only money that had
 * arrived by the day counts.
 */
export function paymentOn(inquiry: Inquiry, record: PaymentRecord, timeline: Timeline, on: DayNumber): PaymentState {
  const payments = paidInFull(inquiry, record);
  const retired = timeline.covered.some(({ basis, from }) => basis === 'retiree' && from <= on);
  const alive = timeline.diedOn === undefined || on <= timeline.diedOn;
  if (retired && alive && !contributionDue(inquiry, payments, retireeFrom(inquiry, payments), on)) {
    // A retiree owes nothing after his last month: no month can be due or interrupted.
    const last = lastPaidMonth(payments, on);
    return { status: 'paid', ...(last === undefined ? {} : { paidThrough: toMonth(last) }) };
  }
  const relations = timeline.relations.filter(({ statuses }) => statuses[0]!.from <= on);
  const employee = relations.filter(({ scheme }) => scheme === 'employee');
  const paidThrough = lastPaidMonth(payments, on);
  const residentYears = payments.years.filter(({ arrival, refundedOn }) => arrival <= on && refundedOn === undefined);
  const residentPaid = residentYears.some(({ year }) => year === yearOf(on));
  const employeeCurrent =
    employee.some((relation) => statusOn(relation, on) === 'normal') ||
    (paidThrough !== undefined && paidThrough >= monthOf(on));

  if ((employee.length > 0 || paidThrough !== undefined) && (employeeCurrent || !residentPaid)) {
    return employeeState(inquiry, payments, employee, paidThrough, on);
  }
  if (residentYears.length === 0 && !relations.some(({ scheme }) => scheme === 'resident')) return { status: 'none' };
  const lastYear = residentYears.reduce<number | undefined>(
    (last, { year }) => (last === undefined || year > last ? year : last),
    undefined,
  );
  const through = lastYear === undefined ? {} : { paidThrough: toMonth(lastYear * 12 + 11) };
  if (residentPaid || (lastYear !== undefined && lastYear > yearOf(on))) return { status: 'paid', ...through };
  if (isDue(inquiry, 'resident', yearOf(on), on)) return { status: 'due', ...through };
  if (lastYear !== undefined) return { status: 'interrupted', ...through };
  return { status: relations.some((relation) => statusOn(relation, on) === 'normal') ? 'due' : 'none' };
}

function employeeState(
  inquiry: Inquiry,
  payments: PaymentRecord,
  relations: readonly RelationRecord[],
  paidThrough: number | undefined,
  on: DayNumber,
): PaymentState {
  const month = monthOf(on);
  const through = paidThrough === undefined ? {} : { paidThrough: toMonth(paidThrough) };
  const paid = new Set<number>();
  for (const entry of payments.months) if (entry.arrival <= on && entry.refundedOn === undefined) paid.add(entry.month);
  if (paid.has(month)) return { status: 'paid', ...through };
  const open = relations.some((relation) => statusOn(relation, on) === 'normal');
  if (paidAhead(relations, payments, on)) return { status: 'paid', ...through };
  if (isDue(inquiry, 'employee', month, on)) return { status: 'due', ...through };
  const unpaid = open && hasUnpaidMonth(relations, payments, paid, on);
  // Registered and nothing paid yet: there is a relation, and what it owes comes due.
  if (paidThrough === undefined) return { status: unpaid ? 'interrupted' : open ? 'due' : 'none' };
  if (!open || unpaid || isPastDue(inquiry, month, on)) return { status: 'interrupted', ...through };
  return { status: 'due', ...through };
}

/** Whether an earlier month of a relation that has not ended by the day is unpaid. */
function hasUnpaidMonth(
  relations: readonly RelationRecord[],
  payments: PaymentRecord,
  paid: ReadonlySet<number>,
  on: DayNumber,
): boolean {
  const month = monthOf(on);
  return relations.some(({ statuses, registered }) => {
    const current = statuses.find(({ from, through }) => from <= on && on <= through);
    if (current?.status !== 'normal') return false;
    const began = firstOwed(payments, monthOf(current.from), registered?.data.firstFeeMonth);
    for (let earlier = Math.max(began, month - 600); earlier < month; earlier++) if (!paid.has(earlier)) return true;
    return false;
  });
}

/** Nothing is owed before the relation's first fee month, and that is paid: all that was due has arrived (JL-9.2). */
function paidAhead(relations: readonly RelationRecord[], payments: PaymentRecord, on: DayNumber): boolean {
  return relations.some((relation) => {
    const current = relation.statuses.find(({ from, through }) => from <= on && on <= through);
    if (current?.status !== 'normal') return false;
    const first = firstOwed(payments, monthOf(current.from), relation.registered?.data.firstFeeMonth);
    return (
      first > monthOf(on) &&
      payments.months.some((paid) => paid.month === first && paid.arrival <= on && paid.refundedOn === undefined)
    );
  });
}

/** Where fees are paid a month ahead, a relation's first fee month comes after the month of its registration (JL-15.1). */
function firstOwed(payments: PaymentRecord, began: number, stated: string | undefined): number {
  if (stated !== undefined) return Math.max(began, monthNumber(stated));
  const first = payments.months
    .filter(({ month, refundedOn }) => month >= began && refundedOn === undefined)
    .reduce<{ month: number; arrival: DayNumber } | undefined>((a, b) => (a && a.month <= b.month ? a : b), undefined);
  return first !== undefined && monthOf(first.arrival) === began ? first.month : began;
}

function isDue(inquiry: Inquiry, scheme: 'employee' | 'resident', period: number, on: DayNumber): boolean {
  return inquiry.facts('Assessed').some(({ data, day }) => {
    if (data.scheme !== scheme || day > on) return false;
    const fits =
      scheme === 'employee'
        ? data.feeMonth !== undefined && monthNumber(data.feeMonth) === period
        : data.benefitYear === period;
    return fits && (data.dueOn === undefined || on <= dayNumber(data.dueOn));
  });
}

/** Assessed, and not paid by its due day (JL-9.3). */
function isPastDue(inquiry: Inquiry, month: number, on: DayNumber): boolean {
  return inquiry
    .facts('Assessed')
    .some(
      ({ data, day }) =>
        data.scheme === 'employee' &&
        day <= on &&
        data.feeMonth !== undefined &&
        monthNumber(data.feeMonth) === month &&
        data.dueOn !== undefined &&
        dayNumber(data.dueOn) < on,
    );
}

function statusOn(relation: RelationRecord, on: DayNumber): string | undefined {
  return relation.statuses.find(({ from, through }) => from <= on && on <= through)?.status;
}
