import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

/** Whether the server is on its way out: what is under way is finished, connections are not kept. */
@Injectable()
export class Draining {
  begun = false;

  begin(): void {
    this.begun = true;
  }

  /** Asks clients not to send another request on a connection that is about to close. */
  readonly middleware = (_request: Request, response: Response, next: NextFunction): void => {
    if (this.begun) response.setHeader('Connection', 'close');
    next();
  };
}
