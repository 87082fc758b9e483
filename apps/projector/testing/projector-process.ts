import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { PulseState } from '../pulse';

/** A projector as a process of its own, of a program that was built. */
export interface ProjectorProcess {
  process: ChildProcess;
  /** The lines of its log. */
  log: Record<string, unknown>[];
  /** What it wrote that is no line of the log. */
  words(): string;
  /** Resolves with the signal or exit status. */
  ended: Promise<string>;
  get(path: string): Promise<{ status: number; text: string }>;
  ready(): Promise<Readiness>;
  /** Waits until what it tells of itself fits; throws where it ends before. */
  until(fits: (ready: Readiness) => boolean): Promise<Readiness>;
}

export interface Readiness {
  http: number;
  state: PulseState;
  reason?: string;
  position: string;
  lag?: number;
  parked: number;
  differences: number;
}

export function startProjector(
  program: string,
  environment: Record<string, string>,
  ...args: string[]
): ProjectorProcess {
  const child = spawn(process.execPath, [join(program, 'dist', 'apps', 'projector', 'main.js'), ...args], {
    cwd: program,
    env: { ...process.env, LEDGER_PROJECTOR_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: Record<string, unknown>[] = [];
  let words = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (words += text));
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.startsWith('{')) log.push(JSON.parse(line) as Record<string, unknown>);
    else words += `${line}\n`;
  });
  const ended = new Promise<string>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? String(code))),
  );

  async function address(): Promise<string> {
    for (;;) {
      const line = log.find(({ health }) => health !== undefined);
      if (line) return line['health'] as string;
      if (child.exitCode !== null) throw new Error(`the projector ended: ${words}${JSON.stringify(log)}`);
      await pause();
    }
  }
  async function get(path: string): Promise<{ status: number; text: string }> {
    const reply = await fetch(`${await address()}${path}`);
    return { status: reply.status, text: await reply.text() };
  }
  async function ready(): Promise<Readiness> {
    const { status, text } = await get('/readyz');
    return { http: status, ...(JSON.parse(text) as Omit<Readiness, 'http'>) };
  }
  return {
    process: child,
    log,
    words: () => words,
    ended,
    get,
    ready,
    until: async (fits) => {
      for (;;) {
        const now = await ready();
        if (fits(now)) return now;
        await pause();
      }
    },
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
