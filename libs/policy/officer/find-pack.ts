import type { LoadedPack, LoadedPolicies } from '../loader';

/**
 * A pack by what an officer would call it: its file, `id@version`, its id or its region code (the latest version of either).
 * Undefined when there is none.
 */
export function findPack(policies: LoadedPolicies, name: string): LoadedPack | undefined {
  const wanted = name.replace(/^.*policies\//, '');
  return (
    policies.packs.find(({ file, id, version }) => file === wanted || `${id}@${version}` === name) ??
    policies.packs.filter(({ id }) => id === name).at(-1) ??
    policies.packs.filter(({ region }) => region === name).at(-1)
  );
}
