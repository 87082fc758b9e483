import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { isServerAddress, storeFile } from '../../../libs/ledger';
import { nameOf, readModelLocation } from '../../../libs/read-model';
import { dataFolder } from '../installation';
import { storeLocation } from '../store-access';
import { BadInput } from '../terminal';

/** Where the log and the tables are. */
export interface PlaceOptions {
  store?: string;
  database?: string;
  policies?: string;
}

export interface ReadModelPlaces {
  /** A data folder, a store's file or the address of a server. */
  store: string;
  /** A file of SQLite, or the address of a PostgreSQL. */
  readModel: string;
}

export function withPlaces(command: Command): Command {
  return command
    .option('--store <folder>', 'the ledger’s data folder, or the address of an EventStoreDB (EVENTSTORE_URL)')
    .option('--database <where>', 'the read model: a file, or the address of a PostgreSQL (DATABASE_URL)')
    .option('--policies <folder>', 'policy packs other than the ledger’s own');
}

/** As the server finds them: by the options, else by its settings, else beside the program. */
export function placesOf({ store, database }: PlaceOptions): ReadModelPlaces {
  const folder = store === undefined || isServerAddress(store) ? dataFolder(undefined) : folderOf(store);
  return { store: storeLocation(store), readModel: database ?? readModelLocation(folder, process.env['DATABASE_URL']) };
}

/** As `placesOf`, of tables that are there already. */
export function existingPlaces(options: PlaceOptions): ReadModelPlaces {
  const places = placesOf(options);
  if (!isPostgres(places.readModel) && !existsSync(places.readModel)) {
    throw new BadInput(
      `--database: there is no read model at ${places.readModel}; start the server or a projector, or run ledger rebuild`,
    );
  }
  return places;
}

/** Runs with the read model; a database that cannot be used is bad input. */
export async function usingReadModel<T>({ readModel }: ReadModelPlaces, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || !UNUSABLE.test(code)) throw error;
    throw new BadInput(`--database: the read model at ${nameOf(readModel)} cannot be used (${code})`);
  }
}

/** Not reached, not let in, no such database, not a database, not writable. */
const UNUSABLE =
  /^(E(CONNREFUSED|CONNRESET|NOTFOUND|TIMEDOUT|AI_AGAIN|ACCES|ROFS|NOTDIR|EXIST)|28\w{3}|3D000|57P0\d|08\w{3}|SQLITE_(CANTOPEN|NOTADB|READONLY|CORRUPT|PERM)\w*)$/;

function codeOf(error: unknown): string | undefined {
  for (let at = error as { code?: unknown; cause?: unknown } | undefined; at; at = at.cause as typeof at) {
    if (typeof at.code === 'string') return at.code;
  }
  return undefined;
}

function isPostgres(location: string): boolean {
  return /^postgres(ql)?:\/\//.test(location);
}

function folderOf(store: string): string {
  const path = store.replace(/^embedded:/, '');
  return existsSync(path) && statSync(path).isDirectory() ? path : path === storeFile(path) ? dirname(path) : path;
}
