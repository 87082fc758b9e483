import type { Inquiry } from '../inquiry';
import type { FeeMonth, PaymentRecord } from '../payments';

/** Whether the money of a fee month is not complete and the document takes such a month as unpaid (JL-9.3). */
export function isPartOnly(inquiry: Inquiry, { full, region, arrival }: FeeMonth): boolean {
  if (full) return false;
  const part = inquiry.read('arrears.partPayment', region, arrival);
  return part.known && part.value === 'unpaid';
}

/** The record without fee months paid only in part. */
export function paidInFull(inquiry: Inquiry, payments: PaymentRecord): PaymentRecord {
  if (!payments.months.some((paid) => isPartOnly(inquiry, paid))) return payments;
  return { ...payments, months: payments.months.filter((paid) => !isPartOnly(inquiry, paid)) };
}
