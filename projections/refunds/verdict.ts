import { toMonth, type DayNumber, type MonthNumber } from '../../libs/calendar';
import type { Timeline } from '../coverage/timeline';
import type { Fact } from '../history';
import type { Inquiry } from '../inquiry';
import type { BenefitYear, FeeMonth, PaymentRecord } from '../payments';

/** A refund asked for, and what it is judged from. */
export interface Claimed {
  inquiry: Inquiry;
  request: Fact<'RefundRequested'>;
  payments: PaymentRecord;
  timeline: Timeline;
  on: DayNumber;
  /** The rule that the request stands on. */
  basis: string;
}

/** Granted with what goes back, or refused with the rule that refuses. */
export type Verdict =
  | {
      allowed: true;
      months?: readonly FeeMonth[];
      years?: readonly BenefitYear[];
      accountRecovery?: boolean;
      events: readonly string[];
      zh: string;
      en: string;
    }
  | { allowed: false; reason: string; events: readonly string[]; zh: string; en: string };

export function refuse(reason: string, zh: string, en: string, events: readonly string[] = []): Verdict {
  return { allowed: false, reason, events, zh, en };
}

/** Employee fee months in the region that were paid by the request and not refunded before it. */
export function paidMonths({ request, payments }: Claimed): FeeMonth[] {
  const { region, feeMonths } = request.data;
  return payments.months.filter(
    (paid) =>
      paid.region === region &&
      paid.arrival <= request.day &&
      (paid.refundedOn === undefined || paid.refundedOn >= request.day) &&
      (feeMonths === undefined || within(paid.month, feeMonths)),
  );
}

/** Resident years in the region that were paid by the request and not refunded before it, of the year asked for if one is. */
export function paidYears({ request, payments }: Claimed): BenefitYear[] {
  const { region, benefitYear } = request.data;
  return payments.years.filter(
    (paid) =>
      paid.region === region &&
      paid.arrival <= request.day &&
      (paid.refundedOn === undefined || paid.refundedOn >= request.day) &&
      (benefitYear === undefined || paid.year === benefitYear),
  );
}

function within(month: MonthNumber, { from, through }: { from: string; through: string }): boolean {
  const text = toMonth(month);
  return from <= text && text <= through;
}
