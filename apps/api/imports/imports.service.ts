import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { holdsRole, type Principal } from '../../../libs/access';
import type { EventStore } from '../../../libs/event-store';
import {
  RefusedFile,
  importFiles,
  type Authority,
  type CellFault,
  type FileSummary,
  type ImportProgress,
  type ImportSummary,
} from '../../../libs/importing';
import { Ledger } from '../../../libs/ledger';
import { LoadedPolicies } from '../../../libs/policy';
import { DocumentedPersons, Vault } from '../../../libs/vault';
import { ownEventTypes, personStream, type LedgerEvent } from '../../../events';
import { FourEyes, Reach } from '../access';
import { FileJobs, mappingOf, type FileJob, type JobReport } from '../file-jobs';
import { invalidInput } from '../http/problem';
import { Metrics } from '../metrics/metrics';
import { SETTINGS, STORE } from '../parts';
import { trialLedger } from '../recording/trial-store';
import type { Settings } from '../settings';
import { NewPersonRows } from './new-person-rows';

type Counts = Pick<ImportSummary, 'rows' | 'recorded' | 'already' | 'refused' | 'events'>;

/** How an import reads its files. */
export interface ImportTerms {
  region?: string;
  migratedFrom?: string;
  sheet?: string;
  /** Nothing is recorded. */
  dryRun: boolean;
}

interface FileReport extends Counts, Pick<FileSummary, 'kind' | 'encoding' | 'sheet' | 'reasons'> {
  name: string;
  /** Where the refused rows can be fetched, with their reasons. */
  refusedRows?: string;
  /** Of a dry run: how many rows would make a person, and where they are listed. */
  newPersons?: number;
  newPersonRows?: string;
}

/** What the files of an import have become; while it runs, so far. */
interface ImportResult extends Counts {
  /** Nothing was recorded. */
  dryRun?: true;
  /** Told when all are done. */
  files: FileReport[];
}

/** What an import has come to. */
export type ImportReport = JobReport & ImportResult;

/**
 * Imports files that were sent, one import after the other. The rows that were refused stay in the data folder, until someone
 * removes them, to be mended and sent again.
 */
@Injectable()
export class Imports implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly jobs: FileJobs<ImportTerms, ImportResult>;

  constructor(
    private readonly ledger: Ledger,
    private readonly log: PinoLogger,
    private readonly metrics: Metrics,
    private readonly policies: LoadedPolicies,
    private readonly reach: Reach,
    private readonly fourEyes: FourEyes,
    private readonly vault: Vault,
    @Inject(STORE) private readonly store: EventStore,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.jobs = new FileJobs<ImportTerms, ImportResult>(join(settings.data, 'imports'), {
      nothing: ({ dryRun }) => ({ ...(dryRun ? { dryRun } : {}), ...countsOf([]), files: [] }),
      run: (job, folder, tell, signal) => this.run(job, folder, tell, signal),
      failed: (id, error) => this.log.error({ err: error, importId: id }, 'an import failed'),
    });
  }

  onApplicationBootstrap(): void {
    this.jobs.goOn();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.idle();
  }

  /** Resolves when no import is under way; those that are go on at the next start. */
  async idle(): Promise<void> {
    await this.jobs.stop();
  }

  private async run(
    { id, files, mapping, terms, by }: FileJob<ImportTerms>,
    folder: string,
    tell: (soFar: ImportResult) => void,
    signal: AbortSignal,
  ): Promise<ImportResult> {
    const { dryRun, ...reading } = terms;
    const mark = dryRun ? { dryRun } : {};
    const soFar = new Map<string, ImportProgress>();
    const placeOf = (path: string) => files.findIndex((file) => file.path === path) + 1;
    const trial = dryRun ? this.vault.trial() : undefined;
    const naming = { mayName: async (person: string) => (await this.reach.of(by, personStream(person))) !== 'others' };
    const newRows = new NewPersonRows((file) => join(folder, newPersonsName(placeOf(file))));
    try {
      const summary = await importFiles({
        files: files.map(({ path }) => path),
        ledger: dryRun ? trialLedger(this.store, this.policies) : this.ledger,
        mapping: mappingOf(mapping),
        ...reading,
        actor: by.subject,
        authority: this.authorityOf(by),
        identities: trial
          ? new DocumentedPersons(trial, { ...naming, onNew: (row) => newRows.add(row) })
          : new DocumentedPersons(this.vault, naming),
        ...(dryRun ? {} : { journal: join(folder, 'journal.json') }),
        signal,
        onProgress: (progress) => {
          soFar.set(progress.file, progress);
          tell({ ...mark, ...countsOf([...soFar.values()]), files: [] });
        },
      });
      if (!dryRun) this.metrics.eventsRecorded('import', summary.events);
      const reports = summary.files.map((file, index) => ({
        ...reportOf(id, folder, index + 1, files[index]!.name, file),
        ...newPersonsOf(id, index + 1, newRows.countOf(file.file)),
      }));
      return { ...mark, ...countsOf([summary]), files: reports };
    } catch (error) {
      if (!(error instanceof RefusedFile)) throw error;
      const name = files.find(({ path }) => path === error.file)?.name ?? 'file';
      throw invalidInput([{ field: 'file', value: name, expected: `a file that can be imported: ${error.reason}` }]);
    } finally {
      newRows.close();
      trial?.close();
    }
  }

  /**
   * What keeps the sender to his regions, and to what he may record by himself. A row of an extract that takes a payment back or
   * pays one out is the word of the system that an integrator speaks for; a person's own needs a second one.
   */
  private authorityOf(by: Principal): Authority {
    const speaksForAnother = holdsRole(by, ['integrator']);
    const needsSecond = (event: LedgerEvent) =>
      this.fourEyes.need(by, [event])
        ? fault({ field: 'type', expected: 'it sent to /events of its stream, where a second person approves it' })
        : undefined;
    return {
      overEvent: (event) =>
        OWN_TYPES.has(event.type)
          ? fault({ field: 'type', expected: 'a type that the ledger does not record by itself' })
          : needsSecond(event),
      ...(by.regions === 'all' && speaksForAnother
        ? {}
        : {
            overStream: async (stream, facts) => {
              const faults = by.regions === 'all' ? [] : await this.reach.faults(by, stream, facts);
              return facts.map((fact, index) => {
                const found = faults.find((one) => one.index === index);
                if (found) return fault(found);
                return speaksForAnother ? undefined : needsSecond(fact);
              });
            },
          }),
    };
  }
}

function fault({ field, expected }: { field: string; expected: string }): CellFault {
  return { field, reason: `not yours to record; expected ${expected}` };
}

const OWN_TYPES = new Set<string>(ownEventTypes);

function countsOf(parts: readonly Counts[]): Counts {
  const sum = (of: (part: Counts) => number) => parts.reduce((total, part) => total + of(part), 0);
  return {
    rows: sum(({ rows }) => rows),
    recorded: sum(({ recorded }) => recorded),
    already: sum(({ already }) => already),
    refused: sum(({ refused }) => refused),
    events: sum(({ events }) => events),
  };
}

function reportOf(
  id: string,
  folder: string,
  place: number,
  name: string,
  { file: _path, refusedFile, ...counts }: FileSummary,
): FileReport {
  const list = join(folder, refusedName(place));
  // A stop between renaming and reporting leaves the list under its new name.
  if (refusedFile !== undefined && existsSync(refusedFile)) renameSync(refusedFile, list);
  return {
    name,
    ...counts,
    ...(refusedFile === undefined ? {} : { refusedRows: `/v1/imports/${id}/refused/${place}` }),
  };
}

function newPersonsOf(id: string, place: number, rows: number): Pick<FileReport, 'newPersons' | 'newPersonRows'> {
  return rows === 0 ? {} : { newPersons: rows, newPersonRows: `/v1/imports/${id}/new-persons/${place}` };
}

/** How the list of the rows that would make a person is called in the import's folder. */
export function newPersonsName(place: number): string {
  return `${place}.new-persons.csv`;
}

/** How the list of a file's refused rows is called in the import's folder. */
export function refusedName(place: number): string {
  return `${place}.refused.csv`;
}
