import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { SettingsReader } from './reader';

/** Where everything is that a program of the ledger works on. */
export interface Places {
  /** Folder of the store, the token and the imports; made when it is not there. */
  data: string;
  store: StoreSetting;
  /** The PostgreSQL of the read model; a file in the data folder where there is none. */
  databaseUrl: string | undefined;
  /** Folder of the policy packs. */
  policies: string;
}

export type StoreSetting = { kind: 'embedded'; location: string } | { kind: 'eventstoredb'; url: string };

/** The names of the settings that say where things are, each with its default. */
export const placeNames = {
  LEDGER_DATA: 'the folder data beside the program',
  EVENTSTORE_URL: 'embedded:<LEDGER_DATA>',
  DATABASE_URL: '<LEDGER_DATA>/read-model.db',
  LEDGER_POLICIES: 'the packs that came with the program',
} as const;

/** Reads where things are, paths as seen from `folder`; what is wrong is kept by the reader. */
export function readPlaces(reader: SettingsReader<keyof typeof placeNames>, folder: string): Places {
  const data = resolve(folder, reader.text('LEDGER_DATA', join(installation(), 'data')));
  const policies = resolve(folder, reader.text('LEDGER_POLICIES', join(installation(), 'policies')));
  if (existsSync(data) && !statSync(data).isDirectory()) reader.refuse('LEDGER_DATA', data, 'a folder');
  if (!existsSync(policies) || !statSync(policies).isDirectory()) {
    reader.refuse('LEDGER_POLICIES', policies, 'a folder of policy packs that is there');
  }
  return { data, store: storeSetting(reader, data, folder), databaseUrl: databaseSetting(reader), policies };
}

/** The folder that holds the program with its packs and samples, whether it runs from source or built. */
export function installation(from = __dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${from}: the installation is not whole`);
  }
}

function databaseSetting(reader: SettingsReader<'DATABASE_URL'>): string | undefined {
  const value = reader.text('DATABASE_URL', '');
  if (value === '') return undefined;
  if (!/^postgres(ql)?:\/\/./.test(value) || !URL.canParse(value)) {
    reader.refuse('DATABASE_URL', '(not repeated)', 'postgres://…');
  }
  return value;
}

function storeSetting(reader: SettingsReader<'EVENTSTORE_URL'>, data: string, folder: string): StoreSetting {
  const value = reader.text('EVENTSTORE_URL', `embedded:${data}`);
  if (/^esdb(\+discover)?:\/\/./.test(value)) return { kind: 'eventstoredb', url: value };
  const location = /^embedded:(?:\/\/)?(.+)$/.exec(value)?.[1];
  if (location !== undefined) return { kind: 'embedded', location: resolve(folder, location) };
  reader.refuse('EVENTSTORE_URL', '(not repeated)', 'embedded:<path>, esdb://… or esdb+discover://…');
  return { kind: 'embedded', location: data };
}
