import type { NextFunction, Request, Response } from 'express';
import { Problem } from './problem';

const MOST_HEADERS = 100;

/** Refuses requests with more headers than any client has a use for. How long they may be together, Node limits itself. */
export function headerLimit(request: Request, _response: Response, next: NextFunction): void {
  const headers = request.rawHeaders.length / 2;
  if (headers > MOST_HEADERS) {
    throw new Problem('too-many-headers', `The request has ${headers} headers; at most ${MOST_HEADERS} are read.`);
  }
  next();
}
