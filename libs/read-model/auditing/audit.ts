import { sql } from 'kysely';
import type { Connection } from '../connection';
import type { Folded, Folding } from '../folding';
import type { PersonRow } from '../schema';
import { compiled } from '../writing';
import { personTableNames, personTables } from '../../../projections/rows';

/** What the read model says otherwise of a person than his events do. */
export interface Difference {
  person: string;
  /** `missing`, `not in the log`, `events`, `history`, or the table whose rows differ. */
  what: string;
  /** What the log gives, and what is stored; JSON, of the first difference. */
  wanted?: string;
  stored?: string;
}

const ORDERED_TABLES = personTableNames;

/** Compares persons, folded anew from the log, with what the tables hold of them. */
export class Audit {
  private after = '';

  constructor(
    private readonly connection: Connection,
    private readonly folding: Folding,
    private readonly prefix = '',
  ) {}

  /** Audits the next person in the order of ids, beginning again after the last; undefined where it is nobody of ours. */
  async next(limit: bigint, isOurs: (person: string) => boolean): Promise<Difference[] | undefined> {
    const [found] = await this.connection.all<{ person: string }>(
      this.statement(sql`select person from ${this.table('persons')} where person > ${''} order by person limit 1`),
      [this.after],
    );
    this.after = found?.person ?? '';
    if (!found || !isOurs(found.person)) return undefined;
    return this.ofPerson(found.person, limit);
  }

  /** Everything in which the person's rows are not those of his events up to `limit`. */
  async ofPerson(person: string, limit: bigint): Promise<Difference[]> {
    const folded = await this.folding.fromLog(person, limit);
    return this.compare(person, folded);
  }

  async compare(person: string, folded: Folded | undefined): Promise<Difference[]> {
    const [row] = await this.connection.all<PersonRow>(
      this.statement(sql`select * from ${this.table('persons')} where person = ${''}`),
      [person],
    );
    if (!folded) return row ? [{ person, what: 'not in the log' }] : [];
    if (!row) return [{ person, what: 'missing' }];
    const differences: Difference[] = [];
    const wanted = folded.person;
    if (row.events !== wanted.events || row.revision !== wanted.revision) {
      differences.push({ person, what: 'events', wanted: counted(wanted), stored: counted(row) });
    }
    const [history] = await this.connection.all<{ facts: string }>(
      this.statement(sql`select facts from ${this.table('person_history')} where person = ${''}`),
      [person],
    );
    if (row.content_hash !== wanted.content_hash || history?.facts !== folded.facts) {
      differences.push({ person, what: 'history', wanted: wanted.content_hash, stored: row.content_hash });
    }
    for (const table of ORDERED_TABLES) {
      const columns = Object.keys(personTables[table]);
      const stored = await this.connection.all<Record<string, unknown>>(
        this.statement(
          sql`select ${sql.join(columns.map((column) => sql.ref(column)))} from ${this.table(table)}
            where person = ${''} order by n`,
        ),
        [person],
      );
      const [want, have] = [plain(folded.rows[table], columns), plain(stored, columns)];
      if (want !== have) differences.push({ person, what: table, wanted: want, stored: have });
    }
    return differences;
  }

  private table(name: string) {
    return sql.table(this.prefix + name);
  }

  private statement(query: Parameters<typeof compiled>[1]) {
    return compiled(this.connection.dialect, query);
  }
}

function counted({ events, revision }: PersonRow): string {
  return `${events} events through revision ${revision}`;
}

function plain(rows: readonly object[], columns: readonly string[]): string {
  return JSON.stringify(rows.map((row) => columns.map((column) => (row as Record<string, unknown>)[column] ?? null)));
}
