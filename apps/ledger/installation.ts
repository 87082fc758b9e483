import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RefusedPacks, loadPoliciesOrThrow, type LoadedPolicies } from '../../libs/policy';
import { BadInput } from './terminal';

/** The folder of the repository, from sources and from `dist` alike. */
export function installationFolder(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error(`no package.json above ${__dirname}: the ledger is not where it was built`);
    folder = above;
  }
  return folder;
}

/** Where packs are: the option, `LEDGER_POLICIES`, or the `policies` folder that comes with the ledger. */
export function policiesFolder(option: string | undefined): string {
  return option ?? process.env['LEDGER_POLICIES'] ?? join(installationFolder(), 'policies');
}

/** Where the ledger keeps its data: the option, `LEDGER_DATA`, or `data` beside the program. */
export function dataFolder(option: string | undefined): string {
  return option ?? process.env['LEDGER_DATA'] ?? join(installationFolder(), 'data');
}

/** The packs, all of them sound; what is wrong with them is bad input. */
export function openPolicies(option: string | undefined): LoadedPolicies {
  const folder = policiesFolder(option);
  if (!existsSync(folder)) throw new BadInput(`--policies: there is no folder ${folder}`);
  try {
    return loadPoliciesOrThrow(folder);
  } catch (error) {
    if (error instanceof RefusedPacks) throw new BadInput(error.message);
    throw error;
  }
}
