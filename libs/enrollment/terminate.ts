import { accept, type Decision } from './decision';
import type { Terminate } from './command';
import type { Situation } from './situation';

/** Ends the relation, the day being the first one without it (JL-28.2). */
export function terminate({ data }: Terminate, at: Situation): Decision {
  const { scheme, region } = data;
  const open = at.timeline.relations.some(
    (relation) =>
      relation.scheme === scheme && relation.region === region && relation.statuses.at(-1)?.status !== 'terminated',
  );
  if (at.isSaid('Terminated', data) || !open) return accept();

  return accept([{ type: 'Terminated', effectiveOn: at.day, data }]);
}
