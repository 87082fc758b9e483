import type { Day } from '../libs/calendar';
import { Optional, Text, Texts, OneOf, WholeNumber } from './fields';
import { sources, type EventType, type Source, type StreamKind } from './words';

/** Where a fact came from, and what it hangs together with. */
export class EventMetadata {
  /** Who told the ledger. */
  @Optional()
  @OneOf(sources)
  source?: Source;

  /** Who or what recorded it: an account or a program, by id, never by a person's name. */
  @Optional()
  @Text()
  actor?: string;

  /** References to the documents behind the fact. */
  @Optional()
  @Texts()
  evidence?: string[];

  /** Codes of the sender that the ledger does not know, as `column=code`: kept for a person to look at. */
  @Optional()
  @Texts()
  exceptions?: string[];

  /** The id that everything done for one request shares. */
  @Optional()
  @Text()
  correlationId?: string;

  /** The id of the event or command that led to this one. */
  @Optional()
  @Text()
  causationId?: string;

  /** The version of the event's data; the ledger writes it, a sender may leave it out. */
  @Optional()
  @WholeNumber({ from: 1 })
  schemaVersion?: number;

  /** The system whose history this is; with it `recordedAt` keeps that system's time. */
  @Optional()
  @Text()
  migratedFrom?: string;

  /** The stored copy of the envelope's `effectiveOn`; a sender leaves it out. */
  @Optional()
  @Text()
  effectiveOn?: Day;
}

/** What every event carries beside its own fields. */
export interface Envelope<T extends EventType, Data> {
  /** A UUID; the same id is never stored twice. */
  id: string;
  type: T;
  /** `person-<personId>`, `employer-<uscc>` or `region-<code>`. */
  stream: string;
  /** Valid time: the day the fact holds in the world; of a `Paid` the day the money arrived (到账日). */
  effectiveOn: Day;
  /** Transaction time: when the ledger learned it, `YYYY-MM-DDTHH:mm:ss.sss+08:00`; orders as text. */
  recordedAt: string;
  /** Place in the whole log, from the store. */
  position?: string | bigint;
  /** Place in the stream, from 0, from the store. */
  revision?: number;
  data: Data;
  metadata: EventMetadata;
}

/** What the code must know of an event type: where it may stand, how its data is validated, how older data becomes today's. */
export interface EventDefinition<T extends EventType, Data extends object> {
  type: T;
  /** The version that is written today, from 1. */
  version: number;
  /** The kinds of stream it may stand in. */
  streamKinds: readonly StreamKind[];
  dataClass: new () => Data;
  /** By version: makes data of that version into data of the next one. */
  upcasters: Readonly<Record<number, Upcaster>>;
}

export type Upcaster = (data: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** An event type at its first version, in a person's stream, unless `changes` says otherwise. */
export function define<T extends EventType, Data extends object>(
  type: T,
  dataClass: new () => Data,
  changes: Partial<Pick<EventDefinition<T, Data>, 'version' | 'streamKinds' | 'upcasters'>> = {},
): EventDefinition<T, Data> {
  return { type, version: 1, streamKinds: ['person'], dataClass, upcasters: {}, ...changes };
}
