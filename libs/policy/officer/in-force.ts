import { readSetting, type Citation, type Gap, type RuleKey, type Setting } from '../evaluation';
import type { LoadedPack, LoadedPolicies } from '../loader';
import type { Cited, Leaf } from '../loader/pack-file';
import { readingsIn } from '../loader/settings-in';
import { ruleKeys, type Unit } from '../schema';

/** A clause that can be read in more ways than one, and how the pack reads it. */
interface ReadingInForce {
  id: string;
  choice: string;
  zh: string;
  en: string;
  choices: Readonly<Record<string, { zh: string; en: string }>>;
}

/** One key of the law on one day. */
export interface KeyInForce {
  key: RuleKey;
  zh: string;
  en: string;
  unit?: Unit;
  /** `unstated`: the pack does not mention the key; a question that needs it is undetermined, as for `silent`. */
  form: 'value' | Gap | 'unstated';
  /** As the pack itself reads its unclear clauses. */
  value?: unknown;
  readings: ReadingInForce[];
  /** The reference value whose publication settles the gap. */
  needs?: string;
  rule?: { id: string; citation: Citation; zh: string; en: string };
  /** The pack file that states it, which may be a parent's. */
  file?: string;
  /** Of a value that changed over time: the days this one holds. */
  from?: string;
  through?: string;
}

export interface InForce {
  region: string;
  day: string;
  /** The pack that rules the region on the day; none before the first day of the first one, and where no pack rules. */
  pack?: LoadedPack;
  /** First day on which any pack rules the region. */
  firstDay?: string;
  keys: KeyInForce[];
}

/** Everything that rules a region on a day: each key with its value, readings, rule and citation, gaps by name. */
export function showInForce(policies: LoadedPolicies, region: string, day: string): InForce {
  const own = policies.packs.filter((pack) => pack.region === region).sort(byStart);
  // The national pack rules no place by itself, and is shown when it is asked for by its own code.
  const pack = policies.inForce(region, day) ?? own.findLast((version) => holdsOn(version, day));
  const firstDay = (policies.first(region) ?? own[0])?.effectiveFrom;
  return {
    region,
    day,
    ...(pack ? { pack } : {}),
    ...(firstDay === undefined ? {} : { firstDay }),
    keys: pack ? (Object.keys(ruleKeys) as RuleKey[]).map((key) => keyInForce(pack, key, day)) : [],
  };
}

function keyInForce(pack: LoadedPack, key: RuleKey, day: string): KeyInForce {
  const { zh, en, unit } = ruleKeys[key];
  const named: KeyInForce = { key, zh, en, ...(unit ? { unit } : {}), form: 'unstated', readings: [] };
  const setting = pack.settings[key] as Setting<unknown> | undefined;
  const dated = setting?.form === 'dated' ? entryOn(setting, day) : undefined;
  const leaf = (setting?.form === 'dated' ? dated?.setting : setting) as Cited<Leaf> | undefined;
  if (!leaf) return named;
  const read = readSetting(leaf, day, {
    choose: (reading) => pack.readings[reading]!.choice,
    reference: () => undefined,
  });
  const rule = leaf.rule === undefined ? undefined : pack.rules[leaf.rule];
  const needs = read.known ? undefined : leaf.needs;
  return {
    ...named,
    form: read.known ? 'value' : read.why,
    ...(read.known ? { value: read.value } : {}),
    readings: [...new Set(readingsIn(leaf).map(({ reading }) => String(reading['reading'])))].map((id) => ({
      id,
      ...pack.readings[id]!,
    })),
    ...(needs === undefined ? {} : { needs }),
    ...(rule ? { rule: { id: leaf.rule!, citation: leaf.cite ?? rule.cite, zh: rule.zh, en: rule.en } } : {}),
    file: pack.statedIn[key],
    ...(dated ? { from: dated.from } : {}),
    ...(dated?.through === undefined ? {} : { through: dated.through }),
  };
}

function byStart(a: LoadedPack, b: LoadedPack): number {
  return a.effectiveFrom < b.effectiveFrom ? -1 : 1;
}

function holdsOn({ effectiveFrom, effectiveThrough }: LoadedPack, day: string): boolean {
  return effectiveFrom <= day && (effectiveThrough === undefined || day <= effectiveThrough);
}

function entryOn(setting: Extract<Setting<unknown>, { form: 'dated' }>, day: string) {
  return setting.entries.find(({ from, through }) => from <= day && (through === undefined || day <= through));
}
