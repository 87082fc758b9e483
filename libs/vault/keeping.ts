import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { isPersonId } from '../../events';
import type { VaultDatabase, VaultWrites } from './database';
import type { FoundTwiceCases } from './found-twice';
import type { GivenIdentity, PutOutcome } from './identity';
import type { KeyService, WrappedKey } from './keys';
import type { Lookup, ReadIdentity } from './lookup';
import {
  NAME,
  documentField,
  holderOf,
  kindOfField,
  lockPerson,
  openField,
  sealField,
  wrappedKeyOf,
} from './person-rows';
import { KEY_BYTES } from './sealing';

/** Keeps names and documents of persons, each sealed with the person's own key. */
export class Keeping {
  constructor(
    private readonly database: VaultDatabase,
    private readonly keys: KeyService,
    private readonly lookup: Lookup,
    private readonly foundTwice: FoundTwiceCases,
    private readonly now: () => string,
  ) {}

  /**
   * Keeps a person's name or document, or both. Said twice, kept once. With `dryRun` it only says what it would end in: nothing is
   * written, not even that somebody was found twice.
   */
  async put(person: string, given: GivenIdentity, { dryRun = false } = {}): Promise<PutOutcome> {
    if (!isPersonId(person)) throw new RangeError('put into the vault: not the id of a person');
    const read = this.lookup.read(given);
    if (Array.isArray(read)) return { outcome: 'invalid', faults: read };
    const at = this.now();
    const fresh = randomBytes(KEY_BYTES);
    const wrapped = await this.keys.wrap(fresh, person);
    const outcome = await this.database
      .write(async (tables) => {
        const done = await this.putInto(tables, person, read, given.replace === true, { fresh, wrapped, at });
        if (dryRun || done.outcome !== 'kept') throw new NotKept(done);
        return done;
      })
      .catch((error: unknown) => {
        if (error instanceof NotKept) return error.outcome;
        throw error;
      });
    if (outcome.outcome === 'heldByOther' && !dryRun) {
      await this.foundTwice.note(person, outcome.holder, read.document!.kind, at);
    }
    return outcome;
  }

  /**
   * As `put` of each in turn without replacing anything, all in one transaction. What one ends in writes nothing of it where it is
   * not kept, and changes nothing for the others.
   */
  async putAll(rows: readonly { person: string; given: Omit<GivenIdentity, 'replace'> }[]): Promise<PutOutcome[]> {
    const at = this.now();
    const prepared = await Promise.all(
      rows.map(async ({ person, given }) => {
        if (!isPersonId(person)) throw new RangeError('put into the vault: not the id of a person');
        const fresh = randomBytes(KEY_BYTES);
        const made = { fresh, wrapped: await this.keys.wrap(fresh, person), at };
        return { person, read: this.lookup.read(given), made };
      }),
    );
    const outcomes = await this.database.write(async (tables) => {
      const done: PutOutcome[] = [];
      for (const { person, read, made } of prepared) {
        if (Array.isArray(read)) {
          done.push({ outcome: 'invalid', faults: read });
          continue;
        }
        await sql`savepoint one_of_many`.execute(tables);
        const outcome = await this.putInto(tables, person, read, false, made);
        if (outcome.outcome !== 'kept') await sql`rollback to savepoint one_of_many`.execute(tables);
        await sql`release savepoint one_of_many`.execute(tables);
        done.push(outcome);
      }
      return done;
    });
    for (const [index, outcome] of outcomes.entries()) {
      const { person, read } = prepared[index]!;
      if (outcome.outcome !== 'heldByOther' || Array.isArray(read)) continue;
      await this.foundTwice.note(person, outcome.holder, read.document!.kind, at);
    }
    return outcomes;
  }

  private async putInto(
    tables: VaultWrites,
    person: string,
    { name, document }: ReadIdentity,
    replace: boolean,
    made: { fresh: Buffer; wrapped: WrappedKey; at: string },
  ): Promise<PutOutcome> {
    const { key, erased } = await this.dataKey(tables, person, made);
    if (erased) return { outcome: 'erased' };
    const taken = document && (await holderOf(tables, document.lookup));
    if (taken !== undefined && taken !== person) return { outcome: 'heldByOther', holder: taken };

    const before = await this.fieldsOf(tables, person, key);
    const given: [field: string, value: string][] = [];
    if (name !== undefined) given.push([NAME, name]);
    if (document !== undefined) given.push([documentField(document.kind), document.number]);
    const changed = given.filter(([field, value]) => before.get(field) !== value);
    if (changed.length === 0) return { outcome: 'alreadyKept' };
    const differing = changed.find(([field]) => before.has(field))?.[0];
    if (differing !== undefined && !replace) {
      return { outcome: 'differs', field: differing === NAME ? 'name' : kindOfField(differing) };
    }
    for (const [field, value] of changed) {
      const sealed = sealField(key, person, field, value);
      await tables
        .insertInto('vault_field')
        .values({ person, field, sealed })
        .onConflict((conflict) => conflict.columns(['person', 'field']).doUpdateSet({ sealed }))
        .execute();
      if (field === NAME) continue;
      const { lookup } = document!;
      await tables.deleteFrom('vault_lookup').where('person', '=', person).where('field', '=', field).execute();
      const { numInsertedOrUpdatedRows } = await tables
        .insertInto('vault_lookup')
        .values({ lookup, person, field })
        .onConflict((conflict) => conflict.column('lookup').doNothing())
        .executeTakeFirstOrThrow();
      // Another writer took the number since it was looked for; this one waited for him.
      if (Number(numInsertedOrUpdatedRows) === 0) {
        return { outcome: 'heldByOther', holder: (await holderOf(tables, lookup))! };
      }
    }
    return { outcome: 'kept', added: differing === undefined };
  }

  /** The person's data key; the fresh one where he has none yet. His row is locked until the transaction ends. */
  private async dataKey(
    tables: VaultWrites,
    person: string,
    { fresh, wrapped, at }: { fresh: Buffer; wrapped: WrappedKey; at: string },
  ): Promise<{ key: Buffer; erased: boolean }> {
    const row = await lockPerson(tables, person, at);
    const erased = await tables
      .selectFrom('vault_erasure')
      .select('person')
      .where('person', '=', person)
      .executeTakeFirst();
    if (erased) return { key: fresh, erased: true };
    const before = wrappedKeyOf(row);
    if (before) return { key: await this.keys.unwrap(before, person), erased: false };
    await tables
      .updateTable('vault_person')
      .set({ key_id: wrapped.keyId, wrapped_key: wrapped.wrapped })
      .where('person', '=', person)
      .execute();
    return { key: fresh, erased: false };
  }

  private async fieldsOf(tables: VaultWrites, person: string, key: Buffer): Promise<Map<string, string>> {
    const rows = await tables.selectFrom('vault_field').selectAll().where('person', '=', person).execute();
    return new Map(rows.map(({ field, sealed }) => [field, openField(key, person, field, sealed)]));
  }
}

/** Takes back what the transaction has written on its way to an outcome that keeps nothing. */
class NotKept extends Error {
  constructor(readonly outcome: PutOutcome) {
    super(outcome.outcome);
  }
}
