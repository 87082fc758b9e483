import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import type { EventStore } from '../../../libs/event-store';
import { STORE } from '../parts';
import { faultOf, invalidInput } from './problem';

const POSITION = /^\d{1,18}$/;
/** Parameters that hold a basis, with `knownAt` among its parts. */
const BASES = ['basis', 'from', 'to', 'against'] as const;
const PATIENCE_MS = 2_000;
const PAUSE_MS = 20;

/** Refuses questions about what was known at a position that the log has not come to: their answer would not stay the same. */
@Injectable()
export class KnownPositions implements NestInterceptor {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const { query } = context.switchToHttp().getRequest<Request>();
    for (const { field, position } of positionsIn(query)) await this.reached(field, position, query['atLeast']);
    return next.handle();
  }

  private async reached(field: string, position: string, atLeast: unknown): Promise<void> {
    const wanted = BigInt(position);
    const awaited = typeof atLeast === 'string' && POSITION.test(atLeast) && BigInt(atLeast) >= wanted;
    const until = Date.now() + PATIENCE_MS;
    let head = await this.store.head();
    while (head < wanted && awaited && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      head = await this.store.head();
    }
    if (head < wanted)
      throw invalidInput([faultOf(field, position, `a position that the log has come to: 0 to ${head}`)]);
  }
}

function positionsIn(query: Request['query']): { field: string; position: string }[] {
  const { knownAt } = query;
  const plain = typeof knownAt === 'string' && POSITION.test(knownAt) ? [{ field: 'knownAt', position: knownAt }] : [];
  const inBases = BASES.flatMap((name) => {
    const text = query[name];
    const position = typeof text === 'string' ? /(?:^|,)\s*knownAt=(\d{1,18})\s*(?:,|$)/.exec(text)?.[1] : undefined;
    return position === undefined ? [] : [{ field: `${name}: knownAt`, position }];
  });
  return [...plain, ...inBases];
}
