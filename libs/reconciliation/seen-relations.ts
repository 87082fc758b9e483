import Database from 'better-sqlite3';
import type { EventReader } from '../event-store';
import type { StatedRelation } from '../importing';

/** The relations that a file has stated so far, on disk, in a temporary database that vanishes with the process. */
export class SeenRelations {
  private readonly database: Database.Database;
  private readonly insert: Database.Statement<[string, string, string, number]>;
  private readonly find: Database.Statement<[string, string, string]>;
  private readonly anywhere: Database.Statement<[string, string]>;

  constructor() {
    this.database = new Database('');
    this.database.pragma('journal_mode = OFF');
    this.database.pragma('synchronous = OFF');
    this.database.exec(
      'CREATE TABLE seen (person TEXT, scheme TEXT, region TEXT, line INTEGER, PRIMARY KEY (person, scheme, region)) WITHOUT ROWID; BEGIN',
    );
    this.insert = this.database.prepare('INSERT INTO seen VALUES (?, ?, ?, ?)');
    this.find = this.database.prepare('SELECT line FROM seen WHERE person = ? AND scheme = ? AND region = ?');
    this.anywhere = this.database.prepare("SELECT 1 FROM seen WHERE person = ? AND scheme = ? AND region = ''");
    this.find.pluck();
    this.anywhere.pluck();
  }

  /** Notes a relation; gives the line on which it stands already. */
  add({ person, scheme, region = '' }: StatedRelation, line: number): number | undefined {
    const before = this.find.get(person, scheme, region) as number | undefined;
    if (before === undefined) this.insert.run(person, scheme, region, line);
    return before;
  }

  /** Whether the relation was stated, under one of the person's ids, with its region or without one. */
  has(persons: readonly string[], scheme: string, region: string): boolean {
    return persons.some(
      (person) =>
        this.find.get(person, scheme, region) !== undefined || this.anywhere.get(person, scheme) !== undefined,
    );
  }

  /** The distinct values of a column; an empty region is one that was not named. */
  values(column: 'scheme' | 'region'): string[] {
    return this.database.prepare(`SELECT DISTINCT ${column} FROM seen`).pluck().all() as string[];
  }

  close(): void {
    this.database.close();
  }
}

const NAMES_AT_ONCE = 1_000;
const PERSON = 'person-';

/** Every person of a log, page by page; a store that keeps no order of streams is walked through from its beginning. */
export async function* personsOf(store: EventReader): AsyncGenerator<string> {
  if (store.streamNames) {
    let after = '';
    for (;;) {
      const names = await store.streamNames({ prefix: PERSON, after, limit: NAMES_AT_ONCE });
      for (const name of names) yield name.slice(PERSON.length);
      if (names.length < NAMES_AT_ONCE) return;
      after = names.at(-1)!;
    }
  }
  const known = new Database('');
  try {
    known.exec('CREATE TABLE person (id TEXT PRIMARY KEY) WITHOUT ROWID; BEGIN');
    const add = known.prepare('INSERT OR IGNORE INTO person VALUES (?)');
    for await (const batch of store.readAll({ filter: { streamPrefixes: [PERSON] } }))
      for (const { stream } of batch) add.run(stream.slice(PERSON.length));
    const next = known.prepare('SELECT id FROM person WHERE id > ? ORDER BY id LIMIT ?').pluck();
    let page = next.all('', NAMES_AT_ONCE) as string[];
    while (page.length > 0) {
      yield* page;
      page = next.all(page.at(-1)!, NAMES_AT_ONCE) as string[];
    }
  } finally {
    known.close();
  }
}
