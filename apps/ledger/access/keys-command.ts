import { Option, type Command } from 'commander';
import { KeyRing, isRole, keyFile, roles, type KeyRecord, type Principal } from '../../../libs/access';
import { isDay } from '../../../libs/calendar';
import { hasIdentityShape } from '../../../events';
import { instantOf } from '../../../libs/ledger';
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

const DATA = ['--data <folder>', 'the data folder of the server'] as const;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const REGION = /^[1-9]\d{5}$/;

/** `ledger access keys add|list|revoke`: also while the server runs; what is revoked opens nothing from then on. */
export function addKeys(access: Command, terminal: Terminal): void {
  const keys = access.command('keys').description('keys of machines and people: add, list, revoke');
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
}

function add(name: string, { role, region, expires, ...options }: AddOptions, terminal: Terminal): Status {
  if (!NAME.test(name) || hasIdentityShape(name)) {
    throw new BadInput('name: expected an account or program, up to 64 letters, digits and . _ -');
  }
  const terms = { name, roles: role.filter(isRole), regions: regionsOf(region), expiresAt: endOf(expires) };
  const { key, record } = withKeys(options, (keys) => keys.add(terms, Date.now()));
  if (options.json) terminal.out(printedJson({ key, ...shown(record) }));
  else terminal.out(accessWords[options.lang].made(record.id, key));
  return 0;
}

function list(options: Options, terminal: Terminal): Status {
  const records = withKeys(options, (keys) => keys.list());
  if (options.json) {
    terminal.out(printedJson(records.map(shown)));
    return 0;
  }
  const words = accessWords[options.lang];
  if (records.length === 0) terminal.out(`${words.none}\n`);
  else {
    const rows = records.map((record) => {
      const { id, name, roles: held, regions, lastUsed } = shown(record);
      return [id, name, held.join(' '), [regions].flat().join(' '), words[stateOf(record)], lastUsed ?? words.never];
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
  const wrong = given.find((code) => !REGION.test(code));
  if (wrong !== undefined) throw new BadInput(`--region ${wrong}: expected region codes of six digits, or all`);
  return given;
}

/** The end of the day in China. */
function endOf(day: string | undefined): number | undefined {
  if (day === undefined) return undefined;
  if (!isDay(day)) throw new BadInput(`--expires ${day}: expected a day YYYY-MM-DD`);
  const end = Date.parse(`${day}T23:59:59.999+08:00`) + 1;
  if (end <= Date.now()) throw new BadInput(`--expires ${day}: expected a day that is not past`);
  return end;
}

function stateOf({ revokedAt, expiresAt }: KeyRecord): 'revoked' | 'expired' | 'live' {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && expiresAt <= Date.now() ? 'expired' : 'live';
}

function shown(record: KeyRecord) {
  const { id, name, roles: held, regions, madeAt, expiresAt, revokedAt, lastUsedAt } = record;
  return {
    id,
    name,
    roles: held,
    regions,
    state: stateOf(record),
    made: instantOf(madeAt),
    ...(expiresAt === undefined ? {} : { expires: instantOf(expiresAt) }),
    ...(revokedAt === undefined ? {} : { revoked: instantOf(revokedAt) }),
    ...(lastUsedAt === undefined ? {} : { lastUsed: instantOf(lastUsedAt) }),
  };
}
