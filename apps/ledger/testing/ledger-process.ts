import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export interface Ended {
  status: number | null;
  out: string;
  err: string;
}

/** Runs the `ledger` command as a process of its own, from its sources. */
export function ledger(
  args: readonly string[],
  options: { input?: string; cwd?: string; env?: Record<string, string> } = {},
): Ended {
  const program = join(__dirname, '..', 'main.ts');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['-r', join(__dirname, 'register-typescript.cjs'), program, ...args],
    { encoding: 'utf8', input: options.input ?? '', cwd: options.cwd, env: { ...process.env, ...options.env } },
  );
  return { status, out: stdout, err: stderr };
}
