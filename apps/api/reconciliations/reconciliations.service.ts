import { join } from 'node:path';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { mayReach } from '../../../libs/access';
import type { EventStore } from '../../../libs/event-store';
import { RefusedFile } from '../../../libs/importing';
import { Ledger } from '../../../libs/ledger';
import {
  ExceptionsFile,
  reconcile,
  type Reconciliation,
  type ReconciliationCounts,
} from '../../../libs/reconciliation';
import { DocumentedPersons, Vault } from '../../../libs/vault';
import { Belonging } from '../access';
import { FileJobs, mappingOf, type FileJob, type JobReport } from '../file-jobs';
import { invalidInput } from '../http/problem';
import { SETTINGS, STORE } from '../parts';
import type { Settings } from '../settings';

/** What an extract is compared with, and how it is read. */
export interface ReconciliationTerms {
  validOn: string;
  knownAt: string;
  region?: string;
  sheet?: string;
}

/** What a comparison has come to; while it runs, so far. */
interface ReconciliationResult extends ReconciliationCounts {
  basis: { validOn: string; knownAt: string; position?: string };
  file: string;
  encoding?: string;
  sheet?: string;
  byCause: Reconciliation['byCause'];
  /** Told when it is done: where its differences can be read, and fetched as a table. */
  differences?: string;
  exceptionsFile?: string;
}

export type ReconciliationReport = JobReport & ReconciliationResult;

/** How the lists of differences are called in the folder of their job. */
export const LIST = 'exceptions.jsonl';
export const TABLE = 'exceptions.csv';
export const ADDRESS = '/v1/reconciliations';

const NOTHING: ReconciliationCounts = { rows: 0, matched: 0, differing: 0, refused: 0, missingThere: 0, exceptions: 0 };

/**
 * Compares status extracts that were sent with the ledger's answers, one after the other. Records nothing: one that a stop or a
 * crash interrupts begins anew at the next start, at the same basis.
 */
@Injectable()
export class Reconciliations implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly jobs: FileJobs<ReconciliationTerms, ReconciliationResult>;

  constructor(
    private readonly ledger: Ledger,
    private readonly log: PinoLogger,
    private readonly belonging: Belonging,
    private readonly vault: Vault,
    @Inject(STORE) private readonly store: EventStore,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.jobs = new FileJobs<ReconciliationTerms, ReconciliationResult>(join(settings.data, 'reconciliations'), {
      nothing: ({ validOn, knownAt }) => ({ basis: { validOn, knownAt }, file: '', ...NOTHING, byCause: [] }),
      run: (job, folder, tell, signal) => this.run(job, folder, tell, signal),
      failed: (id, error) => this.log.error({ err: error, reconciliationId: id }, 'a reconciliation failed'),
    });
  }

  onApplicationBootstrap(): void {
    this.jobs.goOn();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.jobs.stop();
  }

  private async run(
    { id, files, mapping, terms, by }: FileJob<ReconciliationTerms>,
    folder: string,
    tell: (soFar: ReconciliationResult) => void,
    signal: AbortSignal,
  ): Promise<ReconciliationResult> {
    const [sent, ...more] = files;
    if (more.length > 0) throw invalidInput([{ field: 'file', value: files.length, expected: 'one extract' }]);
    const { name, path } = sent!;
    const head = { basis: { validOn: terms.validOn, knownAt: terms.knownAt }, file: name };
    const lists = [new ExceptionsFile(join(folder, LIST), 'jsonl'), new ExceptionsFile(join(folder, TABLE), 'csv')];
    // A document that nobody holds stands for nobody here, and makes nobody.
    const trial = this.vault.trial();
    try {
      const result = await reconcile({
        ...terms,
        file: path,
        mapping: mappingOf(mapping),
        store: this.store,
        ledger: this.ledger,
        identities: new DocumentedPersons(trial, {
          mayName: async (person) => (await this.belonging.personTo(by, person)) !== 'others',
        }),
        ...(by.regions === 'all'
          ? {}
          : {
              mayRead: async (person) => (await this.belonging.personTo(by, person)) === 'own',
              mayReadRegion: (region) => mayReach(by, region),
            }),
        onException: (exception) => {
          for (const list of lists) list.add(exception);
        },
        onProgress: (counts) => tell({ ...head, ...counts, byCause: [] }),
        signal,
      });
      return {
        ...result,
        file: name,
        differences: `${ADDRESS}/${id}/differences`,
        exceptionsFile: `${ADDRESS}/${id}/exceptions.csv`,
      };
    } catch (error) {
      if (!(error instanceof RefusedFile)) throw error;
      throw invalidInput([{ field: 'file', value: name, expected: `a status extract: ${error.reason}` }]);
    } finally {
      for (const list of lists) list.close();
      trial.close();
    }
  }
}
