import type { RuleKey, Setting } from '../evaluation';
import { canonicalJson } from './canonical';
import type { Cited, Statement } from './pack-file';

export type Settings = Partial<Record<RuleKey, Cited<Setting<unknown>>>>;

/** What a statement makes of the inherited setting, or what the overlay it stands in would have needed. */
export type Applied = { setting: Cited<Setting<unknown>> } | { expected: string };

/**
 * Applies one statement to what is inherited.
 * `add` (and `families`) states a key that nothing above states; `replace` takes the place of one that is stated;
 * `restrict` gives a demonstrably narrower value; `exempt` lengthens a list of the exempted or switches false to true.
 */
export function applyOverlay({ key, overlay, setting }: Statement, inherited: Setting<unknown> | undefined): Applied {
  switch (overlay) {
    case 'families':
    case 'add':
      return inherited
        ? { expected: `a key that the parent does not state; ${key} is inherited, write it in overlay.replace` }
        : { setting };
    case 'replace':
      return inherited
        ? { setting }
        : { expected: `a key that the parent states; ${key} is new here, write it in overlay.add` };
    case 'restrict':
      return restrict(setting, inherited);
    case 'exempt':
      return exempt(setting, inherited);
  }
}

function restrict(setting: Cited<Setting<unknown>>, inherited: Setting<unknown> | undefined): Applied {
  if (inherited?.form !== 'value')
    return { expected: 'a key whose value the parent states, undated; a gap cannot be narrowed, use overlay.replace' };
  if (setting.form !== 'value') return { expected: 'an undated value' };
  const comparison = compare(setting.value, inherited.value);
  if (comparison === 'narrower') return { setting };
  const parent = canonicalJson(inherited.value);
  return {
    expected:
      comparison === 'equal'
        ? `a value narrower than the inherited ${parent}; this one is the same`
        : `a value demonstrably narrower than the inherited ${parent}: fewer items of its list, a smaller number or a shorter period, all else the same`,
  };
}

function exempt(setting: Cited<Setting<unknown>>, inherited: Setting<unknown> | undefined): Applied {
  if (inherited?.form !== 'value') return { expected: 'a key whose value the parent states, undated' };
  if (setting.form !== 'value') return { expected: 'an undated value' };
  if (Array.isArray(inherited.value) && Array.isArray(setting.value)) {
    const known = new Set(inherited.value.map(canonicalJson));
    const repeated = setting.value.find((item) => known.has(canonicalJson(item)));
    if (repeated !== undefined)
      return { expected: `items that the inherited list does not hold; ${canonicalJson(repeated)} is in it` };
    if (setting.value.length === 0) return { expected: 'at least one item to add to the inherited list' };
    return { setting: { ...setting, value: [...(inherited.value as unknown[]), ...(setting.value as unknown[])] } };
  }
  if (inherited.value === false && setting.value === true) return { setting };
  return { expected: 'more items for an inherited list, or true where the parent says false' };
}

type Comparison = 'equal' | 'narrower' | 'not narrower';

/** Compares a value with an inherited one. Anything that cannot be ranked must be the same. */
function compare(own: unknown, inherited: unknown): Comparison {
  if (canonicalJson(own) === canonicalJson(inherited)) return 'equal';
  if (typeof own === 'number' && typeof inherited === 'number') return own < inherited ? 'narrower' : 'not narrower';
  if (Array.isArray(own) && Array.isArray(inherited)) {
    const known = new Set(inherited.map(canonicalJson));
    return own.every((item) => known.has(canonicalJson(item))) ? 'narrower' : 'not narrower';
  }
  if (isRecord(own) && isRecord(inherited)) return compareRecords(own, inherited);
  return 'not narrower';
}

function compareRecords(own: Record<string, unknown>, inherited: Record<string, unknown>): Comparison {
  if ('reading' in own || 'reading' in inherited) return 'not narrower';
  let result: Comparison = 'equal';
  for (const field of new Set([...Object.keys(own), ...Object.keys(inherited)])) {
    const comparison = compareField(field, own[field], inherited[field]);
    if (comparison === 'not narrower') return comparison;
    if (comparison === 'narrower') result = comparison;
  }
  return result;
}

/** The ends of a period are ranked as days: a later `from` or an earlier `through` is shorter, an end where there was none too. */
function compareField(field: string, own: unknown, inherited: unknown): Comparison {
  if (canonicalJson(own) === canonicalJson(inherited)) return 'equal';
  if (field === 'through' && inherited === undefined) return 'narrower';
  if (own === undefined || inherited === undefined) return 'not narrower';
  if (field !== 'from' && field !== 'through') return compare(own, inherited);
  const [mine, theirs] = [endText(own), endText(inherited)];
  if (mine === undefined || theirs === undefined) return 'not narrower';
  return (field === 'from' ? mine > theirs : mine < theirs) ? 'narrower' : 'not narrower';
}

/** An end of a period in the order of time: a year, a day, or a day of the benefit year or of the one before it. */
function endText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value).padStart(6, '0');
  if (typeof value === 'string') return value;
  if (!isRecord(value) || typeof value['day'] !== 'string') return undefined;
  return `${value['year'] === 'before' ? 0 : 1}-${value['day']}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
