import { join, resolve } from 'node:path';
import type { SettingsReader } from '../settings';
import { LocalKeys } from './keys';

/** Where the vault is, and where its keys come from. */
export interface VaultSettings {
  /** A file of SQLite, or the address of a PostgreSQL. */
  location: string;
  /** The file of the master keys; not read where the environment holds them. */
  keyFile: string;
  /** The master keys themselves, where the environment holds them. */
  keys: string | undefined;
}

/** The names of these settings, each with its default. */
export const vaultNames = {
  LEDGER_VAULT: '<LEDGER_DATA>/vault.db',
  LEDGER_VAULT_KEY_FILE: '<LEDGER_DATA>/vault.key',
  LEDGER_VAULT_KEY: '',
} as const;

/** Reads where the vault is, paths as seen from `folder`; what is wrong is kept by the reader, and neither key nor password repeated. */
export function readVault(
  reader: SettingsReader<keyof typeof vaultNames>,
  data: string,
  folder: string,
): VaultSettings {
  const place = reader.text('LEDGER_VAULT', join(data, 'vault.db'));
  const server = /^postgres(ql)?:\/\//.test(place);
  if (server ? !URL.canParse(place) : /^[a-z]+:\/\//.test(place)) {
    reader.refuse('LEDGER_VAULT', '(not repeated)', 'a file, or postgres://…');
  }
  const keys = reader.text('LEDGER_VAULT_KEY', '');
  try {
    if (keys !== '') LocalKeys.fromText(keys, 'LEDGER_VAULT_KEY');
  } catch {
    reader.refuse('LEDGER_VAULT_KEY', '(not repeated)', 'keys of 32 bytes in base64, with commas between them');
  }
  return {
    location: server ? place : resolve(folder, place),
    keyFile: resolve(folder, reader.text('LEDGER_VAULT_KEY_FILE', join(data, 'vault.key'))),
    keys: keys === '' ? undefined : keys,
  };
}
