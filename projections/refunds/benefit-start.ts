import { firstDayOfNextMonth, firstDayOfYear, windowOfDays, windowOfMonths, type DayNumber } from '../../libs/calendar';
import type { RuleKey, Wait } from '../../libs/policy/evaluation';
import type { Timeline, WaitingWindow } from '../coverage/timeline';
import type { Inquiry } from '../inquiry';
import type { BenefitYear } from '../payments';

/**
 * The first day of the benefits that a resident payment buys, as the rules give it, whether or not the relation lasted until
 * then: a death or a termination while waiting does not bring the day forward.
 */
export function benefitStart(inquiry: Inquiry, timeline: Timeline, paid: BenefitYear): DayNumber {
  const window = timeline.windows.find(
    ({ scheme, payment }) => scheme === 'resident' && payment.id === paid.payment.id,
  );
  if (window) return (fullLength(inquiry, window) ?? window.through) + 1;
  const yearStart = firstDayOfYear(paid.year);
  const ruled = paid.arrival < yearStart ? yearStart : startWithinYear(inquiry, paid);
  // Days that another relation covers hide this one's; days from birth or identification on come before any rule of payment.
  const own = timeline.covered.filter(({ events, basis }) => basis === 'resident' && events.includes(paid.payment.id));
  return Math.min(ruled, ...own.map(({ from }) => from));
}

/** The last day of a window that nothing cut short. */
function fullLength(inquiry: Inquiry, window: WaitingWindow): DayNumber | undefined {
  for (const key of WAITING_KEYS) {
    const reading = inquiry.read(key, window.region, window.payment.day);
    if (!reading.known || reading.rule !== window.rule) continue;
    const wait = 'length' in reading.value ? reading.value : reading.value.wait;
    if (wait) return endOf(window.from, wait);
  }
  return undefined;
}

const WAITING_KEYS = ['resident.outside', 'newborn.late', 'switch.under', 'switch.long'] as const satisfies RuleKey[];

/** Paid within the year, and no longer among the person's days (ended, or refunded since). */
function startWithinYear(inquiry: Inquiry, { region, arrival }: BenefitYear): DayNumber {
  const supplement = inquiry.read('resident.supplement', region, arrival);
  const outside = inquiry.read('resident.outside', region, arrival);
  const entry = supplement.known ? supplement.value : outside.known ? outside.value : {};
  if (entry.start === 'nextMonth') return firstDayOfNextMonth(arrival);
  if (!entry.wait) return arrival;
  return endOf(entry.wait.first === 'payDay' ? arrival : arrival + 1, entry.wait) + 1;
}

function endOf(from: DayNumber, { length, unit, window }: Wait): DayNumber {
  return (unit === 'day' ? windowOfDays(from, length) : windowOfMonths(from, length, window)).through;
}
