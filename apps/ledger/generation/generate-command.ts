import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Option, type Command } from 'commander';
import { isMonth } from '../../../libs/calendar';
import type { EventStore, ExpectedRevision } from '../../../libs/event-store';
import {
  MAX_PERSONS,
  MAX_SEED,
  PAYMENT_COLUMNS,
  RELATION_COLUMNS,
  extractOf,
  personEvents,
  placesOf,
  population,
  placesRuled,
  refundBases,
  type PopulationOptions,
} from '../../../libs/generation';
import { csvLine } from '../../../libs/importing';
import { isRegionCode, toStored, type LedgerEvent } from '../../../events';
import { dataFolder, openPolicies } from '../installation';
import { writingStore } from '../store-access';
import { BadInput, addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';

interface Options extends OutputOptions {
  persons: string;
  seed: string;
  regions?: string;
  from?: string;
  through?: string;
  as: 'events' | 'import';
  out?: string;
  store?: string | boolean;
  policies?: string;
}

/** Events handed to a store at once: enough to share a commit, few enough to hold. */
const AT_ONCE = 4_000;
/** Characters written to a file at once. */
const PIECE = 1 << 16;

/** `ledger generate`: an invented population of any size, the same for the same options, byte for byte. */
export function addGenerate(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'generate',
    'an invented, realistic population to measure and to try things on: the same options, the same bytes',
    (command) =>
      command
        .requiredOption('--persons <count>', 'how many persons')
        .option('--seed <number>', 'another number, other people', '1')
        .option('--regions <codes>', 'where they live: region codes, comma between; left out: where the packs rule')
        .option('--from <month>', 'the first month in which facts are told as they happen (2021-01)')
        .option('--through <month>', 'the last month (2025-12)')
        .addOption(
          new Option(
            '--as <form>',
            'events as JSON lines, or import: relations.csv, payments.csv and events.jsonl in a folder',
          )
            .choices(['events', 'import'])
            .default('events'),
        )
        .option('--out <path>', 'the file of events (left out or -: standard output), or the folder of import files')
        .addOption(
          new Option(
            '--store [folder]',
            'append the events to this ledger instead: a data folder, or the address of an EventStoreDB',
          ).conflicts(['out', 'as']),
        )
        .option('--policies <folder>', 'policy packs other than the ledger’s own: whose rules money is asked back by'),
    (_, options) => runGenerate(options, terminal),
  );
}

async function runGenerate(options: Options, terminal: Terminal): Promise<Status> {
  const wanted = populationOf(options);
  if (options.store !== undefined) {
    const location = dataFolder(options.store === true ? undefined : (options.store as string));
    const summary = await writingStore(location, (store) => appendAll(store, wanted, terminal));
    terminal.out(
      options.json
        ? printedJson(summary)
        : `${summary.persons} persons: ${summary.appended} events appended, ${summary.already} already there\n`,
    );
    return 0;
  }
  if (options.as === 'import') {
    if (options.out === undefined || options.out === '-')
      throw new BadInput('--out: expected a folder for the import files');
    const counts = writeImportFiles(options.out, wanted);
    terminal.out(
      options.json
        ? printedJson(counts)
        : Object.entries(counts)
            .map(([file, lines]) => `${join(options.out!, file)}: ${lines}\n`)
            .join(''),
    );
    return 0;
  }
  const file = options.out === undefined || options.out === '-' ? undefined : options.out;
  const sink = file === undefined ? new Sink((text) => terminal.out(text)) : fileSink(file);
  try {
    for (const event of population(wanted)) sink.write(`${JSON.stringify(event)}\n`);
  } finally {
    sink.close();
  }
  return 0;
}

function populationOf({ persons, seed, regions, from, through, policies }: Options): PopulationOptions {
  const law = openPolicies(policies);
  const codes = regions?.split(',').map((code) => code.trim()) ?? placesRuled(law);
  for (const code of codes) {
    if (!isRegionCode(code))
      throw new BadInput(`--regions: expected codes of six digits with commas between, got ${JSON.stringify(code)}`);
  }
  for (const [option, month] of Object.entries({ from, through })) {
    if (month !== undefined && !isMonth(month))
      throw new BadInput(`--${option}: expected a month YYYY-MM, got ${JSON.stringify(month)}`);
  }
  const wanted: PopulationOptions = {
    persons: wholeNumber('--persons', persons, 1, MAX_PERSONS),
    seed: wholeNumber('--seed', seed, 0, MAX_SEED),
    regions: codes,
    refundBases: refundBases(law, codes),
    ...(from === undefined ? {} : { from }),
    ...(through === undefined ? {} : { through }),
  };
  if ((wanted.from ?? '2021-01') > (wanted.through ?? '2025-12'))
    throw new BadInput('--through: expected a month not before --from');
  return wanted;
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most))
    throw new BadInput(`${option}: expected a whole number from ${least} to ${most}, got ${JSON.stringify(text)}`);
  return value;
}

interface Appended {
  persons: number;
  appended: number;
  already: number;
}

async function appendAll(store: EventStore, wanted: PopulationOptions, terminal: Terminal): Promise<Appended> {
  const summary: Appended = { persons: wanted.persons, appended: 0, already: 0 };
  const revisions = new Map<string, number>();
  let waiting: LedgerEvent[] = [];
  const flush = async () => {
    const streams = new Map<string, LedgerEvent[]>();
    for (const event of waiting) {
      const events = streams.get(event.stream);
      if (events) events.push(event);
      else streams.set(event.stream, [event]);
    }
    waiting = [];
    const outcomes = await Promise.all(
      [...streams].map(async ([stream, events]) => {
        const revision = revisions.get(stream);
        const expected: ExpectedRevision = revision ?? 'noStream';
        const outcome = await store.append(stream, events.map(toStored), expected);
        if (outcome.outcome === 'appended' || outcome.outcome === 'alreadyAppended') {
          revisions.set(stream, outcome.revision);
          summary[outcome.outcome === 'appended' ? 'appended' : 'already'] += events.length;
          return undefined;
        }
        return outcome.outcome === 'unknown'
          ? `it is unknown whether the events of ${stream} were appended (${outcome.cause.message}); the same command goes on from there`
          : `${stream} holds other events (${outcome.outcome}); use another --seed or another --store`;
      }),
    );
    const wrong = outcomes.find((reason) => reason !== undefined);
    if (wrong !== undefined) throw new BadInput(`--store: ${wrong}`);
    if ((summary.appended + summary.already) % 100_000 < AT_ONCE)
      terminal.err(`${summary.appended + summary.already} events\n`);
  };
  for (const event of population(wanted)) {
    waiting.push(event);
    if (waiting.length === AT_ONCE) await flush();
  }
  if (waiting.length > 0) await flush();
  return summary;
}

function writeImportFiles(folder: string, wanted: PopulationOptions): Record<string, number> {
  const relations = fileSink(join(folder, 'relations.csv'));
  const payments = fileSink(join(folder, 'payments.csv'));
  const events = fileSink(join(folder, 'events.jsonl'));
  const sinks = [relations, payments, events];
  try {
    relations.write(csvLine(RELATION_COLUMNS));
    payments.write(csvLine(PAYMENT_COLUMNS));
    for (const event of placesOf(wanted)) events.write(`${JSON.stringify(event)}\n`);
    for (let number = 1; number <= wanted.persons; number++) {
      const extract = extractOf(personEvents(wanted, number));
      for (const row of extract.relations) relations.write(csvLine(row));
      for (const row of extract.payments) payments.write(csvLine(row));
      for (const event of extract.events) events.write(`${JSON.stringify(event)}\n`);
    }
  } finally {
    for (const sink of sinks) sink.close();
  }
  return { 'relations.csv': relations.lines - 1, 'payments.csv': payments.lines - 1, 'events.jsonl': events.lines };
}

/** Lines on their way out, some at a time. */
class Sink {
  lines = 0;
  private waiting: string[] = [];
  private length = 0;

  constructor(
    private readonly put: (text: string) => unknown,
    private readonly end: () => void = () => undefined,
  ) {}

  write(line: string): void {
    this.lines += 1;
    this.waiting.push(line);
    this.length += line.length;
    if (this.length >= PIECE) this.flush();
  }

  close(): void {
    this.flush();
    this.end();
  }

  private flush(): void {
    if (this.length > 0) this.put(this.waiting.join(''));
    this.waiting = [];
    this.length = 0;
  }
}

function fileSink(file: string): Sink {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const descriptor = openSync(file, 'w');
    return new Sink(
      (text) => writeSync(descriptor, text),
      () => closeSync(descriptor),
    );
  } catch (error) {
    throw new BadInput(`--out: ${file} cannot be written: ${(error as Error).message}`);
  }
}
