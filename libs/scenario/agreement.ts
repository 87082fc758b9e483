import { shown } from './yaml-source';

/** One point in which an answer is not what a scenario expects. */
export interface Disagreement {
  /** Where in the answer, such as `waitingPeriods[0].from`; empty for the whole. */
  path: string;
  wanted: unknown;
  got: unknown;
  reason?: string;
}

/**
 * Where `got` does not agree with the expected part. An object must agree in the fields it names; a list must have the same
 * length and agree item by item; `{ includes: […] }` asks that each item agrees with some element, `{ excludes: […] }` that none
 * does; `[]` means none, `null` absent or null. Codes may be written without quotes, spans of months as `2022-05..2022-09`, and
 * the labels of a scenario's events stand for their ids.
 */
export function disagreements(
  wanted: unknown,
  got: unknown,
  labels: ReadonlyMap<string, readonly string[]> = new Map(),
): Disagreement[] {
  const found: Disagreement[] = [];
  compare(wanted, got, '', labels, found);
  return found;
}

type Labels = ReadonlyMap<string, readonly string[]>;
type Fields = Record<string, unknown>;

function compare(wanted: unknown, got: unknown, path: string, labels: Labels, found: Disagreement[]): void {
  if (wanted === null || wanted === undefined) {
    if (got !== null && got !== undefined) found.push({ path, wanted: null, got });
  } else if (Array.isArray(wanted)) {
    compareList(wanted, got, path, labels, found);
  } else if (typeof wanted !== 'object') {
    if (!isSame(wanted, got, labels)) found.push({ path, wanted, got });
  } else if (isSelection(wanted as Fields) && !isFields(got)) {
    select(wanted as Fields, got, path, labels, found);
  } else {
    compareFields(wanted as Fields, got, path, labels, found);
  }
}

function compareList(wanted: unknown[], got: unknown, path: string, labels: Labels, found: Disagreement[]): void {
  const list = got ?? [];
  if (!Array.isArray(list)) {
    found.push({ path, wanted, got });
    return;
  }
  if (list.length !== wanted.length) {
    found.push({ path, wanted, got: list, reason: `expected ${wanted.length} of them, there are ${list.length}` });
    return;
  }
  wanted.forEach((item, index) => compare(item, list[index], `${path}[${index}]`, labels, found));
}

function compareFields(wanted: Fields, got: unknown, path: string, labels: Labels, found: Disagreement[]): void {
  const missing = got === undefined || got === null;
  if (missing ? !Object.values(wanted).some((value) => value === null) : !isFields(got)) {
    found.push({ path, wanted, got });
    return;
  }
  for (const [name, value] of Object.entries(wanted)) {
    compare(value, missing ? undefined : (got as Fields)[name], path === '' ? name : `${path}.${name}`, labels, found);
  }
}

function select(wanted: Fields, got: unknown, path: string, labels: Labels, found: Disagreement[]): void {
  const list = got ?? [];
  if (!Array.isArray(list)) {
    found.push({ path, wanted, got });
    return;
  }
  const agrees = (item: unknown) => list.some((element) => disagreements(item, element, labels).length === 0);
  for (const item of asList(wanted['includes'])) {
    if (!agrees(item)) found.push({ path, wanted: item, got: list, reason: 'no element agrees' });
  }
  for (const item of asList(wanted['excludes'])) {
    if (agrees(item))
      found.push({ path, wanted: { excludes: [item] }, got: list, reason: 'an element agrees that must not be there' });
  }
}

function isSame(wanted: unknown, got: unknown, labels: Labels): boolean {
  if (wanted === got) return true;
  if (typeof wanted === 'number') return typeof got === 'string' && got === String(wanted);
  if (typeof wanted !== 'string') return false;
  if (typeof got === 'string') return labels.get(wanted)?.includes(got) ?? false;
  return isFields(got) && isSpan(wanted, got);
}

function isSpan(wanted: string, { from, through }: Fields): boolean {
  const [first, last = first] = wanted.split('..');
  return from === first && through === last;
}

function isSelection(wanted: Fields): boolean {
  const keys = Object.keys(wanted);
  return keys.length > 0 && keys.every((key) => key === 'includes' || key === 'excludes');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asList(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

/** A disagreement in one line. */
export function inWords({ path, wanted, got, reason }: Disagreement): string {
  const where = path === '' ? 'the whole' : path;
  const why = reason === undefined ? '' : ` (${reason})`;
  return `${where}: wanted ${shown(wanted)}, got ${shown(got, 1000)}${why}`;
}
