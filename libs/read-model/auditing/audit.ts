import { sql } from 'kysely';
import type { Connection } from '../connection';
import type { Folded, Folding } from '../folding';
import { rebuiltTables, type PersonRow } from '../schema';
import { compiled } from '../writing';
import { personTableNames, personTables } from '../../../projections/rows';

/** What the read model says otherwise of a person than his events do. */
export interface Difference {
  person: string;
  /** `missing`, `not in the log`, `events`, `history`, or the table whose rows differ or have him though nobody should. */
  what: string;
  /** What the log gives, and what is stored; JSON, of the first difference. */
  wanted?: string;
  stored?: string;
}

const AUDITED_TABLES = ['person_history', 'person_grounds', 'parked', ...personTableNames];
/** Beside those by which it is told how many events are counted, and of what content. */
const PERSON_COLUMNS = Object.keys(rebuiltTables.persons.columns).filter(
  (column) => !['person', 'revision', 'events', 'content_hash'].includes(column),
);
/** When somebody was parked is no part of the log. */
const PARKED_COLUMNS = Object.keys(rebuiltTables.parked.columns).filter(
  (column) => !['person', 'parked_at'].includes(column),
);

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
    const differ = (what: string, wanted: string, stored: string) => {
      if (wanted !== stored) differences.push({ person, what, wanted, stored });
    };
    const wanted = folded.person;
    differ('events', counted(wanted), counted(row));
    const [history] = await this.rows(person, 'person_history', ['facts']);
    if (history?.facts !== folded.facts || row.content_hash !== wanted.content_hash) {
      differences.push({ person, what: 'history', wanted: wanted.content_hash, stored: row.content_hash });
    }
    differ('persons', plain([wanted], PERSON_COLUMNS), plain([row], PERSON_COLUMNS));
    const grounds = await this.rows(person, 'person_grounds', ['stream']);
    differ(
      'person_grounds',
      [...folded.grounds].sort().join(),
      grounds
        .map(({ stream }) => stream)
        .sort()
        .join(),
    );
    const parked = await this.rows(person, 'parked', PARKED_COLUMNS);
    differ('parked', plain(folded.parked ? [folded.parked] : [], PARKED_COLUMNS), plain(parked, PARKED_COLUMNS));
    for (const table of personTableNames) {
      const columns = ['n', ...Object.keys(personTables[table])];
      const stored = await this.rows(person, table, columns);
      const numbered = folded.rows[table].map((one, n) => ({ n, ...one }));
      differ(table, plain(numbered, columns), plain(stored, columns));
    }
    return differences;
  }

  /** Rows of persons of whom the tables know nothing else: by person and table, at most so many of each table. */
  async strays(most: number): Promise<Difference[]> {
    const found: Difference[] = [];
    for (const name of AUDITED_TABLES) {
      const rows = await this.connection.all<{ person: string }>(
        this.statement(
          sql`select distinct person from ${this.table(name)} where person not in (select person from
            ${this.table('persons')}) order by person limit ${sql.lit(most)}`,
        ),
      );
      found.push(...rows.map(({ person }) => ({ person, what: name })));
    }
    return found;
  }

  private rows(person: string, table: string, columns: readonly string[]): Promise<Record<string, unknown>[]> {
    const named = sql.join(columns.map((column) => sql.ref(column)));
    const order = columns[0] === 'n' ? sql` order by n` : sql``;
    return this.connection.all(
      this.statement(sql`select ${named} from ${this.table(table)} where person = ${''}${order}`),
      [person],
    );
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
