import type { Command } from 'commander';
import { copyLog } from '../../../libs/event-store';
import { isServerAddress } from '../../../libs/ledger';
import { readingStore, writingStore } from '../store-access';
import { addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';

interface Options extends OutputOptions {
  from: string;
  to: string;
  quiet?: boolean;
}

/** Appends on their way at once where the target writes in the order it is asked. */
const IN_FLIGHT = 16;

/** `ledger copy`: status 1 where the logs differ; what was copied stays. */
export function addCopy(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'copy',
    'copy a log event by event into another store, and compare both at the end',
    (command) =>
      command
        .requiredOption('--from <store>', 'a data folder, or the address of an EventStoreDB (esdb://…)')
        .requiredOption('--to <store>', 'the same; empty, or an earlier copy that was broken off')
        .option('-q, --quiet', 'no progress'),
    (_, options) => runCopy(options, terminal),
  );
}

async function runCopy({ from, to, quiet, json }: Options, terminal: Terminal): Promise<Status> {
  return readingStore(from, (source) =>
    writingStore(to, async (target) => {
      try {
        const result = await copyLog(source, target, {
          inFlight: isServerAddress(to) ? 1 : IN_FLIGHT,
          onProgress: quiet ? undefined : ({ phase, events }) => terminal.err(`${phase} ${events}\n`),
        });
        terminal.out(
          json ? printedJson(result) : `${result.copied} events copied, ${result.events} compared and equal\n`,
        );
        return 0;
      } catch (error) {
        terminal.err(`ledger: ${(error as Error).message}\n`);
        return 1;
      }
    }),
  );
}
