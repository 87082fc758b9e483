import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Principal } from '../../../libs/access';

declare module 'express-serve-static-core' {
  interface Request {
    /** Who asks; there on every route but those that anyone may use. */
    principal?: Principal;
  }
}

/** The caller, as a parameter of a handler. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  return callerOf(context.switchToHttp().getRequest<Request>());
});

/** The caller of a request that the guard let in. */
export function callerOf(request: Request): Principal {
  if (!request.principal) throw new Error('a route that anyone may use has no caller');
  return request.principal;
}
