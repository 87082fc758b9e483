import { personStream, type LedgerEvent } from '../../events';
import { mergedPeople } from '../../projections/grounds';
import { historyAt, type History, type KnownAt } from '../../projections/history';

export { employersOf, homeRegion, regionsOf } from '../../projections/grounds';

/** One person's history with those of the people merged into him. */
export async function joinedHistory(
  person: string,
  knownAt: KnownAt,
  read: (stream: string) => Promise<readonly LedgerEvent[]>,
  own: History,
): Promise<History> {
  const others = mergedPeople(own).filter((other) => other !== person);
  if (others.length === 0) return own;
  const streams = await Promise.all([person, ...others].map((one) => read(personStream(one))));
  return historyAt(streams.flat(), knownAt);
}
