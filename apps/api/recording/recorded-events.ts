import type { LedgerEvent } from '../../../events';

/** An event as the API shows it: the envelope of the contract, positions as text. */
export interface ShownEvent {
  id: string;
  type: string;
  stream: string;
  effectiveOn: string;
  recordedAt: string;
  position: string;
  revision: number;
  data: unknown;
  metadata: unknown;
}

/** What was recorded for a request. */
export interface Recorded {
  stream: string;
  /** Of the last event. */
  revision: number;
  /** Of the last event. */
  position: string;
  events: ShownEvent[];
}

/** The envelope without what the store adds for itself. */
export function shownEvent(event: LedgerEvent): ShownEvent {
  const { effectiveOn: _stored, ...metadata } = event.metadata;
  return {
    id: event.id,
    type: event.type,
    stream: event.stream,
    effectiveOn: event.effectiveOn,
    recordedAt: event.recordedAt,
    position: String(event.position),
    revision: event.revision!,
    data: event.data,
    metadata,
  };
}

/** Events that stand in a row in one stream, at least one. */
export function recordedOf(events: readonly LedgerEvent[]): Recorded {
  const last = events.at(-1)!;
  return {
    stream: last.stream,
    revision: last.revision!,
    position: String(last.position),
    events: events.map(shownEvent),
  };
}
