import { toDay, type DayNumber } from '../../calendar';
import type { EventReader, EventText, StoredEvent } from '../../event-store';
import type { Policies } from '../../policy/evaluation';
import {
  UnreadableEvent,
  employerStream,
  fromStored,
  personStream,
  regionStream,
  type LedgerEvent,
} from '../../../events';
import {
  employersOf,
  homeRegion,
  mergedPeople,
  readOnePerson,
  regionsOf,
  type OnePerson,
} from '../../../projections/grounds';
import { factsOf, historyAt, type History } from '../../../projections/history';
import { noRows, rowsOf, type UnknownCode } from '../../../projections/rows';
import type { ParkedRow, PersonRow } from '../schema';
import { contentHash, readFacts, unknownCodes, writeFacts, writtenHistory } from './facts';
import type { Folded } from './folded';
import { plainFacts } from './plain-facts';
import { SharedStreams } from './shared-streams';

type StreamReader = Pick<EventReader, 'readStream'>;

/** Who counts under whom; undefined where a person counts as himself. */
export type MergedInto = (person: string) => string | undefined;

/**
 * Folds persons: from their events to everything the read model holds of them, as the log stood at a limit. What cannot be
 * read or evaluated parks that person, and only him.
 */
export class Folding {
  readonly shared: SharedStreams;

  constructor(
    private readonly store: StreamReader,
    private readonly policies: Policies,
    private readonly mergedInto: MergedInto,
  ) {
    this.shared = new SharedStreams((stream) => this.read(stream));
  }

  /** A person as the log has him up to `limit`; undefined where it has nothing. */
  async fromLog(person: string, limit: bigint): Promise<Folded | undefined> {
    const stored = await this.store.readStream(personStream(person));
    return stored.length === 0 ? undefined : this.fromEvents(person, stored, limit);
  }

  /** As `fromEvents`, from the texts that the store keeps. */
  async fromTexts(person: string, texts: readonly EventText[], limit: bigint): Promise<Folded | undefined> {
    const last = texts.at(-1)!;
    const stands = { revision: last.revision, events: texts.length, position: BigInt(last.position) };
    if (stands.position <= limit) {
      try {
        const plain = plainFacts(texts);
        if (plain) {
          const { history, factTexts, coded } = plain;
          const codes = unknownCodes(coded, history);
          const facts = writtenHistory(factTexts, codes);
          const mergedInto = this.mergedInto(person);
          const known = { history, codes, facts, joins: [], mergedInto, hash: contentHash(facts) };
          return await this.evaluate(person, stands, known, limit);
        }
      } catch (error) {
        if (error instanceof StoreFailed) throw error.cause;
        // Reading in full tells what is wrong, and of which event.
      }
    }
    return this.fromEvents(person, texts.map(parsed), limit);
  }

  /** A person's rows from the events of his stream up to `limit`; undefined where there are none. */
  async fromEvents(person: string, stored: readonly StoredEvent[], limit: bigint): Promise<Folded | undefined> {
    const own = stored.at(-1)!.position <= limit ? stored : stored.filter(({ position }) => position <= limit);
    const last = own.at(-1);
    if (!last) return undefined;
    const stands = { revision: last.revision, events: own.length, position: last.position };
    try {
      let events = own.map(fromStored);
      let history = historyAt(events, limit);
      const { countedUnder, persons } = await this.onePerson(person, history, limit);
      const joins = countedUnder === person ? persons.slice(1) : [];
      if (joins.length > 0) {
        for (const other of joins) events = events.concat(await this.events(other));
        history = historyAt(events, limit);
      }
      const codes = unknownCodes(events, history);
      const facts = writeFacts(history, codes);
      const mergedInto = countedUnder === person ? this.mergedInto(person) : countedUnder;
      const known = { history, codes, facts, joins, mergedInto, hash: contentHash(facts) };
      return await this.evaluate(person, stands, known, limit);
    } catch (error) {
      if (error instanceof StoreFailed) throw error.cause;
      return this.park(person, stands, last, error);
    }
  }

  /** A person's rows from his facts as they are stored: under other policies, or because a ground has changed. */
  async fromFacts(row: PersonRow, facts: string, limit: bigint): Promise<Folded> {
    const stands = { revision: row.revision, events: row.events, position: BigInt(row.position) };
    try {
      const { history, codes } = readFacts(facts, stands.position);
      // Somebody counted under another has the facts of his own stream alone, and joins nobody.
      const joins = row.merged_into === null ? mergedPeople(history).filter((other) => other !== row.person) : [];
      const mergedInto = this.mergedInto(row.person);
      const known = { history, codes, facts, joins, mergedInto, hash: row.content_hash };
      return await this.evaluate(row.person, stands, known, limit);
    } catch (error) {
      if (error instanceof StoreFailed) throw error.cause;
      return this.park(row.person, stands, undefined, error);
    }
  }

  /** Who is one person with him, as the log stands at the limit; throws where one of their streams cannot be read. */
  onePerson(person: string, own: History, limit: bigint): Promise<OnePerson> {
    return readOnePerson(person, own, async (other) => historyAt(await this.events(other), limit));
  }

  private async events(person: string): Promise<LedgerEvent[]> {
    return (await this.read(personStream(person))).map(fromStored);
  }

  private async read(stream: string): Promise<StoredEvent[]> {
    try {
      return await this.store.readStream(stream);
    } catch (cause) {
      throw new StoreFailed(`${stream} could not be read`, { cause });
    }
  }

  private async evaluate(person: string, stands: Stands, known: Known, limit: bigint): Promise<Folded> {
    const { history, codes, facts, joins, mergedInto, hash } = known;
    const first = history.facts[0]?.day;
    const latest = history.facts.at(-1)?.day;
    const region = latest === undefined ? undefined : homeRegion(history.facts, latest);
    const regionIds = region === undefined ? [] : regionsOf(history.facts, region);
    const employerIds = region === undefined ? [] : employersOf(history.facts);
    const row: PersonRow = {
      person,
      revision: stands.revision,
      position: Number(history.position > stands.position ? history.position : stands.position),
      events: stands.events,
      region: region ?? null,
      first_day: written(first),
      latest_day: written(latest),
      died_on: written(factsOf(history, 'Died').at(-1)?.day),
      merged_into: mergedInto ?? null,
      content_hash: hash,
    };
    const rows =
      mergedInto === undefined
        ? rowsOf({
            person,
            region,
            history,
            regions: await this.shared.known(regionIds, regionStream, limit),
            employers: await this.shared.known(employerIds, employerStream, limit),
            policies: this.policies,
            codes,
          })
        : noRows();
    const grounds = [...regionIds.map(regionStream), ...employerIds.map(employerStream), ...joins.map(personStream)];
    return { person: row, facts, grounds, joins, rows };
  }

  private park(person: string, stands: Stands, last: StoredEvent | undefined, error: unknown): Folded {
    const stream = personStream(person);
    const unreadable = error instanceof UnreadableEvent ? error : undefined;
    const parked: ParkedRow = {
      person,
      stream: unreadable?.stream ?? stream,
      revision: unreadable?.revision ?? stands.revision,
      type: unreadable?.type ?? last?.type ?? '',
      version: unreadable?.version === undefined ? null : String(unreadable.version),
      reason: reasonOf(error),
      parked_at: '',
    };
    const rows = noRows();
    rows.exceptions.push({
      kind: 'parked',
      region: null,
      question: 'history',
      rule: null,
      why: 'parked',
      needs: `${parked.stream} revision ${parked.revision}`,
      detail: parked.type,
      from_day: null,
      through_day: null,
    });
    const row: PersonRow = {
      person,
      revision: stands.revision,
      position: Number(stands.position),
      events: stands.events,
      region: null,
      first_day: null,
      latest_day: null,
      died_on: null,
      merged_into: this.mergedInto(person) ?? null,
      content_hash: '',
    };
    const grounds = parked.stream === stream ? [] : [parked.stream];
    return { person: row, facts: '', grounds, joins: [], rows, parked };
  }
}

function parsed({ data, metadata, position, ...event }: EventText): StoredEvent {
  return {
    ...event,
    position: BigInt(position),
    data: JSON.parse(data) as StoredEvent['data'],
    metadata: JSON.parse(metadata) as StoredEvent['metadata'],
  };
}

/** The store did not answer: nobody's fault, and nobody is parked for it. */
class StoreFailed extends Error {}

interface Stands {
  revision: number;
  events: number;
  position: bigint;
}

interface Known {
  history: History;
  codes: readonly UnknownCode[];
  facts: string;
  joins: readonly string[];
  /** The person he is counted under; undefined where he counts as himself. */
  mergedInto: string | undefined;
  hash: string;
}

/** An unreadable event tells of itself without personal data; of anything else only the kind is told. */
function reasonOf(error: unknown): string {
  if (error instanceof UnreadableEvent) return error.message;
  return `his history cannot be evaluated: ${error instanceof Error ? error.name : typeof error}`;
}

function written(day: DayNumber | undefined): string | null {
  return day === undefined ? null : toDay(day);
}
