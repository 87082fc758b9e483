import { Inject, Injectable } from '@nestjs/common';
import { mayReachOne, regionsNamed, type Principal } from '../../../libs/access';
import type { EventStore } from '../../../libs/event-store';
import { Ledger } from '../../../libs/ledger';
import { UnreadableEvent, employerStream, personStream } from '../../../events';
import { STORE } from '../parts';

/** How somebody stands to a caller: he belongs to one of his regions, to others only, or nobody has recorded him yet. */
export type Standing = 'own' | 'others' | 'unknown';

/** To which regions persons and employers belong: those that their events name. */
@Injectable()
export class Belonging {
  constructor(
    private readonly ledger: Ledger,
    @Inject(STORE) private readonly store: EventStore,
  ) {}

  personTo(principal: Principal, person: string): Promise<Standing> {
    return this.streamTo(principal, personStream(person));
  }

  employerTo(principal: Principal, employer: string): Promise<Standing> {
    return this.streamTo(principal, employerStream(employer));
  }

  /** The same of a person's or an employer's stream. */
  async streamTo(principal: Principal, stream: string): Promise<Standing> {
    const events = await this.eventsOf(stream);
    if (events.length === 0) return 'unknown';
    return mayReachOne(principal, events.flatMap(regionsNamed)) ? 'own' : 'others';
  }

  /** The events as far as their regions go: one that this program cannot read still says where it belongs. */
  async eventsOf(stream: string): Promise<readonly { id?: string; data?: unknown }[]> {
    try {
      return await this.ledger.streamEvents(stream);
    } catch (error) {
      if (error instanceof UnreadableEvent) return this.store.readStream(stream);
      throw error;
    }
  }
}
