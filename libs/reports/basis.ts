import { sql, type Kysely } from 'kysely';
import { OPEN, toDay, type Day } from '../calendar';
import type { EventReader } from '../event-store';
import { RegionNeeded, openLedger, type Ledger } from '../ledger';
import type { Policies } from '../policy/evaluation';
import { openReadModel, unknownCodes, type ReadModel, type ReadModelTables } from '../read-model';
import { UnreadableEvent, parseStream, personStream } from '../../events';
import { knownAtLimit, type KnownAt } from '../../projections/history';
import { noRows, personTableNames, rowsOf, type PersonRows, type RowGrounds } from '../../projections/rows';
import type { LateEvent, ReportSource, Tables, Then } from './report';

/** Where a report's figures come from. */
export interface ReportParts {
  /** The location of the read model. */
  readModel: string;
  /** The log, for what was known earlier. */
  store: EventReader;
  policies: Policies;
}

/** How a report came about; the figures rest on the basis alone. */
export interface Evaluation {
  /** `tables`: the read model as it stands. `log`: persons touched later were evaluated anew from what was known then. */
  from: 'tables' | 'log';
  /** Up to where in the log the read model has come. */
  position: number;
  /** Events at the end of the log that no report of now can know yet, where they can be counted. */
  behind: string;
  /** Persons evaluated anew. */
  evaluatedAnew: number;
}

/** The read model holds nothing: nobody has projected the log yet. */
export class NothingProjected extends Error {
  override readonly name = 'NothingProjected';

  constructor() {
    super('the read model holds nothing yet: start the server or the projector, or run "ledger rebuild"');
  }
}

/**
 * Runs with the tables as one basis knows them, in one transaction, so that all figures are of one moment. What is known
 * now stands in the read model. Of an earlier basis, persons of whom anything was recorded later are evaluated anew from
 * the log, and their rows laid over those of everybody else for as long as this runs; nothing is kept.
 */
export async function atBasis<T>(
  parts: ReportParts,
  knownAt: KnownAt | undefined,
  use: (source: ReportSource, evaluation: Evaluation) => Promise<T>,
): Promise<T> {
  return overlaid(parts, knownAt, async (tables, evaluation) => {
    const source: ReportSource = {
      tables,
      knownOn: (day, then) => knownOn(parts, day, knownAt, then),
    };
    return use(source, evaluation);
  });
}

async function knownOn<T>(
  parts: ReportParts,
  day: Day,
  until: KnownAt | undefined,
  use: (then: Then) => Promise<T>,
): Promise<T> {
  const limit = knownAtLimit(day);
  return overlaid(parts, limit, (tables) =>
    use({
      tables,
      touched: () => touchedPersons(tables),
      lateEvents: async (person) => {
        const others = await groundsOf(tables, person);
        const isPersons = (stream: string) => parseStream(stream)?.kind === 'person';
        const own = await lateIn(parts.store, [personStream(person), ...others.filter(isPersons)], limit, until);
        if (own.length > 0) return own;
        return lateIn(
          parts.store,
          others.filter((stream) => !isPersons(stream)),
          limit,
          until,
        );
      },
    }),
  );
}

/** Streams beside his own that the person's rows rest on. */
async function groundsOf(tables: Tables, person: string): Promise<string[]> {
  const rows = await tables.selectFrom('person_grounds').select('stream').where('person', '=', person).execute();
  return rows.map(({ stream }) => stream);
}

/** Events of streams that were recorded after one limit of knowledge, up to another; in the order of recording. */
async function lateIn(
  store: EventReader,
  streams: readonly string[],
  limit: KnownAt,
  until: KnownAt | undefined,
): Promise<LateEvent[]> {
  const read = await Promise.all(streams.map((stream) => store.readStream(stream)));
  return read
    .flat()
    .filter((event) => isLater(event, limit) && (until === undefined || !isLater(event, until)))
    .sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : a.recordedAt > b.recordedAt ? 1 : 0))
    .map(({ id, type, recordedAt, metadata }) => ({
      id,
      type,
      recordedAt,
      effectiveOn: String(metadata['effectiveOn']),
    }));
}

async function* touchedPersons(tables: Tables): AsyncGenerator<string> {
  const rows = await overlays(tables).selectFrom('touched').select('person').orderBy('person').execute();
  for (const { person } of rows) yield person;
}

/** The tables in a transaction of their own connection; of an earlier basis, with what was known then laid over them. */
async function overlaid<T>(
  parts: ReportParts,
  knownAt: KnownAt | undefined,
  use: (tables: Tables, evaluation: Evaluation) => Promise<T>,
): Promise<T> {
  const model = await openReadModel(parts.readModel);
  try {
    const transaction = await begin(model);
    try {
      const position = await projectedPosition(transaction);
      const head = await parts.store.head();
      const evaluation: Evaluation = {
        from: 'tables',
        position,
        behind: String(head > BigInt(position) ? head - BigInt(position) : 0n),
        evaluatedAnew: 0,
      };
      if (knownAt !== undefined) {
        evaluation.evaluatedAnew = await layOver(transaction, model, parts, knownAt, position);
        if (evaluation.evaluatedAnew > 0) evaluation.from = 'log';
      }
      return await use(transaction, evaluation);
    } finally {
      await transaction.rollback().execute();
    }
  } finally {
    await model.close();
  }
}

type Transaction = Tables & { rollback(): { execute(): Promise<void> } };

async function begin({ queries, dialect }: ReadModel): Promise<Transaction> {
  const started = queries.startTransaction();
  return (await (
    dialect === 'postgres' ? started.setIsolationLevel('repeatable read') : started
  ).execute()) as Transaction;
}

/** The position that every share of the persons has reached. */
async function projectedPosition(tables: Tables): Promise<number> {
  const shares = await tables.selectFrom('checkpoint').select('position').execute();
  if (shares.length === 0) throw new NothingProjected();
  return Math.min(...shares.map(({ position }) => Number(position)));
}

/** The tables of the overlay: persons whose rows are others, and the rows themselves. */
type OverlayTables = { touched: { person: string }; joined: { person: string } } & {
  [T in keyof ReadModelTables as `then_${T}`]: ReadModelTables[T];
};

function overlays(tables: Tables): Kysely<OverlayTables> {
  return tables as unknown as Kysely<OverlayTables>;
}

const OVERLAID = [...personTableNames, 'persons'] as const;
/** Parameters of one insertion; both databases take so many. */
const MOST_VALUES = 8_000;
const AT_ONCE = 200;

/** Temporary tables of what was known then, and views of the same names as the live tables over both. Gives how many persons were evaluated. */
async function layOver(
  tables: Tables,
  model: ReadModel,
  parts: ReportParts,
  knownAt: KnownAt,
  position: number,
): Promise<number> {
  const live = await liveSchema(tables, model);
  const run = (statement: string) => sql.raw(statement).execute(tables);
  for (const name of ['touched', 'joined']) {
    await run(`create temporary table ${name} as select person from ${live}.persons where 1 = 0`);
    await run(`create unique index ${name}_person on ${name} (person)`);
  }
  for (const name of OVERLAID) {
    await run(`create temporary table then_${name} as select * from ${live}.${name} where 1 = 0`);
    await run(`create index then_${name}_person on then_${name} (person)`);
  }
  await findTouched(tables, live, parts.store, knownAt, position);
  const evaluated = await evaluateTouched(tables, parts, knownAt);
  for (const name of OVERLAID) {
    await run(`delete from then_${name} where person in (select person from joined)`);
    await run(
      `create temporary view ${name} as select * from ${live}.${name} as l where not exists ` +
        `(select 1 from touched where touched.person = l.person) union all select * from then_${name}`,
    );
  }
  return evaluated;
}

async function liveSchema(tables: Tables, { dialect }: ReadModel): Promise<string> {
  if (dialect === 'sqlite') return 'main';
  const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(tables);
  return `"${rows[0]!.name.replaceAll('"', '""')}"`;
}

/**
 * Everybody whose rows may rest on something recorded after the basis, or not be projected yet: his own stream, a stream
 * his facts name, or that of a record joined with his.
 */
async function findTouched(
  tables: Tables,
  live: string,
  store: EventReader,
  knownAt: KnownAt,
  position: number,
): Promise<void> {
  const touched = new Batch(tables, 'touched');
  const streams = new Set<string>();
  const after = typeof knownAt === 'bigint' && knownAt < BigInt(position) ? knownAt : 0n;
  for await (const batch of store.readAll({ after, batchSize: 5_000 })) {
    for (const event of batch) {
      if (!isLater(event, knownAt) && event.position <= BigInt(position)) continue;
      const { otherPersonId } = event.data as { otherPersonId?: unknown };
      if (typeof otherPersonId === 'string') await touched.add(otherPersonId);
      if (streams.has(event.stream)) continue;
      streams.add(event.stream);
      const parts = parseStream(event.stream);
      if (parts?.kind === 'person') await touched.add(parts.id);
    }
  }
  await touched.flush();
  const restOn = [...streams];
  for (let first = 0; first < restOn.length; first += AT_ONCE) {
    const some = restOn.slice(first, first + AT_ONCE);
    await sql`insert into touched select distinct g.person from ${sql.raw(live)}.person_grounds as g
      where g.stream in (${sql.join(some)}) on conflict do nothing`.execute(tables);
  }
  await sql`insert into touched select p.person from ${sql.raw(live)}.persons as p
    where p.merged_into in (select person from touched) on conflict do nothing`.execute(tables);
}

function isLater(event: { recordedAt: string; position: bigint }, knownAt: KnownAt): boolean {
  return typeof knownAt === 'bigint' ? event.position > knownAt : event.recordedAt > knownAt;
}

/** Evaluates everybody who is touched, as known at the basis, into the tables of the overlay. */
async function evaluateTouched(tables: Tables, { store, policies }: ReportParts, knownAt: KnownAt): Promise<number> {
  const ledger = openLedger({ store, policies, clock: () => 0 });
  const joined = new Batch(tables, 'joined');
  const writer = new RowWriter(tables);
  let count = 0;
  let last = '';
  for (;;) {
    const some = await overlays(tables)
      .selectFrom('touched')
      .select('person')
      .where('person', '>', last)
      .orderBy('person')
      .limit(AT_ONCE)
      .execute();
    for (const { person } of some) {
      const then = await evaluatePerson(ledger, policies, person, knownAt);
      if (then) await writer.add(person, then);
      for (const other of then?.joins ?? []) await joined.add(other);
    }
    count += some.length;
    if (some.length < AT_ONCE) break;
    last = some[some.length - 1]!.person;
  }
  await joined.flush();
  await writer.flush();
  return count;
}

interface Evaluated {
  rows: PersonRows;
  person: { region: string | null; diedOn: Day | null; firstDay: Day | null; latestDay: Day | null };
  /** Records that are joined with his and counted under him. */
  joins: string[];
}

/** One person's rows as known at a basis; undefined where nothing was known of him. */
async function evaluatePerson(
  ledger: Ledger,
  policies: Policies,
  person: string,
  knownAt: KnownAt,
): Promise<Evaluated | undefined> {
  try {
    const events = await ledger.personEvents(person, knownAt);
    if (events.length === 0) return undefined;
    const { countedUnder, persons } = await ledger.onePerson(person, knownAt);
    const joins = countedUnder === person ? persons.slice(1) : [];
    const grounds = await ledger.groundsOf({ person, validOn: LAST_DAY, knownAt });
    if (!grounds) return undefined;
    const { person: history, regions, employers = new Map(), question } = grounds;
    const others = await Promise.all(joins.map((other) => ledger.personEvents(other, knownAt)));
    const codes = unknownCodes([...events, ...others.flat()], history);
    const rows = rowsOrParked({ person, region: question.region, history, regions, employers, policies, codes });
    const died = history.byType.get('Died')?.at(-1)?.day ?? OPEN;
    const day = (number: number | undefined) => (number === undefined || number === OPEN ? null : toDay(number));
    const facts = history.facts;
    return {
      rows,
      joins,
      person: {
        region: question.region,
        diedOn: day(died),
        firstDay: day(facts[0]?.day),
        latestDay: day(facts.at(-1)?.day),
      },
    };
  } catch (error) {
    const unknown = { region: null, diedOn: null, firstDay: null, latestDay: null };
    if (error instanceof RegionNeeded) return { rows: noRows(), joins: [], person: unknown };
    if (error instanceof UnreadableEvent) return { rows: parkedRows(person, error), joins: [], person: unknown };
    throw error;
  }
}

/** As in the read model, what cannot be evaluated parks the person, and nobody else. */
function rowsOrParked(grounds: RowGrounds): PersonRows {
  try {
    return rowsOf(grounds);
  } catch {
    return parkedRows(grounds.person);
  }
}

/** After every day that a fact can name, so that the region is the last one known. */
const LAST_DAY = '9999-12-31';

function parkedRows(person: string, unreadable?: UnreadableEvent): PersonRows {
  const open = {
    region: null,
    question: 'history',
    rule: null,
    why: 'parked' as const,
    from_day: null,
    through_day: null,
  };
  const needs = unreadable ? `${unreadable.stream} revision ${unreadable.revision}` : personStream(person);
  return { ...noRows(), exceptions: [{ ...open, kind: 'parked', needs, detail: unreadable?.type ?? null }] };
}

/** Ids on their way into a table, some at a time. */
class Batch {
  private waiting = new Set<string>();

  constructor(
    private readonly tables: Tables,
    private readonly table: 'touched' | 'joined',
  ) {}

  async add(person: string): Promise<void> {
    this.waiting.add(person);
    if (this.waiting.size >= MOST_VALUES) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.waiting.size === 0) return;
    const rows = [...this.waiting].map((person) => ({ person }));
    this.waiting = new Set();
    await overlays(this.tables)
      .insertInto(this.table)
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** Rows on their way into the tables of the overlay, some at a time. */
class RowWriter {
  private readonly waiting = new Map<string, Record<string, unknown>[]>();

  constructor(private readonly tables: Tables) {}

  async add(person: string, { rows, person: about }: Evaluated): Promise<void> {
    for (const name of personTableNames) {
      const of = rows[name] as Record<string, unknown>[];
      for (const [n, row] of of.entries()) await this.put(`then_${name}`, { person, n, ...row });
    }
    await this.put('then_persons', {
      person,
      revision: 0,
      position: 0,
      events: 0,
      region: about.region,
      first_day: about.firstDay,
      latest_day: about.latestDay,
      died_on: about.diedOn,
      merged_into: null,
      content_hash: '',
    });
  }

  async flush(): Promise<void> {
    for (const [table, rows] of this.waiting) await this.write(table, rows);
    this.waiting.clear();
  }

  private async put(table: string, row: Record<string, unknown>): Promise<void> {
    const rows = this.waiting.get(table) ?? [];
    if (rows.length === 0) this.waiting.set(table, rows);
    rows.push(row);
    if (rows.length * Object.keys(row).length < MOST_VALUES) return;
    await this.write(table, rows);
    this.waiting.delete(table);
  }

  private async write(table: string, rows: Record<string, unknown>[]): Promise<void> {
    await (this.tables as unknown as Kysely<Record<string, Record<string, unknown>>>)
      .insertInto(table)
      .values(rows)
      .execute();
  }
}
