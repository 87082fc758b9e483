import type { DayNumber } from '../../libs/calendar';
import type { CoveredDays } from '../coverage/timeline';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';

const PARTICIPATION_ORDER = ['employed', 'unemployed', 'flexible'];

/**
 * The one benefit source of a day that several relations cover (CV-16). Within one scheme and region it is the employer's
 * relation before a flexible worker's; otherwise the region's order decides. Undefined where no rule does.
 */
export function benefitSource(
  inquiry: Inquiry,
  _payments: PaymentRecord,
  candidates: readonly CoveredDays[],
  on: DayNumber,
): CoveredDays | undefined {
  const first = candidates[0];
  if (!first || candidates.length === 1) return first;
  const retiree = candidates.find(({ basis }) => basis === 'retiree');
  if (retiree) return retiree;
  if (candidates.every(({ scheme, region }) => scheme === first.scheme && region === first.region)) {
    return [...candidates].sort(
      (a, b) => PARTICIPATION_ORDER.indexOf(a.participation) - PARTICIPATION_ORDER.indexOf(b.participation) || b.from - a.from,
    )[0];
  }
  const order = inquiry.read('duplicates.benefitOrder', inquiry.region, on);
  if (!order.known) return undefined;
  for (const kind of order.value) {
    const fits = candidates.filter((candidate) => {
      switch (kind) {
        case 'employee':
          return candidate.scheme === 'employee';
        case 'student':
          return candidate.participation === 'student';
        case 'habitualResidence':
          return candidate.region === inquiry.facts('ResidenceChanged').at(-1)?.data.habitualResidence;
        case 'latestPayment':
          return false;
      }
    });
    if (fits.length === 1) return fits[0];
  }
  return undefined;
}
