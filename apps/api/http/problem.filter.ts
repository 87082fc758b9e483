import { Catch, HttpException, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { PinoLogger } from 'nestjs-pino';
import { RegionNeeded } from '../../../libs/ledger';
import { UnreadableEvent } from '../../../events';
import { Methods } from './methods';
import { Problem, faultOf, invalidInput } from './problem';
import { requestId } from './request-log';

/** Writes whatever was thrown as a problem. What is not the client's doing is logged whole and told by its request id only. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: PinoLogger,
    private readonly methods: Methods,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const problem = this.problemOf(thrown, request);
    if (problem.status >= 500) this.log.error({ err: thrown }, `${problem.kind} in ${request.method}`);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    sendProblem(request, response, problem);
  }

  private problemOf(thrown: unknown, { method, originalUrl }: Request): Problem {
    const methods = thrown instanceof NotFoundException ? this.methods.at(originalUrl) : [];
    if (methods.length === 0 || methods.includes(method)) return problemOf(thrown);
    const Allow = methods.join(', ');
    return new Problem('method-not-allowed', `This address takes ${Allow}.`, {}, { Allow });
  }
}

/** Answers the request with a problem. */
function sendProblem(request: Request, response: Response, problem: Problem): void {
  // An unread body would be taken for the next request on this connection.
  if (!request.complete) response.set('Connection', 'close');
  response.removeHeader('ETag');
  response.locals['problem'] = problem.kind;
  response.status(problem.status).set(problem.headers).type('application/problem+json');
  response.send(Buffer.from(JSON.stringify(problem.body(requestId(request)))));
}

function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof RegionNeeded) {
    return invalidInput([
      faultOf('region', undefined, 'a region code: no event of this person names the region of a relation'),
    ]);
  }
  if (thrown instanceof UnreadableEvent) {
    const { stream, revision } = thrown;
    return new Problem('unreadable-history', `revision ${revision} of ${stream} cannot be read; the person is parked`);
  }
  if (thrown instanceof URIError)
    return new Problem('malformed-request', 'the address is not properly percent-encoded');
  if (thrown instanceof HttpException) return problemOfNest(thrown);
  return new Problem(
    'internal',
    'The request failed for a reason inside the server; its log tells more under the request id.',
  );
}

/** Nest's own refusals; their messages may repeat the input, so they are worded anew. */
function problemOfNest(thrown: HttpException): Problem {
  const status = thrown.getStatus();
  switch (status) {
    case 404:
      return new Problem('not-found', 'No route has this method and path; /docs lists those there are.');
    case 413:
      return new Problem('too-large', 'The body is larger than the limit.');
    case 415:
      return new Problem('unsupported-media-type', 'The body has a form that this route does not read.');
    case 503:
      return new Problem('not-ready', 'A part of the server does not work.', {
        checks: checksOf(thrown.getResponse()),
      });
    default:
      return status < 500
        ? new Problem('malformed-request', 'The request cannot be read.')
        : new Problem('internal', 'The request failed for a reason inside the server.');
  }
}

function checksOf(health: string | object): unknown {
  return typeof health === 'object' ? (health as { details?: unknown }).details : undefined;
}
