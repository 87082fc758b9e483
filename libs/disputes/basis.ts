import { isDay, type Day } from '../calendar';
import { knownAtLimit } from '../../projections/history';

/**
 * Which law a question is answered by. `decidedThen`: the packs and rulings known at `knownAt`. `knownNow`: today's packs and
 * rulings, on the facts known at `knownAt`. Left out: today's packs and the rulings known at `knownAt`.
 */
export type LawAs = 'decidedThen' | 'knownNow';

/** On which terms a question is answered: the day, what was known, how clauses are read and by which packs. */
export interface Basis {
  validOn: Day;
  /** A day (its last instant), an instant or a position in the log. Left out: now. */
  knownAt?: string | bigint;
  /** Left out: the region of the person's relation on the day. */
  region?: string;
  /** Choices for unclear clauses by id. */
  readings?: Readonly<Record<string, string>>;
  /** By region code: the newest version of its pack that counts; those before it rule the days before it. */
  packs?: Readonly<Record<string, string>>;
  as?: LawAs;
}

/** A basis that cannot be read: which part, what was given, what was expected. */
export class BadBasis extends Error {
  override readonly name = 'BadBasis';

  constructor(
    readonly field: string,
    readonly value: string,
    readonly expected: string,
  ) {
    super(`${field}: expected ${expected}, got ${JSON.stringify(value)}`);
  }
}

const FORM =
  'name=value parts such as validOn=2022-07-15,knownAt=2022-10-01,reading=A-01:B,pack=<region>:<version>,as=decidedThen';

/**
 * Reads a basis written as `validOn=2022-07-15,knownAt=2022-10-01,reading=A-01:B,pack=<region>:<version>,region=<region>,as=decidedThen`;
 * `reading` and `pack` may be repeated. Throws `BadBasis`.
 */
export function parseBasis(text: string, defaults: { validOn?: Day } = {}): Basis {
  const basis: { -readonly [K in keyof Basis]?: Basis[K] } = {};
  const readings: Record<string, string> = {};
  const packs: Record<string, string> = {};
  const seen = new Set<string>();
  for (const part of text.split(',')) {
    const [, name = '', value = ''] = /^\s*(\w+)=(.*?)\s*$/.exec(part) ?? [];
    if (name === '') throw new BadBasis('basis', part, FORM);
    const many = name === 'reading' || name === 'pack';
    if (!many && seen.has(name)) throw new BadBasis(name, value, 'to be named once');
    seen.add(name);
    switch (name) {
      case 'validOn':
        if (!isDay(value)) throw new BadBasis(name, value, 'a day YYYY-MM-DD');
        basis.validOn = value;
        break;
      case 'knownAt':
        basis.knownAt = knownAtOf(value);
        break;
      case 'region':
        if (!REGION.test(value)) throw new BadBasis(name, value, 'six digits');
        basis.region = value;
        break;
      case 'reading':
        add(readings, name, value, READING, 'a reading and its choice such as A-01:B, one for each reading');
        break;
      case 'pack':
        add(packs, name, value, PACK, 'a region and a version of its pack, <region>:<version>, one for each region');
        break;
      case 'as':
        if (value !== 'decidedThen' && value !== 'knownNow') throw new BadBasis(name, value, 'decidedThen or knownNow');
        basis.as = value;
        break;
      default:
        throw new BadBasis(name, value, `one of validOn, knownAt, region, reading, pack, as: ${FORM}`);
    }
  }
  const validOn = basis.validOn ?? defaults.validOn;
  if (validOn === undefined) throw new BadBasis('validOn', '', 'the day asked about, YYYY-MM-DD');
  return {
    ...basis,
    validOn,
    ...(Object.keys(readings).length > 0 ? { readings } : {}),
    ...(Object.keys(packs).length > 0 ? { packs } : {}),
  };
}

/** The one text of a basis: parts in a fixed order, readings and packs by id. `parseBasis` reads it back. */
export function formatBasis({ validOn, knownAt, region, readings = {}, packs = {}, as }: Basis): string {
  const byName = (record: Readonly<Record<string, string>>, name: string) =>
    Object.keys(record)
      .sort()
      .map((key) => `${name}=${key}:${record[key]}`);
  return [
    `validOn=${validOn}`,
    ...(knownAt === undefined ? [] : [`knownAt=${String(knownAt)}`]),
    ...(region === undefined ? [] : [`region=${region}`]),
    ...byName(readings, 'reading'),
    ...byName(packs, 'pack'),
    ...(as === undefined ? [] : [`as=${as}`]),
  ].join(',');
}

const REGION = /^\d{6}$/;
const READING = /^([A-Z]{1,4}-\d{1,4}):([A-Za-z0-9][A-Za-z0-9._-]{0,31})$/;
const PACK = /^(\d{6}):([A-Za-z0-9][A-Za-z0-9._+-]{0,63})$/;

function knownAtOf(value: string): string | bigint {
  // A plus sign that nobody encoded arrives as a blank.
  const text = value.replace(/ (\d\d:\d\d)$/, '+$1');
  try {
    const limit = knownAtLimit(text);
    return typeof limit === 'bigint' ? limit : text;
  } catch {
    throw new BadBasis('knownAt', value, 'a day, an instant or a position in the log');
  }
}

function add(record: Record<string, string>, field: string, value: string, form: RegExp, expected: string): void {
  const [, key, chosen] = form.exec(value) ?? [];
  if (key === undefined || chosen === undefined || (record[key] ?? chosen) !== chosen) {
    throw new BadBasis(field, value, expected);
  }
  record[key] = chosen;
}
