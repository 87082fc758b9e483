import type { LedgerEvent } from '../../events';
import { readOnePerson, type OnePerson } from '../../projections/grounds';
import { historyAt, type History, type KnownAt } from '../../projections/history';

export { employersOf, homeRegion, regionsOf } from '../../projections/grounds';

/** Streams as they stand, and what a basis knows of one. */
interface Streams {
  events(person: string): Promise<readonly LedgerEvent[]>;
  history(person: string): Promise<History>;
}

/** What a basis knows of a person under all his ids. */
export async function joinedHistory(
  person: string,
  knownAt: KnownAt,
  { events, history }: Streams,
): Promise<{ history: History; one: OnePerson }> {
  const own = await history(person);
  const one = await readOnePerson(person, own, history);
  if (one.persons.length === 1) return { history: own, one };
  const streams = await Promise.all(one.persons.map(events));
  return { history: historyAt(streams.flat(), knownAt), one };
}
