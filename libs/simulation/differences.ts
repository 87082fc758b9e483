import { Policies, type LoadedPack, type LoadedPolicies } from '../policy';

/** One thing that two sets of packs do not share: a key of the law or a reading, in one pack. */
export interface PackDifference {
  pack: string;
  /** A rule key such as `interruption.long`, `reading A-07`, or `pack` where a whole pack has nothing to be held against. */
  key: string;
  /** Rule ids behind it, before and after. */
  rules: string[];
  /** The packs as they were, with this one thing changed. */
  alone: Policies;
}

/**
 * What differs between the packs as they are and as they would be, one by one. Where a version is new, it is held against
 * the one that would rule in its place.
 */
export function differencesBetween(before: LoadedPolicies, after: LoadedPolicies): PackDifference[] {
  const known = new Map(before.packs.map((pack) => [identity(pack), pack]));
  const changed = after.packs.filter((pack) => known.get(identity(pack))?.sha256 !== pack.sha256);
  const pairs = changed.map((pack) => ({
    pack,
    was: known.get(identity(pack)) ?? before.inForce(pack.region, pack.effectiveFrom),
  }));
  // One change of a pack that others inherit is one difference, whatever packs it shows in.
  const found = new Map<string, PackDifference>();
  const unchanged = (pack: LoadedPack, was: LoadedPack | undefined): LoadedPack =>
    was === undefined ? pack : { ...pack, settings: was.settings, readings: was.readings };
  const alter = (change: (pack: LoadedPack, still: LoadedPack) => LoadedPack) =>
    new Policies(
      after.packs.map((pack) => {
        const pair = pairs.find((one) => one.pack === pack);
        return pair ? change(pack, unchanged(pack, pair.was)) : pack;
      }),
    );
  for (const { pack, was } of pairs) {
    if (was === undefined) {
      found.set(`pack ${pack.id}`, { pack: `${pack.id} ${pack.version}`, key: 'pack', rules: [], alone: after });
      continue;
    }
    for (const key of new Set([...keysOf(was.settings), ...keysOf(pack.settings)])) {
      const [old, now] = [settingOf(was, key), settingOf(pack, key)];
      if (JSON.stringify(old) === JSON.stringify(now) || found.has(key)) continue;
      found.set(key, {
        pack: `${pack.id} ${pack.version}`,
        key,
        rules: rulesIn(old, now),
        alone: alter((changedPack, still) => ({
          ...still,
          settings: { ...still.settings, [key]: settingOf(changedPack, key) },
        })),
      });
    }
    for (const id of new Set([...Object.keys(was.readings), ...Object.keys(pack.readings)])) {
      const key = `reading ${id}`;
      if (was.readings[id]?.choice === pack.readings[id]?.choice || found.has(key)) continue;
      found.set(key, {
        pack: `${pack.id} ${pack.version}`,
        key,
        rules: [],
        alone: alter((changedPack, still) => ({
          ...still,
          readings: { ...still.readings, ...(changedPack.readings[id] ? { [id]: changedPack.readings[id] } : {}) },
        })),
      });
    }
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function identity({ region, effectiveFrom }: LoadedPack): string {
  return `${region} ${effectiveFrom}`;
}

function keysOf(settings: object): string[] {
  return Object.keys(settings);
}

function settingOf({ settings }: LoadedPack, key: string): unknown {
  return (settings as Readonly<Record<string, unknown>>)[key];
}

function rulesIn(...settings: unknown[]): string[] {
  const rules = [...JSON.stringify(settings).matchAll(/"rule":"([^"]+)"/g)].map(([, rule]) => rule!);
  return [...new Set(rules)].sort();
}
