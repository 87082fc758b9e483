import { Option, type Command } from 'commander';
import {
  RegionNeeded,
  openLedger,
  openStoreReader,
  type Asked,
  type Ledger,
  type StreamReader,
} from '../../../libs/ledger';
import type { LoadedPolicies } from '../../../libs/policy';
import { NoPack, policiesWith } from '../../../libs/simulation';
import { isPersonId, toStored, type LedgerEvent } from '../../../events';
import type { Answer } from '../../../projections/answer';
import { askAgain, basisOf, giveAnswer, personOf, type GivingOptions } from '../disputes';
import { openPolicies, policiesFolder } from '../installation';
import { dayIn, knownAtIn, regionIn } from '../option-values';
import { answerPage } from '../pages';
import { checkStore } from '../store-access';
import { BadInput, addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';
import { alternativesOf } from './both-readings';
import { readEventsFile } from './events-file';

interface Options extends OutputOptions, GivingOptions {
  region?: string;
  events?: string;
  person?: string;
  on?: string;
  basis?: string;
  record?: boolean;
  given?: string;
  known?: string;
  reading: Record<string, string>;
  bothReadings?: boolean;
  pack?: string;
}

/** `ledger answer`: status 0 when the person is covered on the day, 1 when he is not (or it cannot be said). */
export function addAnswer(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'answer',
    'is this person insured on a day, may he draw benefits, how many months has he paid, and why',
    (command) =>
      command
        .option('--region <code>', 'the region whose rules are asked about; left out: the person’s own')
        .addOption(
          new Option('--events <file>', 'events as JSON lines, one envelope a line; - is the standard input').conflicts(
            'store',
          ),
        )
        .option('--store <folder>', 'the ledger’s data folder, or the address of an EventStoreDB')
        .option('--person <id>', 'the person; may be left out where the file holds one')
        .option('--on <day>', 'the day asked about, YYYY-MM-DD')
        .option('--known <when>', 'what was known then: a day, an instant or a position in the log; left out: now')
        .addOption(
          new Option('--reading <A-nn=choice...>', 'how to read an unclear clause; may be repeated')
            .argParser(addReading)
            .default({}, 'the packs’ own'),
        )
        .option(
          '--both-readings',
          'also: the readings on which the answer depends, and how it changes under the others',
        )
        .option('--policies <folder>', 'policy packs other than the ledger’s own')
        .option('--record', 'record that this answer is handed out; with --asker')
        .option('--asker <who>', 'with --record: who asks: an office, a court, a case number; never a name')
        .option('--purpose <text>', 'with --record: what for')
        .option('--actor <account>', 'with --record: who hands it out, by account')
        .option('--basis <basis>', 'with --record, in place of --on, --known, --region and --reading: a whole basis')
        .option('--given <id>', 'ask an answer that was handed out again, and say whether it is the same byte for byte')
        .option(
          '--pack <file>',
          'one pack more, in the place of the one that begins on the same day: what if it ruled',
        ),
    (_, options) => runAnswer(options, terminal),
  );
}

async function runAnswer(options: Options, terminal: Terminal): Promise<Status> {
  if (options.given !== undefined) return askAgain(handedOutTo(options), options.given, options, terminal);
  const { on, lang } = options;
  if (options.basis !== undefined && !options.record) throw new BadInput('--basis: expected --record with it');
  if (options.basis !== undefined) {
    return giveAnswer(handedOutTo(options), basisOf('--basis', options.basis), options, terminal);
  }
  if (on === undefined) throw new BadInput('--on: expected the day asked about, YYYY-MM-DD');
  dayIn('--on', on);
  const region = regionIn(options.region);
  const knownAt = knownAtIn('--known', options.known);
  const policies = packsOf(options);
  if (options.record) {
    const basis = { validOn: on, knownAt, region, readings: readingsOf(options, policies) };
    return giveAnswer(handedOutTo(options), basis, options, terminal);
  }
  const source = sourceOf(options);
  try {
    const ledger = openLedger({ store: source.reader, policies, clock: Date.now });
    const asked: Asked = {
      person: source.person,
      region,
      validOn: on,
      knownAt,
      readings: readingsOf(options, policies),
    };
    const answer = await answerOrThrow(ledger, asked);
    const alternatives = options.bothReadings ? await alternativesOf(ledger, asked, answer, policies) : undefined;
    if (options.json) terminal.out(printedJson(alternatives === undefined ? answer : { answer, alternatives }));
    else terminal.out(answerPage({ answer, alternatives, policies, language: lang }));
    return answer.benefit.status === 'covered' ? 0 : 1;
  } finally {
    await source.close();
  }
}

function packsOf({ policies, pack }: Options): LoadedPolicies {
  const own = openPolicies(policies);
  if (pack === undefined) return own;
  try {
    return policiesWith(policiesFolder(policies), pack);
  } catch (error) {
    if (error instanceof NoPack) throw new BadInput(`--pack: ${error.message}`);
    throw error;
  }
}

async function answerOrThrow(ledger: Ledger, asked: Asked): Promise<Answer> {
  try {
    const answer = await ledger.answer(asked);
    if (answer === undefined) throw new BadInput(`--person: there are no events of ${asked.person}`);
    return answer;
  } catch (error) {
    if (error instanceof RegionNeeded) throw new BadInput(`--region: ${error.message}`);
    throw error;
  }
}

/** The person whose answer is handed out, or was: it is recorded in a store, and by the packs that are there. */
function handedOutTo({ person, store, events, pack }: Options): string {
  if (store === undefined || events !== undefined)
    throw new BadInput('--store: expected the store that records answers');
  if (pack !== undefined) throw new BadInput('--pack: what if it ruled is not handed out; leave it out');
  return personOf(person);
}

interface Source {
  reader: StreamReader;
  person: string;
  close(): Promise<void>;
}

function sourceOf({ events, store, person, region }: Options): Source {
  if (person !== undefined && !isPersonId(person)) {
    throw new BadInput('--person: expected an id of up to 64 letters, digits and . _ : -, never an identity number');
  }
  if (events !== undefined) {
    const file = readEventsFile(events, { person, region });
    return {
      reader: readerOver(file.streams),
      person: personIn(file.people, person, events),
      close: () => Promise.resolve(),
    };
  }
  if (store === undefined) throw new BadInput('expected --events FILE or --store FOLDER');
  if (person === undefined) throw new BadInput('--person: expected the id of a person when asking a store');
  checkStore(store);
  const reader = openStoreReader(store);
  return { reader, person, close: () => reader.close() };
}

function personIn(people: readonly string[], asked: string | undefined, file: string): string {
  if (asked !== undefined) {
    if (people.includes(asked)) return asked;
    throw new BadInput(`--person: ${file} holds no events of ${asked}`);
  }
  const [only] = people;
  if (people.length === 1 && only !== undefined) return only;
  throw new BadInput(
    people.length === 0
      ? `--events: ${file} holds no person’s events`
      : `--person: ${file} holds events of ${people.length} persons (${people.slice(0, 5).join(', ')}${people.length > 5 ? ', …' : ''}); name one`,
  );
}

/** The streams of a file as a store that can only be read. */
function readerOver(streams: ReadonlyMap<string, readonly LedgerEvent[]>): StreamReader {
  const all = [...streams.values()].flat();
  const head = all.reduce((last, { position = 0n }) => (BigInt(position) > last ? BigInt(position) : last), 0n);
  return {
    head: () => Promise.resolve(head),
    readStream: (stream, { fromRevision = 0 } = {}) =>
      Promise.resolve(
        (streams.get(stream) ?? []).slice(fromRevision).map((event, index) => ({
          ...toStored(event),
          stream,
          revision: fromRevision + index,
          position: BigInt(event.position ?? 0n),
        })),
      ),
  };
}

function addReading(text: string, readings: Record<string, string>): Record<string, string> {
  const match = /^([A-Z]{1,4}-\d{1,4})=(\S+)$/.exec(text);
  if (!match) throw new BadInput(`--reading: expected A-nn=choice such as A-01=B, got ${JSON.stringify(text)}`);
  return { ...readings, [match[1]!]: match[2]! };
}

/** The chosen readings; one that no pack knows, or a choice it does not have, is bad input and not silently the default. */
function readingsOf({ reading }: Options, policies: LoadedPolicies): Record<string, string> | undefined {
  for (const [id, choice] of Object.entries(reading)) {
    const choices = new Set(policies.packs.flatMap((pack) => Object.keys(pack.readings[id]?.choices ?? {})));
    if (choices.size === 0) throw new BadInput(`--reading: no pack knows the reading ${id}`);
    if (!choices.has(choice))
      throw new BadInput(`--reading: ${id} has the choices ${[...choices].join(', ')}; got ${choice}`);
  }
  return Object.keys(reading).length === 0 ? undefined : reading;
}
