import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';

const nothing = {
  'default-src': ["'none'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
};
const forData = helmet({
  contentSecurityPolicy: { useDefaults: false, directives: nothing },
  xFrameOptions: { action: 'deny' },
});
const forDocs = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      ...nothing,
      'script-src': ["'self'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:'],
      'connect-src': ["'self'"],
    },
  },
  xFrameOptions: { action: 'deny' },
});

/** Headers that keep a browser from doing with an answer anything but showing it, and anyone from keeping it. */
export function securityHeaders(request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  // An ETag is a stream's revision and says nothing of regions and packs, so no reading may be answered by "not modified".
  if (request.method === 'GET' || request.method === 'HEAD') delete request.headers['if-none-match'];
  const headers = /^\/docs([/?]|$)/.test(request.originalUrl) ? forDocs : forData;
  headers(request, response, next);
}
