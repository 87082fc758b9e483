import { Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import type { EventStore } from '../../../libs/event-store';
import { STORE } from '../parts';

/** How long a reading waits for the position it was asked to be at. */
const PATIENCE_MS = 2_000;
const PAUSE_MS = 20;

/** Tells where the log is, and lets a reading wait for what was just written. */
@Injectable()
export class LogPosition {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  /** Waits a moment until the log has come to `atLeast`, then says in the reply where it is, and by how much it falls short. Returns where it is. */
  async reach(atLeast: string | undefined, response: Response): Promise<bigint> {
    const wanted = BigInt(atLeast ?? 0);
    const until = Date.now() + PATIENCE_MS;
    let head = await this.store.head();
    while (head < wanted && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      head = await this.store.head();
    }
    response.setHeader('Ledger-Position', String(head));
    if (head < wanted) response.setHeader('Ledger-Behind', String(wanted - head));
    return head;
  }
}
