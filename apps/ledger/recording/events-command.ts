import type { Command } from 'commander';
import { openLedger } from '../../../libs/ledger';
import { isPersonId, parseStream, personStream, type LedgerEvent } from '../../../events';
import { openPolicies } from '../installation';
import { table } from '../pages';
import { readingStore, storeLocation } from '../store-access';
import { BadInput, addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';

interface Options extends OutputOptions {
  store?: string;
}

/** `ledger events PERSON`: status 1 where there are none. */
export function addEvents(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'events <person>',
    'what is recorded of a person (or of region-<code>, employer-<uscc>), in the order of recording',
    (command) => command.option('--store <folder>', 'the ledger’s data folder, or the address of an EventStoreDB'),
    ([person], options) => runEvents(person!, options, terminal),
  );
}

async function runEvents(person: string, options: Options, terminal: Terminal): Promise<Status> {
  const named = parseStream(person);
  if (named === undefined && !isPersonId(person)) {
    throw new BadInput('expected the id of a person: up to 64 letters, digits and . _ : -, never an identity number');
  }
  const stream = named === undefined ? personStream(person) : person;
  const events = await readingStore(storeLocation(options.store), (store) =>
    openLedger({ store, policies: openPolicies(undefined), clock: Date.now }).streamEvents(stream),
  );
  if (options.json) terminal.out(printedJson(events));
  else if (events.length > 0) terminal.out(`${table(events.map(rowOf)).join('\n')}\n`);
  if (events.length === 0) terminal.err(`ledger: no events in ${stream}\n`);
  return events.length === 0 ? 1 : 0;
}

function rowOf({ revision, recordedAt, effectiveOn, type, data, id }: LedgerEvent): string[] {
  return [String(revision), recordedAt.slice(0, 19).replace('T', ' '), effectiveOn, type, brief(data), id];
}

function brief(data: object): string {
  return Object.entries(data)
    .map(([name, value]) => `${name}=${typeof value === 'object' ? inWords(value as object) : String(value)}`)
    .join(' ');
}

function inWords(value: object): string {
  const { from, through } = value as { from?: unknown; through?: unknown };
  if (typeof from === 'string' && typeof through === 'string') return from === through ? from : `${from}..${through}`;
  return JSON.stringify(value);
}
