import { availableParallelism, setPriority } from 'node:os';
import { parseArgs } from 'node:util';
import { RefusedPacks, loadPoliciesOrThrow } from '../../libs/policy';
import { InvalidSettings } from '../../libs/settings';
import { unknownSettings } from '../api/settings';
import { serveHealth, type HealthServer } from './health-server';
import { keepTables } from './keep-tables';
import { openLog, told } from './log';
import { readSettings } from './settings';
import { startTracing } from '../api/tracing';

const HELP = `The projector: follows the log and keeps the tables for questions about everyone.

  node bin/run projector                 everyone
  node bin/run projector --shard 0/2     one half of the persons; the other half is --shard 1/2

Settings are environment variables; docs/operating.md names them. It tells its health and metrics on 127.0.0.1
(LEDGER_PROJECTOR_PORT). A second one for the same persons stands by and takes over when the first has gone.
`;

/** While a server runs it, answers come first, and have a processor for themselves. */
const NICE = 10;
const MOST_THREADS = 2;
const PULSE_MS = 500;

async function main(): Promise<void> {
  const { shard, help, attached } = argumentsOf(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const environment = shard === undefined ? process.env : { ...process.env, LEDGER_SHARD: shard };
  const settings = readSettings(environment);
  const policies = loadPoliciesOrThrow(settings.policies);
  const tracing = await startTracing(process.env, 'enrollment-ledger-projector');
  const log = openLog(settings.logLevel, settings.shard);
  if (!attached) {
    for (const name of unknownSettings(process.env))
      log.warn({ name }, 'this is no setting and is not obeyed; see docs/operating.md');
  }

  // The port first: where it is taken, nothing has been begun that others would wait for.
  const health: HealthServer | undefined = attached
    ? undefined
    : await serveHealth(settings.port, () => keeper.pulse());
  if (attached) setPriority(NICE);
  const threads = Math.min(MOST_THREADS, availableParallelism() - (attached ? 1 : 0));
  const keeper = keepTables(settings, policies, log, threads);
  if (health) log.info({ health: health.url }, 'the projector runs');
  let stopping = false;
  const stop = (why: string) => {
    if (stopping) {
      if (!attached) process.exit(1);
      return;
    }
    stopping = true;
    log.info({ why }, 'the projector finishes what is under way');
    const patience = setTimeout(() => {
      log.error('what is under way does not end; it is cut off, and done again at the next start');
      process.exit(1);
    }, settings.shutdownSeconds * 1000);
    patience.unref();
    keeper
      .stop()
      .then(() => health?.close())
      .then(() => tracing?.stop())
      .then(
        () => {
          log.info({ position: keeper.pulse().position }, 'the projector has stopped');
          process.exit(0);
        },
        (error: unknown) => {
          log.error({ error: told(error) }, 'the projector could not stop cleanly');
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  if (attached) {
    // A key at the terminal reaches the server too, which then says when to stop; that it is gone is said by the channel.
    process.on('SIGINT', () => undefined);
    process.on('disconnect', () => stop('the server has gone, or stops'));
    setInterval(() => {
      if (process.connected) process.send!(keeper.pulse());
    }, PULSE_MS).unref();
    return;
  }
  process.on('SIGINT', () => stop('SIGINT'));
}

function argumentsOf(args: string[]): { shard?: string; help?: boolean; attached?: boolean } {
  try {
    return parseArgs({
      args,
      options: { shard: { type: 'string' }, help: { type: 'boolean' }, attached: { type: 'boolean' } },
    }).values;
  } catch (error) {
    throw new BadUsage(`The projector does not start: ${(error as Error).message}. --help says what is possible.`);
  }
}

class BadUsage extends Error {}

function fail(error: unknown): never {
  const words = foreseen(error);
  process.stderr.write(`${words ?? (error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`);
  process.exit(words === undefined ? 1 : 2);
}

/** What is said of a failure that whoever starts the projector can mend. */
function foreseen(error: unknown): string | undefined {
  if (error instanceof InvalidSettings || error instanceof RefusedPacks || error instanceof BadUsage)
    return error.message;
  const { code, port } = error as { code?: string; port?: number };
  if (code === 'EADDRINUSE' || code === 'EACCES')
    return `The projector does not start: it cannot tell its health on 127.0.0.1:${port} (${code}). Set LEDGER_PROJECTOR_PORT.`;
  return undefined;
}

main().catch(fail);
