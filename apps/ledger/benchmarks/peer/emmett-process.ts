import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { startPostgres, type TestPostgres } from '../../../../libs/read-model/testing/postgres';
import type { Held } from './contents';

/** Seconds; `cpu` of every process that had a part in it. */
export interface Cost {
  wall: number;
  cpu: number;
}

/** Emmett over a PostgreSQL of its own, driven from here. */
export interface Emmett {
  /** Everything there is to append, a stream at a time; how many events its log then holds. */
  append(): Promise<number>;
  warmUp(projection: string): Promise<void>;
  rebuild(projection: string): Promise<Cost>;
  contents(projection: string): Promise<Map<string, Held>>;
  stop(): Promise<void>;
}

/** Nothing that a crash would need, and the whole log in memory: what durability costs is not held against the peer. */
const SETTINGS = { synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '512MB', max_wal_size: '4GB' };
const TICKS_A_SECOND = 100;

/** `events` is a file of them, a JSON a line. */
export async function startEmmett(script: string, events: string): Promise<Emmett> {
  const postgres = await startPostgres(SETTINGS);
  const address = new URL(await postgres.newDatabase());
  address.searchParams.set('host', postgres.folder);
  const child = fork(script, [address.href, events], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  return {
    append: async () => (await ask<{ events: number }>(child, { append: true })).events,
    warmUp: async (projection) => void (await ask(child, { warmUp: projection })),
    rebuild: async (projection) => {
      const before = serverCpuSeconds(postgres);
      const { seconds, cpuSeconds } = await ask<{ seconds: number; cpuSeconds: number }>(child, {
        rebuild: projection,
      });
      return { wall: seconds, cpu: cpuSeconds + serverCpuSeconds(postgres) - before };
    },
    contents: async (projection) => {
      const { rows } = await ask<{ rows: (Held & { person: string })[] }>(child, { contents: projection });
      return new Map(rows.map(({ person, ...held }) => [person, held]));
    },
    stop: async () => {
      child.kill();
      await postgres.stop();
    },
  };
}

async function ask<T>(child: ChildProcess, question: object): Promise<T> {
  const answer = await new Promise<T & { failed?: string }>((resolve, reject) => {
    const ended = (status: number | null) => reject(new Error(`Emmett’s process ended with ${status}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T & { failed?: string });
    });
    child.send(question);
  });
  if (answer.failed !== undefined) throw new Error(`Emmett failed: ${answer.failed}`);
  return answer;
}

/** Of all processes of a PostgreSQL, those that have ended included; 0 where the system does not tell. */
function serverCpuSeconds({ pid }: TestPostgres): number {
  const children = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(children)) return 0;
  const own = ticksOf(pid);
  const others = readFileSync(children, 'utf8').trim().split(' ').map(ticksOf);
  const ticks = others.reduce((sum, { used }) => sum + used, own.used + own.ofEnded);
  return ticks / TICKS_A_SECOND;
}

function ticksOf(pid: number | string): { used: number; ofEnded: number } {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ').map(Number);
    const [user = 0, system = 0, userOfEnded = 0, systemOfEnded = 0] = fields.slice(11, 15);
    return { used: user + system, ofEnded: userOfEnded + systemOfEnded };
  } catch {
    return { used: 0, ofEnded: 0 };
  }
}
