import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

/** Whether the server is on its way out: what is under way is finished, connections are not kept. */
@Injectable()
export class Draining {
  private readonly end = new AbortController();
  /** For what would not end by itself. */
  readonly signal = this.end.signal;

  get begun(): boolean {
    return this.signal.aborted;
  }

  begin(): void {
    this.end.abort();
  }

  /** Asks clients not to send another request on a connection that is about to close. */
  readonly middleware = (_request: Request, response: Response, next: NextFunction): void => {
    if (this.begun) response.setHeader('Connection', 'close');
    next();
  };
}
