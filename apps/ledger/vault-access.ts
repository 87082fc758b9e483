import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { isServerAddress, storeFile } from '../../libs/ledger';
import type { Identities, IdentityRow } from '../../libs/importing';
import { InvalidSettings, SettingsReader } from '../../libs/settings';
import { DocumentedPersons, VaultClosed, openVault, readVault, type Vault, type VaultSettings } from '../../libs/vault';
import { dataFolder } from './installation';
import { BadInput } from './terminal';

/** Where the vault of a store is: the settings, else its data folder; of a store elsewhere, the data folder of this machine. */
export function vaultSettings(store: string | undefined): VaultSettings {
  const location = dataFolder(store);
  const reader = new SettingsReader(process.env);
  const data = isServerAddress(location) ? dataFolder(undefined) : dirname(storeFile(location));
  const settings = readVault(reader, data, process.cwd());
  if (reader.faults.length > 0) throw new BadInput(new InvalidSettings(reader.faults, 'ledger').message);
  return settings;
}

/** Whether a store has a vault already. */
export function hasVault(store: string | undefined): boolean {
  const { location } = vaultSettings(store);
  return /^postgres/.test(location) || existsSync(location);
}

/** Runs with the vault of a store open, making it where there is none, and closes it. One that does not open is bad input. */
export async function usingVault<T>(store: string | undefined, use: (vault: Vault) => Promise<T>): Promise<T> {
  const vault = await open(store);
  try {
    return await use(vault);
  } finally {
    await vault.close();
  }
}

/**
 * Tells persons by their documents in the vault of a store. The vault is opened, or made, with the first row that names a document:
 * files that name none need neither it nor its keys.
 */
export class VaultOnDemand implements Identities {
  private opened: Promise<{ persons: DocumentedPersons; close: () => Promise<void> }> | undefined;

  /** With `trial` nothing is written to the vault. */
  constructor(
    private readonly store: string | undefined,
    private readonly trial = false,
  ) {}

  async ahead(rows: readonly IdentityRow[]): Promise<void> {
    await (await this.persons()).ahead(rows);
  }

  async personOf(row: IdentityRow): ReturnType<Identities['personOf']> {
    return (await this.persons()).personOf(row);
  }

  async close(): Promise<void> {
    const opened = await this.opened?.catch(() => undefined);
    await opened?.close();
  }

  private async persons(): Promise<DocumentedPersons> {
    this.opened ??= open(this.store).then((vault) => {
      const trial = this.trial ? vault.trial() : undefined;
      const close = async () => {
        trial?.close();
        await vault.close();
      };
      return { persons: new DocumentedPersons(trial ?? vault), close };
    });
    return (await this.opened).persons;
  }
}

async function open(store: string | undefined): Promise<Vault> {
  try {
    return (await openVault(vaultSettings(store), Date.now)).vault;
  } catch (error) {
    if (error instanceof VaultClosed) throw new BadInput(error.message);
    throw error;
  }
}
