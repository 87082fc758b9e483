import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The rule ids that the documents hold, by pack, from `rule-ids.json` beside the packs; empty where there is no such file. */
export function readRuleIds(folder: string): Record<string, string[]> {
  const file = join(folder, 'rule-ids.json');
  if (!existsSync(file)) return {};
  const data: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const sound =
    typeof data === 'object' &&
    data !== null &&
    Object.values(data).every((ids) => Array.isArray(ids) && ids.every((id) => typeof id === 'string'));
  if (!sound) throw new Error(`${file}: expected an object of lists of rule ids, by pack`);
  return data as Record<string, string[]>;
}
