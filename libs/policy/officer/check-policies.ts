import { loadPolicies, type LoadedPolicies, type PackFault } from '../loader';
import { stillSilent, type SilentFamily } from './still-silent';

export interface PolicyCheck {
  policies: LoadedPolicies;
  /** By file and line; errors keep a pack from being used, warnings do not. */
  faults: PackFault[];
  errors: number;
  warnings: number;
  /** What each sound pack leaves open, by its file. */
  silent: { file: string; families: SilentFamily[] }[];
}

/** Everything there is to say against the packs of a folder. */
export function checkPolicies(folder: string): PolicyCheck {
  const { policies, faults } = loadPolicies(folder);
  const errors = faults.filter(({ severity }) => severity === 'error').length;
  return {
    policies,
    faults,
    errors,
    warnings: faults.length - errors,
    silent: policies.packs.map((pack) => ({ file: pack.file, families: stillSilent(pack) })),
  };
}
