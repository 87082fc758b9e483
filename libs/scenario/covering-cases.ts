import { readFileSync } from 'node:fs';
import { scenarioFiles } from './run';
import { readCases } from './scenario';

/** A scenario and the rules it is a case of, those of its variants among them. */
export interface CoveringCase {
  scenario: string;
  rules: string[];
}

/** What the scenario files under the paths are cases of. Throws `UnreadableScenario`. */
export function coveringCases(paths: readonly string[]): CoveringCase[] {
  const rulesOf = new Map<string, Set<string>>();
  for (const file of scenarioFiles(paths)) {
    for (const { scenario, rules } of readCases(file, readFileSync(file, 'utf8'))) {
      rulesOf.set(scenario, new Set([...(rulesOf.get(scenario) ?? []), ...rules]));
    }
  }
  return [...rulesOf].map(([scenario, rules]) => ({ scenario, rules: [...rules] }));
}
