import { SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import type { NextFunction, Request, Response } from 'express';
import { requestId } from '../http/request-log';

const TRACER = 'enrollment-ledger';
/** The route of what runs before routes are found. */
const EVERYWHERE = '/{*path}';

/**
 * A span for every request, a child of the caller's where it sent a traceparent; what the request does is a part of it. It is named
 * by the route, so that no id of a person is in it.
 */
export function requestSpans(request: Request, response: Response, next: NextFunction): void {
  const parent = propagation.extract(context.active(), request.headers);
  const span = trace
    .getTracer(TRACER)
    .startSpan(
      request.method,
      { kind: SpanKind.SERVER, attributes: { 'http.request.method': request.method } },
      parent,
    );
  response.once('close', () => {
    const path = (request.route as { path?: string } | undefined)?.path;
    if (path !== undefined && path !== EVERYWHERE) {
      const route = path.replace(/:(\w+)/g, '{$1}');
      span.updateName(`${request.method} ${route}`).setAttribute('http.route', route);
    }
    span.setAttributes({
      'http.response.status_code': response.statusCode,
      'ledger.correlation_id': requestId(request),
    });
    if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    if (!response.writableFinished) span.setAttribute('error.type', 'aborted');
    span.end();
  });
  context.with(trace.setSpan(parent, span), next);
}
