import { contains, type DayNumber } from '../../libs/calendar';
import type { Relation } from '../answer/answer';
import type { CoveredDays, OpenDays, Timeline } from '../coverage/timeline';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import { isSame } from './official';
import { benefitSource } from './source';

/**
 * The one of the overlapping relations that gives the benefits of the day: of those that cover it, and of those whose days
 * the documents leave open, the first of the region's order. One that waits or is paused gives none.
 */
export function payerOn(
  inquiry: Inquiry,
  payments: PaymentRecord,
  timeline: Timeline,
  relations: readonly Relation[],
  on: DayNumber,
): Relation | undefined {
  const held = ({ scheme, region, participation }: CoveredDays | OpenDays) =>
    relations.some((relation) => isSame(relation, { scheme, region, participation }));
  const waiting = ({ scheme, region }: OpenDays) =>
    timeline.windows.some((window) => window.scheme === scheme && window.region === region && contains(window, on));
  const candidates: CoveredDays[] = [
    ...timeline.covered.filter((days) => contains(days, on) && held(days)),
    ...timeline.open.filter((days) => contains(days, on) && held(days) && !waiting(days)).map(asCandidate),
  ];
  const source = benefitSource(inquiry, payments, candidates, on);
  return source && relations.find((relation) => isSame(relation, source));
}

function asCandidate({ scheme, region, participation, from, through }: OpenDays): CoveredDays {
  const known = participation ?? (scheme === 'resident' ? 'general' : 'employed');
  const basis =
    scheme === 'resident' ? 'resident' : known === 'flexible' || known === 'unemployed' ? known : 'employed';
  return { scheme, region, participation: known, basis, from, through, restored: false, events: [] };
}
