import type { Asked, Ledger } from '../../../libs/ledger';
import type { LoadedPolicies } from '../../../libs/policy';
import type { Answer } from '../../../projections/answer';
import { changesBetween, type Change } from './differences';

/** How the answer changes when one unclear clause is read otherwise. */
export interface Alternative {
  reading: string;
  choice: string;
  changes: Change[];
}

/** The readings on which the answer depends, each other choice with what it changes; reasons and the list of readings aside. */
export async function alternativesOf(
  ledger: Ledger,
  asked: Asked,
  answer: Answer,
  policies: LoadedPolicies,
): Promise<Alternative[]> {
  const alternatives: Alternative[] = [];
  // The same instant for every question, also where it was left out.
  const basis = { ...asked, knownAt: asked.knownAt ?? answer.knownAt, region: answer.region };
  for (const { id, choice: chosen } of answer.readings) {
    for (const choice of choicesOf(id, policies)) {
      if (choice === chosen) continue;
      const other = await ledger.answer({ ...basis, readings: { ...asked.readings, [id]: choice } });
      const changes = other === undefined ? [] : changesBetween(substance(answer), substance(other));
      if (changes.length > 0) alternatives.push({ reading: id, choice, changes });
    }
  }
  return alternatives;
}

/** Every choice that the packs know of a reading. */
function choicesOf(reading: string, policies: LoadedPolicies): string[] {
  return [...new Set(policies.packs.flatMap((pack) => Object.keys(pack.readings[reading]?.choices ?? {})))].sort();
}

function substance(answer: Answer): object {
  return { ...answer, because: undefined, readings: undefined, packs: undefined };
}
