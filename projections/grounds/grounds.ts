import { dayNumber } from '../../libs/calendar';
import type { Policies } from '../../libs/policy/evaluation';
import { employerStream, personStream, regionStream, type LedgerEvent } from '../../events';
import type { Question } from '../answer/answer';
import { historyAt, type History } from '../history';
import type { Grounds } from '../inquiry';
import { employersOf, homeRegion, regionsOf } from './named';
import { onePerson, unreadOfOnePerson, type OnePerson } from './one-person';

/** The histories of streams as one basis knows them; of several streams together, one history of all their events. */
export type KnownStreams = (...streams: string[]) => History;

/** A question whose region may be left to the person's relation on the day, or else to the one that later became his. */
export type Wanted = Omit<Question, 'region'> & {
  region?: string;
  laterRegion?: (persons: readonly string[]) => string | undefined;
};

/** After everything that was ever recorded. */
export const FOREVER = '9999-12-31T23:59:59.999+08:00';

/** Nothing that is known says where the person belongs, so the question must name the region. */
export class UnknownRegion extends Error {
  override readonly name = 'UnknownRegion';
}

/**
 * The grounds of a question from the streams as they are known: the person's own and those that are one person with him, and the regions
 * and employers his facts name. The same as the ledger puts together. Throws `UnknownRegion`.
 */
export function groundsFrom({ laterRegion, ...wanted }: Wanted, known: KnownStreams, policies: Policies): Grounds {
  const stream = personStream(wanted.person);
  const { persons } = onePersonAmong(wanted.person, known);
  const person = known(...persons.map(personStream));
  const region = wanted.region ?? homeRegion(person.facts, dayNumber(wanted.validOn)) ?? laterRegion?.(persons);
  if (region === undefined) {
    throw new UnknownRegion(`no event of ${stream} names a region of a relation; the question must name one`);
  }
  const histories = (ids: readonly string[], streamOf: (id: string) => string) =>
    new Map(ids.map((id) => [id, known(streamOf(id))]));
  return {
    question: { ...wanted, region },
    person,
    persons,
    regions: histories(regionsOf(person.facts, region), regionStream),
    employers: histories(employersOf(person.facts), employerStream),
    policies,
  };
}

function onePersonAmong(person: string, known: KnownStreams): OnePerson {
  const histories = new Map([[person, known(personStream(person))]]);
  for (;;) {
    const unread = unreadOfOnePerson(person, histories);
    if (unread.length === 0) return onePerson(person, histories);
    for (const other of unread) histories.set(other, known(personStream(other)));
  }
}

/** The histories of events that are all known, each stream's made once. */
export function knownStreams(events: readonly LedgerEvent[]): KnownStreams {
  const byStream = new Map<string, LedgerEvent[]>();
  for (const event of events) {
    const list = byStream.get(event.stream);
    if (list) list.push(event);
    else byStream.set(event.stream, [event]);
  }
  const histories = new Map<string, History>();
  return (...streams) => {
    const key = streams.join('\n');
    let history = histories.get(key);
    if (!history) {
      history = historyAt(
        streams.flatMap((stream) => byStream.get(stream) ?? []),
        FOREVER,
      );
      histories.set(key, history);
    }
    return history;
  };
}
