import { OPEN, type DayNumber, type Span } from '../../libs/calendar';

/**
 * What an answer that is given for one day says of all of them: asked on each of the days on which it may change, equal
 * items on neighbouring days become one stretch. The last ones stay open.
 */
export function stretches<T>(
  changes: Iterable<DayNumber>,
  ask: (on: DayNumber) => readonly T[],
): (Span & { item: T })[] {
  const days = [...new Set(changes)].sort((a, b) => a - b);
  const found: (Span & { item: T })[] = [];
  let standing = new Map<string, Span & { item: T }>();
  for (const on of days) {
    const now = new Map<string, Span & { item: T }>();
    for (const item of ask(on)) {
      const said = JSON.stringify(item);
      if (now.has(said)) continue;
      const known = standing.get(said);
      if (!known) found.push({ from: on, through: OPEN, item });
      now.set(said, known ?? found.at(-1)!);
    }
    for (const [said, span] of standing) if (!now.has(said)) span.through = on - 1;
    standing = now;
  }
  return found;
}
