import { dayNumber, type Day, type Instant } from '../calendar';
import { decide, type Command, type Decision } from '../enrollment';
import type { EventReader, EventStore } from '../event-store';
import type { Policies } from '../policy/evaluation';
import { answer, type Answer } from '../../projections/answer';
import {
  FOREVER,
  UnknownRegion,
  groundsFrom,
  homeRegion,
  readOnePerson,
  type KnownStreams,
  type OnePerson,
  type Wanted,
} from '../../projections/grounds';
import { historyAt, isKnown, knownAtLimit } from '../../projections/history';
import type { Grounds } from '../../projections/inquiry';
import { UnreadableEvent, employerStream, personStream, regionStream, type LedgerEvent } from '../../events';
import { RecordingClock, type Clock } from './recording-clock';
import { Recorder, type Batch, type RecordOptions, type RecordOutcome } from './recording';
import { StreamCache, type StreamSource } from './stream-cache';

/** What a ledger that only answers needs of a store. */
export type StreamReader = Pick<EventReader, 'head'> & StreamSource;

export interface LedgerOptions {
  /** Closed by whoever opened it. A reader answers; recording with it rejects. */
  store: EventStore | StreamReader;
  policies: Policies;
  clock: Clock;
}

/** A question as it is asked at the edge; what is left out the ledger fills in. */
export interface Asked {
  person: string;
  /** Left out: the region of the person's relation on the day. */
  region?: string;
  validOn: Day;
  /** A day (its last instant), an instant, or a position in the log. Left out: now. */
  knownAt?: string | bigint;
  readings?: Readonly<Record<string, string>>;
  /** What-if: other packs than the ledger's own. */
  policies?: Policies;
}

/** What a question is answered from. */
export interface Known {
  grounds: Grounds;
  /** Of the last event of the person's stream. */
  revision: number | undefined;
}

/** Nothing in the person's stream says where he belongs, so the question must name the region. */
export class RegionNeeded extends Error {
  constructor(readonly person: string) {
    super(`no event of person-${person} names a region of a relation; the question must name one`);
    this.name = 'RegionNeeded';
  }
}

/** A decision, and where it was accepted what became of recording its events. */
export interface Carried {
  decision: Decision;
  recorded?: RecordOutcome;
}

/** The ledger over a store: records facts, asks questions, decides commands. */
export function openLedger(options: LedgerOptions): Ledger {
  return new Ledger(options);
}

const DECIDING_ATTEMPTS = 5;

export class Ledger {
  private readonly store: StreamReader;
  private readonly policies: Policies;
  private readonly clock: RecordingClock;
  private readonly cache: StreamCache;
  private readonly recorder: Recorder | undefined;

  constructor({ store, policies, clock }: LedgerOptions) {
    this.store = store;
    this.policies = policies;
    this.clock = new RecordingClock(clock);
    this.cache = new StreamCache(store);
    this.recorder = 'append' in store ? new Recorder(store, this.clock, policies) : undefined;
  }

  /**
   * Checks the facts, stamps them and appends them to the stream, all or nothing. `inputs` are envelopes of the contract;
   * stream, id and recordedAt may be left out. Without an expected revision a concurrent writer is waited out.
   */
  async record(stream: string, inputs: readonly unknown[], options?: RecordOptions): Promise<RecordOutcome> {
    if (!this.recorder) throw new Error(`record in ${stream}: the store is open for reading only`);
    return this.recorder.record(stream, inputs, options);
  }

  /** As `record`, of events that have passed the door already; what is migrated keeps its `recordedAt`. */
  async append(stream: string, events: readonly LedgerEvent[]): Promise<RecordOutcome> {
    if (!this.recorder) throw new Error(`append to ${stream}: the store is open for reading only`);
    return this.recorder.append(stream, events);
  }

  /** As `append` of each batch, each all or nothing by itself; the streams differ. */
  async appendAll(batches: readonly Batch[]): Promise<RecordOutcome[]> {
    if (!this.recorder) throw new Error('append: the store is open for reading only');
    return this.recorder.appendAll(batches);
  }

  /** Position of the last event of the log. */
  head(): Promise<bigint> {
    return this.store.head();
  }

  /** The instant that a question without one is asked at: nothing recorded here so far comes after it. */
  now(): Instant {
    return this.clock.now();
  }

  recordPersonEvents(person: string, inputs: readonly unknown[], options?: RecordOptions): Promise<RecordOutcome> {
    return this.record(personStream(person), inputs, options);
  }

  recordRegionEvents(region: string, inputs: readonly unknown[], options?: RecordOptions): Promise<RecordOutcome> {
    return this.record(regionStream(region), inputs, options);
  }

  recordEmployerEvents(employer: string, inputs: readonly unknown[], options?: RecordOptions): Promise<RecordOutcome> {
    return this.record(employerStream(employer), inputs, options);
  }

  /**
   * The person's events in the order of the stream, corrections and voidings among them; none for somebody unknown. With `knownAt`
   * those that were known then. Throws `UnreadableEvent` where one of them cannot be read.
   */
  async personEvents(person: string, knownAt?: string | bigint): Promise<readonly LedgerEvent[]> {
    const stream = personStream(person);
    if (knownAt === undefined) return this.cache.events(stream, await this.store.head());
    const limit = knownAtLimit(knownAt);
    return (await this.cache.events(stream, await this.store.head(), limit)).filter((event) => isKnown(event, limit));
  }

  /** All ids of a person at a basis, the one he is counted under first. */
  async onePerson(person: string, knownAt: string | bigint = this.clock.now()): Promise<OnePerson> {
    const head = await this.store.head();
    const limit = knownAtLimit(knownAt);
    const history = (other: string) => this.cache.history(personStream(other), head, limit);
    return readOnePerson(person, await history(person), history);
  }

  /** The events of any stream. */
  async streamEvents(stream: string): Promise<readonly LedgerEvent[]> {
    return this.cache.events(stream, await this.store.head());
  }

  async regionEvents(region: string): Promise<readonly LedgerEvent[]> {
    return this.cache.events(regionStream(region), await this.store.head());
  }

  async employerEvents(employer: string): Promise<readonly LedgerEvent[]> {
    return this.cache.events(employerStream(employer), await this.store.head());
  }

  /**
   * The answer; undefined for a person without a single event. Somebody of whom an event that was known then cannot be read is
   * parked: his answer says so and leaves everything undetermined. Throws `RegionNeeded`.
   */
  async answer(asked: Asked): Promise<Answer | undefined> {
    try {
      const grounds = await this.groundsOf(asked);
      return grounds && answer(grounds);
    } catch (error) {
      if (error instanceof UnreadableEvent) return this.parked(asked, error);
      throw error;
    }
  }

  /** What an answer or decision is made from; undefined for a person without a single event. */
  async groundsOf(asked: Asked): Promise<Grounds | undefined> {
    return (await this.whatIsKnown(asked))?.grounds;
  }

  /** The same with the place of the person's stream, both at `head` of the log or later; left out: where it stands. */
  async whatIsKnown(asked: Asked, head?: bigint): Promise<Known | undefined> {
    const end = head ?? (await this.store.head());
    const stream = personStream(asked.person);
    const { revision } = this.cache.endAtHand(stream, end) ?? (await this.cache.end(stream, end));
    return revision === undefined ? undefined : { grounds: await this.grounds(asked, end), revision };
  }

  /** Decides the command on what is known now, and records nothing. Somebody unknown is decided about as having no history. */
  async decide(person: string, command: Command, on: Day): Promise<Decision> {
    return this.decideAt(person, command, on, await this.store.head());
  }

  /** Decides the command and records the events of an accepted decision; decides anew when somebody else wrote first. */
  async carryOut(person: string, command: Command, on: Day, options: RecordOptions = {}): Promise<Carried> {
    const stream = personStream(person);
    for (let attempt = 1; ; attempt++) {
      const head = await this.store.head();
      const known = await this.cache.events(stream, head);
      const decision = await this.decideAt(person, command, on, head);
      if (!decision.accepted || decision.events.length === 0) return { decision };

      const expected = options.expected ?? known.at(-1)?.revision ?? 'noStream';
      const recorded = await this.record(stream, decision.events, { ...options, expected });
      const overtaken = recorded.outcome === 'wrongExpectedRevision' && options.expected === undefined;
      if (!overtaken || attempt === DECIDING_ATTEMPTS) return { decision, recorded };
    }
  }

  private async decideAt(person: string, command: Command, on: Day, head: bigint): Promise<Decision> {
    const { region } = command.data as { region?: string };
    return decide(command, await this.grounds({ person, region, validOn: on }, head), on);
  }

  /** Put together from the streams at hand; what turns out to be missing is read, and they are put together anew. */
  private async grounds(asked: Asked, head: bigint): Promise<Grounds> {
    const { person, region, validOn, readings, policies = this.policies } = asked;
    const knownAt = asked.knownAt ?? this.clock.now();
    const wanted: Wanted = { person, validOn, knownAt };
    if (region !== undefined) wanted.region = region;
    if (readings !== undefined) wanted.readings = readings;
    for (;;) {
      const missing = new Set<string>();
      const grounds = this.groundsAtHand(wanted, policies, head, missing);
      if (grounds && missing.size === 0) return grounds;
      if (missing.size === 0) throw new RegionNeeded(person);
      await this.cache.fetch(missing, head);
    }
  }

  /** The grounds as far as streams are at hand; the others are `missing`. Undefined where nothing names a region. */
  private groundsAtHand(wanted: Wanted, policies: Policies, head: bigint, missing: Set<string>): Grounds | undefined {
    const limit = knownAtLimit(wanted.knownAt);
    const eventsOf = (stream: string) => {
      const events = this.cache.eventsAtHand(stream, head, limit);
      if (!events) missing.add(stream);
      return events ?? [];
    };
    const known: KnownStreams = (...streams) =>
      (streams.length === 1 ? this.cache.historyAtHand(streams[0]!, head, limit) : undefined) ??
      historyAt(streams.flatMap(eventsOf), limit);
    // A question about a time before anything was known is still asked of the region that later became his.
    const laterRegion = (persons: readonly string[]) =>
      homeRegion(
        historyAt(
          persons.flatMap((one) => eventsOf(personStream(one))),
          FOREVER,
        ).facts,
        dayNumber(wanted.validOn),
      );
    try {
      return groundsFrom({ ...wanted, laterRegion }, known, policies);
    } catch (error) {
      if (error instanceof UnknownRegion) return undefined;
      throw error;
    }
  }

  private async parked(asked: Asked, error: UnreadableEvent): Promise<Answer> {
    const { person, validOn, knownAt = this.clock.now(), policies = this.policies } = asked;
    const stored = await this.store.readStream(personStream(person));
    const region =
      asked.region ?? stored.map(({ data }) => data['region']).findLast((code) => typeof code === 'string');
    if (region === undefined) throw new RegionNeeded(person);
    const nothing = historyAt([], knownAtLimit(knownAt));
    const question = { person, region, validOn, knownAt };
    return {
      ...answer({ question, person: nothing, regions: new Map(), policies }),
      benefit: { status: 'undetermined' },
      because: [],
      undetermined: [{ question: 'history', why: 'parked', needs: `${error.stream} revision ${error.revision}` }],
    };
  }
}
