import { toInstant } from '../calendar';
import { checkVault, type VaultChecked } from './checking';
import { openVaultDatabase, type VaultDatabase } from './database';
import { Erasures, type Erasure } from './erasures';
import { FoundTwiceCases, type FoundTwice, type SettledAs } from './found-twice';
import type {
  FoundPerson,
  GivenDocument,
  GivenIdentity,
  IdentityFault,
  NamedByDocument,
  PutOutcome,
  ReadOutcome,
} from './identity';
import { Keeping } from './keeping';
import type { KeyService } from './keys';
import { Lookup } from './lookup';
import { NewPersons } from './new-persons';
import { NAME, holderOf, kindOfField, openField, wrappedKeyOf } from './person-rows';
import { Rotation } from './rotation';
import { lookupKeyOf } from './secrets';
import { VaultTrial } from './trial';

export interface VaultOptions {
  /** A file of SQLite, or the address of a PostgreSQL. */
  location: string;
  keys: KeyService;
  /** Milliseconds since 1970. */
  clock: () => number;
}

/**
 * Identity numbers and names, apart from the log. Each person has a data key of his own, wrapped by a master key that is not
 * here; numbers are found by a keyed hash. No error and no outcome repeats a number or a name.
 */
export class Vault {
  private readonly lookup: Lookup;
  private readonly foundTwiceCases: FoundTwiceCases;
  private readonly keeping: Keeping;
  private readonly newPersons: NewPersons;
  private readonly erasures: Erasures;
  private readonly rotation: Rotation;

  private constructor(
    private readonly database: VaultDatabase,
    private readonly keys: KeyService,
    lookupKey: Buffer,
    clock: () => number,
  ) {
    const now = () => toInstant(new Date(clock()).toISOString())!;
    this.lookup = new Lookup(lookupKey, now);
    this.foundTwiceCases = new FoundTwiceCases(database, now);
    this.keeping = new Keeping(database, keys, this.lookup, this.foundTwiceCases, now);
    this.newPersons = new NewPersons(database, keys, this.lookup, now);
    this.erasures = new Erasures(database, now);
    this.rotation = new Rotation(database, keys);
  }

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
  put(person: string, given: GivenIdentity, options: { dryRun?: boolean } = {}): Promise<PutOutcome> {
    return this.keeping.put(person, given, options);
  }

  /** As `put` of each in turn without replacing anything, all in one transaction. */
  putAll(rows: readonly { person: string; given: Omit<GivenIdentity, 'replace'> }[]): Promise<PutOutcome[]> {
    return this.keeping.putAll(rows);
  }

  /** Who holds the document; undefined where nobody does. Faults where it is no such document. */
  async find(document: GivenDocument): Promise<{ person: string } | { faults: IdentityFault[] } | undefined> {
    const read = this.lookup.read({ document });
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
    const erasure = await this.erasures.of(person);
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
   * The persons whom documents stand for, in the order of the rows; somebody new where nobody holds the document. All new persons
   * of a call are made in one transaction. Rows of one document in one call stand for one person, whose name is that of the first.
   */
  personsFor(rows: readonly NamedByDocument[]): Promise<FoundPerson[]> {
    return this.newPersons.personsFor(rows);
  }

  /** What giving names and documents would end in, one after another; nothing is written. To be closed. */
  trial(): VaultTrial {
    return new VaultTrial(this.keeping, this.newPersons, this.lookup);
  }

  /**
   * Destroys the person's data key, every ciphertext and every hash that finds him, in one transaction, together with the note that
   * the log is to be told. Cannot be undone. Said twice, the first one stands. A person of whom the vault holds nothing is noted
   * as erased all the same: he never gets an identity here again.
   */
  erase(person: string, order: { legalBasis: string; actor?: string }): Promise<Erasure> {
    return this.erasures.erase(person, order);
  }

  /** The erasure of a person; undefined where he is not erased. */
  erasureOf(person: string): Promise<Erasure | undefined> {
    return this.erasures.of(person);
  }

  /** Erasures that the log has not been told of; there are some only after a crash. */
  unrecordedErasures(): Promise<Erasure[]> {
    return this.erasures.unrecorded();
  }

  /** Notes that the log was told of a person's erasure. */
  erasureRecorded(person: string): Promise<void> {
    return this.erasures.recorded(person);
  }

  /** Cases of one number given for two persons, the newest first; those that wait, or all. */
  foundTwice(options: { all?: boolean } = {}): Promise<FoundTwice[]> {
    return this.foundTwiceCases.list(options);
  }

  /** Settles the cases between two persons, whichever of them held the number. Gives how many waited. */
  settleFoundTwice(pair: readonly [string, string], as: SettledAs, by?: string): Promise<number> {
    return this.foundTwiceCases.settle(pair, as, by);
  }

  /**
   * Wraps every data key with the current master key, a batch at a time; ciphertexts stay as they are. Broken off, it goes on where
   * it was: what is wrapped by the current key is not touched again. Gives how many keys were wrapped anew.
   */
  rotate(options: { batch?: number; onBatch?: (done: number) => void } = {}): Promise<number> {
    return this.rotation.rotate(options);
  }

  /** Whether keys are still wrapped by another master key than the current one: a rotation that broke off. */
  isRotating(): Promise<boolean> {
    return this.rotation.isRotating();
  }

  /** Opens everything there is, and says what does not open or cannot be found. */
  check(): Promise<VaultChecked> {
    const { database, keys, lookup, erasures } = this;
    return checkVault({ database, keys, lookup, erasures });
  }
}
