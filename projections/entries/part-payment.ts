import type { Inquiry } from '../inquiry';
import { isCurrent, type FeeMonth, type PaymentRecord } from '../payments';

/** Whether the money of a fee month is not complete and the document takes such a month as unpaid (JL-9.3). */
export function isPartOnly(inquiry: Inquiry, { full, region, arrival }: FeeMonth): boolean {
  if (full) return false;
  const part = inquiry.read('arrears.partPayment', region, arrival);
  return part.known && part.value === 'unpaid';
}

/**
 * Where the document does not say what a month counts as whose money is not complete, it covers as any month for which money
 * arrived (CV-14), and that stays open (CV-10) until the rest is there.
 */
export function leavePartsOpen(inquiry: Inquiry, { months }: PaymentRecord): void {
  const stands = (paid: FeeMonth, full: boolean) => paid.full === full && paid.refundedOn === undefined;
  for (const paid of months) {
    if (!stands(paid, false) || !isCurrent(paid.kind)) continue;
    const rest = months.some((one) => stands(one, true) && one.month === paid.month && one.region === paid.region);
    if (rest) continue;
    const part = inquiry.read('arrears.partPayment', paid.region, paid.arrival);
    if (!part.known) inquiry.undetermined('arrears.partPayment', part);
  }
}

/** The record without fee months paid only in part. */
export function paidInFull(inquiry: Inquiry, payments: PaymentRecord): PaymentRecord {
  if (!payments.months.some((paid) => isPartOnly(inquiry, paid))) return payments;
  return { ...payments, months: payments.months.filter((paid) => !isPartOnly(inquiry, paid)) };
}
