import type { Pack } from './pack';
import type { RuleKey } from './rule-values';
import { readSetting, type Reading, type Setting } from './settings';

/** Readings that are the same on every day, by key. */
export type SteadyReadings = ReadonlyMap<RuleKey, Reading<unknown>>;

/** What a pack says on every day and under every choice. */
export function steadyReadings(pack: Pack): SteadyReadings {
  return keptOf(pack).steady;
}

/** As `steadyReadings`, with what it says on every day as long as nobody chooses otherwise than the pack itself (A-nn). */
export function ownReadings(pack: Pack): SteadyReadings {
  return keptOf(pack).own;
}

interface Kept {
  steady: Map<RuleKey, Reading<unknown>>;
  own: Map<RuleKey, Reading<unknown>>;
}

/** Packs never change once loaded. */
const kept = new WeakMap<Pack, Kept>();

function keptOf(pack: Pack): Kept {
  let found = kept.get(pack);
  if (!found) kept.set(pack, (found = find(pack)));
  return found;
}

function find(pack: Pack): Kept {
  const found: Kept = { steady: new Map(), own: new Map() };
  for (const [key, setting] of Object.entries(pack.settings) as [RuleKey, Setting<unknown>][]) {
    if (setting.form === 'dated') continue;
    let chosen = false;
    let steady = true;
    const reading = readSetting(setting, pack.effectiveFrom, {
      choose: (clause) => {
        chosen = true;
        const { choice } = pack.readings[clause] ?? {};
        steady &&= choice !== undefined;
        return choice ?? '';
      },
      reference: () => void (steady = false),
    });
    if (!steady) continue;
    found.own.set(key, reading);
    if (!chosen) found.steady.set(key, reading);
  }
  return found;
}
