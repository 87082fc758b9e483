import type { NextFunction, Request, Response } from 'express';
import { tokenCheck } from '../bearer-token';
import { Problem } from './problem';

/** Who sent a request. */
interface Caller {
  /** By account or program, never by name; recorded as the `actor` of what he records. */
  id: string;
}

declare module 'express-serve-static-core' {
  interface Request {
    caller?: Caller;
  }
}

/** What anyone may see: that the server lives, and how it is spoken to. */
const OPEN = /^\/(healthz|readyz|docs(\/.*)?|docs-json)$/;
const BEARER = /^bearer +([A-Za-z0-9._~+/=-]+)$/i;

/** Lets no one past who does not bring the token. */
export function authentication(token: string) {
  const isToken = tokenCheck(token);
  return (request: Request, _response: Response, next: NextFunction): void => {
    const path = request.originalUrl.split('?', 1)[0]!;
    const given = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (given !== undefined && isToken(given)) request.caller = { id: 'api-token' };
    else if (!OPEN.test(path)) {
      const challenge = 'Bearer realm="enrollment-ledger"';
      throw new Problem(
        'unauthenticated',
        'Send the header Authorization: Bearer <token>, with the token that the first start printed.',
        {},
        { 'WWW-Authenticate': given === undefined ? challenge : `${challenge}, error="invalid_token"` },
      );
    }
    next();
  };
}
