import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedReader, openStore as openByAddress, type EventReader, type EventStore } from '../event-store';

/** The file of the embedded store in a data folder; a path that names a file is that file. */
export function storeFile(location: string): string {
  const path = location.replace(/^embedded:/, '');
  if (/\.(db|sqlite)$/.test(path)) return path;
  return existsSync(path) && statSync(path).isFile() ? path : join(path, 'events.sqlite');
}

/** Whether the location is the address of a server rather than a folder or file. */
export function isServerAddress(location: string): boolean {
  return /^esdb(\+discover)?:\/\//.test(location);
}

/** Opens the store for writing: a data folder, a store's file, or the address of an EventStoreDB. */
export function openStore(location: string): EventStore {
  return openByAddress(isServerAddress(location) ? location : `embedded:${storeFile(location)}`);
}

/** Opens the store for reading, also while another process writes it. Throws where there is none. */
export function openStoreReader(location: string): EventReader {
  return isServerAddress(location) ? openByAddress(location) : openEmbeddedReader({ file: storeFile(location) });
}
