import { SpanKind, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api';
import type { EventReader, EventStore, NewEvent, StoredEvent } from '../../../libs/event-store';
import { parseStream } from '../../../events';

const TRACER = 'enrollment-ledger';
/** Requests told of one batch; a batch of an import has one. */
const CORRELATIONS = 32;

/** A store whose appends are spans, parts of the request that appends; otherwise the store itself. */
export function tracedStore(store: EventStore): EventStore {
  const append: EventStore['append'] = (stream, events, expected) =>
    trace
      .getTracer(TRACER)
      .startActiveSpan(
        'append',
        { kind: SpanKind.CLIENT, attributes: { ...placeOf(stream), ...aboutEvents(events) } },
        async (span) => {
          try {
            const outcome = await store.append(stream, events, expected);
            span.setAttribute('ledger.outcome', outcome.outcome);
            if ('position' in outcome) span.setAttribute('ledger.position', String(outcome.position));
            if (outcome.outcome === 'unknown') span.setStatus({ code: SpanStatusCode.ERROR });
            return outcome;
          } catch (error) {
            span.setStatus({ code: SpanStatusCode.ERROR });
            throw error;
          } finally {
            span.end();
          }
        },
      );
  return overlaid(store, { append });
}

/**
 * A reader whose followers' batches are spans of a name. A batch is linked with the requests that recorded it by their correlation
 * ids, because the log keeps no trace of its own: an event is read long after its trace is gone.
 */
export function tracedReader<R extends EventReader>(reader: R, name: string): R {
  const subscribeAll: EventReader['subscribeAll'] = (options, handler) =>
    reader.subscribeAll(options, (batch) =>
      trace.getTracer(TRACER).startActiveSpan(
        name,
        {
          kind: SpanKind.CONSUMER,
          root: true,
          attributes: {
            ...aboutEvents(batch),
            'ledger.position.first': String(batch[0]?.position ?? ''),
            'ledger.position': String(batch.at(-1)?.position ?? ''),
          },
        },
        async (span) => {
          try {
            await handler(batch);
          } catch (error) {
            span.setStatus({ code: SpanStatusCode.ERROR });
            throw error;
          } finally {
            span.end();
          }
        },
      ),
    );
  return overlaid<EventReader>(reader, { subscribeAll }) as R;
}

/** The kind of the stream, never its name. */
function placeOf(stream: string): Attributes {
  return { 'ledger.stream.kind': parseStream(stream)?.kind ?? 'other' };
}

function aboutEvents(events: readonly (NewEvent | StoredEvent)[]): Attributes {
  const ids = new Set<string>();
  for (const { metadata } of events) {
    const id = metadata['correlationId'];
    if (typeof id === 'string' && ids.size < CORRELATIONS) ids.add(id);
  }
  return {
    'ledger.events': events.length,
    ...(ids.size === 1 ? { 'ledger.correlation_id': [...ids][0] } : {}),
    ...(ids.size > 1 ? { 'ledger.correlation_ids': [...ids] } : {}),
  };
}

/** The target with some methods replaced; the others run on the target itself, which keeps state of its own. */
function overlaid<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get: (of, name) => {
      if (Object.hasOwn(methods, name)) return (methods as Record<PropertyKey, unknown>)[name];
      const value: unknown = Reflect.get(of, name, of);
      return typeof value === 'function' ? (value as (...given: unknown[]) => unknown).bind(of) : value;
    },
  });
}
