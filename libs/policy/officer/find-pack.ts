import { jurisdictionsOf } from '../evaluation';
import type { LoadedPack, LoadedPolicies } from '../loader';

/**
 * A pack by what an officer would call it: its file, `id@version`, its id, or the code of a region that it rules (the latest version).
 * Undefined when there is none.
 */
export function findPack(policies: LoadedPolicies, name: string): LoadedPack | undefined {
  const wanted = name.replace(/^.*policies\//, '');
  return (
    policies.packs.find(({ file, id, version }) => file === wanted || `${id}@${version}` === name) ??
    policies.packs.filter(({ id }) => id === name).at(-1) ??
    (/^\d{6}$/.test(name) ? ruling(policies, name) : undefined)
  );
}

/** The last version of whoever rules the region: its own pack, its city's or its province's. */
function ruling(policies: LoadedPolicies, region: string): LoadedPack | undefined {
  for (const jurisdiction of jurisdictionsOf(region)) {
    const versions = policies.packs.filter((pack) => pack.region === jurisdiction);
    if (jurisdiction === '000000' && region !== jurisdiction) return undefined;
    if (versions.length > 0) return versions.at(-1);
  }
  return undefined;
}
