import type { Connection } from '../connection';
import type { Folded } from '../folding';
import { rebuiltTables } from '../schema';
import { personTableNames, personTables, type PersonTable } from '../../../projections/rows';
import { TableWriter } from './table-writer';

const PERSON_COLUMNS = Object.keys(rebuiltTables.persons.columns);
const PARKED_COLUMNS = Object.keys(rebuiltTables.parked.columns);

/** Writes everything the read model holds of persons, into the live tables or, with a prefix, into those being rebuilt. */
export class PersonWriter {
  private readonly persons: TableWriter;
  private readonly history: TableWriter;
  private readonly grounds: TableWriter;
  private readonly parked: TableWriter;
  private readonly tables: ReadonlyMap<PersonTable, TableWriter>;
  private readonly all: readonly TableWriter[];

  constructor(
    connection: Connection,
    prefix: string,
    private readonly clock: () => string,
  ) {
    const writer = (table: string, columns: readonly string[]) => new TableWriter(connection, prefix + table, columns);
    this.persons = writer('persons', PERSON_COLUMNS);
    this.history = writer('person_history', ['person', 'facts']);
    this.grounds = writer('person_grounds', ['person', 'stream']);
    this.parked = writer('parked', PARKED_COLUMNS);
    this.tables = new Map(
      personTableNames.map((name) => [name, writer(name, ['person', 'n', ...Object.keys(personTables[name])])]),
    );
    this.all = [this.persons, this.history, this.grounds, this.parked, ...this.tables.values()];
  }

  /** Takes away everything of these persons. */
  async remove(persons: readonly string[]): Promise<void> {
    for (const table of this.all) await table.deleteOf(persons);
  }

  /** Writes persons of whom the tables hold nothing. */
  async insert(folded: readonly Folded[]): Promise<void> {
    for (const one of folded) this.add(one);
    for (const table of this.all) await table.flush();
  }

  /** Writes persons in the place of what the tables hold of them. */
  async replace(folded: readonly Folded[]): Promise<void> {
    await this.remove(folded.map(({ person }) => person.person));
    await this.insert(folded);
  }

  private add({ person: row, facts, grounds, rows, parked }: Folded): void {
    const { person } = row;
    this.persons.add(...PERSON_COLUMNS.map((column) => row[column as keyof typeof row]));
    this.history.add(person, facts);
    for (const stream of grounds) this.grounds.add(person, stream);
    if (parked) {
      const at = { ...parked, parked_at: this.clock() };
      this.parked.add(...PARKED_COLUMNS.map((column) => at[column as keyof typeof at]));
    }
    for (const [name, table] of this.tables) {
      const of = rows[name];
      for (let n = 0; n < of.length; n++) table.addRow(person, n, of[n]!);
    }
  }
}
