import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Response } from 'express';
import type { Kysely } from 'kysely';
import type { EventStore } from '../../../libs/event-store';
import { openReadModel, readModelLocation, type ReadModel, type ReadModelTables } from '../../../libs/read-model';
import { Problem } from '../http/problem';
import { SETTINGS, STORE } from '../parts';
import type { Settings } from '../settings';

/** How long a reading waits for the position it was asked to be at. */
const PATIENCE_MS = 2_000;
const PAUSE_MS = 20;

/** The read model, open for lists for as long as the server runs. */
@Injectable()
export class Tables implements OnModuleDestroy {
  private opened: Promise<ReadModel> | undefined;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(STORE) private readonly store: EventStore,
  ) {}

  /**
   * Reads one page of one moment, and says in the reply up to where in the log its tables have come (`Ledger-Position`), and how
   * many events the log has after that (`Ledger-Behind`). Waits a moment for `atLeast`.
   */
  async read<T>(
    atLeast: string | undefined,
    response: Response,
    page: (tables: Kysely<ReadModelTables>) => Promise<T>,
  ): Promise<T> {
    const { queries, dialect } = await this.open();
    const wanted = BigInt(atLeast ?? 0);
    const until = Date.now() + PATIENCE_MS;
    while ((await positionOf(queries)) < wanted && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    const transaction = queries.transaction();
    const { position, read } = await (
      dialect === 'postgres' ? transaction.setIsolationLevel('repeatable read') : transaction
    ).execute(async (tables) => ({ position: await positionOf(tables), read: await page(tables) }));
    const head = await this.store.head();
    const end = head > wanted ? head : wanted;
    response.setHeader('Ledger-Position', String(position));
    if (end > position) response.setHeader('Ledger-Behind', String(end - position));
    return read;
  }

  async onModuleDestroy(): Promise<void> {
    const opened = this.opened;
    this.opened = undefined;
    await (await opened?.catch(() => undefined))?.close();
  }

  private open(): Promise<ReadModel> {
    if (this.opened) return this.opened;
    const opening = openReadModel(readModelLocation(this.settings.data, this.settings.databaseUrl));
    this.opened = opening;
    // What could not be opened is tried again with the next question.
    opening.catch(() => (this.opened = undefined));
    return opening;
  }
}

/** The position that every share of the persons has reached. */
async function positionOf(tables: Kysely<ReadModelTables>): Promise<bigint> {
  const shares = await tables.selectFrom('checkpoint').select('position').execute();
  if (shares.length === 0) {
    throw new Problem('not-ready', 'The read model holds nothing yet; the projector has to come first.');
  }
  return BigInt(Math.min(...shares.map(({ position }) => Number(position))));
}
