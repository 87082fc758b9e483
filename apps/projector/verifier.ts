import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { told } from './log';
import type { Verification } from './pulse';
import type { Found, Verifying } from './verifying-thread';

const HOUR_MS = 3_600_000;
/** After a start, the first verification does not wait for its turn longer than this. */
const FIRST_MS = 600_000;
/** Persons folded anew by each verification, chosen at random; the audit comes to everybody in time. */
export const SAMPLE = 500;
const TOLD = 20;

/** Compares the tables with the log now and again: the number of all events, and the rows of some persons. */
export class Verifier {
  private timer: NodeJS.Timeout | undefined;
  private thread: Worker | undefined;
  private stopped = false;

  constructor(
    private readonly work: Verifying & { everyHours: number; isTurn: () => boolean; clock: () => number; log: Logger },
    private readonly onVerified: (verification: Verification) => void,
  ) {
    const { everyHours } = work;
    if (everyHours > 0) this.wait(Math.min(FIRST_MS, everyHours * HOUR_MS));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.thread?.terminate();
  }

  private wait(milliseconds: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      const { isTurn, everyHours } = this.work;
      if (!isTurn()) return this.wait(FIRST_MS);
      void this.verify().finally(() => this.wait(everyHours * HOUR_MS));
    }, milliseconds);
    this.timer.unref();
  }

  private async verify(): Promise<void> {
    const { log, clock } = this.work;
    try {
      const found = await this.inThread();
      if (!found) return;
      const { sound, events, checked, differences } = found;
      this.onVerified({ at: Math.floor(clock() / 1000), sound, differences: differences.length });
      if (sound) log.info({ events: events.log, checked }, 'the tables hold what the log says');
      else
        log.error(
          { events, checked, differences: differences.length, of: differences.slice(0, TOLD) },
          'the tables do not hold what the log says; ledger verify --all tells who differs, ledger rebuild mends it',
        );
    } catch (error) {
      log.error({ error: told(error) }, 'the tables could not be compared with the log');
    }
  }

  private inThread(): Promise<Found | undefined> {
    const { store, readModel, policies, sample } = this.work;
    const data: Verifying = { store, readModel, policies, sample };
    return new Promise((resolve, reject) => {
      const thread = new Worker(join(__dirname, `verifying-thread${extname(__filename)}`), { workerData: data });
      this.thread = thread;
      thread.once('message', resolve);
      thread.once('error', reject);
      thread.once('exit', () => {
        this.thread = undefined;
        resolve(undefined);
      });
    });
  }
}
