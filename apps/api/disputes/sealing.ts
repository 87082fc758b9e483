import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Disputes, type Basis, type Packet } from '../../../libs/disputes';
import { engineIn } from '../../../libs/settings';
import type { EventStore } from '../../../libs/event-store';
import { Sealer, SealingRefused } from '../../../libs/evidence';
import { Problem } from '../http/problem';
import { SETTINGS, STORE } from '../parts';
import { installation, type Settings } from '../settings';

/** Makes sealed packets. The evidence of the log is opened with the first one, and made where there is none. */
@Injectable()
export class Sealing implements OnModuleDestroy {
  private readonly logger = new Logger(Sealing.name);
  private readonly engine = engineIn(installation());
  private sealer: Sealer | undefined;

  constructor(
    private readonly disputes: Disputes,
    @Inject(STORE) private readonly store: EventStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Undefined for a person without a single event. Throws as `Disputes.packet`, and a problem where nothing may be signed. */
  async packet(person: string, basis: Basis, against: Basis | undefined): Promise<Packet | undefined> {
    try {
      return await this.disputes.packet(person, basis, against, {
        reader: this.store,
        sealer: (this.sealer ??= this.opened()),
        engine: this.engine,
      });
    } catch (error) {
      if (!(error instanceof SealingRefused)) throw error;
      this.logger.error(error, 'no packet can be sealed');
      throw new Problem(
        'not-ready',
        'No packet can be sealed: the evidence of the log does not fit the store or the key. The server’s log says more; run ledger evidence verify.',
      );
    }
  }

  private opened(): Sealer {
    try {
      return Sealer.open(this.settings.disputes.evidence);
    } catch (error) {
      throw new SealingRefused((error as Error).message, { cause: error });
    }
  }

  onModuleDestroy(): void {
    this.sealer?.close();
  }
}
