import Database from 'better-sqlite3';
import { regionsNamed } from '../access';
import type { EventReader, StoredEvent } from '../event-store';
import { employerStream, parseStream, regionStream } from '../../events';
import { employersOf, regionsOf } from '../../projections/grounds';

const VERSION = 1;
const NATIONAL = '000000';
const PAIRS_REMEMBERED = 200_000;
const PAGE = 200;

const tables = `
  CREATE TABLE ground (stream TEXT, person TEXT, position INTEGER, PRIMARY KEY (stream, person)) STRICT, WITHOUT ROWID;
  CREATE TABLE merged (person TEXT, other TEXT, position INTEGER, PRIMARY KEY (person, other)) STRICT, WITHOUT ROWID;
  CREATE TABLE belonging (stream TEXT, region TEXT, position INTEGER, PRIMARY KEY (stream, region)) STRICT, WITHOUT ROWID;
  CREATE TABLE progress (position INTEGER, event TEXT) STRICT;
  INSERT INTO progress VALUES (0, '');
`;

/**
 * Whose answers rest on which region, employer or other person, and since which position of the log; and to which regions
 * the subjects of streams belong. Made from the log alone: the file may be removed at any time, and is made again.
 */
export class GroundsIndex {
  private readonly database: Database.Database;
  private readonly insert: Readonly<Record<Table, Database.Statement<[string, string, number]>>>;
  private readonly restingOn: Database.Statement<[string, number, string]>;
  private readonly restsOn: Database.Statement<[string, string, number]>;
  private readonly everMerged: Database.Statement<[number, string]>;
  private readonly mergedWith: Database.Statement<[string, number]>;
  private readonly regions: Database.Statement<[string, number]>;
  private noted = new Set<string>();
  private position: bigint | undefined;
  private growing: Promise<void> = Promise.resolve();

  constructor(
    file: string,
    private readonly store: Pick<EventReader, 'readAll' | 'eventAt'>,
  ) {
    this.database = opened(file);
    const insertInto = (table: Table) =>
      this.database.prepare<[string, string, number]>(`INSERT OR IGNORE INTO ${table} VALUES (?, ?, ?)`);
    this.insert = {
      ground: insertInto('ground'),
      merged: insertInto('merged'),
      belonging: insertInto('belonging'),
    };
    this.restingOn = this.database
      .prepare<[string, number, string]>(
        `SELECT person FROM ground WHERE stream = ? AND position < ? AND person > ? ORDER BY person LIMIT ${PAGE}`,
      )
      .pluck();
    this.restsOn = this.database
      .prepare<[string, string, number]>('SELECT 1 FROM ground WHERE stream = ? AND person = ? AND position < ?')
      .pluck();
    this.everMerged = this.database
      .prepare<[number, string]>(
        `SELECT DISTINCT person FROM merged WHERE position < ? AND person > ? ORDER BY person LIMIT ${PAGE}`,
      )
      .pluck();
    this.mergedWith = this.database
      .prepare<[string, number]>('SELECT other FROM merged WHERE person = ? AND position <= ?')
      .pluck();
    this.regions = this.database
      .prepare<[string, number]>('SELECT region FROM belonging WHERE stream = ? AND position <= ? ORDER BY region')
      .pluck();
  }

  /** Reads the log as far as the position. What is asked about an event must have been read. */
  reach(position: bigint): Promise<void> {
    const grown = this.growing.then(() => this.grow(position));
    this.growing = grown.catch(() => undefined);
    return grown;
  }

  /** Everyone after a person, by id, whose events had named the stream before the position, or those of somebody ever merged with him. */
  *concerned(stream: string, position: bigint, after: string): Generator<string> {
    const before = Number(position);
    const rests = (person: string) => this.restsOn.get(stream, person, before) === 1;
    for (let last = after; ;) {
      const direct = this.restingOn.all(stream, before, last) as string[];
      const merged = this.everMerged.all(before, last) as string[];
      // Of two pages that were both cut, only what lies before the end of the shorter is whole.
      const ends = [direct, merged].filter(({ length }) => length === PAGE).map((page) => page.at(-1)!);
      const end = ends.sort()[0];
      const joined = merged.filter((person) => this.onePersonWith(person, position - 1n).some(rests));
      yield* [...new Set([...direct, ...joined])].sort().filter((person) => end === undefined || person <= end);
      if (end === undefined) return;
      last = end;
    }
  }

  /** The person, and everyone whom merges up to the position ever joined with him, directly or through others, by id. */
  onePersonWith(person: string, position: bigint): string[] {
    const persons = new Set([person]);
    for (const one of persons) {
      for (const other of this.mergedWith.all(one, Number(position)) as string[]) persons.add(other);
    }
    return persons.size === 1 ? [person] : [...persons].sort();
  }

  /** The regions that events of the stream had named up to the position. */
  regionsOf(stream: string, position: bigint): string[] {
    const { kind, id } = parseStream(stream) ?? {};
    return kind === 'region' ? [id!] : (this.regions.all(stream, Number(position)) as string[]);
  }

  close(): void {
    this.database.close();
  }

  private async grow(position: bigint): Promise<void> {
    this.position ??= await this.whereItStands();
    if (this.position >= position) return;
    for await (const batch of this.store.readAll({ after: this.position })) {
      const last = batch.at(-1)!;
      this.database.transaction(() => {
        for (const event of batch) this.note(event);
        this.database.prepare('UPDATE progress SET position = ?, event = ?').run(Number(last.position), last.id);
      })();
      this.position = last.position;
      if (last.position >= position) return;
    }
  }

  /** Where the index stands, if it was made from this log; otherwise it is emptied. */
  private async whereItStands(): Promise<bigint> {
    const [at, id] = this.database.prepare('SELECT position, event FROM progress').raw().get() as [number, string];
    if (at === 0) return 0n;
    const event = await this.store.eventAt(BigInt(at));
    if (event?.id === id) return event.position;
    this.database.exec(
      "DELETE FROM ground; DELETE FROM merged; DELETE FROM belonging; UPDATE progress SET position = 0, event = ''",
    );
    return 0n;
  }

  private note({ stream, position, data }: StoredEvent): void {
    const { kind, id } = parseStream(stream) ?? {};
    if (kind === undefined || kind === 'region') return;
    const at = Number(position);
    for (const region of regionsNamed({ data })) this.once('belonging', stream, region, at);
    if (kind !== 'person') return;

    const corrected = (data as { data?: unknown }).data;
    const said: { data: object }[] = isObject(corrected) ? [{ data }, { data: corrected }] : [{ data }];
    for (const region of regionsOf(said, NATIONAL)) this.once('ground', regionStream(region), id!, at);
    for (const employer of employersOf(said)) this.once('ground', employerStream(employer), id!, at);
    for (const one of said) {
      const { otherPersonId } = one.data as { otherPersonId?: unknown };
      if (typeof otherPersonId !== 'string') continue;
      this.once('merged', id!, otherPersonId, at);
      this.once('merged', otherPersonId, id!, at);
    }
  }

  private once(table: Table, first: string, second: string, at: number): void {
    const pair = `${table} ${first} ${second}`;
    if (this.noted.has(pair)) return;
    this.insert[table].run(first, second, at);
    if (this.noted.size >= PAIRS_REMEMBERED) this.noted = new Set();
    this.noted.add(pair);
  }
}

type Table = 'ground' | 'merged' | 'belonging';

function opened(file: string): Database.Database {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  // What a power cut takes is read from the log again.
  database.pragma('synchronous = NORMAL');
  const version = database.pragma('user_version', { simple: true });
  if (version === VERSION) return database;
  database.transaction(() => {
    for (const table of ['ground', 'merged', 'belonging', 'progress']) database.exec(`DROP TABLE IF EXISTS ${table}`);
    database.exec(tables);
    database.pragma(`user_version = ${VERSION}`);
  })();
  return database;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
