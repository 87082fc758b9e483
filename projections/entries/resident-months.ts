import { monthOf, type DayNumber, type MonthNumber } from '../../libs/calendar';
import type { PaymentRecord } from '../payments';

/**
 * The months in which a person was insured as a resident, as known from the years paid by a day: a year paid ahead from
 * January, a year paid late from the month of its arrival (CV-4, CV-23).
 */
export function insuredAsResident(
  payments: PaymentRecord,
  on: DayNumber,
): { from: MonthNumber; through: MonthNumber }[] {
  const spans: { from: MonthNumber; through: MonthNumber }[] = [];
  for (const { year, arrival, refundedOn } of payments.years) {
    if (refundedOn !== undefined || arrival > on) continue;
    const from = Math.max(year * 12, monthOf(arrival));
    if (from <= year * 12 + 11) spans.push({ from, through: year * 12 + 11 });
  }
  return spans;
}
