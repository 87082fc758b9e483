import type { DayNumber } from '../../libs/calendar';
import type { DuplicateTrait } from '../../libs/policy/evaluation';
import type { CoveredDays } from '../coverage/timeline';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import { settlementOf } from './official';
import { studentPlace } from './student';
import { oneByTrait } from './traits';

const PARTICIPATION_ORDER = ['employed', 'unemployed', 'flexible'];

/**
 * The one benefit source of a day that several relations cover (CV-16). A retiree's comes first, then the relation whose
 * paused days were given back (TL-4.6), then the one that was chosen or settled on. Within one scheme and region it is the employer's before a flexible worker's. A student's
 * place follows the rules for students; otherwise the region's order decides. Undefined where no rule does.
 */
export function benefitSource(
  inquiry: Inquiry,
  payments: PaymentRecord,
  candidates: readonly CoveredDays[],
  on: DayNumber,
): CoveredDays | undefined {
  const first = candidates[0];
  if (!first || candidates.length === 1) return first;
  const retiree = candidates.find(({ basis }) => basis === 'retiree');
  if (retiree) return retiree;
  if (candidates.every(({ scheme, region }) => scheme === first.scheme && region === first.region)) {
    return [...candidates].sort(
      (a, b) =>
        PARTICIPATION_ORDER.indexOf(a.participation) - PARTICIPATION_ORDER.indexOf(b.participation) || b.from - a.from,
    )[0];
  }
  const givenBack = candidates.find(({ restored, region, rule }) => {
    if (!restored) return false;
    const pause = inquiry.read('duplicates.crossRegionPause', region, on);
    return pause.known && pause.rule === rule;
  });
  if (givenBack) return givenBack;
  const settled = settlementOf(inquiry, candidates, on);
  if (settled) {
    const { retained } = settled.data;
    const kept = candidates.find(({ scheme, region }) => scheme === retained.scheme && region === retained.region);
    if (kept) return kept;
  }
  const place = studentPlace(inquiry, payments, candidates, on);
  if (place) {
    const there = candidates.filter(({ region }) => region === place.region);
    if (there.length === 1) return there[0];
  }
  return byOrder(inquiry, payments, candidates, on);
}

/** The first of the region's order that tells one relation from the others (XA-6.3, TL-4.2, TL-4.3). */
function byOrder(
  inquiry: Inquiry,
  payments: PaymentRecord,
  candidates: readonly CoveredDays[],
  on: DayNumber,
): CoveredDays | undefined {
  const order = inquiry.read('duplicates.benefitOrder', inquiry.region, on);
  if (!order.known) return undefined;
  for (const kind of order.value) {
    const fits =
      kind === 'employee'
        ? candidates.filter(({ scheme }) => scheme === 'employee')
        : kind === 'student'
          ? candidates.filter(({ participation }) => participation === 'student')
          : traitOf(inquiry, payments, candidates, kind, on);
    if (fits.length === 1) return fits[0];
    // Several fit: the next ones of the order choose among them alone.
    if (fits.length > 1 && fits.length < candidates.length) return byOrder(inquiry, payments, fits, on);
  }
  return undefined;
}

function traitOf(
  inquiry: Inquiry,
  payments: PaymentRecord,
  candidates: readonly CoveredDays[],
  trait: DuplicateTrait,
  on: DayNumber,
): CoveredDays[] {
  const one = oneByTrait(inquiry, payments, candidates, trait, on);
  return one ? [one] : [];
}
