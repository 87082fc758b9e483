import type { NextFunction, Request, Response } from 'express';

const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const DOCS =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Headers that keep a browser from doing with an answer anything but showing it. */
export function securityHeaders(request: Request, response: Response, next: NextFunction): void {
  const docs = /^\/docs([/?]|$)/.test(request.originalUrl);
  response.set({
    'Content-Security-Policy': docs ? DOCS : NOTHING,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  });
  // An ETag is a stream's revision and says nothing of regions and packs, so no reading may be answered by "not modified".
  if (request.method === 'GET' || request.method === 'HEAD') delete request.headers['if-none-match'];
  next();
}
