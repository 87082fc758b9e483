import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { TablesPosition, readModelLocation, type HowFar } from '../../../libs/read-model';
import { Problem } from '../http/problem';
import { SETTINGS } from '../parts';
import type { Settings } from '../settings';

/** How long a reading waits for the position it was asked to be at. */
const PATIENCE_MS = 2_000;
const PAUSE_MS = 20;

/** The tables that reports read, whoever keeps them. */
@Injectable()
export class ReportTables implements OnModuleDestroy {
  readonly location: string;
  private readonly position: TablesPosition;

  constructor(@Inject(SETTINGS) { data, databaseUrl }: Settings) {
    this.location = readModelLocation(data, databaseUrl);
    this.position = new TablesPosition(this.location);
  }

  /** How far they have come; undefined where nothing was ever projected. Throws where their database does not answer. */
  look(): Promise<HowFar | undefined> {
    return this.position.look();
  }

  /** Waits a moment until they have come to `atLeast` and nobody is left to be evaluated again; gives how far they have come. */
  async reach(atLeast: string | undefined): Promise<HowFar | undefined> {
    const wanted = Number(atLeast ?? 0);
    const until = Date.now() + PATIENCE_MS;
    let found = await this.answered();
    while (atLeast !== undefined && !isThere(found, wanted) && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      found = await this.answered();
    }
    return found;
  }

  onModuleDestroy(): Promise<void> {
    return this.position.close();
  }

  private async answered(): Promise<HowFar | undefined> {
    try {
      return await this.look();
    } catch {
      throw new Problem('not-ready', 'The database of the read model does not answer; answers about one person do.');
    }
  }
}

function isThere(found: HowFar | undefined, wanted: number): boolean {
  return found !== undefined && found.position >= wanted && !found.reevaluating;
}
