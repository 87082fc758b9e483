import type { RuleKey, RuleText } from '../evaluation';
import type { LoadedPack } from '../loader';
import { canonicalJson } from '../loader/canonical';
import { ruleKeys } from '../schema';

/** What one pack says and another does not, or says otherwise. `before` is absent where only the second says it. */
export interface PackDifference {
  part: 'header' | 'key' | 'reading' | 'rule' | 'outside';
  /** The key, the reading or rule id, or the header's field. */
  name: string;
  zh: string;
  en: string;
  before?: unknown;
  after?: unknown;
}

const HEADER = {
  name: { zh: '名称', en: 'Name' },
  region: { zh: '地区', en: 'Region' },
  parent: { zh: '上级政策包', en: 'Parent' },
  effectiveFrom: { zh: '施行日', en: 'In force from' },
  effectiveThrough: { zh: '失效日', en: 'In force through' },
  schemes: { zh: '制度', en: 'Schemes' },
  sourceStatus: { zh: '文件完整性', en: 'Completeness of the source' },
} as const satisfies Partial<Record<keyof LoadedPack, { zh: string; en: string }>>;

/** How two packs differ with all they inherit: header, values, choices of readings, rules. Equal packs give an empty list. */
export function diffPacks(a: LoadedPack, b: LoadedPack): PackDifference[] {
  const readingWords = (pack: LoadedPack) => (id: string) => pack.readings[id];
  return [
    ...differences('header', { ...pick(a) }, { ...pick(b) }, (field) => HEADER[field as keyof typeof HEADER]),
    ...differences('key', a.settings, b.settings, (key) => ruleKeys[key as RuleKey]),
    ...differences(
      'reading',
      mapped(a.readings, ({ choice }) => choice),
      mapped(b.readings, ({ choice }) => choice),
      (id) => (readingWords(b)(id) ?? readingWords(a)(id))!,
    ),
    ...differences('rule', a.rules, b.rules, ruleWords(a.rules, b.rules)),
    ...differences('outside', a.outside, b.outside, ruleWords(a.outside, b.outside)),
  ];
}

function differences(
  part: PackDifference['part'],
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  words: (name: string) => { zh: string; en: string },
): PackDifference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => canonicalJson(before[name]) !== canonicalJson(after[name]))
    .map((name) => ({
      part,
      name,
      zh: words(name).zh,
      en: words(name).en,
      ...(before[name] === undefined ? {} : { before: before[name] }),
      ...(after[name] === undefined ? {} : { after: after[name] }),
    }));
}

function pick(pack: LoadedPack): Record<string, unknown> {
  return Object.fromEntries(Object.keys(HEADER).map((field) => [field, pack[field as keyof typeof HEADER]]));
}

function mapped<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

function ruleWords(a: Readonly<Record<string, RuleText>>, b: Readonly<Record<string, RuleText>>) {
  return (id: string): RuleText => (b[id] ?? a[id])!;
}
