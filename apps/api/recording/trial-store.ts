import {
  fingerprint,
  type AppendOutcome,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
  type StoredEvent,
} from '../../../libs/event-store';
import { openLedger, type Ledger } from '../../../libs/ledger';
import type { Policies } from '../../../libs/policy/evaluation';

/** A ledger to try things out on: it answers and records like the one over the store, and keeps nothing of what it records. */
export function trialLedger(store: Base, policies: Policies): Ledger {
  return openLedger({ store: new TrialStore(store), policies, clock: Date.now });
}

type Base = Pick<EventStore, 'head' | 'readStream'>;

/**
 * A store to try things out on: shows what another store holds with what was appended here on top, and keeps nothing. An id that
 * stands in another stream is not noticed; everything else an append may end in, it ends in here.
 */
class TrialStore {
  private readonly appended = new Map<string, StoredEvent[]>();
  private last: bigint | undefined;

  constructor(private readonly base: Base) {}

  async head(): Promise<bigint> {
    return this.last ?? this.base.head();
  }

  async readStream(stream: string, { fromRevision = 0, limit = Infinity } = {}): Promise<StoredEvent[]> {
    const stored = await this.base.readStream(stream);
    return [...stored, ...(this.appended.get(stream) ?? [])].slice(fromRevision, fromRevision + limit);
  }

  async append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendOutcome> {
    const ids = events.map(({ id }) => id.toLowerCase());
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined) return { outcome: 'conflictingId', id: twice };

    const stored = await this.readStream(stream);
    const places = ids.map((id) => stored.findIndex((one) => one.id === id));
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
    const before = await this.base.head();
    let position = this.last ?? before;
    let revision = head ?? -1;
    const added = events.map(({ id, type, recordedAt, data, metadata }) => {
      return { id, type, recordedAt, data, metadata, stream, revision: ++revision, position: ++position };
    });
    this.appended.set(stream, [...(this.appended.get(stream) ?? []), ...added]);
    this.last = position;
    return { outcome: 'appended', revision, position };
  }
}

function isSame(stream: string, event: NewEvent, stored: StoredEvent): boolean {
  return fingerprint(stream, event) === fingerprint(stream, stored);
}
