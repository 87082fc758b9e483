import { existsSync } from 'node:fs';
import { sealingKeys } from './database';
import { LocalKeys, UnknownKey, WrongKey, keepKeyFile } from './keys';
import type { VaultSettings } from './settings';
import { Vault } from './vault';

/** Thrown where the vault does not open with the keys at hand; says what to do. */
export class VaultClosed extends Error {
  override readonly name = 'VaultClosed';
}

export interface OpenedVault {
  vault: Vault;
  /** The key file that was just made; undefined where there was one, or none is needed. */
  keyMade?: string;
}

/**
 * Opens the vault that the settings name, with the keys of the environment or of the key file. A key file is made only for a vault
 * that nothing was sealed in yet. Throws `VaultClosed`.
 */
export async function openVault(settings: VaultSettings, clock: () => number): Promise<OpenedVault> {
  const { location, keyFile, keys: given } = settings;
  let keyMade = false;
  if (given === undefined && !existsSync(keyFile)) {
    const [sealed] = await sealingKeys(location);
    if (sealed !== undefined) {
      throw new VaultClosed(
        `The key file ${keyFile} is not there, and the identity vault was sealed with the master key ${sealed}. Put the file back ` +
          'from where its copy is kept, or name it by LEDGER_VAULT_KEY_FILE; without it no identity can be read again.',
      );
    }
    keyMade = keepKeyFile(keyFile);
  }
  try {
    const keys = given === undefined ? LocalKeys.fromFile(keyFile) : LocalKeys.fromText(given, 'LEDGER_VAULT_KEY');
    const vault = await Vault.open({ location, keys, clock });
    return { vault, ...(keyMade ? { keyMade: keyFile } : {}) };
  } catch (error) {
    if (!(error instanceof UnknownKey || error instanceof WrongKey)) throw error;
    const source = given === undefined ? keyFile : 'LEDGER_VAULT_KEY';
    throw new VaultClosed(`The identity vault does not open with the keys of ${source}: ${error.message}.`, {
      cause: error,
    });
  }
}
