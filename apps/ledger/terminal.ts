import { Command, Option } from 'commander';

/** Where a command writes, so that it can be run without a process. */
export interface Terminal {
  out(text: string): unknown;
  err(text: string): unknown;
}

export type Language = 'zh' | 'en';

/** Options that every command has. */
export interface OutputOptions {
  json?: boolean;
  lang: Language;
}

/** The exit status of a command: 0 yes or done, 1 the answer is no, 2 bad usage or input. */
export type Status = 0 | 1 | 2;

/** Bad usage or input: said on stderr, with exit status 2. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}

/** Adds a command with the options of every command; its action's status becomes the exit status. */
export function addCommand<Options extends OutputOptions>(
  parent: Command,
  usage: string,
  description: string,
  describe: (command: Command) => void,
  action: (args: string[], options: Options) => Promise<Status> | Status,
): Command {
  const command = parent.command(usage).description(description);
  describe(command);
  return command
    .option('--json', 'print JSON')
    .addOption(new Option('--lang <language>', 'language of the page').choices(['zh', 'en']).default('zh'))
    .action(async (...given: unknown[]) => {
      const operands = given
        .slice(0, -2)
        .flat()
        .filter((operand): operand is string => typeof operand === 'string');
      statuses.set(rootOf(command), await action(operands, command.optsWithGlobals<Options>()));
    });
}

/** The status that the command run by this program ended with. */
export function statusOf(program: Command): Status {
  return statuses.get(program) ?? 0;
}

const statuses = new WeakMap<Command, Status>();

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

/** JSON for people to read: two spaces; whole numbers beyond the reach of JSON as texts. */
export function printedJson(value: unknown): string {
  return `${JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner), 2)}\n`;
}
