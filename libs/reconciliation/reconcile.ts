import { dayNumber, toDay, toInstant, type Day } from '../calendar';
import type { EventReader } from '../event-store';
import {
  RefusedRow,
  openStatusExtract,
  statedRelation,
  type CellFault,
  type Identities,
  type Mapping,
  type RowFile,
  type SourceRow,
  type StatedRelation,
} from '../importing';
import { RegionNeeded, instantOf, type Ledger } from '../ledger';
import { personStream, type LedgerEvent } from '../../events';
import type { Answer } from '../../projections/answer';
import { causeOf, registrationWords, type Cause } from './cause';
import { differencesBetween, differenceKinds, type RelationDifference } from './difference';
import { SeenRelations, personsOf } from './seen-relations';

/** What an exception is about. */
export const exceptionKinds = [
  'refused',
  'personUnknownHere',
  ...differenceKinds,
  'unreadableHere',
  'missingThere',
] as const;
export type ExceptionKind = (typeof exceptionKinds)[number];

/** One difference between an extract and the ledger, to be worked off by a person. */
export interface ReconciliationException extends Cause {
  kind: ExceptionKind;
  /** Of the extract; left out where the extract lacks the row. */
  line?: number;
  person?: string;
  scheme?: string;
  region?: string;
  /** The column that is refused, or that says otherwise. */
  field?: string;
  theirs?: string | number;
  ours?: string | number | null;
  /** Of months: ours less theirs. */
  months?: number;
}

export interface ReconciliationCounts {
  /** Rows of the extract: each is matched, differing or refused. */
  rows: number;
  matched: number;
  differing: number;
  refused: number;
  /** Relations that the ledger knows of and the extract does not. */
  missingThere: number;
  /** A row may have several. */
  exceptions: number;
}

export interface Reconciliation extends ReconciliationCounts {
  basis: { validOn: Day; knownAt: string; position: string };
  file: string;
  sheet?: string;
  encoding: string;
  /** How many exceptions there are of each kind and cause. */
  byCause: { kind: ExceptionKind; cause: Cause['cause']; exceptions: number }[];
}

export interface ReconcileOptions {
  file: string;
  sheet?: string;
  mapping: Mapping;
  store: EventReader;
  ledger: Ledger;
  validOn: Day;
  /** A day (its last instant), an instant or a position in the log; left out: now. */
  knownAt?: string | bigint;
  /** The region of rows that name none; also the only one whose relations can be missing there. */
  region?: string;
  identities?: Identities;
  /** Whom the caller may read; whom he may not is as unknown to him as who is not there. Left out: everyone. */
  mayRead?: (person: string) => Promise<boolean>;
  /** Whether a region concerns the caller: rows of others are refused, and nothing is missed there. Left out: every region does. */
  mayReadRegion?: (region: string) => boolean;
  onException: (exception: ReconciliationException) => void;
  onProgress?: (soFar: ReconciliationCounts) => void;
  signal?: AbortSignal;
}

const ROWS_PER_BREATH = 50;
const ROWS_PER_PROGRESS = 2_000;

/**
 * Compares a status extract of another system, row by row, with what the ledger answers at one basis, and then looks for relations
 * of the same regions and schemes that the extract lacks. Constant memory; nothing is recorded. Throws `RefusedFile`.
 */
export async function reconcile(options: ReconcileOptions): Promise<Reconciliation> {
  const { file, sheet, mapping, identities, store, validOn, knownAt = instantOf(Date.now()) } = options;
  const extract = await openStatusExtract(file, { mapping, sheet, identities: identities !== undefined });
  const position = String(await store.head());
  const seen = new SeenRelations();
  const course = new Course(options, extract, knownAt, seen);
  try {
    for await (const rows of extract.rows()) for (const row of rows) await course.take(row);
    await course.findMissing();
  } finally {
    seen.close();
  }
  return {
    basis: { validOn, knownAt: String(knownAt), position },
    file,
    ...(extract.sheet === undefined ? {} : { sheet: extract.sheet }),
    encoding: extract.encoding,
    ...course.counts,
    byCause: course.byCause(),
  };
}

class Course {
  readonly counts: ReconciliationCounts = {
    rows: 0,
    matched: 0,
    differing: 0,
    refused: 0,
    missingThere: 0,
    exceptions: 0,
  };
  private readonly causes = new Map<string, number>();
  private steps = 0;

  constructor(
    private readonly options: ReconcileOptions,
    private readonly extract: RowFile,
    private readonly knownAt: string | bigint,
    private readonly seen: SeenRelations,
  ) {}

  async take(row: SourceRow): Promise<void> {
    await this.breathe();
    this.counts.rows += 1;
    const read = await this.read(row);
    if ('reason' in read) {
      this.counts.refused += 1;
      return void this.tell({
        kind: 'refused',
        line: row.line,
        field: read.field,
        ...said(read),
      });
    }
    const { stated, byDocument } = read;
    const { person, scheme, region } = stated;
    const about = { line: row.line, scheme, ...(region === undefined ? {} : { region }) };
    const differing = await this.compare(stated);
    if (differing.length === 0) this.counts.matched += 1;
    else this.counts.differing += 1;
    for (const one of differing) {
      // The id of somebody whom the caller may not read would say that he is there.
      const hidden = byDocument && one.kind === 'personUnknownHere';
      this.tell({ ...about, ...(hidden ? {} : { person }), ...one });
    }
  }

  /** What the row states, or why it is refused. */
  private async read(row: SourceRow): Promise<ReadRow | Refusal> {
    const { identities, region, mapping, mayReadRegion } = this.options;
    try {
      const identity = identities === undefined || row.fault ? undefined : this.extract.identityOf(row);
      if (identity !== undefined) {
        const person = await identities!.personOf(identity);
        if (typeof person !== 'string') return person;
        row.person = person;
      }
      const stated = statedRelation(this.extract.row(row), region);
      if (stated.region !== undefined && mayReadRegion?.(stated.region) === false)
        return { field: mapping.columns.region, reason: 'expected a region that you may read', outOfReach: true };
      const before = this.seen.add(stated, row.line);
      if (before === undefined) return { stated, byDocument: identity !== undefined && identity.person === undefined };
      return {
        field: mapping.columns.person,
        reason: `the relation stands in line ${before} already; expected it once`,
      };
    } catch (error) {
      if (error instanceof RefusedRow) return error.fault;
      throw error;
    }
  }

  private async compare(stated: StatedRelation): Promise<Omit<ReconciliationException, 'line'>[]> {
    const { person, status } = stated;
    const { mayRead } = this.options;
    const known =
      mayRead === undefined || (await mayRead(person))
        ? await this.answer(person, this.knownAt, stated.region)
        : undefined;
    if (known === undefined) {
      if (status === 'absent' || status === 'invalid') return [];
      return [{ kind: 'personUnknownHere', theirs: status, ours: null, cause: 'unknownHere', ...UNKNOWN }];
    }
    if (known === 'unreadable')
      return [{ kind: 'unreadableHere', theirs: status, ours: null, cause: 'parked', ...PARKED }];
    const differences = differencesBetween(stated, known);
    if (differences.length === 0) return [];
    const events = await this.options.ledger.personEvents(person);
    const then = await this.earlier(stated);
    const later = await this.later(stated, events);
    return differences.map((one) => {
      // Where the relation itself is unknown nothing about it agrees.
      const differs = (others: readonly RelationDifference[]) =>
        others.some(({ kind }) => kind === one.kind || kind === 'relationUnknownHere');
      const agreedThen = then !== undefined && !differs(then);
      const agreesOn = later !== undefined && !differs(later.differences) ? later.on : undefined;
      const cause = causeOf(one, stated, known, events, { agreedThen, ...(agreesOn && { agreesOn }) });
      return { ...one, field: this.options.mapping.columns[COLUMNS[one.kind]], ...cause };
    });
  }

  /** What differs on the day after the last thing that happened since; undefined where nothing did. */
  private async later(
    stated: StatedRelation,
    events: readonly LedgerEvent[],
  ): Promise<{ on: Day; differences: RelationDifference[] } | undefined> {
    const { validOn } = this.options;
    const last = events.reduce((day, { effectiveOn }) => (effectiveOn > day ? effectiveOn : day), validOn);
    if (last === validOn) return undefined;
    const on = toDay(dayNumber(last) + 1);
    const then = await this.answer(stated.person, this.knownAt, stated.region, on);
    return then === undefined || then === 'unreadable'
      ? undefined
      : { on, differences: differencesBetween(stated, then) };
  }

  /** What differed as the ledger knew it at the end of the day itself; undefined where it knew nothing, or knows no more now. */
  private async earlier(stated: StatedRelation): Promise<RelationDifference[] | undefined> {
    const { validOn } = this.options;
    const limit = typeof this.knownAt === 'string' ? toInstant(this.knownAt) : undefined;
    if (limit !== undefined && limit.slice(0, 10) <= validOn) return undefined;
    const then = await this.answer(stated.person, validOn, stated.region);
    return then === undefined || then === 'unreadable' ? undefined : differencesBetween(stated, then);
  }

  private async answer(
    person: string,
    knownAt: string | bigint,
    region: string | undefined,
    validOn = this.options.validOn,
  ): Promise<Answer | 'unreadable' | undefined> {
    const { ledger } = this.options;
    try {
      const answer = await ledger.answer({ person, validOn, knownAt });
      return answer?.undetermined.some(({ why }) => why === 'parked') ? 'unreadable' : answer;
    } catch (error) {
      if (!(error instanceof RegionNeeded)) throw error;
      if (region === undefined) return undefined;
      return ledger.answer({ person, validOn, knownAt, region });
    }
  }

  /** Relations that the ledger knows of, in the regions and schemes that the extract speaks of, and that it lacks. */
  async findMissing(): Promise<void> {
    const { region, mayRead, mayReadRegion, store, ledger } = this.options;
    const schemes = new Set(this.seen.values('scheme'));
    const regions = new Set(region === undefined ? this.seen.values('region') : [region]);
    const everywhere = regions.has('');
    for await (const person of personsOf(store)) {
      await this.breathe();
      if (mayRead !== undefined && !(await mayRead(person))) continue;
      const answer = await this.answer(person, this.knownAt, region);
      if (answer === undefined || answer === 'unreadable') continue;
      const wanted = answer.registrations.filter(
        (one) =>
          one.status !== 'terminated' &&
          schemes.has(one.scheme) &&
          (everywhere || regions.has(one.region)) &&
          (mayReadRegion === undefined || mayReadRegion(one.region)),
      );
      if (wanted.length === 0) continue;
      const merged = (await ledger.streamEvents(personStream(person))).flatMap((event) =>
        event.type === 'Merged' ? [event.data.otherPersonId] : [],
      );
      for (const one of wanted) {
        if (this.seen.has([person, ...merged], one.scheme, one.region)) continue;
        this.counts.missingThere += 1;
        const { scheme, status } = one;
        const words = registrationWords(one, answer, await ledger.personEvents(person));
        this.tell({
          kind: 'missingThere',
          person,
          scheme,
          region: one.region,
          ours: status,
          cause: 'missingThere',
          ...words,
        });
      }
    }
  }

  byCause(): Reconciliation['byCause'] {
    return [...this.causes]
      .map(([key, exceptions]) => {
        const [kind, cause] = key.split(' ') as [ExceptionKind, Cause['cause']];
        return { kind, cause, exceptions };
      })
      .sort((a, b) => b.exceptions - a.exceptions);
  }

  private tell(exception: ReconciliationException): void {
    this.counts.exceptions += 1;
    const key = `${exception.kind} ${exception.cause}`;
    this.causes.set(key, (this.causes.get(key) ?? 0) + 1);
    this.options.onException(exception);
  }

  /** Lets others have their turn, and stops when told to. */
  private async breathe(): Promise<void> {
    this.steps += 1;
    if (this.steps % ROWS_PER_PROGRESS === 0) this.options.onProgress?.({ ...this.counts });
    if (this.steps % ROWS_PER_BREATH !== 0) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.options.signal?.throwIfAborted();
  }
}

const COLUMNS = {
  relationUnknownHere: 'status',
  statusDiffers: 'status',
  coverageDiffers: 'coveredThrough',
  paidThroughDiffers: 'paidThrough',
  monthsDiffer: 'paidMonths',
} as const;

const UNKNOWN = {
  zh: '台账中没有此人在该时点已知的任何事件。',
  en: 'The ledger knew of no event of this person at that time.',
  rules: [],
  events: [],
};
const PARKED = {
  zh: '此人的事件中有本程序读不出的，已搁置待查。',
  en: 'The person’s events hold one that this program cannot read; he is parked.',
  rules: [],
  events: [],
};

interface ReadRow {
  stated: StatedRelation;
  /** The row names its person by a document alone. */
  byDocument: boolean;
}

/** Why a row is not compared. */
type Refusal = CellFault & { outOfReach?: true };

function said({ field, reason, outOfReach }: Refusal): Cause {
  const zh = outOfReach ? `${field}：此地区不在您的管辖范围内` : `此行不能读：${field}：${reason}`;
  return { cause: outOfReach ? 'outOfReach' : 'unreadableRow', zh, en: `${field}: ${reason}`, rules: [], events: [] };
}
