import { monthOf, toMonth, type DayNumber } from '../../libs/calendar';
import type { Interruption } from '../answer/answer';
import { lastPaidMonth, type Timeline } from '../coverage';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import { retireeFrom } from '../retirement';

/** Breaks that have ended or are running on the day (CV-23): whole unpaid fee months, and whether their benefits were given back. */
export function interruptionsOn(
  inquiry: Inquiry,
  payments: PaymentRecord,
  timeline: Timeline,
  on: DayNumber,
): Interruption[] {
  const month = monthOf(on);
  const listed: Interruption[] = [];
  for (const gap of timeline.breaks) {
    const through = Math.min(gap.through, month - 1);
    if (gap.from <= through) listed.push(interruption(gap.scheme, gap.from, through, gap.restored));
  }
  const running = runningBreak(inquiry, payments, timeline, on);
  if (running) listed.push(running);
  return listed.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
}

/** The break that is running on the day, through the month before it. */
export function runningBreak(
  inquiry: Inquiry,
  payments: PaymentRecord,
  timeline: Timeline,
  on: DayNumber,
): Interruption | undefined {
  const last = lastPaidMonth(payments, Number.MAX_SAFE_INTEGER);
  const month = monthOf(on);
  if (last === undefined || last >= month - 1) return undefined;
  const retiree = retireeFrom(inquiry, payments);
  if (retiree && monthOf(retiree.day) <= last + 1) return undefined;
  if (timeline.diedOn !== undefined && on > timeline.diedOn) return undefined;
  const followedByResident = payments.years.some(
    ({ year, refundedOn }) => refundedOn === undefined && year * 12 + 11 > last,
  );
  if (
    followedByResident ||
    inquiry.facts('Terminated').some(({ data, day }) => data.scheme === 'employee' && monthOf(day) >= last)
  )
    return undefined;
  return interruption('employee', last + 1, month - 1, false);
}

function interruption(scheme: Interruption['scheme'], from: number, through: number, restored: boolean): Interruption {
  return { scheme, months: through - from + 1, from: toMonth(from), through: toMonth(through), restored };
}
