import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export interface TypeScriptProcess {
  process: ChildProcess;
  /** The lines printed so far; a line cut off by the end of the process is not among them. */
  lines: string[];
  /** Resolves with the signal or exit status once the process has ended and everything it printed was read. */
  ended: Promise<string>;
}

/** Starts a TypeScript file of this folder as a process of its own. */
export function startTypeScript(file: string, args: string[]): TypeScriptProcess {
  const child = spawn(
    process.execPath,
    ['-r', join(__dirname, 'register-typescript.cjs'), join(__dirname, file), ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const lines: string[] = [];
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const complete = text.split('\n');
    text = complete.pop()!;
    lines.push(...complete);
  });
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? String(code)));
  });
  return { process: child, lines, ended };
}
