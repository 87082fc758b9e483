import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Day } from '../calendar';
import { dayOfInstant, toInstant } from '../calendar';
import { isPersonId } from '../../events';
import { sql } from 'kysely';
import { openVaultDatabase, type VaultDatabase, type VaultTables, type VaultWrites } from './database';
import { readDocument, type DocumentKind, type NumberFault } from './documents';
import { WrongKey, type KeyService, type WrappedKey } from './keys';
import { KEY_BYTES, contextOf, seal, unseal } from './sealing';

export interface VaultOptions {
  /** A file of SQLite, or the address of a PostgreSQL. */
  location: string;
  keys: KeyService;
  /** Milliseconds since 1970. */
  clock: () => number;
}

/** A document as somebody gives it. */
export interface GivenDocument {
  kind: DocumentKind;
  number: string;
}

/** What is to be kept of a person; a name, a document or both. */
export interface GivenIdentity {
  name?: string;
  document?: GivenDocument;
  /** Whether another number of the same kind, or another name, is put in the place of what is kept. */
  replace?: boolean;
}

/** What became of putting something into the vault. Every outcome but `kept` promises that nothing was changed. */
export type PutOutcome =
  /** `added`: nothing else stood in its place. */
  | { outcome: 'kept'; added: boolean }
  /** All of it stands there already. */
  | { outcome: 'alreadyKept' }
  | { outcome: 'invalid'; faults: IdentityFault[] }
  /** Another person holds the number; the case is noted to be looked at. */
  | { outcome: 'heldByOther'; holder: string }
  /** The person holds another number of this kind, or another name. */
  | { outcome: 'differs'; field: 'name' | DocumentKind }
  /** Erased persons stay erased; who comes again is a new person. */
  | { outcome: 'erased' };

/** What is wrong with an identity that was given; never holds what was given. */
export interface IdentityFault extends NumberFault {
  field: 'number' | 'name';
}

/** What the vault holds of a person, in clear. */
export interface Identity {
  person: string;
  name?: string;
  documents: { kind: DocumentKind; number: string }[];
}

export type ReadOutcome =
  { outcome: 'read'; identity: Identity } | { outcome: 'erased'; erasure: Erasure } | { outcome: 'unknown' };

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

/** A row of a file that names somebody by his document. */
export interface NamedByDocument {
  kind: DocumentKind;
  number: string;
  name?: string;
}

export type FoundPerson = { ok: true; person: string; made: boolean } | { ok: false; faults: IdentityFault[] };

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

/** What a look at everything in the vault found. */
export interface VaultChecked {
  persons: number;
  erased: number;
  documents: number;
  /** How many persons' keys each master key wraps; a key that is not here may go when no backup needs it. */
  keys: Record<string, number>;
  /** Persons of whom something does not open, with the field; nothing else is said of them. */
  unreadable: { person: string; field: string }[];
  /** Numbers without the hash that finds them, and hashes without the number. */
  unfindable: { person: string; field: string }[];
  /** Erasures that the log has not been told of. */
  unrecorded: string[];
}

/**
 * Identity numbers and names, apart from the log. Each person has a data key of his own, wrapped by a master key that is not
 * here; numbers are found by a keyed hash. No error and no outcome repeats a number or a name.
 */
export class Vault {
  private constructor(
    private readonly database: VaultDatabase,
    private readonly keys: KeyService,
    private readonly lookupKey: Buffer,
    private readonly clock: () => number,
  ) {}

  /** Opens the vault, making it where there is none. Throws `UnknownKey` or `WrongKey` where it was sealed with other keys. */
  static async open({ location, keys, clock }: VaultOptions): Promise<Vault> {
    const database = await openVaultDatabase(location);
    try {
      return new Vault(database, keys, await lookupKeyOf(database, keys), clock);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.database.close();
  }

  /**
   * Keeps a person's name or document, or both. Said twice, kept once. With `dryRun` it only says what it would end in: nothing is
   * written, not even that somebody was found twice.
   */
  async put(person: string, given: GivenIdentity, { dryRun = false } = {}): Promise<PutOutcome> {
    if (!isPersonId(person)) throw new RangeError('put into the vault: not the id of a person');
    const read = this.normal(given);
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
      await this.noteFoundTwice(person, outcome.holder, read.document!.kind, at);
    }
    return outcome;
  }

  /** Who holds the document; undefined where nobody does. Faults where it is no such document. */
  async find(document: GivenDocument): Promise<{ person: string } | { faults: IdentityFault[] } | undefined> {
    const read = this.normal({ document });
    if (Array.isArray(read)) return { faults: read };
    const person = await holderOf(this.database.reads, read.document!.lookup);
    return person === undefined ? undefined : { person };
  }

  /** What is kept of a person, in clear. Throws `WrongKey` where it does not open: it was changed, or belongs to somebody else. */
  async read(person: string): Promise<ReadOutcome> {
    const { reads } = this.database;
    const row = await reads.selectFrom('vault_person').selectAll().where('person', '=', person).executeTakeFirst();
    const fields = await reads.selectFrom('vault_field').selectAll().where('person', '=', person).execute();
    // Looked for last: an erasure in between must not look like damage.
    const erasure = await this.erasureOf(person);
    if (erasure) return { outcome: 'erased', erasure };
    const wrapped = row && wrappedKeyOf(row);
    if (!wrapped || fields.length === 0) return { outcome: 'unknown' };
    const key = await this.keys.unwrap(wrapped, person);
    const opened = new Map(fields.map(({ field, sealed }) => [field, openField(key, person, field, sealed)]));
    const name = opened.get(NAME);
    const documents = [...opened]
      .filter(([field]) => field !== NAME)
      .map(([field, number]) => ({ kind: kindOfField(field), number }))
      .sort((a, b) => (a.kind < b.kind ? -1 : 1));
    return { outcome: 'read', identity: { person, ...(name === undefined ? {} : { name }), documents } };
  }

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
  async erasureOf(person: string): Promise<Erasure | undefined> {
    const row = await this.database.reads
      .selectFrom('vault_erasure')
      .selectAll()
      .where('person', '=', person)
      .executeTakeFirst();
    return row && erasureOf(row);
  }

  /** Erasures that the log has not been told of; there are some only after a crash. */
  async unrecordedErasures(): Promise<Erasure[]> {
    const rows = await this.database.reads
      .selectFrom('vault_erasure')
      .selectAll()
      .where('recorded', '=', 0)
      .orderBy('erased_at')
      .execute();
    return rows.map(erasureOf);
  }

  async erasureRecorded(person: string): Promise<void> {
    await this.database.write((tables) =>
      tables.updateTable('vault_erasure').set({ recorded: 1 }).where('person', '=', person).execute(),
    );
  }

  /**
   * The persons whom documents stand for, in the order of the rows; somebody new where nobody holds the document. All new persons
   * of a call are made in one transaction. Rows of one document in one call stand for one person, whose name is that of the first.
   */
  async personsFor(rows: readonly NamedByDocument[]): Promise<FoundPerson[]> {
    const read = rows.map(({ kind, number, name }) =>
      this.normal({ document: { kind, number }, ...(name === undefined || name.trim() === '' ? {} : { name }) }),
    );
    const wanted = new Map<string, Wanted>();
    for (const one of read) {
      if (Array.isArray(one)) continue;
      const { kind, lookup, number } = one.document!;
      if (!wanted.has(lookup)) wanted.set(lookup, { kind, number, lookup, name: one.name });
    }
    const holders = await this.holdersOf(this.database.reads, [...wanted.keys()]);
    const missing = [...wanted.values()].filter(({ lookup }) => !holders.has(lookup));
    const made = missing.length === 0 ? new Set<string>() : await this.makePersons(missing, holders);
    return read.map((one): FoundPerson => {
      if (Array.isArray(one)) return { ok: false, faults: one };
      const person = holders.get(one.document!.lookup)!;
      return { ok: true, person, made: made.has(person) };
    });
  }

  /** Cases of one number given for two persons, the newest first; those that wait, or all. */
  async foundTwice({ all = false } = {}): Promise<FoundTwice[]> {
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
  async settleFoundTwice(pair: readonly [string, string], as: SettledAs, by?: string): Promise<number> {
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

  /**
   * Wraps every data key with the current master key, a batch at a time; ciphertexts stay as they are. Broken off, it goes on where
   * it was: what is wrapped by the current key is not touched again. Gives how many keys were wrapped anew.
   */
  async rotate({ batch = 500, onBatch }: { batch?: number; onBatch?: (done: number) => void } = {}): Promise<number> {
    const current = await this.keys.currentKey();
    let done = await this.rotateSecrets(current);
    for (;;) {
      const count = await this.database.write(async (tables) => {
        const rows = await tables
          .selectFrom('vault_person')
          .select(['person', 'key_id', 'wrapped_key'])
          .where('key_id', 'is not', null)
          .where('key_id', '!=', current)
          .limit(batch)
          .execute();
        for (const row of rows) {
          const before = wrappedKeyOf(row)!;
          const after = await this.keys.wrap(await this.keys.unwrap(before, row.person), row.person);
          await tables
            .updateTable('vault_person')
            .set({ key_id: after.keyId, wrapped_key: after.wrapped })
            .where('person', '=', row.person)
            // Erased or rotated meanwhile: an erased key must not come back.
            .where('wrapped_key', '=', before.wrapped)
            .execute();
        }
        return rows.length;
      });
      if (count === 0) break;
      done += count;
      onBatch?.(done);
    }
    await this.database.scrub();
    return done;
  }

  /** Whether keys are still wrapped by another master key than the current one: a rotation that broke off. */
  async isRotating(): Promise<boolean> {
    const current = await this.keys.currentKey();
    const { reads } = this.database;
    const person = await reads
      .selectFrom('vault_person')
      .select('person')
      .where('key_id', 'is not', null)
      .where('key_id', '!=', current)
      .limit(1)
      .executeTakeFirst();
    const secret = await reads
      .selectFrom('vault_secret')
      .select('name')
      .where('key_id', '!=', current)
      .executeTakeFirst();
    return person !== undefined || secret !== undefined;
  }

  /** Opens everything there is, and says what does not open or cannot be found. */
  async check(): Promise<VaultChecked> {
    const { reads } = this.database;
    const checked: VaultChecked = {
      persons: 0,
      erased: 0,
      documents: 0,
      keys: {},
      unreadable: [],
      unfindable: [],
      unrecorded: [],
    };
    checked.unrecorded = (await this.unrecordedErasures()).map(({ person }) => person);
    const { erased } = await reads
      .selectFrom('vault_erasure')
      .select((of) => of.fn.countAll<number | string>().as('erased'))
      .executeTakeFirstOrThrow();
    checked.erased = Number(erased);
    for (let after = ''; ;) {
      const persons = await reads
        .selectFrom('vault_person')
        .selectAll()
        .where('person', '>', after)
        .orderBy('person')
        .limit(CHECK_BATCH)
        .execute();
      if (persons.length === 0) break;
      after = persons.at(-1)!.person;
      const ids = persons.map(({ person }) => person);
      const fields = await reads.selectFrom('vault_field').selectAll().where('person', 'in', ids).execute();
      const lookups = await reads.selectFrom('vault_lookup').selectAll().where('person', 'in', ids).execute();
      for (const row of persons) {
        const { person } = row;
        const ofPerson = fields.filter((field) => field.person === person);
        const hashes = new Map(
          lookups.filter((one) => one.person === person).map(({ field, lookup }) => [field, lookup]),
        );
        await this.checkPerson(row, ofPerson, hashes, checked);
      }
    }
    return checked;
  }

  private async checkPerson(
    row: { person: string; key_id: string | null; wrapped_key: string | null },
    fields: readonly { field: string; sealed: string }[],
    hashes: ReadonlyMap<string, string>,
    checked: VaultChecked,
  ): Promise<void> {
    const { person } = row;
    const wrapped = wrappedKeyOf(row);
    if (wrapped) {
      checked.persons++;
      checked.keys[wrapped.keyId] = (checked.keys[wrapped.keyId] ?? 0) + 1;
    }
    const key = wrapped && (await this.keys.unwrap(wrapped, person).catch(() => undefined));
    if (wrapped && !key) checked.unreadable.push({ person, field: 'key' });
    for (const { field, sealed } of fields) {
      const value = key && unseal(key, sealed, contextOf('field', person, field))?.toString('utf8');
      if (value === undefined) {
        if (!wrapped || key) checked.unreadable.push({ person, field });
      } else if (field !== NAME && hashes.get(field) !== this.lookupOf(kindOfField(field), value)) {
        checked.unfindable.push({ person, field });
      }
      if (field !== NAME) checked.documents++;
    }
    for (const field of hashes.keys()) {
      if (!fields.some((one) => one.field === field)) checked.unfindable.push({ person, field });
    }
  }

  private async putInto(
    tables: VaultWrites,
    person: string,
    { name, document }: Normal,
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
      const sealed = seal(key, Buffer.from(value, 'utf8'), contextOf('field', person, field));
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

  private async rotateSecrets(current: string): Promise<number> {
    return this.database.write(async (tables) => {
      const rows = await tables.selectFrom('vault_secret').selectAll().where('key_id', '!=', current).execute();
      for (const { name, key_id, wrapped_key } of rows) {
        const secret = await this.keys.unwrap({ keyId: key_id, wrapped: wrapped_key }, secretContext(name));
        const { keyId, wrapped } = await this.keys.wrap(secret, secretContext(name));
        await tables
          .updateTable('vault_secret')
          .set({ key_id: keyId, wrapped_key: wrapped })
          .where('name', '=', name)
          .where('wrapped_key', '=', wrapped_key)
          .execute();
      }
      return rows.length;
    });
  }

  private async makePersons(missing: readonly Wanted[], holders: Map<string, string>): Promise<Set<string>> {
    const made_at = this.now();
    const made = await Promise.all(
      missing.map(async (wanted) => {
        const person = randomUUID();
        const key = randomBytes(KEY_BYTES);
        const { keyId, wrapped } = await this.keys.wrap(key, person);
        const fields: [string, string][] = [[documentField(wanted.kind), wanted.number]];
        if (wanted.name !== undefined) fields.push([NAME, wanted.name]);
        return {
          person,
          lookup: { lookup: wanted.lookup, person, field: documentField(wanted.kind) },
          row: { person, key_id: keyId, wrapped_key: wrapped, made_at },
          fields: fields.map(([field, value]) => ({
            person,
            field,
            sealed: seal(key, Buffer.from(value, 'utf8'), contextOf('field', person, field)),
          })),
        };
      }),
    );
    // In one order for all writers, so that two of them never wait for each other in a circle.
    made.sort((a, b) => (a.lookup.lookup < b.lookup.lookup ? -1 : 1));
    const ours = new Set<string>();
    await this.database.write(async (tables) => {
      ours.clear();
      for (const some of chunks(made, INSERT_ROWS)) {
        await this.insertAll(
          tables,
          'vault_lookup',
          ['lookup', 'person', 'field'],
          some.map(({ lookup }) => lookup),
        );
        const now = await this.holdersOf(
          tables,
          some.map(({ lookup }) => lookup.lookup),
        );
        for (const [lookup, person] of now) holders.set(lookup, person);
        const kept = some.filter(({ person, lookup }) => now.get(lookup.lookup) === person);
        const rows = kept.map(({ row }) => row);
        await this.insertAll(tables, 'vault_person', ['person', 'key_id', 'wrapped_key', 'made_at'], rows);
        await this.insertAll(
          tables,
          'vault_field',
          ['person', 'field', 'sealed'],
          kept.flatMap(({ fields }) => fields),
        );
        for (const { person } of kept) ours.add(person);
      }
    });
    return ours;
  }

  private async holdersOf(tables: VaultWrites, lookups: readonly string[]): Promise<Map<string, string>> {
    const holders = new Map<string, string>();
    for (const some of chunks(lookups, LOOKUP_ROWS)) {
      const given =
        this.database.dialect === 'postgres'
          ? sql<string>`select jsonb_array_elements_text(${JSON.stringify(some)}::jsonb)`
          : sql<string>`select value from json_each(${JSON.stringify(some)})`;
      const { rows } = await sql<{ lookup: string; person: string }>`
        select lookup, person from vault_lookup where lookup in (${given})`.execute(tables);
      for (const { lookup, person } of rows) holders.set(lookup, person);
    }
    return holders;
  }

  /** Inserts rows as one value, since a statement with thousands of them takes longer to write than to run. What is there stays. */
  private async insertAll<Row extends object>(
    tables: VaultWrites,
    table: keyof VaultTables,
    columns: readonly (keyof Row & string)[],
    rows: readonly Row[],
  ): Promise<void> {
    const names = sql.join(columns.map((column) => sql.ref(column)));
    const each =
      this.database.dialect === 'postgres'
        ? sql`jsonb_array_elements(${JSON.stringify(rows)}::jsonb)`
        : sql`json_each(${JSON.stringify(rows)})`;
    const values = sql.join(columns.map((column) => sql`value ->> ${sql.lit(column)}`));
    // Without a condition SQLite takes "on conflict" for the join of the select.
    await sql`insert into ${sql.table(table)} (${names}) select ${values} from ${each} where true on conflict do nothing`.execute(
      tables,
    );
  }

  private async noteFoundTwice(person: string, holder: string, kind: DocumentKind, at: string): Promise<void> {
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

  private normal({ name, document }: GivenIdentity): Normal | IdentityFault[] {
    const faults: IdentityFault[] = [];
    const trimmed = name?.normalize('NFKC').trim();
    if (trimmed !== undefined && !NAME_FORM.test(trimmed)) {
      faults.push({
        field: 'name',
        expected: `1 to ${LONGEST_NAME} characters, none of them a control character`,
        zh: `姓名应为1至${LONGEST_NAME}个字符`,
      });
    }
    if (trimmed === undefined && document === undefined) {
      faults.push({ field: 'number', expected: 'a document, a name or both', zh: '应给出证件、姓名或两者' });
    }
    const read = document && readDocument(document.kind, document.number, this.today());
    if (read && !read.ok) faults.push(...read.faults.map((fault) => ({ field: 'number' as const, ...fault })));
    if (faults.length > 0) return faults;
    return {
      name: trimmed,
      document: read?.ok
        ? { kind: read.kind, number: read.number, lookup: this.lookupOf(read.kind, read.number) }
        : undefined,
    };
  }

  private lookupOf(kind: DocumentKind, number: string): string {
    return createHmac('sha256', this.lookupKey)
      .update(`${numberSpace(kind, number)}\n${number}`)
      .digest('base64url');
  }

  private now(): string {
    return toInstant(new Date(this.clock()).toISOString())!;
  }

  private today(): Day {
    return dayOfInstant(this.now());
  }
}

interface Normal {
  name?: string;
  document?: { kind: DocumentKind; number: string; lookup: string };
}

interface Wanted {
  kind: DocumentKind;
  number: string;
  lookup: string;
  name?: string;
}

/** Takes back what the transaction has written on its way to an outcome that keeps nothing. */
class NotKept extends Error {
  constructor(readonly outcome: PutOutcome) {
    super(outcome.outcome);
  }
}

const NAME = 'name';
const DOCUMENT = 'document:';
const LONGEST_NAME = 100;
const NAME_FORM = /^[^\p{Cc}\p{Surrogate}]{1,100}$/u;
const LOOKUP_SECRET = 'lookup key';
const LOOKUP_ROWS = 2_000;
const INSERT_ROWS = 2_000;
const CHECK_BATCH = 500;
const CITIZEN_FORM = /^\d{17}[\dX]$/;

/** Numbers by GB 11643 are one space, whatever document shows them; other kinds number by themselves. */
function numberSpace(kind: DocumentKind, number: string): string {
  const citizen = kind === 'identityCard' || kind === 'residencePermit' || kind === 'foreignResidentPermit';
  return citizen && CITIZEN_FORM.test(number) ? 'GB 11643' : kind;
}

function documentField(kind: DocumentKind): string {
  return DOCUMENT + kind;
}

function kindOfField(field: string): DocumentKind {
  return field.slice(DOCUMENT.length) as DocumentKind;
}

function openField(key: Buffer, person: string, field: string, sealed: string): string {
  const plain = unseal(key, sealed, contextOf('field', person, field));
  if (plain) return plain.toString('utf8');
  throw new WrongKey(
    `${field} of ${person} is not what was sealed for him: it was changed, or belongs to somebody else`,
  );
}

function wrappedKeyOf({
  key_id,
  wrapped_key,
}: {
  key_id: string | null;
  wrapped_key: string | null;
}): WrappedKey | undefined {
  return key_id === null || wrapped_key === null ? undefined : { keyId: key_id, wrapped: wrapped_key };
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

async function holderOf(tables: VaultWrites, lookup: string): Promise<string | undefined> {
  return (await tables.selectFrom('vault_lookup').select('person').where('lookup', '=', lookup).executeTakeFirst())
    ?.person;
}

/** The person's row, made where there is none, and nobody else's until the transaction ends. */
async function lockPerson(tables: VaultWrites, person: string, made_at: string) {
  await tables
    .insertInto('vault_person')
    .values({ person, key_id: null, wrapped_key: null, made_at })
    // An update that changes nothing takes the row's lock on every database.
    .onConflict((conflict) =>
      conflict.column('person').doUpdateSet((row) => ({ made_at: row.ref('vault_person.made_at') })),
    )
    .execute();
  return tables.selectFrom('vault_person').selectAll().where('person', '=', person).executeTakeFirstOrThrow();
}

/** The key of the hashes: made once, kept wrapped, never changed, since every hash would change with it. */
async function lookupKeyOf(database: VaultDatabase, keys: KeyService): Promise<Buffer> {
  const stored = () =>
    database.reads.selectFrom('vault_secret').selectAll().where('name', '=', LOOKUP_SECRET).executeTakeFirst();
  let row = await stored();
  if (!row) {
    const { keyId, wrapped } = await keys.wrap(randomBytes(KEY_BYTES), secretContext(LOOKUP_SECRET));
    await database.write((tables) =>
      tables
        .insertInto('vault_secret')
        .values({ name: LOOKUP_SECRET, key_id: keyId, wrapped_key: wrapped })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute(),
    );
    row = (await stored())!;
  }
  return keys.unwrap({ keyId: row.key_id, wrapped: row.wrapped_key }, secretContext(LOOKUP_SECRET));
}

/** No person's id holds a space, so no secret is taken for a person's key. */
function secretContext(name: string): string {
  return `vault ${name}`;
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
