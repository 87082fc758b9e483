import { basename, dirname, join } from 'node:path';
import type { Ledger } from '../ledger';
import { personStream, type LedgerEvent } from '../../events';
import type { Authority } from './authority';
import type { Encoding } from './encoding';
import type { Identities, IdentityRow } from './identities';
import { Journal, jobOf, type FileSoFar, type ImportSoFar } from './journal';
import type { Mapping } from './mapping';
import type { PaymentFacts, ReversedPayment } from './payments';
import { REFUSED_ENDING, RefusedRows, isThere } from './refused-rows';
import { settleReversal } from './reversals';
import { RefusedRow, type CellFault } from './row';
import { settle, type Settled, type StreamFacts } from './settling';
import { openSource, type FileKind, type SourceFile, type SourceRow } from './source-file';
import { Staging, type Staged } from './staging';

export interface ImportOptions {
  files: readonly string[];
  ledger: Ledger;
  mapping: Mapping;
  /** The sheet of workbooks; left out: the first. */
  sheet?: string;
  /** The region of rows that name none. */
  region?: string;
  /** Who imports, by account or program. */
  actor?: string;
  /** The system whose history it is: rows keep the time at which it recorded them, and all files are told in that order. */
  migratedFrom?: string;
  /** Tells persons by their documents, in files that bring them. */
  identities?: Identities;
  /** What whoever imports may not record; left out: he may record everything. */
  authority?: Authority;
  /** Where refused rows are written; left out: beside each file. */
  refusedFolder?: string;
  /**
   * The file in which the import keeps how far it has come. One that breaks off, however it ends, goes on from there when the same
   * files are imported in the same way; gone when the import is done. Left out: an import begins at the beginning.
   */
  journal?: string;
  /** Stops the import, so that it can go on by its journal: `ImportStopped`. */
  signal?: AbortSignal;
  /** Told every few thousand rows. */
  onProgress?: (progress: ImportProgress) => void;
}

export interface ImportProgress {
  file: string;
  rows: number;
  recorded: number;
  already: number;
  refused: number;
  events: number;
}

/** What became of a file: every row is recorded, already there or refused. */
export interface FileSummary {
  file: string;
  kind: FileKind;
  encoding: Encoding;
  /** The sheet, of a workbook. */
  sheet?: string;
  rows: number;
  recorded: number;
  already: number;
  refused: number;
  /** Events recorded. */
  events: number;
  /** Where the refused rows stand with their reasons; absent when there are none. */
  refusedFile?: string;
  reasons: { reason: string; rows: number }[];
}

export interface ImportSummary {
  files: FileSummary[];
  rows: number;
  recorded: number;
  already: number;
  refused: number;
  events: number;
  /** The import broke off before, after so many rows, and went on from there. */
  resumedAfter?: number;
}

/** Thrown where an import is stopped: what it has done is in its journal. */
export class ImportStopped extends Error {
  override readonly name = 'ImportStopped';
}

/**
 * Imports extracts and files of events. Rows that cannot be read are written beside their file with the reason, and nothing stops
 * for them. Ids come from content, so a file imported twice adds nothing. Constant memory. Throws `RefusedFile` before anything
 * is recorded, `ImportStopped` when told to stop.
 */
export async function importFiles(options: ImportOptions): Promise<ImportSummary> {
  const { files, ledger, mapping, sheet, region, actor = 'import', migratedFrom, identities } = options;
  const context = { region, actor, migratedFrom };
  const sources: SourceFile[] = [];
  for (const file of files)
    sources.push(await openSource(file, { mapping, sheet, identities: identities !== undefined }, context));

  const journal =
    options.journal === undefined
      ? undefined
      : new Journal(options.journal, jobOf(files, { ...context, mapping, sheet }));
  const soFar = await standing(journal?.soFar(), sources, options);
  const runs = sources.map((source, index) => new FileRun(source, options, soFar?.files[index]));
  const course = new Course(ledger, runs, options, journal, soFar ?? { since: String(await ledger.head()) });
  try {
    if (migratedFrom === undefined) await importAsItComes(course, soFar);
    else await importInOrder(course, soFar);
  } finally {
    for (const run of runs) run.refused.close();
  }
  journal?.done();
  const settledRows = soFar?.files.reduce(
    (sum, { recorded, already, refused }) => sum + recorded + already + refused.rows,
    0,
  );
  return { ...summaryOf(runs.map((run) => run.summary())), ...(settledRows ? { resumedAfter: settledRows } : {}) };
}

/** The file in which an import of these files keeps how far it has come, where nobody names another: beside the first. */
export function journalBeside(files: readonly string[]): string {
  const first = files[0]!;
  return join(dirname(first), `${basename(first)}.unfinished.json`);
}

function refusedPath(file: string, folder: string | undefined): string {
  return `${folder === undefined ? file : join(folder, basename(file))}${REFUSED_ENDING}`;
}

/** What a journal says, where the store and the lists of refused rows bear it out. */
async function standing(
  soFar: ImportSoFar | undefined,
  sources: readonly SourceFile[],
  { ledger, refusedFolder }: ImportOptions,
): Promise<ImportSoFar | undefined> {
  if (soFar === undefined || soFar.files.length !== sources.length) return undefined;
  if (!sources.every(({ file }, index) => isThere(refusedPath(file, refusedFolder), soFar.files[index]!.refused)))
    return undefined;
  const { witness } = soFar;
  if (witness === undefined)
    return soFar.files.some(({ recorded, already }) => recorded + already > 0) ? undefined : soFar;
  return (await ledger.streamEvents(witness.stream)).some(({ id }) => id === witness.id) ? soFar : undefined;
}

/** Rows in one transaction of the embedded store: the more, the fewer times the disk is waited for. */
const ROWS_AT_ONCE = 10_000;
const ROWS_PER_PROGRESS = 10_000;

/** One file being imported: what its rows have become so far. */
class FileRun {
  readonly refused: RefusedRows;
  rows = 0;
  recorded = 0;
  already = 0;
  events = 0;

  private readonly identities: Identities | undefined;
  private readonly authority: Authority | undefined;

  constructor(
    readonly source: SourceFile,
    { refusedFolder, identities, authority }: ImportOptions,
    soFar: FileSoFar | undefined,
  ) {
    this.refused = new RefusedRows(source, refusedPath(source.file, refusedFolder), soFar?.refused);
    this.identities = identities;
    this.authority = authority;
    if (soFar === undefined) return;
    const { rows, recorded, already, events } = soFar;
    Object.assign(this, { rows, recorded, already, events });
  }

  /** Whether persons may have to be told by their documents. */
  get asks(): boolean {
    return this.identities !== undefined;
  }

  /** Tells whoever keeps identities which rows come next. */
  async lookAhead(rows: readonly SourceRow[]): Promise<void> {
    const asked = await this.screen(rows);
    if (asked.length > 0) await this.identities?.ahead?.(asked);
  }

  /**
   * What rows tell of identity, where they tell any. One that is refused whoever it is of, or takes a payment back, leaves nothing
   * with whoever keeps identities: the one has its fault now, the other needs a person who is known when all else is told.
   */
  async screen(rows: readonly SourceRow[]): Promise<IdentityRow[]> {
    if (this.identities === undefined) return [];
    const telling: IdentityRow[] = [];
    for (const row of rows) {
      const identity = row.fault === undefined ? this.source.identityOf(row) : undefined;
      if (identity === undefined) continue;
      row.person = identity.person ?? NOBODY;
      const read = this.readOrFault(row);
      row.reverses = 'reverses' in read;
      if ('fault' in read) row.fault = read.fault;
      else if ('facts' in read && this.authority?.overStream !== undefined)
        row.fault = (await this.authority.overStream(read.facts[0]!.stream, read.facts)).find(Boolean);
      if (row.reverses || row.fault !== undefined) continue;
      row.person = undefined;
      telling.push(identity);
    }
    return telling;
  }

  /** Puts the person's id in the place of his document's number. False where the row is refused for it. */
  async identify(row: SourceRow): Promise<boolean> {
    return row.reverses === true || this.tellPerson(row);
  }

  /** As `identify` of a row that takes a payment back. */
  async identifyKnown(row: SourceRow): Promise<boolean> {
    return this.tellPerson(row, true);
  }

  private async tellPerson(row: SourceRow, known?: true): Promise<boolean> {
    const identity = row.fault === undefined ? this.source.identityOf(row) : undefined;
    if (identity === undefined || this.identities === undefined) return true;
    const place = { file: this.source.file, line: row.line };
    const person = await this.identities.personOf({ ...identity, place, ...(known && { known }) });
    if (typeof person === 'string') row.person = person;
    else this.refused.add(row, person);
    return typeof person === 'string';
  }

  private readOrFault(row: SourceRow): PaymentFacts | { fault: CellFault } {
    try {
      return this.source.read(row);
    } catch (error) {
      if (error instanceof RefusedRow) return { fault: error.fault };
      throw error;
    }
  }

  /** What a row says; one that cannot be read is refused at once. */
  read(row: SourceRow): PaymentFacts | undefined {
    try {
      const read = this.source.read(row);
      const fault = 'asEvent' in read ? this.authority?.overEvent?.(read.facts[0]!) : undefined;
      if (fault === undefined) return read;
      this.refused.add(row, fault);
    } catch (error) {
      if (!(error instanceof RefusedRow)) throw error;
      this.refused.add(row, error.fault);
    }
    return undefined;
  }

  /** Counts a row by what became of its facts, those from `from` until `until`. */
  settle(row: SourceRow, settled: readonly Settled[], from = 0, until = settled.length): void {
    let recorded = 0;
    let fault: CellFault | undefined;
    for (let index = from; index < until; index++) {
      const one = settled[index]!;
      if (one === 'recorded') recorded += 1;
      else if (one !== 'already') fault ??= one;
    }
    this.events += recorded;
    if (fault !== undefined) this.refused.add(row, fault);
    else if (recorded > 0) this.recorded += 1;
    else this.already += 1;
  }

  soFar(): FileSoFar {
    const { rows, recorded, already, events, refused } = this;
    return { rows, recorded, already, events, refused: refused.soFar() };
  }

  progress(): ImportProgress {
    const { source, rows, recorded, already, events, refused } = this;
    return { file: source.file, rows, recorded, already, refused: refused.count, events };
  }

  summary(): FileSummary {
    const { source, refused, rows, recorded, already, events } = this;
    const { file, kind, encoding, sheet } = source;
    return {
      file,
      kind,
      encoding,
      ...(sheet === undefined ? {} : { sheet }),
      rows,
      recorded,
      already,
      refused: refused.count,
      events,
      ...(refused.count > 0 ? { refusedFile: refused.path } : {}),
      reasons: refused.summary(),
    };
  }
}

/** An import under way: records what is read, keeps the journal, and stops when told to. */
class Course {
  private since: bigint;
  private witness: ImportSoFar['witness'];
  private witnessRecorded = false;
  private highest: bigint;
  /** Whether what comes next may have been recorded by the import itself before it broke off. */
  private goingOn: boolean;

  constructor(
    readonly ledger: Ledger,
    readonly runs: readonly FileRun[],
    private readonly options: ImportOptions,
    private readonly journal: Journal | undefined,
    begun: Pick<ImportSoFar, 'since' | 'witness'> & Partial<ImportSoFar>,
  ) {
    this.since = this.highest = BigInt(begun.since);
    this.witness = begun.witness;
    this.witnessRecorded = begun.witness !== undefined;
    this.goingOn = begun.files !== undefined;
  }

  /** What became of the facts of some streams, as far as whoever imports may record them. */
  async settle(batches: readonly StreamFacts[]): Promise<Settled[][]> {
    const { authority } = this.options;
    if (authority?.overStream === undefined) return this.settleAllowed(batches);
    const faults = await Promise.all(batches.map(({ stream, facts }) => authority.overStream!(stream, facts)));
    const refused = batches.map(({ rows }, place) => {
      const ofRow = new Map(
        rows.map((row, index) => [row, faults[place]![index]] as const).filter(([, fault]) => fault),
      );
      return rows.map((row) => ofRow.get(row));
    });
    const allowed = batches.map(({ stream, facts, rows }, place) => {
      const isAllowed = (_: unknown, index: number) => refused[place]![index] === undefined;
      return { stream, facts: facts.filter(isAllowed), rows: rows.filter(isAllowed) };
    });
    const settled = (await this.settleAllowed(allowed.filter(({ facts }) => facts.length > 0))).values();
    return refused.map((ofStream, place) => {
      const results = allowed[place]!.facts.length === 0 ? [] : settled.next().value!;
      let next = 0;
      return ofStream.map((fault) => fault ?? results[next++]!);
    });
  }

  private async settleAllowed(batches: readonly StreamFacts[]): Promise<Settled[][]> {
    const settlements = await settle(this.ledger, batches, this.goingOn ? this.since : undefined);
    return settlements.map(({ settled, position }, place) => {
      if (position !== undefined && position > this.highest) this.highest = position;
      if (position !== undefined || !this.witnessRecorded) {
        const { stream, facts } = batches[place]!;
        const index = settled.findLastIndex((one) => one === 'recorded' || one === 'already');
        if (index >= 0) this.witness = { stream, id: facts[index]!.id };
        this.witnessRecorded ||= position !== undefined;
      }
      return settled;
    });
  }

  /** All that was read is settled: the place to stop, and to go on from. */
  settledThrough(place: Pick<ImportSoFar, 'phase' | 'file' | 'rows' | 'stream'>): void {
    this.goingOn = false;
    this.since = this.highest;
    const { witness } = this;
    this.keep({ ...place, since: String(this.since), ...(witness && { witness }) });
    this.heedSignal();
  }

  heedSignal(): void {
    if (this.options.signal?.aborted) throw new ImportStopped('the import was stopped; it goes on by its journal');
  }

  /** As `settledThrough`, before anything is settled. */
  begin(phase: ImportSoFar['phase']): void {
    if (!this.goingOn) this.keep({ phase, file: 0, rows: 0, since: String(this.since) });
  }

  tell(run: FileRun): void {
    this.options.onProgress?.(run.progress());
  }

  private keep(soFar: Omit<ImportSoFar, 'files'>): void {
    this.journal?.save({ ...soFar, files: this.runs.map((run) => run.soFar()) });
  }
}

/** Facts that wait to be recorded, by stream: those of a row together. */
class Gathered {
  rows = 0;
  private readonly streams = new Map<string, Gathering>();
  private last: Gathering | undefined;

  add(row: SourceRow, facts: readonly LedgerEvent[]): void {
    const { stream } = facts[0]!;
    // The rows of a person stand together more often than not.
    const of = this.last?.stream === stream ? this.last : this.of(stream);
    for (const fact of facts) {
      of.facts.push(fact);
      of.rows.push(row);
    }
    this.last = of;
    this.rows += 1;
  }

  batches(): Gathering[] {
    return [...this.streams.values()];
  }

  private of(stream: string): Gathering {
    let of = this.streams.get(stream);
    if (of === undefined) this.streams.set(stream, (of = { stream, facts: [], rows: [] }));
    return of;
  }
}

interface Gathering extends StreamFacts {
  facts: LedgerEvent[];
  rows: SourceRow[];
}

/** Row by row, some thousand at once; reversals when the whole file is told, because they may stand before their payments. */
async function importAsItComes(course: Course, soFar: ImportSoFar | undefined): Promise<void> {
  course.begin('rows');
  for (const [file, run] of course.runs.entries()) {
    const place = soFar === undefined || file > soFar.file ? { phase: 'rows' as const, rows: 0 } : soFar;
    if (soFar !== undefined && file < soFar.file) continue;
    const reverses = place.phase === 'reversals' || (await importRows(course, file, place.rows));
    if (reverses) await importReversals(course, file, place.phase === 'reversals' ? place.rows : 0);
    course.tell(run);
  }
}

/** The rows of a file but its reversals, of which it says whether there may be any. */
async function importRows(course: Course, file: number, settledRows: number): Promise<boolean> {
  const run = course.runs[file]!;
  let reversals = settledRows > 0;
  let waiting = new Gathered();
  run.rows = 0;
  for await (const rows of run.source.rows()) {
    course.heedSignal();
    if (run.rows + rows.length > settledRows) await run.lookAhead(rows);
    for (const row of rows) {
      run.rows += 1;
      if (run.rows <= settledRows) continue;
      if (run.rows % ROWS_PER_PROGRESS === 0) course.tell(run);
      if (run.asks && !(await run.identify(row))) continue;
      const read = run.read(row);
      if (read === undefined) continue;
      if ('reverses' in read) reversals = true;
      else waiting.add(row, read.facts);
      if (waiting.rows < ROWS_AT_ONCE) continue;
      await record(course, run, waiting);
      waiting = new Gathered();
      course.settledThrough({ phase: 'rows', file, rows: run.rows });
    }
  }
  await record(course, run, waiting);
  course.settledThrough(reversals ? { phase: 'reversals', file, rows: 0 } : { phase: 'rows', file: file + 1, rows: 0 });
  return reversals;
}

async function record(course: Course, run: FileRun, gathered: Gathered): Promise<void> {
  const batches = gathered.batches();
  const settled = await course.settle(batches);
  batches.forEach(({ rows }, place) => {
    for (let from = 0, until = 0; from < rows.length; from = until) {
      while (rows[until] === rows[from] && until < rows.length) until += 1;
      run.settle(rows[from]!, settled[place]!, from, until);
    }
  });
}

/** The negative rows of a file, read a second time. */
async function importReversals(course: Course, file: number, settledRows: number): Promise<void> {
  const run = course.runs[file]!;
  let count = 0;
  for await (const rows of run.source.rows()) {
    const first = count;
    count += rows.length;
    if (count <= settledRows) continue;
    await run.screen(rows);
    const byPerson = new Map<string, (() => Promise<void>)[]>();
    for (const row of rows.slice(Math.max(0, settledRows - first))) {
      if (row.reverses === false || (row.reverses && !(await run.identifyKnown(row)))) continue;
      run.refused.muted = true;
      const read = run.read(row);
      run.refused.muted = false;
      if (read === undefined || !('reverses' in read)) continue;
      const { reverses } = read;
      const stream = personStream(reverses.person);
      const one = async () => {
        const found = settleReversal(reverses, await course.ledger.streamEvents(stream));
        run.settle(row, 'fault' in found ? [found.fault] : await settleOne(course, stream, found.event));
      };
      const ofPerson = byPerson.get(stream);
      if (ofPerson) ofPerson.push(one);
      else byPerson.set(stream, [one]);
    }
    if (byPerson.size === 0) continue;
    await Promise.all(
      [...byPerson.values()].map((ofPerson) => ofPerson.reduce((before, one) => before.then(one), Promise.resolve())),
    );
    course.settledThrough({ phase: 'reversals', file, rows: count });
  }
  course.settledThrough({ phase: 'rows', file: file + 1, rows: 0 });
}

async function settleOne(course: Course, stream: string, fact: LedgerEvent): Promise<Settled[]> {
  const [settled] = await course.settle([{ stream, facts: [fact], rows: [fact] }]);
  return settled!;
}

const FACTS_AT_ONCE = 4_000;
const BATCHES_PER_PROGRESS = 5;

/** All files together, each stream in the order in which the other system recorded it. */
async function importInOrder(course: Course, soFar: ImportSoFar | undefined): Promise<void> {
  const staging = new Staging();
  try {
    course.begin('streams');
    const resumes = soFar?.stream !== undefined;
    // What is refused in reading stands in the list already, before what was refused in recording.
    for (const run of course.runs) run.refused.muted = resumes;
    const reversals = new Set<number>();
    for (const [file, run] of course.runs.entries()) if (await stage(staging, file, run, course)) reversals.add(file);
    for (const file of reversals) await stageReversals(staging, file, course);
    for (const run of course.runs) run.refused.muted = false;
    let batch: { stream: string; staged: Staged[] }[] = [];
    let batches = 0;
    let facts = 0;
    for (const { stream, staged } of staging.streams(soFar?.stream)) {
      batch.push({ stream, staged });
      facts += staged.length;
      if (facts < FACTS_AT_ONCE) continue;
      await recordStreams(course, batch);
      batch = [];
      facts = 0;
      course.settledThrough({ phase: 'streams', file: 0, rows: 0, stream });
      if (++batches % BATCHES_PER_PROGRESS === 0) for (const run of course.runs) course.tell(run);
    }
    await recordStreams(course, batch);
  } finally {
    staging.close();
  }
  for (const run of course.runs) course.tell(run);
}

/** The rows of a file but those that take a payment back and tell of identity, of which it says whether there are any. */
async function stage(staging: Staging, file: number, run: FileRun, course: Course): Promise<boolean> {
  let reversals = false;
  run.rows = 0;
  for await (const rows of run.source.rows()) {
    course.heedSignal();
    await run.lookAhead(rows);
    for (const row of rows) {
      run.rows += 1;
      if (run.rows % ROWS_PER_PROGRESS === 0) course.tell(run);
      if (row.reverses) {
        reversals = true;
        continue;
      }
      if (run.asks && !(await run.identify(row))) continue;
      const read = run.read(row);
      if (read === undefined) continue;
      const { line, cells, person } = row;
      if ('reverses' in read) stageReversal(staging, file, row, read.reverses);
      else
        for (const fact of read.facts) staging.add(fact.stream, fact.recordedAt, { file, line, cells, person, fact });
    }
  }
  return reversals;
}

/** When every payment is told, and with it every person who is to be made. */
async function stageReversals(staging: Staging, file: number, course: Course): Promise<void> {
  const run = course.runs[file]!;
  for await (const rows of run.source.rows()) {
    course.heedSignal();
    await run.screen(rows);
    for (const row of rows) {
      const read = row.reverses && (await run.identifyKnown(row)) ? run.read(row) : undefined;
      if (read !== undefined && 'reverses' in read) stageReversal(staging, file, row, read.reverses);
    }
  }
}

function stageReversal(staging: Staging, file: number, { line, cells, person }: SourceRow, of: ReversedPayment): void {
  staging.add(personStream(of.person), of.voiding(NOBODY).recordedAt, { file, line, cells, person });
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

async function recordStreams(course: Course, streams: readonly { stream: string; staged: Staged[] }[]): Promise<void> {
  const told = await Promise.all(streams.map(({ stream, staged }) => tellStream(course, stream, staged)));
  const settled = await course.settle(told.filter(({ facts }) => facts.length > 0));
  const results = settled.values();
  for (const { facts, of, refused } of told) {
    const rows = new Map<string, { of: Staged; results: Settled[] }>();
    const settleOne = (one: Staged, result: Settled) => {
      const row = rows.get(rowOf(one));
      if (row) row.results.push(result);
      else rows.set(rowOf(one), { of: one, results: [result] });
    };
    for (const { of: one, fault } of refused) settleOne(one, fault);
    if (facts.length > 0) results.next().value!.forEach((result, index) => settleOne(of[index]!, result));
    for (const row of rows.values()) course.runs[row.of.file]!.settle(row.of, row.results);
  }
}

function rowOf({ file, line }: Staged): string {
  return `${file}:${line}`;
}

/** A stream's facts in their order, each with the row it is of; reversals find their payments among what is known and what is told. */
async function tellStream(
  { ledger, runs }: Course,
  stream: string,
  staged: readonly Staged[],
): Promise<StreamFacts & { of: Staged[]; refused: { of: Staged; fault: CellFault }[] }> {
  const told = {
    stream,
    facts: [] as LedgerEvent[],
    rows: [] as string[],
    of: [] as Staged[],
    refused: [] as { of: Staged; fault: CellFault }[],
  };
  const reversals = staged.some(({ fact }) => fact === undefined);
  const known = reversals ? [...(await ledger.streamEvents(stream))] : [];
  for (const of of staged) {
    let { fact } = of;
    if (fact === undefined) {
      const read = runs[of.file]!.source.read(of);
      const found = 'reverses' in read ? settleReversal(read.reverses, known) : undefined;
      if (found !== undefined && 'fault' in found) told.refused.push({ of, fault: found.fault });
      else fact = found?.event;
    }
    if (fact === undefined) continue;
    told.facts.push(fact);
    told.rows.push(rowOf(of));
    told.of.push(of);
    if (reversals) known.push(fact);
  }
  return told;
}

function summaryOf(files: FileSummary[]): Omit<ImportSummary, 'resumedAfter'> {
  const sum = (of: (file: FileSummary) => number) => files.reduce((total, file) => total + of(file), 0);
  return {
    files,
    rows: sum(({ rows }) => rows),
    recorded: sum(({ recorded }) => recorded),
    already: sum(({ already }) => already),
    refused: sum(({ refused }) => refused),
    events: sum(({ events }) => events),
  };
}
