import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { destination, type DestinationStream } from 'pino';
import type { Params } from 'nestjs-pino';
import { isPersonId } from '../../../events';
import type { LogLevel } from '../settings';

/** The header that carries the correlation id in and out. */
const CORRELATION_HEADER = 'X-Correlation-Id';

const ID_FORM = /^[A-Za-z0-9._:-]{8,64}$/;

/** The id under which everything done for a request is found: in the log, in problems, in the events' metadata. */
export function requestId(request: IncomingMessage): string {
  return typeof request.id === 'string' ? request.id : (request.id = randomUUID());
}

/** How requests are logged: one line each, by route and id, without query, body, token or anything else a person could be known by. */
export function requestLog(level: LogLevel, stream: DestinationStream = destination({ fd: 2, sync: false })): Params {
  return {
    pinoHttp: [
      {
        level,
        base: undefined,
        quietReqLogger: true,
        customAttributeKeys: { reqId: 'requestId' },
        genReqId: (request, response) => {
          const given = request.headers[CORRELATION_HEADER.toLowerCase()];
          const id = typeof given === 'string' && ID_FORM.test(given) && isPersonId(given) ? given : randomUUID();
          response.setHeader(CORRELATION_HEADER, id);
          return id;
        },
        customLogLevel: (_request: IncomingMessage, response: ServerResponse, error?: Error) =>
          error || response.statusCode >= 500 ? 'error' : 'info',
        autoLogging: { ignore: (request) => request.url === '/healthz' || request.url === '/readyz' },
        serializers: {
          req: (request: { method?: string; url?: string }) => ({
            method: request.method,
            path: printablePath(request.url ?? ''),
          }),
          res: (response: { statusCode?: number }) => ({ status: response.statusCode }),
        },
      },
      stream,
    ],
  };
}

/** The path without its query; a segment that is no plain id is left out, since someone may have written a name or a number there. */
function printablePath(url: string): string {
  const path = url.split('?', 1)[0]!;
  return path
    .split('/')
    .map((segment) => (segment === '' || isPersonId(segment) ? segment : '…'))
    .join('/');
}
