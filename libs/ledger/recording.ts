import { randomUUID } from 'node:crypto';
import {
  RecentlyUsed,
  type AppendOutcome,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
} from '../event-store';
import type { Policies } from '../policy/evaluation';
import {
  deterministicId,
  fromStored,
  parseEvent,
  toStored,
  validateCorrection,
  type Fault,
  type LedgerEvent,
  type Source,
} from '../../events';
import { historyAt } from '../../projections/history';
import { MergingDoor, isMerging } from './merging';
import type { RecordingClock } from './recording-clock';
import { WrittenFact } from './written-fact';

/** How facts are recorded. */
export interface RecordOptions {
  /** The stream's revision as the sender last saw it. Left out: wherever the stream stands, tried again a few times. */
  expected?: ExpectedRevision;
  /** Makes the ids of events that have none, so that the same request sent twice is recorded once. */
  idempotencyKey?: string;
  /** Who records, by account or program, never by name. */
  actor?: string;
  /** Who told it, where the event does not say. */
  source?: Source;
  correlationId?: string;
  causationId?: string;
  /** The system whose history the events are; with it they keep their own `recordedAt`. */
  migratedFrom?: string;
}

/** A fault of one event of a request. */
export interface EventFault extends Fault {
  /** The event's place in the request, from 0. */
  index: number;
}

/** What became of a request to record. Every outcome but `recorded` and `unknown` promises that nothing was written. */
export type RecordOutcome =
  | { outcome: 'recorded' | 'alreadyRecorded'; events: LedgerEvent[]; revision: number; position: bigint }
  | { outcome: 'invalid'; faults: EventFault[] }
  | { outcome: 'wrongExpectedRevision'; actual: ExpectedRevision }
  /** The id (or the idempotency key behind it) was used before for something else. */
  | { outcome: 'conflictingId'; id: string }
  | { outcome: 'refused'; reason: 'tooLarge' | 'notSerialisable' | 'empty'; message: string }
  | { outcome: 'unknown'; cause: Error };

const ATTEMPTS = 8;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const HEADS_KEPT = 200_000;

interface Head {
  revision: number;
  recordedAt?: string;
}

const NO_STREAM: Head = { revision: -1 };

/** Events that go to one stream together. */
export interface Batch {
  stream: string;
  events: readonly LedgerEvent[];
}

type Stamped = { events: LedgerEvent[] } | { faults: EventFault[] };

/** Checks facts at the door, stamps them and appends them, as one batch to one stream. */
export class Recorder {
  private readonly heads = new RecentlyUsed<Head>(HEADS_KEPT);
  private readonly turns = new Map<string, Promise<unknown>>();
  private readonly groups = new Set<Group>();
  private readonly merging = new MergingDoor({
    read: async (stream) => (await this.store.readStream(stream)).map(fromStored),
    append: (stream, events) => this.appendOne(stream, events),
  });

  constructor(
    private readonly store: EventStore,
    private readonly clock: RecordingClock,
    private readonly policies: Policies,
  ) {}

  async record(stream: string, inputs: readonly unknown[], options: RecordOptions = {}): Promise<RecordOutcome> {
    const read = inputs.map((input, index) => this.read(stream, input, index, options));
    const faults = read.flatMap((one) => ('faults' in one ? one.faults : []));
    if (faults.length > 0) return { outcome: 'invalid', faults };
    const events = read.flatMap((one) => ('event' in one ? [one.event] : []));
    return this.append(stream, events, options.expected);
  }

  /** As `record`, of events that have passed the door; `recordedAt` is stamped over unless they are migrated. */
  append(stream: string, unstamped: readonly LedgerEvent[], expected?: ExpectedRevision): Promise<RecordOutcome> {
    if (!unstamped.some(isMerging)) return this.appendOne(stream, unstamped, expected);
    return this.merging.inTurn(async () => {
      const faults = await this.merging.faults(stream, unstamped);
      if (faults.length > 0) return { outcome: 'invalid', faults };
      const outcome = await this.appendOne(stream, unstamped, expected);
      if (outcome.outcome !== 'recorded' && outcome.outcome !== 'alreadyRecorded') return outcome;
      return (await this.merging.tellOthers(outcome.events)) ?? outcome;
    });
  }

  /** As `append` of each batch, each all or nothing by itself; the streams differ. Batches that nothing stands against go side by side. */
  async appendAll(batches: readonly Batch[]): Promise<RecordOutcome[]> {
    const heads = await this.headsOf(batches);
    const outcomes = await this.appendGroup(batches.map((batch, index) => this.ready(batch, heads[index])));
    // Anything but recorded is left to `append`, which tries again or says why not.
    const left = placesOf(outcomes, undefined);
    const later = await Promise.all(left.map((index) => this.append(batches[index]!.stream, batches[index]!.events)));
    later.forEach((outcome, place) => (outcomes[left[place]!] = outcome));
    return outcomes as RecordOutcome[];
  }

  /** The batch stamped, where nothing stands against appending it beside others. */
  private ready({ stream, events }: Batch, head: Head | undefined): Ready | undefined {
    if (head === undefined || this.turnOf(stream) !== undefined || events.some(isSpecial)) return undefined;
    const stamped = this.stamp(events, head);
    if ('faults' in stamped) return undefined;
    return { stream, events: stamped.events, expected: head.revision < 0 ? 'noStream' : head.revision };
  }

  /** What became of those that were recorded. */
  private async appendGroup(batches: readonly (Ready | undefined)[]): Promise<(RecordOutcome | undefined)[]> {
    const group = new Group(batches);
    this.groups.add(group);
    try {
      const outcomes = await Promise.all(
        batches.map((batch) => batch && this.store.append(batch.stream, batch.events.map(toNewEvent), batch.expected)),
      );
      return outcomes.map((outcome, index) => {
        if (outcome?.outcome !== 'appended') return undefined;
        const { stream, events } = batches[index]!;
        const { revision, position } = outcome;
        this.remember(stream, revision, events);
        return { outcome: 'recorded', events, revision, position };
      });
    } finally {
      this.groups.delete(group);
      group.leave();
    }
  }

  /** What whoever writes to the stream next has to wait for. */
  private turnOf(stream: string): Promise<unknown> | undefined {
    const turn = this.turns.get(stream);
    if (turn !== undefined) return turn;
    for (const group of this.groups) if (group.has(stream)) return group.turn;
    return undefined;
  }

  /** Where the streams end, as far as it can be told of many at once. */
  private async headsOf(batches: readonly Batch[]): Promise<(Head | undefined)[]> {
    const heads = batches.map(({ stream }) => this.heads.get(stream));
    const unknown = placesOf(heads, undefined);
    if (unknown.length === 0 || this.store.streamHeads === undefined) return heads;
    const read = await this.store.streamHeads(unknown.map((index) => batches[index]!.stream));
    unknown.forEach((index, place) => (heads[index] = read[place] ?? NO_STREAM));
    return heads;
  }

  private appendOne(
    stream: string,
    unstamped: readonly LedgerEvent[],
    expected?: ExpectedRevision,
  ): Promise<RecordOutcome> {
    return this.inTurn(stream, () => this.appendNow(stream, unstamped, expected));
  }

  /** Writers of one stream wait for each other, so that only other processes are ever in each other's way. */
  private inTurn<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const before = this.turnOf(stream);
    const turn = before === undefined ? work() : before.then(work, work);
    this.turns.set(stream, turn);
    const leave = () => {
      if (this.turns.get(stream) === turn) this.turns.delete(stream);
    };
    turn.then(leave, leave);
    return turn;
  }

  private async appendNow(
    stream: string,
    unstamped: readonly LedgerEvent[],
    expected: ExpectedRevision | undefined,
  ): Promise<RecordOutcome> {
    const faults = [...(await this.amendmentFaults(stream, unstamped)), ...this.rulingFaults(unstamped)];
    if (faults.length > 0) return { outcome: 'invalid', faults };
    for (let attempt = 1; ; attempt++) {
      const head = await this.head(stream, attempt > 1);
      const stamped = this.stamp(unstamped, head);
      if ('faults' in stamped) return this.alreadyThere(stream, unstamped, stamped.faults, head);

      const revision = expected ?? (head.revision < 0 ? 'noStream' : head.revision);
      const outcome = await this.store.append(stream, stamped.events.map(toNewEvent), revision);
      const last = attempt === ATTEMPTS;
      if (outcome.outcome === 'appended') this.remember(stream, outcome.revision, stamped.events);
      if (outcome.outcome === 'wrongExpectedRevision' && expected === undefined && !last) continue;
      if (outcome.outcome === 'unknown' && !last) continue;
      return this.outcomeOf(stream, outcome, stamped.events);
    }
  }

  private async outcomeOf(stream: string, outcome: AppendOutcome, events: LedgerEvent[]): Promise<RecordOutcome> {
    switch (outcome.outcome) {
      case 'appended': {
        const { revision, position } = outcome;
        return { outcome: 'recorded', events, revision, position };
      }
      case 'alreadyAppended': {
        const { revision, position } = outcome;
        const stored = await this.store.readStream(stream, {
          fromRevision: revision - events.length + 1,
          limit: events.length,
        });
        return { outcome: 'alreadyRecorded', events: stored.map(fromStored), revision, position };
      }
      case 'refused':
        return { outcome: 'refused', reason: outcome.reason, message: outcome.message };
      default:
        return outcome;
    }
  }

  /** Migrated facts that come late are refused, unless they are a request sent again. */
  private async alreadyThere(
    stream: string,
    events: readonly LedgerEvent[],
    faults: EventFault[],
    head: Head,
  ): Promise<RecordOutcome> {
    if (head.revision < 0) return { outcome: 'invalid', faults };
    // The stream is there, so expecting none can append nothing.
    const outcome = await this.store.append(stream, events.map(toNewEvent), 'noStream');
    const settled = outcome.outcome === 'alreadyAppended' || outcome.outcome === 'conflictingId';
    return settled ? this.outcomeOf(stream, outcome, [...events]) : { outcome: 'invalid', faults };
  }

  private read(
    stream: string,
    input: unknown,
    index: number,
    options: RecordOptions,
  ): { event: LedgerEvent } | { faults: EventFault[] } {
    const { idempotencyKey, actor, source, correlationId, causationId, migratedFrom } = options;
    const sent = (typeof input === 'object' && input !== null ? input : {}) as { id?: unknown; recordedAt?: unknown };
    const parsed = parseEvent(input, {
      stream,
      recordedAt: this.clock.now(),
      makeId: () =>
        idempotencyKey === undefined ? randomUUID() : deterministicId(`${stream}\n${idempotencyKey}\n${index}`),
    });
    if (!parsed.ok) return { faults: parsed.faults.map((fault) => ({ index, ...fault })) };

    const { event } = parsed;
    const { metadata } = event;
    if (actor !== undefined) metadata.actor = actor;
    metadata.source ??= source;
    metadata.correlationId ??= correlationId;
    metadata.causationId ??= causationId;
    if (sent.recordedAt !== undefined) metadata.migratedFrom ??= migratedFrom;

    const faults: EventFault[] = [];
    const refuse = (field: string, value: unknown, expected: string) => faults.push({ index, field, value, expected });
    if (event.stream !== stream) refuse('stream', event.stream, `left out, or ${stream}`);
    if (!UUID.test(event.id)) refuse('id', sent.id, 'a UUID, or left out');
    if (sent.recordedAt !== undefined && metadata.migratedFrom === undefined) {
      refuse(
        'recordedAt',
        sent.recordedAt,
        'left out: the ledger stamps it, unless metadata.migratedFrom names the system whose history it is',
      );
    }
    if (sent.recordedAt === undefined && metadata.migratedFrom !== undefined) {
      refuse('recordedAt', undefined, 'the instant at which the system named in metadata.migratedFrom recorded it');
    }
    return faults.length > 0 ? { faults } : { event };
  }

  /** What is wrong with corrections and voidings as seen from the stream: no such target, fields it does not take. */
  private async amendmentFaults(stream: string, events: readonly LedgerEvent[]): Promise<EventFault[]> {
    if (!events.some(isAmendment)) return [];
    const stored = (await this.store.readStream(stream)).map(fromStored);
    const all = [...stored, ...events];
    const types = new Map(all.map(({ id, type }) => [id, type]));
    const standing = new Map(historyAt(stored, FOREVER).facts.map(({ id, data }) => [id, data as object]));
    return events.flatMap((event, index): EventFault[] => {
      if (!isAmendment(event)) return [];
      const { target } = event.data;
      const type = types.get(target);
      if (type === undefined || target === event.id) {
        return [{ index, field: 'data.target', value: target, expected: `the id of an event of ${stream}` }];
      }
      if (isMerging({ type })) {
        // The other person's stream tells the same, and would not know.
        const expected = 'an event other than Merged and Unmerged; record the one that undoes it instead';
        return [{ index, field: 'data.target', value: target, expected }];
      }
      if (event.type === 'Voided' || event.data.data === undefined || type === 'Corrected' || type === 'Voided')
        return [];
      return validateCorrection(type, event.data.data, standing.get(target)).map((fault) => ({ index, ...fault }));
    });
  }

  /** Rulings that choose what no pack offers: recorded, they would look like decisions and decide nothing. */
  private rulingFaults(events: readonly LedgerEvent[]): EventFault[] {
    return events.flatMap((event, index): EventFault[] => {
      if (event.type !== 'RulingRecorded') return [];
      const { reading, choice } = event.data;
      const choices = new Set(
        this.policies.packs.flatMap(({ readings }) => Object.keys(readings[reading]?.choices ?? {})),
      );
      if (choices.has(choice)) return [];
      return choices.size === 0
        ? [
            {
              index,
              field: 'data.reading',
              value: reading,
              expected: 'a reading that a policy pack declares, such as A-01',
            },
          ]
        : [
            {
              index,
              field: 'data.choice',
              value: choice,
              expected: `one of the choices of ${reading}: ${[...choices].sort().join(', ')}`,
            },
          ];
    });
  }

  /** `recordedAt` of a batch: one moment for what is new, its own for migrated history, never before what the stream holds. */
  private stamp(events: readonly LedgerEvent[], head: Head): Stamped {
    let earlier = head.recordedAt;
    const moment = this.clock.after(earlier);
    const faults: EventFault[] = [];
    const stamped = events.map((event, index) => {
      if (!isMigrated(event)) {
        earlier = moment;
        return recordedOn(event, moment);
      }
      const { recordedAt } = event;
      const refuse = (expected: string) => faults.push({ index, field: 'recordedAt', value: recordedAt, expected });
      if (earlier !== undefined && recordedAt < earlier)
        refuse(`not before ${earlier}, the last instant recorded in ${event.stream}`);
      else if (recordedAt > moment) refuse(`not after now (${moment})`);
      else earlier = recordedAt;
      return event;
    });
    return faults.length > 0 ? { faults } : { events: stamped };
  }

  private async head(stream: string, fresh: boolean): Promise<Head> {
    const kept = this.heads.get(stream);
    if (kept !== undefined && !fresh) return kept;
    if (this.store.streamHeads !== undefined) {
      const [head] = await this.store.streamHeads([stream]);
      return head === undefined ? NO_STREAM : this.keep(stream, head);
    }
    const newer = await this.store.readStream(stream, { fromRevision: kept === undefined ? 0 : kept.revision + 1 });
    const last = newer.at(-1);
    if (last === undefined) return kept ?? NO_STREAM;
    return this.keep(stream, { revision: last.revision, recordedAt: last.recordedAt });
  }

  private remember(stream: string, revision: number, events: readonly LedgerEvent[]): void {
    this.keep(stream, { revision, recordedAt: events.at(-1)!.recordedAt });
  }

  private keep(stream: string, head: Head): Head {
    this.heads.set(stream, head);
    return head;
  }
}

/** A batch that is stamped, and where its stream stands. */
interface Ready {
  stream: string;
  events: LedgerEvent[];
  expected: ExpectedRevision;
}

/** Batches that are appended side by side. */
class Group {
  readonly turn: Promise<void>;
  leave!: () => void;
  private streams: Set<string> | undefined;

  constructor(private readonly batches: readonly (Ready | undefined)[]) {
    this.turn = new Promise((resolve) => (this.leave = resolve));
  }

  /** Seldom asked, so that the set is made only then. */
  has(stream: string): boolean {
    this.streams ??= new Set(this.batches.flatMap((batch) => batch?.stream ?? []));
    return this.streams.has(stream);
  }
}

/** Where the value stands in the list. */
function placesOf<T>(list: readonly T[], value: T): number[] {
  const places: number[] = [];
  list.forEach((one, place) => one === value && places.push(place));
  return places;
}

const FOREVER = '9999-12-31T23:59:59.999+08:00';

/** What must be looked at beside its stream's end: it names other events, other persons or a pack's readings. */
function isSpecial(event: LedgerEvent): boolean {
  return isAmendment(event) || isMerging(event) || event.type === 'RulingRecorded';
}

type Amendment = Extract<LedgerEvent, { type: 'Corrected' | 'Voided' }>;

function isAmendment(event: LedgerEvent): event is Amendment {
  return event.type === 'Corrected' || event.type === 'Voided';
}

function isMigrated(event: LedgerEvent): boolean {
  return event instanceof WrittenFact ? event.migrated : event.metadata.migratedFrom !== undefined;
}

function recordedOn(event: LedgerEvent, recordedAt: string): LedgerEvent {
  if (!(event instanceof WrittenFact)) return { ...event, recordedAt };
  event.recordedAt = recordedAt;
  return event;
}

function toNewEvent(event: LedgerEvent): NewEvent {
  return event instanceof WrittenFact ? event : toStored(event);
}
