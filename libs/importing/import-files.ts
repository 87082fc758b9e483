import { basename, join } from 'node:path';
import type { Ledger } from '../ledger';
import { personStream, type LedgerEvent } from '../../events';
import type { Encoding } from './encoding';
import type { Mapping } from './mapping';
import type { PaymentFacts } from './payments';
import { RefusedRows } from './refused-rows';
import { settleReversal } from './reversals';
import { RefusedRow, type CellFault } from './row';
import { settle, type Settled } from './settling';
import { openSource, type FileKind, type SourceFile, type SourceRow } from './source-file';
import { Staging, type Staged } from './staging';

export interface ImportOptions {
  files: readonly string[];
  ledger: Ledger;
  mapping: Mapping;
  /** The region of rows that name none. */
  region?: string;
  /** Who imports, by account or program. */
  actor?: string;
  /** The system whose history it is: rows keep the time at which it recorded them, and all files are told in that order. */
  migratedFrom?: string;
  /** Where refused rows are written; left out: beside each file. */
  refusedFolder?: string;
  /** Told every few thousand rows. */
  onProgress?: (progress: ImportProgress) => void;
}

export interface ImportProgress {
  file: string;
  rows: number;
  events: number;
}

/** What became of a file: every row is recorded, already there or refused. */
export interface FileSummary {
  file: string;
  kind: FileKind;
  encoding: Encoding;
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
}

/**
 * Imports extracts and files of events. Rows that cannot be read are written beside their file with the reason, and nothing stops
 * for them. Ids come from content, so a file imported twice adds nothing. Constant memory. Throws `RefusedFile` before anything is recorded.
 */
export async function importFiles(options: ImportOptions): Promise<ImportSummary> {
  const { files, mapping, region, actor = 'import', migratedFrom } = options;
  const context = { region, actor, migratedFrom };
  const sources: SourceFile[] = [];
  for (const file of files) sources.push(await openSource(file, mapping, context));
  const runs = sources.map((source) => new FileRun(source, refusedPath(source.file, options.refusedFolder)));
  try {
    if (migratedFrom === undefined) for (const run of runs) await importAsItComes(run, options);
    else await importInOrder(runs, options);
  } finally {
    for (const run of runs) run.refused.close();
  }
  return summaryOf(runs.map((run) => run.summary()));
}

function refusedPath(file: string, folder: string | undefined): string {
  return `${folder === undefined ? file : join(folder, basename(file))}.refused.csv`;
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

  constructor(
    readonly source: SourceFile,
    refusedPath: string,
  ) {
    this.refused = new RefusedRows(source, refusedPath);
  }

  /** What a row says; one that cannot be read is refused at once. */
  read(row: SourceRow): PaymentFacts | undefined {
    try {
      return this.source.read(row);
    } catch (error) {
      if (!(error instanceof RefusedRow)) throw error;
      this.refused.add(row, error.fault);
      return undefined;
    }
  }

  /** Counts a row by what became of its facts. */
  settle(row: SourceRow, settled: readonly Settled[]): void {
    this.events += settled.filter((one) => one === 'recorded').length;
    const fault = settled.find((one): one is CellFault => typeof one === 'object');
    if (fault !== undefined) this.refused.add(row, fault);
    else if (settled.includes('recorded')) this.recorded += 1;
    else this.already += 1;
  }

  summary(): FileSummary {
    const { source, refused, rows, recorded, already, events } = this;
    const { file, kind, encoding } = source;
    const refusedFile = refused.count > 0 ? { refusedFile: refused.path } : {};
    return {
      file,
      kind,
      encoding,
      rows,
      recorded,
      already,
      refused: refused.count,
      events,
      ...refusedFile,
      reasons: refused.summary(),
    };
  }
}

interface ReadRow {
  row: SourceRow;
  facts: LedgerEvent[];
}

/** Row by row, some thousand at once; reversals when the whole file is told, because they may stand before their payments. */
async function importAsItComes(run: FileRun, { ledger, onProgress }: ImportOptions): Promise<void> {
  let reversals = 0;
  let waiting: ReadRow[] = [];
  const flush = async () => {
    await record(ledger, run, waiting);
    waiting = [];
  };
  for await (const rows of run.source.rows()) {
    for (const row of rows) {
      run.rows += 1;
      if (run.rows % ROWS_PER_PROGRESS === 0)
        onProgress?.({ file: run.source.file, rows: run.rows, events: run.events });
      const read = run.read(row);
      if (read === undefined) continue;
      if ('reverses' in read) reversals += 1;
      else waiting.push({ row, facts: read.facts });
      if (waiting.length === ROWS_AT_ONCE) await flush();
    }
  }
  await flush();
  if (reversals > 0) await importReversals(run, ledger);
  onProgress?.({ file: run.source.file, rows: run.rows, events: run.events });
}

async function record(ledger: Ledger, run: FileRun, rows: readonly ReadRow[]): Promise<void> {
  const streams = new Map<string, ReadRow[]>();
  for (const read of rows) {
    const { stream } = read.facts[0]!;
    const ofStream = streams.get(stream);
    if (ofStream) ofStream.push(read);
    else streams.set(stream, [read]);
  }
  await Promise.all(
    [...streams].map(async ([stream, ofStream]) => {
      const settled = await settle(
        ledger,
        stream,
        ofStream.flatMap(({ facts }) => facts),
      );
      let next = 0;
      for (const { row, facts } of ofStream) run.settle(row, settled.slice(next, (next += facts.length)));
    }),
  );
}

/** The negative rows of a file, read a second time. */
async function importReversals(run: FileRun, ledger: Ledger): Promise<void> {
  for await (const rows of run.source.rows()) {
    const byPerson = new Map<string, (() => Promise<void>)[]>();
    for (const row of rows) {
      const read = readAgain(run.source, row);
      if (read === undefined || !('reverses' in read)) continue;
      const { reverses } = read;
      const stream = personStream(reverses.person);
      const one = async () => {
        const found = settleReversal(reverses, await ledger.streamEvents(stream));
        run.settle(row, 'fault' in found ? [found.fault] : await settle(ledger, stream, [found.event]));
      };
      const ofPerson = byPerson.get(stream);
      if (ofPerson) ofPerson.push(one);
      else byPerson.set(stream, [one]);
    }
    await Promise.all(
      [...byPerson.values()].map((ofPerson) => ofPerson.reduce((before, one) => before.then(one), Promise.resolve())),
    );
  }
}

/** Rows that were refused the first time are not refused again. */
function readAgain(source: SourceFile, row: SourceRow): PaymentFacts | undefined {
  try {
    return source.read(row);
  } catch (error) {
    if (error instanceof RefusedRow) return undefined;
    throw error;
  }
}

const FACTS_AT_ONCE = 4_000;

/** All files together, each stream in the order in which the other system recorded it. */
async function importInOrder(runs: readonly FileRun[], { ledger, onProgress }: ImportOptions): Promise<void> {
  const staging = new Staging();
  try {
    for (const [file, run] of runs.entries()) await stage(staging, file, run, onProgress);
    let batch: Promise<void>[] = [];
    let facts = 0;
    for (const { stream, staged } of staging.streams()) {
      batch.push(recordStream(ledger, runs, stream, staged));
      facts += staged.length;
      if (facts < FACTS_AT_ONCE) continue;
      await Promise.all(batch);
      batch = [];
      facts = 0;
    }
    await Promise.all(batch);
  } finally {
    staging.close();
  }
  for (const run of runs) onProgress?.({ file: run.source.file, rows: run.rows, events: run.events });
}

async function stage(
  staging: Staging,
  file: number,
  run: FileRun,
  onProgress: ImportOptions['onProgress'],
): Promise<void> {
  for await (const rows of run.source.rows()) {
    for (const row of rows) {
      run.rows += 1;
      if (run.rows % ROWS_PER_PROGRESS === 0)
        onProgress?.({ file: run.source.file, rows: run.rows, events: run.events });
      const read = run.read(row);
      if (read === undefined) continue;
      if ('reverses' in read) {
        const { person, voiding } = read.reverses;
        staging.add(personStream(person), voiding(NOBODY).recordedAt, { file, ...row });
      } else for (const fact of read.facts) staging.add(fact.stream, fact.recordedAt, { file, ...row, fact });
    }
  }
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

async function recordStream(
  ledger: Ledger,
  runs: readonly FileRun[],
  stream: string,
  staged: readonly Staged[],
): Promise<void> {
  const facts: { fact: LedgerEvent; of: Staged }[] = [];
  const settled = new Map<string, { of: Staged; results: Settled[] }>();
  const settleOne = (of: Staged, result: Settled) => {
    const key = `${of.file}:${of.line}`;
    const row = settled.get(key);
    if (row) row.results.push(result);
    else settled.set(key, { of, results: [result] });
  };

  const reversals = staged.some(({ fact }) => fact === undefined);
  const known = reversals ? [...(await ledger.streamEvents(stream))] : [];
  for (const of of staged) {
    let { fact } = of;
    if (fact === undefined) {
      const read = runs[of.file]!.source.read(of);
      const found = 'reverses' in read ? settleReversal(read.reverses, known) : undefined;
      if (found !== undefined && 'fault' in found) settleOne(of, found.fault);
      else fact = found?.event;
    }
    if (fact === undefined) continue;
    facts.push({ fact, of });
    known.push(fact);
  }
  if (facts.length > 0) {
    const results = await settle(
      ledger,
      stream,
      facts.map(({ fact }) => fact),
    );
    facts.forEach(({ of }, index) => settleOne(of, results[index]!));
  }
  for (const { of, results } of settled.values()) runs[of.file]!.settle(of, results);
}

function summaryOf(files: FileSummary[]): ImportSummary {
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
