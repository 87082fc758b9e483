import type { EventDefinition } from './envelope';
import { registry, type LedgerEvent } from './registry';
import type { EventType } from './words';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** An event as a store is given it. */
export interface EventToStore {
  id: string;
  type: string;
  recordedAt: string;
  data: Record<string, Json>;
  /** With `effectiveOn` and `schemaVersion`. */
  metadata: Record<string, Json>;
}

/** An event as a store gives it back. */
export interface EventFromStore {
  id: string;
  type: string;
  stream: string;
  revision: number;
  position: string | bigint;
  recordedAt: string;
  data: object;
  metadata: object;
}

/** Thrown by `fromStored`: the log holds what this program cannot read. The person is parked; nothing is skipped silently. */
export class UnreadableEvent extends Error {
  constructor(
    readonly stream: string,
    readonly revision: number,
    readonly type: string,
    readonly version: unknown,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`cannot read revision ${revision} of ${stream}: ${type} version ${String(version)}: ${reason}`, options);
    this.name = 'UnreadableEvent';
  }
}

export function toStored(event: LedgerEvent): EventToStore {
  return {
    id: event.id,
    type: event.type,
    recordedAt: event.recordedAt,
    data: event.data as unknown as EventToStore['data'],
    metadata: {
      ...(event.metadata as EventToStore['metadata']),
      effectiveOn: event.effectiveOn,
      schemaVersion: registry[event.type].version,
    },
  };
}

/**
 * The event behind its stored form. Trusts what the door let in: checks the version, runs upcasters where it is an older one, and
 * shares `data` and `metadata` with the stored form. Throws `UnreadableEvent`.
 */
export const fromStored = readerOf(registry) as (stored: EventFromStore) => LedgerEvent;

type Definitions = Readonly<Record<string, EventDefinition<EventType, object>>>;

/** A reader of the stored events of these definitions. */
export function readerOf(definitions: Definitions): (stored: EventFromStore) => object {
  const byType = new Map(Object.entries(definitions));

  return function read(stored) {
    const metadata = stored.metadata as { schemaVersion?: number; effectiveOn?: string };
    const version = metadata.schemaVersion;
    const definition = byType.get(stored.type);
    if (definition === undefined || version === undefined || typeof metadata.effectiveOn !== 'string') {
      throw unreadable(
        stored,
        version,
        definition === undefined ? 'an unknown type' : 'metadata without schemaVersion or effectiveOn',
      );
    }
    return {
      id: stored.id,
      type: stored.type,
      stream: stored.stream,
      effectiveOn: metadata.effectiveOn,
      recordedAt: stored.recordedAt,
      position: stored.position,
      revision: stored.revision,
      data: version === definition.version ? stored.data : upcastStored(definition, stored, version),
      metadata,
    };
  };
}

/** Brings data of an older version up to today's, one version at a time. Throws where the version is none that was ever written. */
export function upcast(
  definition: EventDefinition<EventType, object>,
  data: object,
  version: number,
): Record<string, unknown> {
  let current = data as Record<string, unknown>;
  for (let from = version; from < definition.version; from++) {
    const step = definition.upcasters[from];
    if (!step) throw new Error(`${definition.type} has no upcaster from version ${from}`);
    current = step(current);
  }
  return current;
}

function upcastStored(definition: EventDefinition<EventType, object>, stored: EventFromStore, version: number): object {
  if (!Number.isInteger(version)) throw unreadable(stored, version, 'not a version number');
  if (version > definition.version) {
    throw unreadable(
      stored,
      version,
      `newer than version ${definition.version}, the newest known here; update the program`,
    );
  }
  try {
    return upcast(definition, stored.data, version);
  } catch (cause) {
    throw unreadable(stored, version, 'its upcaster failed', { cause });
  }
}

function unreadable(
  { stream, revision, type }: EventFromStore,
  version: unknown,
  reason: string,
  options?: ErrorOptions,
): UnreadableEvent {
  return new UnreadableEvent(stream, revision, type, version, reason, options);
}
