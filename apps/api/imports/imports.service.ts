import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { EventStore } from '../../../libs/event-store';
import { RefusedFile, importFiles, loadMapping, type FileSummary, type ImportSummary } from '../../../libs/importing';
import { Ledger } from '../../../libs/ledger';
import { LoadedPolicies } from '../../../libs/policy';
import { Problem, invalidInput } from '../http/problem';
import { Metrics } from '../metrics/metrics';
import { SETTINGS, STORE } from '../parts';
import { trialLedger } from '../recording/trial-store';
import type { Settings } from '../settings';
import type { ReceivedFile } from './received-files';

type Counts = Pick<ImportSummary, 'rows' | 'recorded' | 'already' | 'refused' | 'events'>;

/** What an import has come to. `interrupted`: the server stopped in the middle; sent again, nothing is doubled. */
export interface ImportReport extends Counts {
  id: string;
  /** Nothing was recorded. */
  dryRun?: true;
  state: 'running' | 'done' | 'failed' | 'interrupted';
  files: FileReport[];
}

interface FileReport extends Counts, Pick<FileSummary, 'kind' | 'encoding' | 'reasons'> {
  name: string;
  /** Where the refused rows can be fetched, with their reasons. */
  refusedRows?: string;
}

/** How an import reads its files. */
export interface ImportTerms {
  region?: string;
  migratedFrom?: string;
  actor?: string;
  /** Nothing is recorded. */
  dryRun: boolean;
}

const ID_FORM = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const REPORT = 'report.json';
const NOTHING: Counts = { rows: 0, recorded: 0, already: 0, refused: 0, events: 0 };

/**
 * Imports files that were sent, one import after the other. What was sent is removed when it is imported; the rows that were
 * refused stay in the data folder, until someone removes them, to be mended and sent again.
 */
@Injectable()
export class Imports {
  private readonly running = new Map<string, ImportReport>();
  /** Rows and events so far, by import and file. */
  private readonly counted = new Map<string, Map<number, { rows: number; events: number }>>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly ledger: Ledger,
    private readonly log: PinoLogger,
    private readonly metrics: Metrics,
    private readonly policies: LoadedPolicies,
    @Inject(STORE) private readonly store: EventStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Makes a place for the files of a new import. */
  begin(): { id: string; folder: string } {
    const id = randomUUID();
    const folder = this.folderOf(id);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return { id, folder };
  }

  /** Forgets an import whose files did not arrive. */
  abandon(id: string): void {
    rmSync(this.folderOf(id), { recursive: true, force: true });
  }

  /** Imports the files when those sent before are done; resolves with the report. Throws where a file cannot be read at all. */
  run(id: string, files: readonly ReceivedFile[], terms: ImportTerms): Promise<ImportReport> {
    this.running.set(id, { id, state: 'running', files: [], ...NOTHING });
    const done = this.last.then(() => this.import(id, files, terms));
    this.last = done.catch(() => undefined);
    return done;
  }

  /** What an import has come to; undefined where there is none of this id. */
  report(id: string): ImportReport | undefined {
    if (!ID_FORM.test(id)) return undefined;
    const running = this.running.get(id);
    if (running) return running;
    const folder = this.folderOf(id);
    const file = join(folder, REPORT);
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as ImportReport;
    return existsSync(folder) ? { id, state: 'interrupted', files: [], ...NOTHING } : undefined;
  }

  /** The file of an import's refused rows, by the place of its file from 1; undefined where nothing was refused. */
  refusedRows(id: string, place: number): string | undefined {
    if (!ID_FORM.test(id)) return undefined;
    const file = join(this.folderOf(id), refusedName(place));
    return existsSync(file) ? file : undefined;
  }

  /** Resolves when no import is under way. */
  async idle(): Promise<void> {
    await this.last;
  }

  private async import(
    id: string,
    files: readonly ReceivedFile[],
    { dryRun, ...terms }: ImportTerms,
  ): Promise<ImportReport> {
    try {
      const summary = await importFiles({
        files: files.map(({ path }) => path),
        ledger: dryRun ? trialLedger(this.store, this.policies) : this.ledger,
        mapping: loadMapping(),
        ...terms,
        onProgress: ({ file, rows, events }) =>
          this.progress(
            id,
            files.findIndex(({ path }) => path === file),
            rows,
            events,
          ),
      });
      if (!dryRun) this.metrics.eventsRecorded('import', summary.events);
      return this.finish({ ...this.reportOf(id, files, summary), ...(dryRun ? { dryRun } : {}) });
    } catch (error) {
      if (error instanceof RefusedFile) {
        this.running.delete(id);
        this.abandon(id);
        const name = files.find(({ path }) => path === error.file)?.name ?? 'file';
        throw invalidInput([{ field: 'file', value: name, expected: `a file that can be imported: ${error.reason}` }]);
      }
      const far = this.running.get(id) ?? { id, files: [], ...NOTHING };
      this.finish({ ...far, state: 'failed' });
      this.log.error({ err: error, importId: id }, 'an import failed');
      throw new Problem(
        'internal',
        `The import ${id} failed in the middle; the log of the server tells why. Send the files again: nothing is recorded twice.`,
      );
    } finally {
      for (const { path } of files) rmSync(path, { force: true });
    }
  }

  private progress(id: string, file: number, rows: number, events: number): void {
    const counts = this.counted.get(id) ?? new Map<number, { rows: number; events: number }>();
    this.counted.set(id, counts.set(file, { rows, events }));
    const all = [...counts.values()];
    const sum = (of: (one: { rows: number; events: number }) => number) =>
      all.reduce((total, one) => total + of(one), 0);
    this.running.set(id, {
      id,
      state: 'running',
      files: [],
      ...NOTHING,
      rows: sum((one) => one.rows),
      events: sum((one) => one.events),
    });
  }

  private reportOf(id: string, files: readonly ReceivedFile[], summary: ImportSummary): ImportReport {
    const { rows, recorded, already, refused, events } = summary;
    return {
      id,
      state: 'done',
      rows,
      recorded,
      already,
      refused,
      events,
      files: summary.files.map(({ file: _path, refusedFile, ...counts }, index) => {
        const place = index + 1;
        if (refusedFile !== undefined) renameSync(refusedFile, join(this.folderOf(id), refusedName(place)));
        return {
          name: files[index]!.name,
          ...counts,
          ...(refusedFile === undefined ? {} : { refusedRows: `/v1/imports/${id}/refused/${place}` }),
        };
      }),
    };
  }

  private finish(report: ImportReport): ImportReport {
    const file = join(this.folderOf(report.id), REPORT);
    writeFileSync(`${file}.new`, JSON.stringify(report), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    this.running.delete(report.id);
    this.counted.delete(report.id);
    return report;
  }

  private folderOf(id: string): string {
    return join(this.settings.data, 'imports', id);
  }
}

function refusedName(place: number): string {
  return `${place}.refused.csv`;
}
