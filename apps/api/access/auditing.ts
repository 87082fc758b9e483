import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { AuditTrail } from '../../../libs/access';
import { instantOf } from '../../../libs/ledger';
import { holdsIdentityNumber, isPersonId } from '../../../events';
import { requestId } from '../http/request-log';
import type { Scope } from './allows';

declare module 'express-serve-static-core' {
  interface Request {
    /** The route that a request came to, known once the guard has seen it. */
    accessed?: {
      route: string;
      scope: Scope | undefined;
      /** What it was about, beside a person: plain ids, set by the handler. */
      about?: string;
    };
  }
}

const PLAIN_NAME = /^[A-Za-z]{1,20}$/;
const PLAIN_VALUE = /^[A-Za-z0-9:.,=+_ -]{1,300}$/;
const REFUSED = new Set([401, 403, 429]);

/** Notes every request that is about people, and every one that was not let in, in the audit trail. */
@Injectable()
export class Auditing {
  constructor(private readonly trail: AuditTrail) {}

  readonly middleware = (request: Request, response: Response, next: NextFunction): void => {
    response.once('close', () => this.note(request, response));
    next();
  };

  private note(request: Request, response: Response): void {
    const { accessed, principal } = request;
    const aboutPeople = accessed !== undefined && accessed.scope !== 'none' && principal !== undefined;
    if (!aboutPeople && !REFUSED.has(response.statusCode)) return;
    const { person } = request.params as { person?: unknown };
    const problem = response.locals['problem'] as string | undefined;
    this.trail.note({
      at: instantOf(Date.now()),
      subject: principal?.subject ?? 'nobody',
      action: `${request.method} ${accessed?.route ?? '(before any route)'}`,
      person: isPersonId(person) ? person : null,
      basis: [basisOf(request.query), accessed?.about].filter(Boolean).join('&') || null,
      outcome: problem === undefined ? String(response.statusCode) : `${response.statusCode} ${problem}`,
      correlation: requestId(request),
    });
  }
}

/** The query as it was sent; what could be a name or a number that someone is known by is left out. */
function basisOf(query: Request['query']): string | null {
  const parts = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => `${PLAIN_NAME.test(name) ? name : '…'}=${isPlain(one) ? one : '…'}`),
  );
  return parts.length === 0 ? null : parts.slice(0, 30).join('&');
}

function isPlain(value: unknown): value is string {
  return typeof value === 'string' && PLAIN_VALUE.test(value) && !holdsIdentityNumber(value) && !/\d{15}/.test(value);
}
