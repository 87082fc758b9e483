import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Chunk, ChunkDone } from './chunk';

/** What a worker needs to open everything for itself. */
export interface WorkerData {
  store: string;
  readModel: string;
  policies: string;
  position: string;
  turns: SharedArrayBuffer;
}

const NURSERY_MB = 96;

/** Builds chunks, several at a time; the ends of finished chunks are told in whatever order they finish. */
export interface Crew {
  size: number;
  build(chunk: Chunk): Promise<ChunkDone>;
  close(): Promise<void>;
}

/** Threads, each with its own connections to the log and to the read model. */
export function startWorkers(count: number, data: Omit<WorkerData, 'turns'>, execArgv?: string[]): Crew {
  const turns = new SharedArrayBuffer(4);
  const file = join(__dirname, `worker${extname(__filename)}`);
  const idle: Member[] = [];
  const all = Array.from(
    { length: count },
    () =>
      new Member(
        new Worker(file, {
          workerData: { ...data, turns },
          execArgv,
          // A chunk of persons lives longer than a small nursery, and would be moved twice.
          resourceLimits: { maxYoungGenerationSizeMb: NURSERY_MB },
        }),
      ),
  );
  idle.push(...all);
  return {
    size: count,
    build: async (chunk) => {
      const member = idle.pop()!;
      try {
        return await member.build(chunk);
      } finally {
        idle.push(member);
      }
    },
    close: async () => {
      await Promise.all(all.map((member) => member.close()));
    },
  };
}

class Member {
  private settle: { resolve(done: ChunkDone): void; reject(error: Error): void } | undefined;
  private broken: Error | undefined;
  private readonly ended: Promise<void>;

  constructor(private readonly worker: Worker) {
    worker.on('message', (done: ChunkDone) => this.settle?.resolve(done));
    worker.on('error', (error: Error) => {
      this.broken = error;
      this.settle?.reject(error);
    });
    this.ended = new Promise((resolve) => worker.once('exit', () => resolve()));
    void this.ended.then(() => this.settle?.reject(this.broken ?? new Error('a worker of the rebuild ended')));
  }

  build(chunk: Chunk): Promise<ChunkDone> {
    return new Promise<ChunkDone>((resolve, reject) => {
      if (this.broken) return reject(this.broken);
      this.settle = { resolve, reject };
      this.worker.postMessage(chunk);
    }).finally(() => (this.settle = undefined));
  }

  async close(): Promise<void> {
    if (!this.broken) this.worker.postMessage('end');
    await this.ended;
  }
}
