import type { RuleKey } from '../evaluation';
import type { LoadedPack } from '../loader';
import { ruleKeys } from '../schema';

export interface SilentFamily {
  family: string;
  keys: RuleKey[];
  /** How many keys the family has. */
  of: number;
}

/** The families of which a pack leaves keys open: unstated, or silent without the rule that shows the silence. */
export function stillSilent(pack: LoadedPack): SilentFamily[] {
  const families = new Map<string, SilentFamily>();
  for (const key of Object.keys(ruleKeys) as RuleKey[]) {
    const name = key.split('.')[0]!;
    const family = families.get(name) ?? { family: name, keys: [], of: 0 };
    families.set(name, family);
    family.of += 1;
    const setting = pack.settings[key];
    if (!setting || (setting.form === 'silent' && setting.rule === undefined)) family.keys.push(key);
  }
  return [...families.values()].filter(({ keys }) => keys.length > 0);
}
