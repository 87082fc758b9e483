import type { VaultDatabase } from './database';
import type { DocumentKind } from './documents';

/** Two persons of whom one number was given; to be looked at, and merged or told apart. */
export interface FoundTwice {
  person: string;
  holder: string;
  kind: DocumentKind;
  firstAt: string;
  lastAt: string;
  times: number;
  settled?: { as: SettledAs; at: string; by?: string };
}

/** What somebody decided about two persons of whom one number was given. */
export const settledAs = ['merged', 'different'] as const;
export type SettledAs = (typeof settledAs)[number];

/** Cases in which one number was given for two persons. */
export class FoundTwiceCases {
  constructor(
    private readonly database: VaultDatabase,
    private readonly now: () => string,
  ) {}

  /** Notes that a number of this kind was given for a person, and another holds it. */
  async note(person: string, holder: string, kind: DocumentKind, at: string): Promise<void> {
    await this.database.write((tables) =>
      tables
        .insertInto('vault_found_twice')
        .values({
          person,
          holder,
          kind,
          first_at: at,
          last_at: at,
          times: 1,
          settled: null,
          settled_at: null,
          settled_by: null,
        })
        .onConflict((conflict) =>
          conflict.columns(['person', 'holder']).doUpdateSet((row) => ({
            last_at: at,
            kind,
            times: row('vault_found_twice.times', '+', 1),
            // Told apart once, and given again: somebody must look again.
            settled: null,
            settled_at: null,
            settled_by: null,
          })),
        )
        .execute(),
    );
  }

  /** Cases of one number given for two persons, the newest first; those that wait, or all. */
  async list({ all = false } = {}): Promise<FoundTwice[]> {
    const rows = await this.database.reads
      .selectFrom('vault_found_twice')
      .selectAll()
      .$if(!all, (query) => query.where('settled', 'is', null))
      .orderBy('last_at', 'desc')
      .orderBy('person')
      .execute();
    return rows.map(({ person, holder, kind, first_at, last_at, times, settled, settled_at, settled_by }) => ({
      person,
      holder,
      kind: kind as DocumentKind,
      firstAt: first_at,
      lastAt: last_at,
      times,
      ...(settled === null
        ? {}
        : {
            settled: { as: settled as SettledAs, at: settled_at!, ...(settled_by === null ? {} : { by: settled_by }) },
          }),
    }));
  }

  /** Settles the cases between two persons, whichever of them held the number. Gives how many waited. */
  async settle(pair: readonly [string, string], as: SettledAs, by?: string): Promise<number> {
    const at = this.now();
    const { numUpdatedRows } = await this.database.write((tables) =>
      tables
        .updateTable('vault_found_twice')
        .set({ settled: as, settled_at: at, settled_by: by ?? null })
        .where('settled', 'is', null)
        .where((where) =>
          where.or([where.and({ person: pair[0], holder: pair[1] }), where.and({ person: pair[1], holder: pair[0] })]),
        )
        .executeTakeFirstOrThrow(),
    );
    return Number(numUpdatedRows);
  }
}
