import 'reflect-metadata';
import { RefusedPacks } from '../../libs/policy';
import { VaultClosed } from '../../libs/vault';
import { InvalidSettings, readSettings, unknownSettings } from './settings';
import { StartRefused, start, type RunningServer } from './start';

/** What the start says of itself goes to standard output, the log to standard error. */
async function main(): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  for (const name of unknownSettings(process.env))
    say(`${name} is no setting and is not obeyed; see docs/operating.md`);

  let server: RunningServer | undefined = undefined;
  let stopping = false;
  const stop = () => server?.stop().then(() => process.exit(0), fail);
  // From the first moment on: a stop that comes during the start is heeded when the start is done, a second one at once.
  const heed = (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    say(`${signal}: finishing what is under way`);
    void stop();
  };
  process.on('SIGTERM', heed);
  process.on('SIGINT', heed);

  server = await start(readSettings(process.env), say);
  if (stopping) void stop();
}

function fail(error: unknown): never {
  const told = foreseen(error);
  process.stderr.write(`${told ?? (error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`);
  process.exit(told === undefined ? 1 : 2);
}

/** What is said of a failure that whoever starts the server can mend. */
function foreseen(error: unknown): string | undefined {
  if (error instanceof InvalidSettings || error instanceof RefusedPacks || error instanceof StartRefused)
    return error.message;
  if (error instanceof VaultClosed) return `The server does not start: ${error.message}`;
  const { code, address, port } = error as { code?: string; address?: string; port?: number };
  switch (code) {
    case 'EADDRINUSE':
      return `The server does not start: something listens on ${address}:${port} already. Stop it, or set LEDGER_PORT.`;
    case 'EACCES':
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `The server does not start: it cannot listen on ${address ?? 'LEDGER_HOST'}:${port ?? ''} (${code}). Set LEDGER_HOST and LEDGER_PORT.`;
    default:
      return undefined;
  }
}

main().catch(fail);
