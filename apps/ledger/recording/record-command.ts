import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { openLedger, type RecordOutcome } from '../../../libs/ledger';
import { describeFaults, parseEvent } from '../../../events';
import { openPolicies } from '../installation';
import { storeLocation, writingStore } from '../store-access';
import { BadInput, addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';

interface Options extends OutputOptions {
  store?: string;
  person?: string;
  actor?: string;
  key?: string;
  migratedFrom?: string;
}

interface Line {
  line: number;
  input: object;
  stream: string;
}

/** `ledger record [FILE]`: one batch a stream, all of it or nothing. */
export function addRecord(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'record [file]',
    'append events from JSON lines, one envelope a line (standard input where no file is named)',
    (command) =>
      command
        .option('--store <folder>', 'the ledger’s data folder, or the address of an EventStoreDB')
        .option('--person <id>', 'the person of events that name none')
        .option('--actor <id>', 'who records, by account or program')
        .option('--key <text>', 'makes the ids of events that have none, so that the same call twice records once')
        .option('--migrated-from <system>', 'keep recordedAt: it is this system’s history'),
    ([file], options) => runRecord(file ?? '-', options, terminal),
  );
}

async function runRecord(file: string, options: Options, terminal: Terminal): Promise<Status> {
  const { actor, key, migratedFrom } = options;
  const streams = new Map<string, Line[]>();
  for (const line of linesOf(file, options.person)) {
    const lines = streams.get(line.stream);
    if (lines) lines.push(line);
    else streams.set(line.stream, [line]);
  }
  const results = await writingStore(storeLocation(options.store), async (store) => {
    const ledger = openLedger({ store, policies: openPolicies(undefined), clock: Date.now });
    const recorded: { stream: string; lines: Line[]; outcome: RecordOutcome }[] = [];
    for (const [stream, lines] of streams) {
      const inputs = lines.map(({ input }) => input);
      recorded.push({
        stream,
        lines,
        outcome: await ledger.record(stream, inputs, { actor, idempotencyKey: key, migratedFrom }),
      });
    }
    return recorded;
  });

  const refused = results.filter(
    ({ outcome }) => outcome.outcome !== 'recorded' && outcome.outcome !== 'alreadyRecorded',
  );
  for (const { stream, lines, outcome } of refused) {
    for (const reason of reasonsOf(outcome, lines)) terminal.err(`ledger: ${file}: ${stream}: ${reason}\n`);
  }
  if (options.json) terminal.out(printedJson(results.map(({ stream, outcome }) => ({ stream, ...outcome }))));
  else {
    for (const { stream, outcome } of results) {
      const count = 'events' in outcome ? ` ${outcome.events.length}` : '';
      terminal.out(`${stream}: ${outcome.outcome}${count}\n`);
    }
  }
  return refused.length > 0 ? 2 : 0;
}

function linesOf(file: string, person: string | undefined): Line[] {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw new BadInput(`${file} cannot be read: ${(error as Error).message}`);
  }
  return text.split('\n').flatMap((written, index) => {
    if (written.trim() === '') return [];
    const line = index + 1;
    const input = jsonOf(written, `${file}:${line}`);
    const parsed = parseEvent(input, { person, recordedAt: '1900-01-01', makeId: () => 'not-stored' });
    if (!parsed.ok) throw new BadInput(`${file}:${line}: ${describeFaults(parsed.faults)}`);
    return [{ line, input, stream: parsed.event.stream }];
  });
}

function jsonOf(text: string, place: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new BadInput(`${place}: not JSON: ${(error as Error).message}`);
  }
}

function reasonsOf(outcome: RecordOutcome, lines: readonly Line[]): string[] {
  switch (outcome.outcome) {
    case 'invalid':
      return outcome.faults.map(({ index, ...fault }) => `line ${lines[index]!.line}: ${describeFaults([fault])}`);
    case 'conflictingId':
      return [`the id ${outcome.id} stands for another event`];
    case 'wrongExpectedRevision':
      return ['somebody else kept writing to the stream; try again'];
    case 'refused':
      return [outcome.message];
    case 'unknown':
      return [
        `it is unknown whether the events were recorded (${outcome.cause.message}); try again with the same --key or ids`,
      ];
    default:
      return [];
  }
}
