import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedReader, openEmbeddedStore, type EventReader, type EventStore } from '../event-store';

/** The file of the embedded store in a data folder; a path that names a file is that file. */
export function storeFile(location: string): string {
  if (/\.(db|sqlite)$/.test(location)) return location;
  return existsSync(location) && statSync(location).isFile() ? location : join(location, 'events.sqlite');
}

/** Opens the store of a data folder for writing. */
export function openStore(location: string): EventStore {
  return openEmbeddedStore({ file: storeFile(location) });
}

/** Opens the store of a data folder for reading, also while another process writes it. Throws where there is none. */
export function openStoreReader(location: string): EventReader {
  return openEmbeddedReader({ file: storeFile(location) });
}
