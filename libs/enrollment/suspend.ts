import { accept, type Decision } from './decision';
import type { Suspend } from './command';
import type { Situation } from './situation';

/** Suspends the relation with the day as its last one (JL-28.1). */
export function suspend({ data }: Suspend, at: Situation): Decision {
  const stands = at.standing(data.scheme).some(({ region }) => region === data.region);
  if (!stands) return accept();

  return accept([{ type: 'Suspended', effectiveOn: at.day, data }]);
}
