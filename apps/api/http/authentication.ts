import type { NextFunction, Request, Response } from 'express';
import type { Principal } from '../../../libs/access';
import { tokenCheck } from '../bearer-token';
import { Problem } from './problem';

/** What anyone may see: that the server lives, and how it is spoken to. */
const OPEN = /^\/(healthz|readyz|docs(\/.*)?|docs-json)$/;
const BEARER = /^bearer +([A-Za-z0-9._~+/=-]+)$/i;

/** Whoever holds the token that the first start printed. */
const INSTALLER: Principal = { subject: 'api-token', roles: ['administrator'], regions: 'all' };

/** Lets no one past who does not bring the token. */
export function authentication(token: string) {
  const isToken = tokenCheck(token);
  return (request: Request, _response: Response, next: NextFunction): void => {
    const path = request.originalUrl.split('?', 1)[0]!;
    const given = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (given !== undefined && isToken(given)) request.principal = INSTALLER;
    else if (!OPEN.test(path)) throw unauthenticated(given !== undefined);
    next();
  };
}

/** The refusal of somebody who did not say who he is, or whose word is not believed. */
export function unauthenticated(tokenGiven: boolean): Problem {
  const challenge = 'Bearer realm="enrollment-ledger"';
  return new Problem(
    'unauthenticated',
    'Send the header Authorization: Bearer <token>, with the token that the first start printed.',
    {},
    { 'WWW-Authenticate': tokenGiven ? `${challenge}, error="invalid_token"` : challenge },
  );
}
