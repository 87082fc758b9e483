import {
  fingerprint,
  type AppendOutcome,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
  type StoredEvent,
} from '../../../libs/event-store';

type Base = Pick<EventStore, 'head' | 'readStream'>;

/**
 * A store to try things out on: shows what another store holds with what was appended here on top, and keeps nothing. An id that
 * stands in another stream is not noticed; everything else an append may end in, it ends in here.
 */
export class TrialStore {
  private readonly appended: StoredEvent[] = [];

  constructor(private readonly base: Base) {}

  async head(): Promise<bigint> {
    return this.appended.at(-1)?.position ?? this.base.head();
  }

  async readStream(stream: string, { fromRevision = 0, limit = Infinity } = {}): Promise<StoredEvent[]> {
    const stored = await this.base.readStream(stream);
    const own = this.appended.filter((event) => event.stream === stream);
    return [...stored, ...own].slice(fromRevision, fromRevision + limit);
  }

  async append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendOutcome> {
    const stored = await this.readStream(stream);
    const places = events.map(({ id }) => stored.findIndex((one) => one.id === id.toLowerCase()));
    const clash = events.find((event, index) => places[index]! >= 0 && !isSame(stream, event, stored[places[index]!]!));
    if (clash) return { outcome: 'conflictingId', id: clash.id };
    const last = stored[places.at(-1) ?? -1];
    if (last && places.every((place, index) => place === places[0]! + index)) {
      return { outcome: 'alreadyAppended', revision: last.revision, position: last.position };
    }
    const taken = events.find((_event, index) => places[index]! >= 0);
    if (taken) return { outcome: 'conflictingId', id: taken.id };

    const head = stored.at(-1)?.revision;
    const actual = head ?? 'noStream';
    if (expected !== actual) return { outcome: 'wrongExpectedRevision', actual };
    let position = await this.head();
    let revision = head ?? -1;
    for (const event of events) this.appended.push({ ...event, stream, revision: ++revision, position: ++position });
    return { outcome: 'appended', revision, position };
  }
}

function isSame(stream: string, event: NewEvent, stored: StoredEvent): boolean {
  return fingerprint(stream, event) === fingerprint(stream, stored);
}
