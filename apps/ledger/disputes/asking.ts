import type { Command } from 'commander';
import { writeFileSync } from 'node:fs';
import { BadBasis, Disputes, PackNotAtHand, parseBasis, type Basis } from '../../../libs/disputes';
import { RegionNeeded, instantOf, openLedger } from '../../../libs/ledger';
import { dayOfInstant } from '../../../libs/calendar';
import type { EventReader } from '../../../libs/event-store';
import type { LoadedPolicies } from '../../../libs/policy';
import { isPersonId } from '../../../events';
import { openPolicies } from '../installation';
import { readingStore, storeLocation } from '../store-access';
import { BadInput, type OutputOptions } from '../terminal';

/** Options of every command about disputes. */
export interface DisputeOptions extends OutputOptions {
  store?: string;
  policies?: string;
}

/** Where the ledger is, and by which packs it is asked. */
export function withLedgerOptions(command: Command): Command {
  return command
    .option('--store <folder>', 'the ledger’s data folder, or the address of its store')
    .option('--policies <folder>', 'policy packs other than the ledger’s own');
}

interface Asking {
  disputes: Disputes;
  store: EventReader;
  policies: LoadedPolicies;
  location: string;
}

/** Runs with the store open for reading; what cannot be asked is bad input. */
export async function asking<T>(options: DisputeOptions, use: (asking: Asking) => Promise<T>): Promise<T> {
  const policies = openPolicies(options.policies);
  const location = storeLocation(options.store);
  return readingStore(location, (store) => {
    const disputes = new Disputes({ ledger: openLedger({ store, policies, clock: Date.now }), policies });
    return askable(() => use({ disputes, store, policies, location }));
  });
}

/** What cannot be asked is bad input. */
export async function askable<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RegionNeeded) throw new BadInput(`region: ${error.message}`);
    if (error instanceof BadBasis) throw new BadInput(error.message);
    if (error instanceof PackNotAtHand) throw new BadInput(`--policies: ${error.message}`);
    throw error;
  }
}

/** The person a command is about. */
export function personOf(text: string | undefined): string {
  if (text !== undefined && isPersonId(text)) return text;
  throw new BadInput('PERSON: expected an id of up to 64 letters, digits and . _ : -, never an identity number');
}

/** A basis of the command line; the day left out is today in China. */
export function basisOf(option: string, text: string): Basis {
  try {
    return parseBasis(text, { validOn: today() });
  } catch (error) {
    if (error instanceof BadBasis) throw new BadInput(`${option}: ${error.message}`);
    throw error;
  }
}

/** Checks that what was asked about is there. */
export function found<T>(person: string, value: T | undefined): T {
  if (value === undefined) throw new BadInput(`PERSON: there are no events of ${person}`);
  return value;
}

/** Writes a file that is not there yet. */
export function writeNew(option: string, file: string, text: string | Buffer): void {
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    throw new BadInput(`${option}: ${file} cannot be written: ${(error as Error).message}`);
  }
}

export function today(): string {
  return dayOfInstant(instantOf(Date.now()));
}
