import { accept, type Decision } from './decision';
import type { Suspend } from './command';
import type { Situation } from './situation';

/** Suspends the relation with the day as its last one (JL-28.1). */
export function suspend({ data }: Suspend, at: Situation): Decision {
  const { scheme, region } = data;
  const goesOn = at.timeline.relations.some(
    (relation) =>
      relation.scheme === scheme &&
      relation.region === region &&
      relation.statuses.some(({ status, from, through }) => status === 'normal' && from <= at.on && at.on < through),
  );
  if (at.isSaid('Suspended', data) || !goesOn) return accept();

  return accept([{ type: 'Suspended', effectiveOn: at.day, data }]);
}
