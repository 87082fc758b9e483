import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TOLD, type Compared, type Stretch } from './compare-log';
import { TILE, type EvidenceFile } from './evidence-file';

/** Where a thread reads the log for itself: an embedded store's file, or the address of a server. */
export type LogPlace = { file: string } | { address: string };

/** What a thread is started with. */
export interface ThreadPlaces {
  log: LogPlace;
  evidence: string;
}

/** Full tiles of a stretch: some sixteen thousand events, a fifth of a second. */
const TILES = 64;

/** Compares every event of a log with its hash, in threads that each read the log for themselves. Throws where one of them fails. */
export async function compareInThreads(
  evidence: EvidenceFile,
  { log, count }: { log: LogPlace; count: number },
): Promise<Compared> {
  const stretches = stretchesOf(evidence);
  const found: Compared[] = [];
  let next = 0;
  const places: ThreadPlaces = { log, evidence: evidence.file };
  const work = async () => {
    const worker = new Worker(join(__dirname, `compare-thread${extname(__filename)}`), { workerData: places });
    try {
      for (let at = next++; at < stretches.length; at = next++) found[at] = await asked(worker, stretches[at]!);
    } catch (error) {
      next = stretches.length;
      throw error;
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(Math.max(1, count), stretches.length) }, work));
  return found.reduce(joined);
}

function stretchesOf(evidence: EvidenceFile): Stretch[] {
  const tiles = Math.ceil(evidence.head().size / TILE);
  const stretches: Stretch[] = [];
  let [first, after] = [0, 0n];
  for (let until = TILES; until < tiles; until += TILES) {
    const through = evidence.lastPositionOf(until - 1);
    // A tile that was taken out bounds nothing; its events are compared with those after it.
    if (through === undefined) continue;
    stretches.push({ tiles: [first, until], after, through });
    [first, after] = [until, through];
  }
  return [...stretches, { tiles: [first, Infinity], after }];
}

function asked(worker: Worker, stretch: Stretch): Promise<Compared> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      worker.off('message', answered).off('error', failed).off('exit', ended);
      act();
    };
    const answered = (compared: Compared) => settle(() => resolve(compared));
    const failed = (error: unknown) => settle(() => reject(error instanceof Error ? error : new Error(String(error))));
    const ended = (status: number) => settle(() => reject(new Error(`a thread that checks the log ended: ${status}`)));
    worker.on('message', answered).on('error', failed).on('exit', ended);
    worker.postMessage(stretch);
  });
}

function joined(a: Compared, b: Compared): Compared {
  return {
    events: a.events + b.events,
    last: b.events > 0 ? b.last : a.last,
    counts: {
      altered: a.counts.altered + b.counts.altered,
      missing: a.counts.missing + b.counts.missing,
      added: a.counts.added + b.counts.added,
    },
    differences: [...a.differences, ...b.differences].slice(0, TOLD),
  };
}
