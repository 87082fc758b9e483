import { spawn } from 'node:child_process';
import { accessSync, chownSync, constants, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** There is no browser here that could make a PDF, or it could not; the message says what to do. */
export class NotPrinted extends Error {
  override readonly name = 'NotPrinted';
}

/** How pages become PDF. */
export interface Printer {
  /** The Chromium that prints. */
  program: string;
  /** Off only where the machine allows no sandbox; the pages run nothing and load nothing all the same. */
  sandbox?: boolean;
  timeoutMs?: number;
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const TIMEOUT_MS = 30_000;
/** Debian’s and most others’ user without rights; a browser never runs as root. */
const NOBODY = 65_534;

/** The browser to print with: the one that is named, or the first known in PATH. Throws `NotPrinted` where there is none. */
export function findPrinter(
  named: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return named;
    throw new NotPrinted(`there is no program ${named}; LEDGER_CHROMIUM names the Chromium that makes PDFs`);
  }
  for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
    for (const name of NAMES) if (folder !== '' && isProgram(join(folder, name))) return join(folder, name);
  }
  throw new NotPrinted(
    `a PDF is printed by Chromium, and none of ${NAMES.join(', ')} is in PATH; install one, name one in LEDGER_CHROMIUM, or take the HTML page and print it in any browser`,
  );
}

/** The page as PDF. It is printed in a folder of its own, without network, scripts or rights. Throws `NotPrinted`. */
export async function printedPdf(
  html: string,
  { program, sandbox = true, timeoutMs = TIMEOUT_MS }: Printer,
): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-print-'));
  try {
    const page = join(folder, 'page.html');
    const pdf = join(folder, 'page.pdf');
    writeFileSync(page, html, { mode: 0o600 });
    const asNobody = sandbox && process.getuid?.() === 0;
    if (asNobody) for (const path of [folder, page]) chownSync(path, NOBODY, NOBODY);
    const said = await run(
      program,
      [...argumentsFor(folder, sandbox), `--print-to-pdf=${pdf}`, pathToFileURL(page).href],
      {
        folder,
        timeoutMs,
        asNobody,
      },
    );
    const bytes = await readFile(pdf).catch(() => undefined);
    if (bytes?.subarray(0, 5).toString('latin1') === '%PDF-') return bytes;
    throw new NotPrinted(`${program} made no PDF: ${said}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function argumentsFor(folder: string, sandbox: boolean): string[] {
  return [
    '--headless',
    '--disable-gpu',
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-extensions',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-dev-shm-usage',
    '--disable-breakpad',
    '--host-resolver-rules=MAP * ~NOTFOUND',
    '--proxy-server=http://127.0.0.1:9',
    '--no-pdf-header-footer',
    `--user-data-dir=${join(folder, 'profile')}`,
    ...(sandbox ? [] : ['--no-sandbox']),
  ];
}

function run(
  program: string,
  args: readonly string[],
  { folder, timeoutMs, asNobody }: { folder: string; timeoutMs: number; asNobody: boolean },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' },
      ...(asNobody ? { uid: NOBODY, gid: NOBODY } : {}),
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(-SAID)));
    // The browser is several processes; its group ends as one.
    const end = () => {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // All of it has ended.
      }
    };
    const timer = setTimeout(() => {
      end();
      reject(new NotPrinted(`${program} took longer than ${timeoutMs / 1000} s and was stopped`));
    }, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new NotPrinted(`${program} cannot be started: ${error.message}`, { cause: error }));
    });
    child.on('close', () => {
      clearTimeout(timer);
      end();
      resolve(reasonIn(said));
    });
  });
}

const SAID = 4_000;

function reasonIn(said: string): string {
  if (/no usable sandbox|setuid sandbox|Operation not permitted/i.test(said)) {
    return 'this machine gives it no sandbox; LEDGER_CHROMIUM_SANDBOX=off prints without one (the pages run nothing and load nothing)';
  }
  return said.trim().split('\n').at(-1) ?? 'it said nothing';
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
