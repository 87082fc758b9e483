import { existsSync } from 'node:fs';
import { isServerAddress, openStore, openStoreReader, storeFile } from '../../libs/ledger';
import type { EventReader, EventStore } from '../../libs/event-store';
import { dataFolder } from './installation';
import { BadInput } from './terminal';

/** Where the log is: the option, else where the server finds it, by `EVENTSTORE_URL` or in its data folder. */
export function storeLocation(option: string | undefined): string {
  return option ?? (process.env['EVENTSTORE_URL'] || dataFolder(undefined));
}

/** Runs with the store open for reading, and closes it. A store that is not there is bad input. */
export async function readingStore<T>(location: string, use: (store: EventReader) => Promise<T>): Promise<T> {
  checkStore(location);
  return using(() => openStoreReader(location), use);
}

/** A store that is not there is bad input; whether a server is there shows when it is asked. */
export function checkStore(location: string): void {
  if (isServerAddress(location) || existsSync(storeFile(location))) return;
  throw new BadInput(`--store: there is no event store at ${storeFile(location)}`);
}

/** Runs with the store open for writing, making it where there is none, and closes it. */
export async function writingStore<T>(location: string, use: (store: EventStore) => Promise<T>): Promise<T> {
  return using(() => openStore(location), use);
}

/** Runs with a store, and closes it. One that cannot be opened is bad input. */
export async function using<S extends { close(): Promise<void> }, T>(
  open: () => S,
  use: (store: S) => Promise<T>,
): Promise<T> {
  let store: S;
  try {
    store = open();
  } catch (error) {
    throw new BadInput(`--store: ${(error as Error).message}`);
  }
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
