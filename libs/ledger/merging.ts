import { deterministicId, parseStream, personStream, type EventOf, type LedgerEvent } from '../../events';
import { readOnePerson } from '../../projections/grounds';
import { historyAt } from '../../projections/history';
import type { EventFault, RecordOutcome } from './recording';

type Merging = EventOf<'Merged'> | EventOf<'Unmerged'>;

interface MergingParts {
  /** Everything recorded in a stream, as it stands now. */
  read(stream: string): Promise<readonly LedgerEvent[]>;
  append(stream: string, events: readonly LedgerEvent[]): Promise<RecordOutcome>;
}

/** Whether an input or an event merges persons, or takes them apart. */
export function isMerging(event: unknown): boolean {
  const { type } = (event ?? {}) as { type?: unknown };
  return type === 'Merged' || type === 'Unmerged';
}

/** Merges and takes apart one after another, each told in both persons' streams, so that either leads to the other. */
export class MergingDoor {
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: MergingParts) {}

  /** One after another: what two requests at once would each find allowed may together lead in a circle. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /**
   * What stands against merging or taking apart: nobody there, one person already, counted under somebody else, never merged. An
   * event that is recorded already is a request sent again, and nothing stands against it.
   */
  async faults(stream: string, events: readonly LedgerEvent[]): Promise<EventFault[]> {
    const there = new Set((await this.parts.read(stream)).map(({ id }) => id));
    const faults: EventFault[] = [];
    const named = new Set<string>();
    for (const [index, event] of events.entries()) {
      if (!merges(event) || there.has(event.id)) continue;
      const { otherPersonId } = event.data;
      const expected = named.has(otherPersonId)
        ? 'one Merged or Unmerged of two persons in a batch'
        : await this.against(parseStream(stream)!.id, event);
      named.add(otherPersonId);
      if (expected !== undefined) faults.push({ index, field: 'data.otherPersonId', value: otherPersonId, expected });
    }
    return faults;
  }

  /** Tells the other stream of each. Said again it changes nothing, so a request that broke off is mended by sending it again. */
  async tellOthers(events: readonly LedgerEvent[]): Promise<RecordOutcome | undefined> {
    for (const event of events) {
      if (!merges(event)) continue;
      const counterpart = counterpartOf(event);
      let outcome = await this.parts.append(counterpart.stream, [counterpart]);
      if (outcome.outcome === 'invalid') {
        // Migrated history that comes after something later is told with today's time.
        const { migratedFrom: _, ...metadata } = counterpart.metadata;
        outcome = await this.parts.append(counterpart.stream, [{ ...counterpart, metadata }]);
      }
      if (outcome.outcome !== 'recorded' && outcome.outcome !== 'alreadyRecorded') return outcome;
    }
    return undefined;
  }

  private async against(person: string, event: Merging): Promise<string | undefined> {
    const { otherPersonId: other } = event.data;
    if (other === person) return 'another person than the one of the stream';
    const [mine, theirs] = [await this.onePerson(person), await this.onePerson(other)];
    const together = mine.persons.includes(other) || theirs.persons.includes(person);
    if (event.type === 'Unmerged') {
      if (!together) return `a person merged with ${person}; the two are apart`;
      const direct = await this.directlyMerged(person, other);
      return direct
        ? undefined
        : `one of those with whom ${person} was merged directly; ${mine.persons.join(', ')} are one person by way of others`;
    }
    if ((await this.parts.read(personStream(other))).length === 0) return 'a person of whom the ledger holds an event';
    if (together) {
      // Said by one stream alone, it is a merge that broke off: saying it again completes it.
      if ((await this.directlyMerged(person, other)) === 'half') return undefined;
      return `somebody else: ${mine.persons.join(', ')} are one person already, counted under ${mine.countedUnder}`;
    }
    if (mine.countedUnder !== person)
      return `a request for ${mine.countedUnder}, under whom ${person} is counted already`;
    if (theirs.countedUnder !== other) return `${theirs.countedUnder}, under whom ${other} is counted already`;
    return undefined;
  }

  private async directlyMerged(person: string, other: string): Promise<'both' | 'half' | undefined> {
    const said = await Promise.all(
      [
        [person, other],
        [other, person],
      ].map(async ([one, two]) => {
        const words = (await this.history(one!)).facts.filter(
          (fact) => (fact.type === 'Merged' || fact.type === 'Unmerged') && fact.data.otherPersonId === two,
        );
        return words.sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : 1)).at(-1)?.type === 'Merged';
      }),
    );
    return said[0] && said[1] ? 'both' : said[0] || said[1] ? 'half' : undefined;
  }

  private async onePerson(person: string) {
    return readOnePerson(person, await this.history(person), (other) => this.history(other));
  }

  private async history(person: string) {
    return historyAt(await this.parts.read(personStream(person)), FOREVER);
  }
}

const FOREVER = '9999-12-31T23:59:59.999+08:00';

function merges(event: LedgerEvent): event is Merging {
  return event.type === 'Merged' || event.type === 'Unmerged';
}

/** The id under which the other person's stream tells of an event. */
export function otherSideOf(id: string): string {
  return deterministicId(`the other side of ${id}`);
}

/** The same, as the other person's stream tells it. */
function counterpartOf(event: Merging): Merging {
  const person = parseStream(event.stream)!.id;
  const { otherPersonId, reason } = event.data;
  const data = { otherPersonId: person, reason };
  const { position: _position, revision: _revision, ...envelope } = event;
  const told = {
    ...envelope,
    id: otherSideOf(event.id),
    stream: personStream(otherPersonId),
    metadata: { ...event.metadata, causationId: event.id },
  };
  if (event.type === 'Unmerged') return { ...told, type: 'Unmerged', data };
  const under = event.data.countedUnder ?? person;
  return { ...told, type: 'Merged', data: under === otherPersonId ? data : { ...data, countedUnder: person } };
}
