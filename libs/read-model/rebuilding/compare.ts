import { sql } from 'kysely';
import type { Connection } from '../connection';
import { rebuiltTables } from '../schema';
import { compiled } from '../writing';
import { personTableNames, personTables } from '../../../projections/rows';
import { NEXT } from './tables';

/** A person whose rows are others in the live tables than in the rebuilt ones. */
export interface Differing {
  person: string;
  tables: string[];
  /**
   * `unknown`: the live tables know nothing of him; `gone`: the log does not; `history`: his facts are others; `parked`: he is
   * parked in one of them; `rows`: evaluated otherwise from the same facts.
   */
  why: 'unknown' | 'gone' | 'parked' | 'history' | 'rows';
}

/** Compares the rebuilt tables with the live ones, row by row. Both must stand at the same position. */
export async function compareTables(connection: Connection): Promise<Differing[]> {
  const found = new Map<string, Set<string>>();
  for (const { name, key, columns } of comparedTables()) {
    for (const person of await differingIn(connection, name, key, columns)) {
      const tables = found.get(person);
      if (tables) tables.add(name);
      else found.set(person, new Set([name]));
    }
  }
  const differing: Differing[] = [];
  for (const [person, tables] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    differing.push({ person, tables: [...tables], why: await whyOf(connection, person, tables) });
  }
  return differing;
}

interface Compared {
  name: string;
  key: readonly string[];
  columns: readonly string[];
}

function comparedTables(): Compared[] {
  const { persons, person_grounds } = rebuiltTables;
  return [
    { name: 'persons', key: ['person'], columns: Object.keys(persons.columns) },
    { name: 'person_history', key: ['person'], columns: ['facts'] },
    { name: 'person_grounds', key: person_grounds.key, columns: [] },
    { name: 'parked', key: ['person'], columns: ['stream', 'revision', 'type', 'version', 'reason'] },
    ...personTableNames.map((name) => ({ name, key: ['person', 'n'], columns: Object.keys(personTables[name]) })),
  ];
}

async function differingIn(connection: Connection, name: string, key: readonly string[], columns: readonly string[]) {
  const [live, next] = [sql.table(name), sql.table(NEXT + name)];
  const same = sql.join(
    key.map((column) => sql`${sql.ref(`a.${column}`)} = ${sql.ref(`b.${column}`)}`),
    sql` and `,
  );
  const other = columns.map((column) => sql`${sql.ref(`a.${column}`)} is distinct from ${sql.ref(`b.${column}`)}`);
  const unlike = sql.join([sql`b.person is null`, ...other], sql` or `);
  const rows = await connection.all<{ person: string }>(
    compiled(
      connection.dialect,
      sql`select a.person from ${live} as a left join ${next} as b on ${same} where ${unlike}
        union select a.person from ${next} as a left join ${live} as b on ${same} where b.person is null`,
    ),
  );
  return rows.map(({ person }) => person);
}

async function whyOf(connection: Connection, person: string, tables: ReadonlySet<string>): Promise<Differing['why']> {
  const knows = async (table: string) => {
    const query = sql`select person from ${sql.table(table)} where person = ${''}`;
    return (await connection.all(compiled(connection.dialect, query), [person])).length > 0;
  };
  if (!(await knows('persons'))) return 'unknown';
  if (!(await knows(`${NEXT}persons`))) return 'gone';
  if (tables.has('parked')) return 'parked';
  return tables.has('persons') || tables.has('person_history') ? 'history' : 'rows';
}
