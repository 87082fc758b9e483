import 'reflect-metadata';
import { RefusedPacks } from '../../libs/policy';
import { InvalidSettings, readSettings, unknownSettings } from './settings';
import { start } from './start';

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
  const foreseen = error instanceof InvalidSettings || error instanceof RefusedPacks;
  const text = error instanceof Error ? (foreseen ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(foreseen ? 2 : 1);
}

void main();
