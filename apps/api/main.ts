import 'reflect-metadata';
import { RefusedPacks } from '../../libs/policy';
import { InvalidSettings, readSettings, unknownSettings } from './settings';
import { StartRefused, start } from './start';

/** What the start says of itself goes to standard output, the log to standard error. */
async function main(): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  try {
    for (const name of unknownSettings(process.env))
      say(`${name} is no setting and is not obeyed; see docs/operating.md`);
    const server = await start(readSettings(process.env), say);
    let stopping = false;
    const stop = (signal: string) => {
      if (stopping) process.exit(1);
      stopping = true;
      say(`${signal}: finishing what is under way`);
      server.stop().then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  } catch (error) {
    fail(error);
  }
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

void main();
