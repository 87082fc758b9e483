import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tokenFile } from '../bearer-token';

/** The server as a process of its own, from its sources, on a free port over a new data folder. */
export interface LedgerServer {
  child: ChildProcess;
  url: string;
  /** The header that lets one in. */
  authorization: string;
  /** Resolves with the exit status. */
  ended: Promise<number | null>;
  /** What it wrote to standard error: its log. */
  errors(): string;
}

const ROOT = join(__dirname, '..', '..', '..');
const REGISTER = join(ROOT, 'apps', 'ledger', 'testing', 'register-typescript.cjs');

/** Starts it without samples, and waits until it listens. */
export async function startLedgerServer(data: string, env: Record<string, string> = {}): Promise<LedgerServer> {
  const child = spawn(process.execPath, ['-r', REGISTER, join(ROOT, 'apps', 'api', 'main.ts')], {
    env: { ...process.env, LEDGER_DATA: data, LEDGER_PORT: '0', LEDGER_SAMPLES: 'off', LEDGER_LANG: 'en', ...env },
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let out = '';
  let err = '';
  child.stdout.on('data', (piece) => (out += String(piece)));
  child.stderr.on('data', (piece) => (err += String(piece)));
  while (!/listens on \S+\n[^]*Token.*\n/.test(out) && child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${out}${err}`);
  const url = /listens on (\S+)\n/.exec(out)![1]!;
  return {
    child,
    url,
    authorization: `Bearer ${readFileSync(tokenFile(data), 'utf8').trim()}`,
    ended,
    errors: () => err,
  };
}
