import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { VaultDatabase, VaultTables, VaultWrites } from './database';
import type { DocumentKind } from './documents';
import type { FoundPerson, IdentityFault, NamedByDocument } from './identity';
import type { KeyService } from './keys';
import type { Lookup, ReadIdentity } from './lookup';
import { NAME, documentField, sealField } from './person-rows';
import { KEY_BYTES } from './sealing';

interface Wanted {
  kind: DocumentKind;
  number: string;
  lookup: string;
  name?: string;
}

interface Found {
  read: (ReadIdentity | IdentityFault[])[];
  /** By their hashes. */
  wanted: Map<string, Wanted>;
  holders: Map<string, string>;
}

const LOOKUP_ROWS = 2_000;
const INSERT_ROWS = 2_000;

/** Finds whom documents stand for, many at once, and makes who is not there. */
export class NewPersons {
  constructor(
    private readonly database: VaultDatabase,
    private readonly keys: KeyService,
    private readonly lookup: Lookup,
    private readonly now: () => string,
  ) {}

  /**
   * The persons whom documents stand for, in the order of the rows; somebody new where nobody holds the document. All new persons
   * of a call are made in one transaction. Rows of one document in one call stand for one person, whose name is that of the first.
   */
  async personsFor(rows: readonly NamedByDocument[]): Promise<FoundPerson[]> {
    const { read, wanted, holders } = await this.find(rows);
    const missing = [...wanted.values()].filter(({ lookup }) => !holders.has(lookup));
    const made = missing.length === 0 ? new Set<string>() : await this.makePersons(missing, holders);
    return read.map((one): FoundPerson => {
      if (Array.isArray(one)) return { ok: false, faults: one };
      const person = holders.get(one.document!.lookup)!;
      return { ok: true, person, made: made.has(person) };
    });
  }

  /** What the rows say, each document once, and who holds those that somebody holds. */
  async find(rows: readonly NamedByDocument[]): Promise<Found> {
    const read = rows.map(({ kind, number, name }) =>
      this.lookup.read({ document: { kind, number }, ...(name === undefined || name.trim() === '' ? {} : { name }) }),
    );
    const wanted = new Map<string, Wanted>();
    for (const one of read) {
      if (Array.isArray(one)) continue;
      const { kind, lookup, number } = one.document!;
      if (!wanted.has(lookup)) wanted.set(lookup, { kind, number, lookup, name: one.name });
    }
    return { read, wanted, holders: await this.holdersOf(this.database.reads, [...wanted.keys()]) };
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
            sealed: sealField(key, person, field, value),
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
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
