import { randomUUID } from 'node:crypto';
import { isPersonId } from '../../events';
import type { VaultDatabase } from './database';
import { lockPerson } from './person-rows';

/** An erasure, as the log is told of it. */
export interface Erasure {
  person: string;
  /** The id of the event that tells of it. */
  eventId: string;
  erasedAt: string;
  legalBasis: string;
  actor?: string;
  /** Whether the log holds the event. */
  recorded: boolean;
}

/** Who is erased: his key is destroyed in the moment in which it is noted, and the log is told after that. */
export class Erasures {
  constructor(
    private readonly database: VaultDatabase,
    private readonly now: () => string,
  ) {}

  /**
   * Destroys the person's data key, every ciphertext and every hash that finds him, in one transaction, together with the note that
   * the log is to be told. Cannot be undone. Said twice, the first one stands. A person of whom the vault holds nothing is noted
   * as erased all the same: he never gets an identity here again.
   */
  async erase(person: string, { legalBasis, actor }: { legalBasis: string; actor?: string }): Promise<Erasure> {
    if (!isPersonId(person)) throw new RangeError('erase from the vault: not the id of a person');
    const erasedAt = this.now();
    const erasure = await this.database.write(async (tables) => {
      await lockPerson(tables, person, erasedAt);
      const before = await tables
        .selectFrom('vault_erasure')
        .selectAll()
        .where('person', '=', person)
        .executeTakeFirst();
      if (before) return before;
      const row = {
        person,
        event_id: randomUUID(),
        erased_at: erasedAt,
        legal_basis: legalBasis,
        actor: actor ?? null,
        recorded: 0,
      };
      await tables
        .updateTable('vault_person')
        .set({ key_id: null, wrapped_key: null })
        .where('person', '=', person)
        .execute();
      await tables.deleteFrom('vault_field').where('person', '=', person).execute();
      await tables.deleteFrom('vault_lookup').where('person', '=', person).execute();
      await tables.insertInto('vault_erasure').values(row).execute();
      return row;
    });
    await this.database.scrub();
    return erasureOf(erasure);
  }

  /** The erasure of a person; undefined where he is not erased. */
  async of(person: string): Promise<Erasure | undefined> {
    const row = await this.database.reads
      .selectFrom('vault_erasure')
      .selectAll()
      .where('person', '=', person)
      .executeTakeFirst();
    return row && erasureOf(row);
  }

  /** Erasures that the log has not been told of; there are some only after a crash. */
  async unrecorded(): Promise<Erasure[]> {
    const rows = await this.database.reads
      .selectFrom('vault_erasure')
      .selectAll()
      .where('recorded', '=', 0)
      .orderBy('erased_at')
      .execute();
    return rows.map(erasureOf);
  }

  /** Notes that the log was told. */
  async recorded(person: string): Promise<void> {
    await this.database.write((tables) =>
      tables.updateTable('vault_erasure').set({ recorded: 1 }).where('person', '=', person).execute(),
    );
  }
}

function erasureOf(row: {
  person: string;
  event_id: string;
  erased_at: string;
  legal_basis: string;
  actor: string | null;
  recorded: number;
}): Erasure {
  const { person, event_id, erased_at, legal_basis, actor, recorded } = row;
  return {
    person,
    eventId: event_id,
    erasedAt: erased_at,
    legalBasis: legal_basis,
    ...(actor === null ? {} : { actor }),
    recorded: recorded === 1,
  };
}
