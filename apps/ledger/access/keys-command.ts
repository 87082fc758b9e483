import { Option, type Command } from 'commander';
import {
  KeyRing,
  endOfKeyDay,
  isKeyName,
  isRole,
  keyFile,
  roles,
  shownKey,
  type Principal,
} from '../../../libs/access';
import { isRegionCode } from '../../../events';
import { dataFolder } from '../installation';
import { table } from '../pages';
import { BadInput, addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';
import { accessWords } from './words';

interface Options extends OutputOptions {
  data?: string;
}

interface AddOptions extends Options {
  role: string[];
  region: string[];
  expires?: string;
}

interface RotateOptions extends Options {
  oldForHours: string;
}

const DATA = ['--data <folder>', 'the data folder of the server'] as const;

/** `ledger access keys add|list|revoke|rotate`: also while the server runs; what is revoked opens nothing from then on. */
export function addKeys(access: Command, terminal: Terminal): void {
  const keys = access.command('keys').description('keys of machines and people: add, list, revoke, rotate');
  addCommand<AddOptions>(
    keys,
    'add <name>',
    'make a key and show it, this once; keys of one name are one subject',
    (command) =>
      command
        .addOption(new Option('--role <role...>', 'what it may do').choices(roles).makeOptionMandatory())
        .requiredOption('--region <code...>', 'whose people it may see and write for, or all')
        .option('--expires <day>', 'the last day on which it opens anything')
        .option(...DATA),
    ([name], options) => add(name!, options, terminal),
  );
  addCommand<Options>(
    keys,
    'list',
    'every key there ever was, without what it opens with',
    (command) => command.option(...DATA),
    (_, options) => list(options, terminal),
  );
  addCommand<Options>(
    keys,
    'revoke <id>',
    'end a key; status 1 where there is none of this id, or it had ended',
    (command) => command.option(...DATA),
    ([id], options) => revoke(id!, options, terminal),
  );
  addCommand<RotateOptions>(
    keys,
    'rotate <id>',
    'make a key in the place of another and show it, this once; status 1 where that one opens nothing any more',
    (command) =>
      command
        .option('--old-for-hours <hours>', 'how long the one before still opens; 0 ends it at once', '0')
        .option(...DATA),
    ([id], options) => rotate(id!, options, terminal),
  );
}

function add(name: string, { role, region, expires, ...options }: AddOptions, terminal: Terminal): Status {
  if (!isKeyName(name)) {
    throw new BadInput('name: expected an account or program, up to 64 letters, digits and . _ -');
  }
  const terms = { name, roles: role.filter(isRole), regions: regionsOf(region), expiresAt: endOf(expires) };
  const { key, record } = withKeys(options, (keys) => keys.add(terms, Date.now()));
  if (options.json) terminal.out(printedJson({ key, ...shownKey(record, Date.now()) }));
  else terminal.out(accessWords[options.lang].made(record.id, key));
  return 0;
}

function list(options: Options, terminal: Terminal): Status {
  const records = withKeys(options, (keys) => keys.list());
  if (options.json) {
    terminal.out(printedJson(records.map((record) => shownKey(record, Date.now()))));
    return 0;
  }
  const words = accessWords[options.lang];
  if (records.length === 0) terminal.out(`${words.none}\n`);
  else {
    const rows = records.map((record) => {
      const { id, name, roles: held, regions, state, lastUsed } = shownKey(record, Date.now());
      return [id, name, held.join(' '), [regions].flat().join(' '), words[state], lastUsed ?? words.never];
    });
    terminal.out(`${table([words.columns, ...rows]).join('\n')}\n`);
  }
  return 0;
}

function revoke(id: string, options: Options, terminal: Terminal): Status {
  const ended = withKeys(options, (keys) => keys.revoke(id, Date.now()));
  const words = accessWords[options.lang];
  if (options.json) terminal.out(printedJson({ id, revoked: ended }));
  else if (ended) terminal.out(`${words.ended(id)}\n`);
  else terminal.err(`ledger: ${words.noneToEnd(id)}\n`);
  return ended ? 0 : 1;
}

function rotate(id: string, { oldForHours, ...options }: RotateOptions, terminal: Terminal): Status {
  if (!/^\d{1,3}$/.test(oldForHours) || Number(oldForHours) > MOST_HOURS)
    throw new BadInput(`--old-for-hours ${oldForHours}: expected a whole number, 0 to ${MOST_HOURS}`);
  const now = Date.now();
  const made = withKeys(options, (keys) => keys.rotate(id, { oldUntil: now + Number(oldForHours) * HOUR_MS, now }));
  const words = accessWords[options.lang];
  if (made === undefined) terminal.err(`ledger: ${words.noneToEnd(id)}\n`);
  else if (options.json) terminal.out(printedJson({ key: made.key, ...shownKey(made.record, now) }));
  else terminal.out(words.made(made.record.id, made.key));
  return made === undefined ? 1 : 0;
}

const HOUR_MS = 3_600_000;
const MOST_HOURS = 720;

function withKeys<T>({ data }: Options, use: (keys: KeyRing) => T): T {
  const keys = new KeyRing(keyFile(dataFolder(data)));
  try {
    return use(keys);
  } finally {
    keys.close();
  }
}

function regionsOf(given: readonly string[]): Principal['regions'] {
  if (given.length === 1 && given[0] === 'all') return 'all';
  const wrong = given.find((code) => !isRegionCode(code));
  if (wrong !== undefined) throw new BadInput(`--region ${wrong}: expected region codes of six digits, or all`);
  return given;
}

function endOf(day: string | undefined): number | undefined {
  if (day === undefined) return undefined;
  const end = endOfKeyDay(day);
  if (end === undefined) throw new BadInput(`--expires ${day}: expected a day YYYY-MM-DD`);
  if (end <= Date.now()) throw new BadInput(`--expires ${day}: expected a day that is not past`);
  return end;
}
