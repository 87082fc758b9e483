import type { Policies } from '../../../libs/policy';
import { faultOf, invalidInput } from '../http/problem';
import { READING } from '../http/query-fields';

/** The choices of a question by reading. Throws where a reading or a choice is none that the packs know, or one is chosen twice. */
export function readingsOf(choices: readonly string[] | undefined, policies: Policies): Record<string, string> | undefined {
  if (choices === undefined || choices.length === 0) return undefined;
  const known = knownReadings(policies);
  const readings: Record<string, string> = {};
  for (const text of choices) {
    const [, id = '', choice = ''] = READING.exec(text) ?? [];
    const allowed = known.get(id);
    if (!allowed) throw invalidInput([faultOf('reading', text, `one of the readings ${[...known.keys()].sort().join(', ')}`)]);
    if (!allowed.has(choice)) {
      throw invalidInput([faultOf('reading', text, `one of the choices of ${id}: ${[...allowed].sort().join(', ')}`)]);
    }
    if ((readings[id] ?? choice) !== choice) throw invalidInput([faultOf('reading', text, `one choice for ${id}`)]);
    readings[id] = choice;
  }
  return readings;
}

function knownReadings({ packs }: Policies): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>();
  for (const pack of packs) {
    for (const [id, { choices }] of Object.entries(pack.readings)) {
      const all = known.get(id) ?? new Set<string>();
      for (const choice of Object.keys(choices)) all.add(choice);
      known.set(id, all);
    }
  }
  return known;
}
