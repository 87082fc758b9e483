import type { Fact, History } from '../history';

/** The ids that stand for one person at a basis. */
export interface OnePerson {
  /** The id under which he is counted. */
  countedUnder: string;
  /** All his ids, the one he is counted under first, the others in order. */
  persons: readonly string[];
}

/**
 * Who is one person with somebody, as far as the histories tell: those merged with him and not taken apart again, those merged
 * with them, and so on. Of each pair the word recorded last holds, in whichever stream it stands. He is counted under the one
 * who is counted under nobody; where merges lead in a circle, under the first of them by id.
 */
export function onePerson(person: string, known: ReadonlyMap<string, History>): OnePerson {
  if (!mentionsMerges(known)) return alone(person);
  const pairs = standingPairs(known);
  const persons = reached(person, pairs);
  if (persons.size === 1) return alone(person);
  const countedUnderOthers = new Set(
    pairs.filter(({ a, b }) => persons.has(a) && persons.has(b)).map(({ a, b, under }) => (under === a ? b : a)),
  );
  const ordered = [...persons].sort();
  const countedUnder = ordered.find((one) => !countedUnderOthers.has(one)) ?? ordered[0]!;
  return { countedUnder, persons: [countedUnder, ...ordered.filter((one) => one !== countedUnder)] };
}

/** Whose histories must be known before it is clear who is one person with somebody; none once it is. */
export function unreadOfOnePerson(person: string, known: ReadonlyMap<string, History>): string[] {
  if (!mentionsMerges(known)) return [];
  return [...reached(person, standingPairs(known))].filter((one) => !known.has(one));
}

/** As `onePerson`, reading the histories that it takes. */
export async function readOnePerson(
  person: string,
  own: History,
  read: (other: string) => Promise<History>,
): Promise<OnePerson> {
  const known = new Map([[person, own]]);
  for (;;) {
    const unread = unreadOfOnePerson(person, known);
    if (unread.length === 0) return onePerson(person, known);
    for (const other of unread) known.set(other, await read(other));
  }
}

/** Everyone whom a stream ever named in a merge, standing or not. */
export function namedInMerges(events: readonly { type: string; data: object }[]): string[] {
  return events.flatMap(({ type, data }) =>
    type === 'Merged' || type === 'Unmerged' ? [(data as { otherPersonId: string }).otherPersonId] : [],
  );
}

/** Two ids that are one person, and under which of them he is counted. */
interface Pair {
  a: string;
  b: string;
  under: string;
}

type Word = Fact<'Merged'> | Fact<'Unmerged'>;

function alone(person: string): OnePerson {
  return { countedUnder: person, persons: [person] };
}

function mentionsMerges(known: ReadonlyMap<string, History>): boolean {
  for (const { byType } of known.values()) if (byType.has('Merged')) return true;
  return false;
}

function standingPairs(known: ReadonlyMap<string, History>): Pair[] {
  const last = new Map<string, { pair: Pair; word: Word }>();
  for (const [person, { byType }] of known) {
    for (const word of [...(byType.get('Merged') ?? []), ...(byType.get('Unmerged') ?? [])] as Word[]) {
      const other = word.data.otherPersonId;
      if (other === person) continue;
      const under = word.type === 'Merged' ? (word.data.countedUnder ?? person) : person;
      const pair = person < other ? { a: person, b: other, under } : { a: other, b: person, under };
      const key = `${pair.a}\n${pair.b}`;
      const before = last.get(key);
      if (before === undefined || isLater(word, before.word)) last.set(key, { pair, word });
    }
  }
  return [...last.values()].flatMap(({ pair, word }) => (word.type === 'Merged' ? [pair] : []));
}

function isLater(a: Word, b: Word): boolean {
  return a.recordedAt > b.recordedAt || (a.recordedAt === b.recordedAt && a.id > b.id);
}

function reached(person: string, pairs: readonly Pair[]): Set<string> {
  const persons = new Set([person]);
  for (const one of persons) {
    for (const { a, b } of pairs) {
      if (a === one) persons.add(b);
      if (b === one) persons.add(a);
    }
  }
  return persons;
}
