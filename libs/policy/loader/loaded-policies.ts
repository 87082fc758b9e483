import { Policies, type Pack } from '../evaluation';
import type { RuleKey } from '../evaluation';
import type { DeclaredRule, OutsideRule } from './pack-file';

/** A pack with what its readers outside the engine want to know: where each part was written. */
export interface LoadedPack extends Pack {
  /** Below the folder of packs, with forward slashes: `990100-example/2021-01-01.yaml`. */
  file: string;
  rules: Readonly<Record<string, DeclaredRule>>;
  /** Rules of the document that lie outside the ledger. */
  outside: Readonly<Record<string, OutsideRule>>;
  /** The rule ids that this file itself declares, inside and outside. */
  declared: { rules: readonly string[]; outside: readonly string[] };
  /** The file that states each setting: its own, or one it inherits from. */
  statedIn: Readonly<Partial<Record<RuleKey, string>>>;
}

/** Every pack of a folder. */
export class LoadedPolicies extends Policies {
  constructor(override readonly packs: readonly LoadedPack[]) {
    super(packs);
  }

  override inForce(region: string, day: string): LoadedPack | undefined {
    return super.inForce(region, day) as LoadedPack | undefined;
  }
}
