import { isDay } from '../../calendar';
import type { Path } from './source-file';

/** A JSON Schema, or a part of one. */
export type Schema = Record<string, unknown>;

/** Where a value does not fit, and what would. */
export interface Misfit {
  path: Path;
  at: 'key' | 'value';
  expected: string;
}

/** The keywords of JSON Schema that the pack schema uses; `misfitsOf` refuses a schema with any other. */
const KEYWORDS = new Set(
  (
    '$schema $id $defs $ref title description if then else type enum const not properties required additionalProperties ' +
    'patternProperties propertyNames minProperties items minItems uniqueItems minLength pattern format minimum maximum'
  ).split(' '),
);

/**
 * Reads a JSON Schema directly, without compiling it: a pack is read once a process, and compiling the schema takes a
 * hundred times as long as reading all packs with it. Every misfit names the `title` of the schema that it missed.
 */
export function misfitsOf(root: Schema, data: unknown, schema: Schema = root, path: Path = []): Misfit[] {
  const walk = (part: unknown, value: unknown, to: Path) => misfitsOf(root, value, part as Schema, to);
  const unknown = Object.keys(schema).find((keyword) => !KEYWORDS.has(keyword));
  if (unknown !== undefined) throw new Error(`the pack schema uses ${unknown}, which its reader does not know`);

  const misfits: Misfit[] = [];
  const miss = (fallback: string) => misfits.push({ path, at: 'value', expected: String(schema['title'] ?? fallback) });
  if (schema['$ref'] !== undefined) misfits.push(...walk(definition(root, schema['$ref'] as string), data, path));
  if (schema['if'] !== undefined) {
    const branch = walk(schema['if'], data, path).length === 0 ? schema['then'] : schema['else'];
    if (branch !== undefined) misfits.push(...walk(branch, data, path));
  }
  if (schema['not'] !== undefined && walk(schema['not'], data, path).length === 0) miss('nothing here');
  if (schema['type'] !== undefined && !isOfType(data, schema['type'] as string)) {
    miss(`${schema['type'] as string}`);
    return misfits;
  }
  if (schema['enum'] !== undefined && !(schema['enum'] as unknown[]).includes(data)) miss('another word');
  if ('const' in schema && schema['const'] !== data) miss(JSON.stringify(schema['const']));
  if (typeof data === 'string' && !fitsText(schema, data)) miss('another text');
  if (typeof data === 'number' && !fitsNumber(schema, data)) miss('another number');
  if (Array.isArray(data)) {
    if (data.length < ((schema['minItems'] as number | undefined) ?? 0)) miss('more items');
    if (schema['uniqueItems'] === true && new Set(data.map((item) => JSON.stringify(item))).size < data.length)
      miss('each item once');
    if (schema['items'] !== undefined)
      data.forEach((item, index) => misfits.push(...walk(schema['items'], item, [...path, index])));
  } else if (typeof data === 'object' && data !== null) {
    misfits.push(...misfitsOfObject(root, data as Record<string, unknown>, schema, path));
  }
  return misfits;
}

function misfitsOfObject(root: Schema, data: Record<string, unknown>, schema: Schema, path: Path): Misfit[] {
  const misfits: Misfit[] = [];
  const title = schema['title'] as string | undefined;
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  const patterns = Object.entries((schema['patternProperties'] ?? {}) as Record<string, Schema>);
  for (const missing of (schema['required'] ?? []) as string[]) {
    if (data[missing] === undefined) misfits.push({ path, at: 'key', expected: `the field ${missing}` });
  }
  if (Object.keys(data).length < ((schema['minProperties'] as number | undefined) ?? 0))
    misfits.push({ path, at: 'key', expected: title ?? 'more fields' });
  for (const [key, value] of Object.entries(data)) {
    const below = [...path, key];
    const names = schema['propertyNames'] as Schema | undefined;
    if (names && misfitsOf(root, key, names, below).length > 0) {
      misfits.push({ path: below, at: 'key', expected: String(names['title']) });
      continue;
    }
    const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const matching = patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(key)).map(([, part]) => part);
    for (const part of own ? [own, ...matching] : matching) misfits.push(...misfitsOf(root, value, part, below));
    if (own || matching.length > 0 || schema['additionalProperties'] === undefined) continue;
    if (schema['additionalProperties'] !== false)
      misfits.push(...misfitsOf(root, value, schema['additionalProperties'] as Schema, below));
    else misfits.push({ path: below, at: 'key', expected: knownFields(key, Object.keys(properties), title) });
  }
  return misfits;
}

function definition(root: Schema, pointer: string): Schema {
  const name = pointer.replace('#/$defs/', '');
  const found = (root['$defs'] as Record<string, Schema>)[name];
  if (!found) throw new Error(`the pack schema has no definition ${pointer}`);
  return found;
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    default:
      return typeof value === type;
  }
}

function fitsText(schema: Schema, text: string): boolean {
  return (
    text.length >= ((schema['minLength'] as number | undefined) ?? 0) &&
    (schema['pattern'] === undefined || new RegExp(schema['pattern'] as string, 'u').test(text)) &&
    (schema['format'] !== 'date' || isDay(text))
  );
}

function fitsNumber(schema: Schema, value: number): boolean {
  return (
    value >= ((schema['minimum'] as number | undefined) ?? -Infinity) &&
    value <= ((schema['maximum'] as number | undefined) ?? Infinity)
  );
}

function knownFields(name: string, known: readonly string[], title: string | undefined): string {
  if (known.length === 0) return title ?? 'no field here';
  const nearest = nearestOf(name, known);
  return `one of ${known.join(', ')}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
}

/** The known name that differs in the fewest letters, if it is near enough to be meant. */
function nearestOf(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((other) => ({ other, letters: differingLetters(name.toLowerCase(), other.toLowerCase()) }))
    .sort((a, b) => a.letters - b.letters);
  const best = ranked[0];
  return best && best.letters <= Math.max(2, Math.floor(name.length / 3)) ? best.other : undefined;
}

/** Levenshtein's distance. */
function differingLetters(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
