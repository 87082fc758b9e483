import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { eventTypes, isPersonId, parseStream, personStream } from '../../../events';
import { answerParts, feedNames, parsePlace, placeText, type FeedName, type Place } from '../../../libs/feeds';
import {
  AddressGuard,
  Poster,
  WEBHOOKS_FILE,
  Webhooks,
  parseNetwork,
  secretBytes,
  verify,
  type Verified,
  type Webhook,
} from '../../../libs/feeds/webhooks';
import { instantOf } from '../../../libs/ledger';
import { dataFolder } from '../installation';
import { table } from '../pages';
import { readingStore, storeLocation } from '../store-access';
import { BadInput, addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';
import { feedWords } from './words';

interface Options extends OutputOptions {
  data?: string;
}
interface AddOptions extends Options {
  feed: FeedName;
  region?: string[];
  type?: string[];
  part?: string[];
  from: string;
  secret?: string;
  store?: string;
  networks?: string;
}

const TIMEOUT_MS = 15_000;
const HOUR_MS = 3_600_000;

/** `ledger webhooks …`: the subscriptions of a data folder, also while its server runs; it notices within a second. */
export function addWebhooks(program: Command, terminal: Terminal): void {
  const webhooks = program.command('webhooks').description('who is sent what changed, and what could not be delivered');
  const add = <O extends Options>(
    usage: string,
    description: string,
    describe: (command: Command) => Command,
    run: (operands: string[], options: O) => Promise<Status> | Status,
  ) =>
    addCommand<O>(
      webhooks,
      usage,
      description,
      (command) => void describe(command).option('--data <folder>', 'the data folder of the server'),
      run,
    );
  const networks = (command: Command) =>
    command.option(
      '--networks <list>',
      'networks of the house to which may be sent; left out: LEDGER_WEBHOOK_NETWORKS, or none',
    );
  const plain = (command: Command) => command;
  const simply = (run: (tables: Webhooks, webhook: Webhook, options: Options, operands: string[]) => Status) => {
    return ([id, ...operands]: string[], options: Options) =>
      using(options, true, (tables) => run(tables, found(tables, id!), options, operands));
  };
  const show = (tables: Webhooks, { id }: Webhook, options: Options) => tell(terminal, [tables.find(id)!], options);

  add<Options>('list', 'every subscription and how it stands', plain, (_, options) =>
    using(options, true, (tables) => tell(terminal, tables.list(), options)),
  );
  add<AddOptions>(
    'add <url>',
    'have a feed sent to a receiver, who must repeat a challenge; prints the secret once; status 1 where he does not',
    (command) =>
      networks(command)
        .addOption(new Option('--feed <feed>', 'which feed').choices([...feedNames]).default('answers'))
        .option('--region <codes...>', 'only of persons of these regions and those below them')
        .option('--type <types...>', 'only what events of these types brought')
        .option('--part <parts...>', 'only where one of these parts of the answer changed')
        .option('--from <place>', 'send what lies behind this place: a position, an id of the feed, or now', 'now')
        .option('--secret <secret>', 'whsec_ and 24 to 64 bytes in base64; left out: a new one')
        .option('--store <store>', 'where the log is; left out: the data folder'),
    ([url], options) => runAdd(url!, options, terminal),
  );
  add<AddOptions>(
    'verify <id>',
    'send the receiver a challenge once more; status 1 where he does not repeat it',
    networks,
    ([id], options) =>
      using(options, true, async (tables) => {
        const verified = await challenge(tables, found(tables, id!).id, options);
        terminal.out(options.json ? printedJson(verified) : `${verdict(verified, options)}\n`);
        return verified.verified ? 0 : 1;
      }),
  );
  add<Options>(
    'pause <id>',
    'send nothing until it is set going again',
    plain,
    simply((tables, webhook, options) => {
      if (webhook.state === 'active') tables.setState(webhook.id, 'paused');
      return show(tables, webhook, options);
    }),
  );
  add<Options>(
    'resume <id>',
    'go on where it was; status 1 where the receiver is not verified',
    plain,
    simply((tables, webhook, options) => {
      if (webhook.state === 'paused') tables.setState(webhook.id, 'active');
      show(tables, webhook, options);
      return webhook.state === 'unverified' ? 1 : 0;
    }),
  );
  add<Options>(
    'remove <id>',
    'remove a subscription and everything on its way to it',
    plain,
    simply((tables, { id }, { json, lang }) => {
      tables.remove(id);
      terminal.out(json ? printedJson({ removed: id }) : `${feedWords[lang].removed}\n`);
      return 0;
    }),
  );
  add<Options & { oldFor: string; secret?: string }>(
    'rotate <id>',
    'give it a new secret, printed once; the one before signs too for a while',
    (command) =>
      command
        .option('--old-for <hours>', 'how long the secret before signs too', '24')
        .option('--secret <secret>', 'whsec_ and 24 to 64 bytes in base64; left out: a new one'),
    ([id], options) =>
      using(options, true, (tables) => {
        const oldForMs = whole('--old-for', options.oldFor, 168) * HOUR_MS;
        const secret = tables.rotate(found(tables, id!).id, { secret: secretIn(options.secret), oldForMs })!;
        terminal.out(options.json ? printedJson({ secret }) : `${feedWords[options.lang].secret}\n${secret}\n`);
        return 0;
      }),
  );
  add<Options & { from: string }>(
    'replay <id>',
    'send everything behind a place once more',
    (command) => command.requiredOption('--from <place>', 'a position, or an id of the feed'),
    ([id], options) =>
      using(options, true, (tables) => {
        const webhook = found(tables, id!);
        const place = parsePlace(options.from);
        if (!place || place.position > webhook.place.position) {
          const reached = placeText(webhook.place);
          throw new BadInput(`--from ${options.from}: expected a place that the webhook has come to, up to ${reached}`);
        }
        tables.replay(webhook.id, place);
        const said = feedWords[options.lang].replayed(options.from);
        terminal.out(options.json ? printedJson({ replayedFrom: options.from }) : `${said}\n`);
        return 0;
      }),
  );
  add<Options & { limit: string }>(
    'parked <id>',
    'messages that were tried too often, the first of each person',
    (command) => command.option('--limit <messages>', 'how many at most', '200'),
    ([id], options) =>
      using(options, true, (tables) => {
        const words = feedWords[options.lang];
        const messages = tables.parked(found(tables, id!).id, 0, whole('--limit', options.limit, 100_000));
        const rows = messages.map(({ n, item, lane, attempts, failure, failedAt, behind }) =>
          [n, item, lane, attempts, failure, instantOf(failedAt), behind].map(String),
        );
        const page = rows.length === 0 ? words.nothingParked : table([words.parkedColumns, ...rows]).join('\n');
        terminal.out(options.json ? printedJson(messages) : `${page}\n`);
        return 0;
      }),
  );
  add<Options & { person?: string }>(
    'retry <id>',
    'send what is parked once more, in order',
    (command) => command.option('--person <person>', 'only what is parked about this person'),
    ([id], options) =>
      using(options, true, (tables) => {
        const { person, json, lang } = options;
        if (person !== undefined && !isPersonId(person)) throw new BadInput('--person: expected the id of a person');
        const messages = tables.retry(found(tables, id!).id, person === undefined ? undefined : personStream(person));
        terminal.out(json ? printedJson({ messages }) : `${feedWords[lang].goesOn(messages)}\n`);
        return 0;
      }),
  );
  add<Options>(
    'discard <id> <number>',
    'give a parked message up; those behind it go on; status 1 where it is not parked',
    plain,
    simply((tables, { id }, { json, lang }, [number]) => {
      const discarded = tables.discard(id, whole('number', number!, Number.MAX_SAFE_INTEGER));
      if (json) terminal.out(printedJson({ discarded }));
      else if (discarded) terminal.out(`${feedWords[lang].discarded}\n`);
      return discarded ? 0 : 1;
    }),
  );
}

async function runAdd(url: string, options: AddOptions, terminal: Terminal): Promise<Status> {
  const guard = guardOf(options);
  const fault = guard.faultOf(url);
  if (fault !== undefined) throw new BadInput(`url: expected ${fault}`);
  const filter = {
    regions: listed(
      '--region',
      options.region,
      (code) => parseStream(`region-${code}`) !== undefined,
      'six digits each',
    ),
    types: listed(
      '--type',
      options.type,
      (type) => (eventTypes as readonly string[]).includes(type),
      'types of events',
    ),
    parts: listed(
      '--part',
      options.part,
      (part) => (answerParts as readonly string[]).includes(part),
      answerParts.join(', '),
    ),
  };
  const secret = secretIn(options.secret);
  const place = await placeFrom(options);
  return using(options, false, async (tables) => {
    const made = tables.create({ url, feed: options.feed, filter, place, createdBy: 'command-line', secret });
    const verified = await challenge(tables, made.webhook.id, options);
    const webhook = tables.find(made.webhook.id)!;
    if (options.json)
      terminal.out(printedJson({ webhook: told(webhook), secret: made.secret, verification: verified }));
    else {
      tell(terminal, [webhook], options);
      terminal.out(`${feedWords[options.lang].secret}\n${made.secret}\n${verdict(verified, options)}\n`);
    }
    return verified.verified ? 0 : 1;
  });
}

async function challenge(tables: Webhooks, id: string, options: AddOptions): Promise<Verified> {
  const poster = new Poster({ guard: guardOf(options), timeoutMs: TIMEOUT_MS });
  try {
    return (await verify(tables, poster, id))!;
  } finally {
    poster.close();
  }
}

function verdict(verified: Verified, { lang }: Options): string {
  const words = feedWords[lang];
  return verified.verified ? words.verified : words.notVerified(verified.reason);
}

async function placeFrom({ from, store, data }: AddOptions): Promise<Place> {
  const end = await readingStore(storeLocation(store ?? data), (log) => log.head());
  const place = from === 'now' ? { position: end } : parsePlace(from);
  if (!place || place.position > end) {
    throw new BadInput(`--from ${from}: expected now, or a place that the feed has come to, up to ${end}`);
  }
  return place;
}

function guardOf({ networks }: Pick<AddOptions, 'networks'>): AddressGuard {
  const text = networks ?? process.env['LEDGER_WEBHOOK_NETWORKS'] ?? '';
  const given = text.split(',').filter((one) => one.trim() !== '');
  const parsed = given.map(parseNetwork).filter((network) => network !== undefined);
  if (parsed.length < given.length) throw new BadInput(`--networks ${text}: expected networks such as 10.20.0.0/16`);
  return new AddressGuard(parsed);
}

function secretIn(secret: string | undefined): string | undefined {
  if (secret === undefined || secretBytes(secret)) return secret;
  throw new BadInput('--secret: expected whsec_ and 24 to 64 bytes in base64');
}

function listed(
  option: string,
  given: string[] | undefined,
  holds: (one: string) => boolean,
  expected: string,
): string[] | undefined {
  const wrong = given?.find((one) => !holds(one));
  if (wrong !== undefined) throw new BadInput(`${option} ${wrong}: expected ${expected}`);
  return given;
}

function whole(option: string, text: string, most: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (!(number <= most)) throw new BadInput(`${option} ${text}: expected a whole number up to ${most}`);
  return number;
}

function found(tables: Webhooks, id: string): Webhook {
  const webhook = tables.find(id);
  if (!webhook) throw new BadInput(`there is no webhook ${id}; ledger webhooks list shows those there are`);
  return webhook;
}

async function using(
  { data }: Options,
  mustBeThere: boolean,
  use: (tables: Webhooks) => Promise<Status> | Status,
): Promise<Status> {
  const folder = dataFolder(data);
  if (mustBeThere && !existsSync(join(folder, WEBHOOKS_FILE))) {
    throw new BadInput(`--data: there are no webhooks in ${folder}`);
  }
  const tables = new Webhooks(folder);
  try {
    return await use(tables);
  } finally {
    tables.close();
  }
}

function tell(terminal: Terminal, webhooks: readonly Webhook[], { json, lang }: Options): Status {
  const words = feedWords[lang];
  if (json) terminal.out(printedJson(webhooks.map(told)));
  else if (webhooks.length === 0) terminal.out(`${words.none}\n`);
  else {
    const rows = webhooks.map(({ id, url, feed, state, reason, delivered, waiting, parked, place, failure = '' }) => [
      id,
      url,
      feed,
      reason === undefined ? words.states[state] : `${words.states[state]} (${reason})`,
      ...[delivered, waiting, parked].map(String),
      placeText(place),
      failure,
    ]);
    terminal.out(`${table([words.columns, ...rows]).join('\n')}\n`);
  }
  return 0;
}

function told({ place, version: _version, ...webhook }: Webhook): object {
  return { ...webhook, place: placeText(place) };
}
