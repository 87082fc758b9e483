import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Ledger } from '../../../libs/ledger';
import { Vault, openVault, tellErasures, type OpenedVault, type VaultSettings } from '../../../libs/vault';
import { MergeKeeping } from './merge-keeping';

/** The vault as it was opened; says whether a key file was made for it. */
export const OPENED_VAULT = Symbol('the opened vault');

/** Tells the log of erasures that a crash kept from it, and closes the vault when the last request is answered. */
@Injectable()
class VaultKeeping implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly vault: Vault,
    private readonly ledger: Ledger,
    private readonly log: PinoLogger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    try {
      await tellErasures(this.vault, this.ledger);
    } catch (err) {
      this.log.error({ err }, 'erasures wait to be told to the log; the next start tries again');
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.vault.close();
  }
}

/** The identity vault; opened when the server is made. */
export function vaultProviders(settings: VaultSettings): Provider[] {
  return [
    { provide: OPENED_VAULT, useFactory: () => openVault(settings, Date.now) },
    { provide: Vault, inject: [OPENED_VAULT], useFactory: ({ vault }: OpenedVault) => vault },
    VaultKeeping,
    MergeKeeping,
  ];
}
