import { randomBytes, createHmac } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import type { FoundPerson, GivenDocument, GivenIdentity, IdentityFault, NamedByDocument, PutOutcome } from './identity';
import type { Keeping } from './keeping';
import type { Lookup } from './lookup';
import type { NewPersons } from './new-persons';

/**
 * What giving names and documents to the vault would end in. The vault is asked and never written; what was given in the trial
 * before counts as given, so that a file ends in it as it would in earnest. Somebody new has an id that holds in this trial only.
 * On disk, in a temporary database that vanishes with the process.
 */
export class VaultTrial {
  private readonly given: Sqlite.Database;
  private readonly holder: Sqlite.Statement<[string], string>;
  private readonly insert: Sqlite.Statement<[string, string]>;
  /** Ids of a trial say nothing outside it: the hash of a number must not be known again by them. */
  private readonly salt = randomBytes(32);

  constructor(
    private readonly keeping: Keeping,
    private readonly persons: NewPersons,
    private readonly lookup: Lookup,
  ) {
    this.given = new Sqlite('');
    this.given.pragma('journal_mode = OFF');
    this.given.pragma('synchronous = OFF');
    this.given.exec('CREATE TABLE given (lookup TEXT PRIMARY KEY, person TEXT) WITHOUT ROWID; BEGIN');
    this.holder = this.given.prepare<[string], string>('SELECT person FROM given WHERE lookup = ?').pluck();
    this.insert = this.given.prepare('INSERT OR REPLACE INTO given VALUES (?, ?)');
  }

  /** As `Vault.personsFor`; of somebody new `made` the first time he is asked about. */
  async personsFor(rows: readonly NamedByDocument[]): Promise<FoundPerson[]> {
    const { read, holders } = await this.persons.find(rows);
    const made = new Set<string>();
    return read.map((one): FoundPerson => {
      if (Array.isArray(one)) return { ok: false, faults: one };
      const { lookup } = one.document!;
      const known = holders.get(lookup) ?? this.holder.get(lookup);
      if (known !== undefined) return { ok: true, person: known, made: made.has(known) };
      const person = `new:${createHmac('sha256', this.salt).update(lookup).digest('hex').slice(0, 32)}`;
      this.insert.run(lookup, person);
      made.add(person);
      return { ok: true, person, made: true };
    });
  }

  /** As `Vault.put` without replacing anything. */
  async put(person: string, given: Omit<GivenIdentity, 'replace'>): Promise<PutOutcome> {
    const outcome = await this.keeping.put(person, given, { dryRun: true });
    if (outcome.outcome !== 'kept') return outcome;
    const read = this.lookup.read(given);
    if (Array.isArray(read) || read.document === undefined) return outcome;
    const holder = this.holder.get(read.document.lookup);
    if (holder === person) return { outcome: 'alreadyKept' };
    if (holder !== undefined) return { outcome: 'heldByOther', holder };
    this.insert.run(read.document.lookup, person);
    return outcome;
  }

  /** As `Vault.find`. */
  async find(document: GivenDocument): Promise<{ person: string } | { faults: IdentityFault[] } | undefined> {
    const read = this.lookup.read({ document });
    if (Array.isArray(read)) return { faults: read };
    const { holders } = await this.persons.find([document]);
    const { lookup } = read.document!;
    const person = holders.get(lookup) ?? this.holder.get(lookup);
    return person === undefined ? undefined : { person };
  }

  close(): void {
    this.given.close();
  }
}
