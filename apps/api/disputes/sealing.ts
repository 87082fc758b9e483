import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Disputes, engineIn, type Basis, type Packet } from '../../../libs/disputes';
import type { EventStore } from '../../../libs/event-store';
import { Sealer } from '../../../libs/evidence';
import { SETTINGS, STORE } from '../parts';
import { installation, type Settings } from '../settings';

/** Makes sealed packets. The evidence of the log is opened with the first one, and made where there is none. */
@Injectable()
export class Sealing implements OnModuleDestroy {
  private readonly engine = engineIn(installation());
  private sealer: Sealer | undefined;

  constructor(
    private readonly disputes: Disputes,
    @Inject(STORE) private readonly store: EventStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Undefined for a person without a single event. Throws as `Disputes.packet`. */
  packet(person: string, basis: Basis, against: Basis | undefined): Promise<Packet | undefined> {
    this.sealer ??= Sealer.open(this.settings.disputes.evidence);
    return this.disputes.packet(person, basis, against, {
      reader: this.store,
      sealer: this.sealer,
      engine: this.engine,
    });
  }

  onModuleDestroy(): void {
    this.sealer?.close();
  }
}
