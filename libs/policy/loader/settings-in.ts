import type { Citation, Gap, RuleKey, Setting } from '../evaluation';
import type { Cited, Leaf } from './pack-file';

/** A leaf as written in YAML. */
interface WrittenLeaf {
  value?: unknown;
  silent?: true;
  notAvailable?: true;
  external?: string;
  rule?: string;
  needs?: string;
  into?: Record<string, unknown>;
  cite?: { document?: string; article: string };
}

type WrittenDated = (WrittenLeaf & { from: string; through?: string })[];

const FORMS = ['value', 'silent', 'notAvailable', 'external'] as const;

/** The leaves of nested families, each with its flat key. Keys nest at the dots of their names. */
export function statementsIn(
  tree: unknown,
  path: readonly string[] = [],
): { key: RuleKey; path: readonly string[]; leaf: WrittenLeaf | WrittenDated }[] {
  if (typeof tree !== 'object' || tree === null) return [];
  if (path.length > 0 && isLeaf(tree)) {
    return [{ key: path.join('.') as RuleKey, path, leaf: tree as WrittenLeaf | WrittenDated }];
  }
  return Object.entries(tree).flatMap(([step, below]) => statementsIn(below, [...path, step]));
}

export function settingOf(leaf: WrittenLeaf | WrittenDated, document: string): Cited<Setting<unknown>> {
  if (!Array.isArray(leaf)) return plainSettingOf(leaf, document);
  return {
    form: 'dated',
    entries: leaf.map(({ from, through, ...entry }) => ({
      from,
      ...(through === undefined ? {} : { through }),
      setting: plainSettingOf(entry, document),
    })),
  };
}

/** Every `{ reading: … }` inside a setting, with the steps that lead to it from the leaf as written. */
export function readingsIn(
  setting: Setting<unknown>,
): { path: (string | number)[]; reading: Record<string, unknown> }[] {
  switch (setting.form) {
    case 'dated':
      return setting.entries.flatMap((entry, index) =>
        readingsIn(entry.setting).map(({ path, reading }) => ({ path: [index, ...path], reading })),
      );
    case 'value':
      return [...within(setting.value, ['value']), ...within(setting.into, ['into'])];
    default:
      return within(setting.into, ['into']);
  }
}

function plainSettingOf(leaf: WrittenLeaf, document: string): Cited<Leaf> {
  const cite: { cite?: Citation } = leaf.cite
    ? { cite: { document: leaf.cite.document ?? document, article: leaf.cite.article } }
    : {};
  const needs = leaf.external ?? leaf.needs;
  const settledBy = {
    ...(needs === undefined ? {} : { needs }),
    ...(leaf.into === undefined ? {} : { into: leaf.into }),
  };
  if (leaf.value !== undefined)
    return { form: 'value', value: leaf.value, rule: leaf.rule ?? '', ...settledBy, ...cite };
  const form: Gap = leaf.external !== undefined ? 'external' : leaf.notAvailable ? 'notAvailable' : 'silent';
  return { form, ...(leaf.rule === undefined ? {} : { rule: leaf.rule }), ...settledBy, ...cite };
}

function isLeaf(tree: object): boolean {
  return Array.isArray(tree) || FORMS.some((form) => form in tree);
}

function within(
  value: unknown,
  path: (string | number)[],
): { path: (string | number)[]; reading: Record<string, unknown> }[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => within(item, [...path, index]));
  const record = value as Record<string, unknown>;
  const own = typeof record['reading'] === 'string' ? [{ path, reading: record }] : [];
  return [...own, ...Object.entries(record).flatMap(([key, below]) => within(below, [...path, key]))];
}
