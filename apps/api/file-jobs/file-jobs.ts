import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Principal } from '../../../libs/access';
import { ImportStopped } from '../../../libs/importing';
import { instantOf } from '../../../libs/ledger';
import { Problem } from '../http/problem';
import type { Received, ReceivedFile } from './received-files';

/** Work on files that were sent: whose it is, and how it is to be done. */
export interface FileJob<Terms> extends Received {
  id: string;
  receivedAt: string;
  by: Principal;
  terms: Terms;
}

export const jobStates = ['waiting', 'running', 'done', 'failed'] as const;
export type JobState = (typeof jobStates)[number];

/** What is told of every job, beside what it came to. */
export interface JobReport {
  id: string;
  state: JobState;
  receivedAt: string;
  /** Who sent the files, by account or program. */
  by: string;
  startedAt?: string;
  endedAt?: string;
  /** The server stopped in the middle, and went on at its next start. */
  resumed?: true;
  /** Why it failed. */
  reason?: string;
}

/** How a kind of job is done. */
export interface Doing<Terms, Result extends object> {
  /** What is told before anything is done. */
  nothing(terms: Terms): Result;
  /**
   * Does it, or goes on with it where it broke off. Throws a `Problem` where the files cannot be taken, `ImportStopped` where the
   * signal, whose reason is one, stopped it.
   */
  run(job: FileJob<Terms>, folder: string, tell: (soFar: Result) => void, signal: AbortSignal): Promise<Result>;
  /** Something broke in the middle. */
  failed(id: string, error: unknown): void;
}

const ID_FORM = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const JOB = 'job.json';
const REPORT = 'report.json';

/**
 * Jobs on files, one after the other, each in a folder of its own. What was sent is removed when the job is done; its report and
 * what it leaves stay. A job that a stop or a crash interrupts goes on at the next start.
 */
export class FileJobs<Terms, Result extends object> {
  /** Jobs that wait or run, as they stand. */
  private readonly live = new Map<string, JobReport & Result>();
  private readonly known = new Map<string, { receivedAt: string; by: string }>();
  private readonly stopping = new AbortController();
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly doing: Doing<Terms, Result>,
  ) {}

  /** Makes a place for the files of a new job. */
  begin(): { id: string; folder: string } {
    const id = randomUUID();
    const folder = this.folderOf(id);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return { id, folder };
  }

  /** Forgets a job whose files did not arrive, or cannot be taken. */
  abandon(id: string): void {
    this.known.delete(id);
    this.live.delete(id);
    rmSync(this.folderOf(id), { recursive: true, force: true });
  }

  /**
   * Does a job when those before it are done. `done` resolves with its report; where the files cannot be taken it rejects, and
   * leaves no trace unless `keep` says that somebody may ask for the report.
   */
  add(
    { id, by, terms, files, mapping }: Omit<FileJob<Terms>, 'receivedAt'>,
    keep: boolean,
  ): { report: JobReport & Result; done: Promise<JobReport & Result> } {
    const receivedAt = instantOf(Date.now());
    const job: FileJob<Terms> = { id, receivedAt, by, terms, files, ...(mapping === undefined ? {} : { mapping }) };
    const kept = files.map(({ name, path }) => ({ name, path: basename(path) }));
    this.write(id, JOB, { ...job, files: kept, ...(mapping === undefined ? {} : { mapping: basename(mapping) }) });
    const done = this.enqueue(job, keep, false);
    return { report: this.live.get(id)!, done };
  }

  /** What a job has come to; undefined where there is none of this id that the caller may see. */
  report(id: string, caller: Principal): (JobReport & Result) | undefined {
    if (!ID_FORM.test(id)) return undefined;
    const report = this.live.get(id) ?? (this.read(id, REPORT) as (JobReport & Result) | undefined);
    return report !== undefined && maySee(caller, report) ? report : undefined;
  }

  /** The jobs that the caller may see, the newest first. */
  list(
    caller: Principal,
    { state, limit, after }: { state?: string; limit: number; after?: string },
  ): { items: (JobReport & Result)[]; more: boolean } {
    const newest = [...this.known].sort(([one, { receivedAt: a }], [other, { receivedAt: b }]) =>
      a < b ? 1 : a > b ? -1 : one < other ? 1 : -1,
    );
    const from = after === undefined ? 0 : newest.findIndex(([id]) => id === after) + 1;
    const items: (JobReport & Result)[] = [];
    for (const [id, known] of newest.slice(after !== undefined && from === 0 ? newest.length : from)) {
      if (!maySee(caller, known)) continue;
      const report = this.report(id, caller);
      if (report === undefined || (state !== undefined && report.state !== state)) continue;
      if (items.length === limit) return { items, more: true };
      items.push(report);
    }
    return { items, more: false };
  }

  /** A file that a job of the caller's left behind; undefined where there is none. */
  leftBehind(id: string, caller: Principal, name: string): string | undefined {
    if (this.report(id, caller) === undefined) return undefined;
    const file = join(this.folderOf(id), name);
    return existsSync(file) ? file : undefined;
  }

  /** Takes up what the last stop or crash interrupted, in the order in which it came, and removes what never arrived whole. */
  goOn(): void {
    if (!existsSync(this.folder)) return;
    const jobs: FileJob<Terms>[] = [];
    for (const entry of readdirSync(this.folder, { withFileTypes: true })) {
      if (entry.isFile()) rmSync(join(this.folder, entry.name), { force: true });
      if (!entry.isDirectory() || !ID_FORM.test(entry.name)) continue;
      const report = this.read(entry.name, REPORT) as (JobReport & Result) | undefined;
      const job = report === undefined ? (this.read(entry.name, JOB) as FileJob<Terms> | undefined) : undefined;
      if (report !== undefined)
        this.known.set(entry.name, { receivedAt: report.receivedAt ?? '', by: report.by ?? '' });
      else if (job === undefined) this.abandon(entry.name);
      else jobs.push(job);
    }
    jobs.sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1));
    for (const job of jobs) {
      const inFolder = (name: string) => join(this.folderOf(job.id), name);
      const files = job.files.map(({ name, path }): ReceivedFile => ({ name, path: inFolder(path) }));
      const { mapping } = job;
      const whole = { ...job, files, ...(mapping === undefined ? {} : { mapping: inFolder(mapping) }) };
      this.enqueue(whole, true, true).catch(() => undefined);
    }
  }

  /** Stops what is under way where it can go on at the next start; resolves when nothing is. */
  async stop(): Promise<void> {
    this.stopping.abort(new ImportStopped('the server stops'));
    await this.last;
  }

  private enqueue(job: FileJob<Terms>, keep: boolean, resumed: boolean): Promise<JobReport & Result> {
    const { id, receivedAt, by, terms } = job;
    const head: JobReport = {
      id,
      state: 'waiting',
      receivedAt,
      by: by.subject,
      ...(resumed ? { resumed } : {}),
    };
    this.known.set(id, { receivedAt, by: by.subject });
    this.live.set(id, { ...head, ...this.doing.nothing(terms) });
    const done = this.last.then(() => this.run(job, head, keep));
    this.last = done.catch(() => undefined);
    return done;
  }

  private async run(job: FileJob<Terms>, head: JobReport, keep: boolean): Promise<JobReport & Result> {
    const { id, terms } = job;
    const running: JobReport = { ...head, state: 'running', startedAt: instantOf(Date.now()) };
    let soFar = this.doing.nothing(terms);
    const tell = (result: Result) => {
      soFar = result;
      this.live.set(id, { ...running, ...result });
    };
    const ended = (state: JobState, result: Result, reason?: string) =>
      this.finish(job, {
        ...running,
        state,
        endedAt: instantOf(Date.now()),
        ...(reason === undefined ? {} : { reason }),
        ...result,
      });
    try {
      if (this.stopping.signal.aborted) throw new ImportStopped();
      tell(soFar);
      return ended('done', await this.doing.run(job, this.folderOf(id), tell, this.stopping.signal));
    } catch (error) {
      if (error instanceof ImportStopped)
        throw new Problem('not-ready', `The server stops; ${id} goes on at its next start.`);
      if (error instanceof Problem) {
        if (keep) ended('failed', soFar, error.message);
        else this.abandon(id);
        throw error;
      }
      const reason =
        'It failed in the middle; the log of the server tells why. Send the files again: nothing is recorded twice.';
      ended('failed', soFar, reason);
      this.doing.failed(id, error);
      throw new Problem('internal', `${id}: ${reason}`);
    }
  }

  private finish(job: FileJob<Terms>, report: JobReport & Result): JobReport & Result {
    this.write(job.id, REPORT, report);
    this.live.delete(job.id);
    for (const { path } of job.files) rmSync(path, { force: true });
    if (job.mapping !== undefined) rmSync(job.mapping, { force: true });
    rmSync(join(this.folderOf(job.id), JOB), { force: true });
    return report;
  }

  private write(id: string, name: string, content: object): void {
    const file = join(this.folderOf(id), name);
    writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  private read(id: string, name: string): object | undefined {
    try {
      return JSON.parse(readFileSync(join(this.folderOf(id), name), 'utf8')) as object;
    } catch {
      // Not there, or torn by a power cut: then it was not acknowledged.
      return undefined;
    }
  }

  private folderOf(id: string): string {
    return join(this.folder, id);
  }
}

/** Files may hold people of any region, so that only who sees all of them sees other people's jobs. */
function maySee(caller: Principal, { by }: { by: string }): boolean {
  return caller.regions === 'all' || caller.subject === by;
}
