/**
 * The port every event store serves: an append-only log of streams, with explicit expected revisions and one total order.
 * Adapters: `embedded/` (SQLite, one file) and `eventstoredb/` (a server). `testing/` holds the contract both must keep.
 */

export type JsonValue = string | number | boolean | null | JsonObject | JsonValue[];
export type JsonObject = { [key: string]: JsonValue };

/** An event as its writer hands it over. Ids are unique in the whole log. */
export interface NewEvent {
  /** A UUID; stored and returned in lower case. */
  id: string;
  type: string;
  /** `YYYY-MM-DDTHH:mm:ss.sss+08:00`, stamped by the caller; the store keeps it and never makes it up. */
  recordedAt: string;
  data: JsonObject;
  /** effectiveOn, source, actor, schemaVersion, correlationId … Keys beginning with `$` or `~` belong to stores and are refused. */
  metadata: JsonObject;
}

/** An event as the log holds it. */
export interface StoredEvent extends NewEvent {
  stream: string;
  /** Place in its stream, from 0, gap-free. */
  revision: number;
  /** Place in the whole log, above 0n and rising; gap-free in the embedded store only. */
  position: bigint;
}

/** A stored event as the texts that a store keeps: what `JSON.stringify` makes of its data and metadata. For whoever reads many. */
export interface EventText {
  stream: string;
  revision: number;
  /** Of a store whose positions are below 2^53. */
  position: number;
  id: string;
  type: string;
  recordedAt: string;
  data: string;
  metadata: string;
}

/** The revision of the stream's last event as the writer last saw it, or `'noStream'` when there was none. */
export type ExpectedRevision = number | 'noStream';

/** The end of a stream: place and time of recording of its last event. */
export interface StreamHead {
  revision: number;
  recordedAt: string;
}

/** What became of an append. Every outcome but `appended` and `unknown` promises that this call wrote nothing. */
export type AppendOutcome =
  | {
      /** `alreadyAppended`: every id is stored in this stream, in a row, with the same content: a retry that had succeeded. */
      outcome: 'appended' | 'alreadyAppended';
      /** Of the last event of the batch. */
      revision: number;
      /** Of the last event of the batch. */
      position: bigint;
    }
  | { outcome: 'wrongExpectedRevision'; actual: number | 'noStream' }
  | {
      /** The id is stored already with other content, in another stream, or apart from the rest of its batch. */
      outcome: 'conflictingId';
      id: string;
    }
  | { outcome: 'refused'; reason: 'tooLarge' | 'notSerialisable' | 'empty'; message: string }
  | {
      /** The connection died or a timer ran out, and reading back did not settle it. Retry with the same ids and revision. */
      outcome: 'unknown';
      cause: Error;
    };

/** What `readAll` and `subscribeAll` let through: any of the prefixes and any of the types; an absent list lets all through. */
export interface StreamFilter {
  streamPrefixes?: string[];
  types?: string[];
}

export interface Subscription {
  state(): 'catchingUp' | 'live' | 'reconnecting' | 'stopped';
  /** The last position handled: every event up to it that the filter lets through has been handled. */
  checkpoint(): bigint;
  /** Waits for the batch being handled, so the handler must not await it; no batch begins afterwards. */
  stop(): Promise<void>;
  /** Resolves after `stop`; rejects when the handler threw or the store cannot go on. Never an unhandled rejection. */
  closed: Promise<void>;
}

export interface EventStore {
  /**
   * Appends the batch to the stream, all of it or nothing, when the stream is where the writer expects it.
   * A batch that is stored already is `alreadyAppended`, whatever the expected revision. Rejects only when the store is closed or broken.
   */
  append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendOutcome>;

  /** The stream's events from `fromRevision` (default 0), at most `limit` (default all); `[]` when there is no stream. */
  readStream(stream: string, options?: { fromRevision?: number; limit?: number }): Promise<StoredEvent[]>;

  /**
   * Where each of the streams ends, in their order; undefined where there is no stream. Absent where a store has no cheaper way than
   * to read it.
   */
  streamHeads?(streams: readonly string[]): Promise<(StreamHead | undefined)[]>;

  /** Every event after the position `after` (default 0n: from the start) in order, in batches, in constant memory. */
  readAll(options?: {
    after?: bigint;
    filter?: StreamFilter;
    limit?: number;
    batchSize?: number;
  }): AsyncIterable<StoredEvent[]>;

  /** The event at the position; undefined where none begins there. */
  eventAt(position: bigint): Promise<StoredEvent | undefined>;

  /**
   * Hands every event after `after` to the handler, in order, each once, first the stored ones, then new ones as they come.
   * The next batch waits for the handler's promise. A handler that throws stops the subscription and rejects `closed`.
   */
  subscribeAll(
    options: { after?: bigint; filter?: StreamFilter; batchSize?: number },
    handler: (batch: StoredEvent[]) => Promise<void>,
  ): Subscription;

  /**
   * Names of streams that begin with the prefix, in the order of their bytes, after the name `after`, at most `limit`. Absent
   * where a store has no such order; then nobody but a walk through the log can tell.
   */
  streamNames?(options: { prefix: string; after?: string; limit: number }): Promise<string[]>;

  /** Every stream after the name `after` through `through`, whole, in the order of their names. There where `streamNames` is. */
  readStreams?(options: { after: string; through: string }): Promise<EventText[][]>;

  /** Position of the last event; 0n when the log is empty. */
  head(): Promise<bigint>;

  /** Finishes what was accepted, stops the subscriptions, and lets go of the store. Appends after it reject. */
  close(): Promise<void>;
}

/** A store opened for reading only. */
export type EventReader = Omit<EventStore, 'append'>;
