import { ValidateBy, ValidateIf, ValidateNested, type ValidationArguments } from 'class-validator';
import { isDay, isMonth } from '../libs/calendar';
import { holdsIdentityNumber, isEmployerId, isPersonId } from './identity';

/**
 * The kinds of fields events are made of, as class-validator decorators whose message is the plain-English answer to
 * "what was expected". On one property they are read from the top down, and the first that fails speaks.
 */

type Siblings = Readonly<Record<string, unknown>>;

/** May be left out (a null is not leaving out). */
export function Optional(): PropertyDecorator {
  return ValidateIf((_data: object, value: unknown) => value !== undefined);
}

/** May be left out, unless the rest of the data needs it; the expectation then says why. Stands in place of `Optional`. */
export function NeededWhen(needed: (data: Siblings) => boolean, expected: string): PropertyDecorator {
  const present = field('neededWhen', (value) => value !== undefined, expected);
  const condition = ValidateIf((data: Siblings, value: unknown) => value !== undefined || needed(data));
  return (target, property) => {
    present(target, property);
    condition(target, property);
  };
}

/** Fits the rest of the data; `fits` sees siblings that may be wrong, or missing, and then lets pass: they have faults of their own. */
export function Fits(fits: (value: unknown, data: Siblings) => boolean, expected: string): PropertyDecorator {
  return field('fits', fits, expected);
}

/** One of a closed list of words. */
export function OneOf(words: readonly string[]): PropertyDecorator {
  const known = new Set<unknown>(words);
  return field('oneOf', (value) => known.has(value), words.length === 1 ? words[0]! : `one of ${words.join(', ')}`);
}

/** Free text: 1 to 500 characters, no control characters, and no identity number in it. */
export function Text(): PropertyDecorator {
  return field('text', isPlainText, TEXT);
}

/** A list of texts. */
export function Texts(): PropertyDecorator {
  return listOf(field('text', isPlainText, TEXT, true), 'a list of texts', 0);
}

/** The id of an event. */
export function EventId(): PropertyDecorator {
  return field('eventId', isEventId, EVENT_ID);
}

/** The number or id that another system gave to something, such as a stay. */
export function Reference(): PropertyDecorator {
  return field('reference', isEventId, 'a reference of up to 64 letters, digits and . _ : -');
}

/** The id of a person; a reference, never an identity number. */
export function PersonRef(): PropertyDecorator {
  return field('personRef', isPersonId, PERSON_ID);
}

/** The id of an employer, its unified social credit code where it has one. */
export function EmployerRef(): PropertyDecorator {
  return field('employerRef', isEmployerId, EMPLOYER_ID);
}

/** A region code: six digits, GB/T 2260 or private; not checked against a table, retired codes live on. */
export function Region(): PropertyDecorator {
  return field('region', isRegionCode, REGION);
}

/** A day that exists, `YYYY-MM-DD`. */
export function CalendarDay(): PropertyDecorator {
  return field('day', isDay, DAY);
}

/** A month, `YYYY-MM`. */
export function CalendarMonth(): PropertyDecorator {
  return field('month', isMonth, MONTH);
}

/** A list of months, `YYYY-MM` each. */
export function CalendarMonths(): PropertyDecorator {
  return listOf(field('month', isMonth, MONTH, true), 'a list of months YYYY-MM');
}

/** A day or month not before the one in the other field. */
export function NotBefore(other: string): PropertyDecorator {
  return field(
    'notBefore',
    (value, data) => typeof value === 'string' && (typeof data[other] !== 'string' || value >= data[other]),
    (data) => `not before ${other} (${isDay(data[other]) || isMonth(data[other]) ? data[other] : 'unreadable'})`,
  );
}

/** A benefit year (CV-3): a calendar year. */
export function BenefitYear(): PropertyDecorator {
  return WholeNumber({ from: 1900, through: 2999 }, 'a calendar year such as 2024');
}

/** Money in fen (分): a whole number, not negative. */
export function Fen(): PropertyDecorator {
  return WholeNumber({ from: 0 }, 'a whole number of fen, 0 or more');
}

/** A number of months. */
export function MonthCount({ from = 0 } = {}): PropertyDecorator {
  return WholeNumber(
    { from, through: LONGEST_SPAN_MONTHS },
    `a whole number of months, ${from} to ${LONGEST_SPAN_MONTHS}`,
  );
}

export function WholeNumber(
  { from, through = Number.MAX_SAFE_INTEGER }: { from: number; through?: number },
  expected = `a whole number, ${from} or more`,
): PropertyDecorator {
  return field(
    'wholeNumber',
    (value) => Number.isInteger(value) && (value as number) >= from && (value as number) <= through,
    expected,
  );
}

export function YesNo(): PropertyDecorator {
  return field('yesNo', (value) => typeof value === 'boolean', 'true or false');
}

/** Free text, or a value of another plain kind where a source names the same thing without words. */
export function TextOr(kind: 'boolean' | 'number'): PropertyDecorator {
  const expected = kind === 'boolean' ? `${TEXT}, or true or false` : `${TEXT}, or a number`;
  return field('textOr', (value) => isPlainText(value) || isPlain(value, kind), expected);
}

/** Text of a given form. */
export function Matching(pattern: RegExp, expected: string): PropertyDecorator {
  return field('matching', (value) => typeof value === 'string' && pattern.test(value) && isPlainText(value), expected);
}

/** An object with the fields of `type`. */
export function Nested(type: () => new () => object, expected = 'an object with named fields'): PropertyDecorator {
  return nested(type, false, field('object', isRecord, expected));
}

/** A list of objects with the fields of `type`. */
export function NestedList(type: () => new () => object, atLeast = 0): PropertyDecorator {
  const expected = atLeast > 0 ? `a list of ${atLeast} or more objects` : 'a list of objects';
  return nested(
    type,
    true,
    field('list', (value) => Array.isArray(value) && value.length >= atLeast, expected),
  );
}

/** An object of plain JSON values, its fields not named here. */
export function JsonFields(): PropertyDecorator {
  return field(
    'jsonFields',
    (value) => isRecord(value) && Object.keys(value).length > 0 && isJson(value, 8),
    'an object of one or more fields with plain JSON values',
  );
}

const TEXT = 'a text of 1 to 500 characters without identity numbers';
export const EVENT_ID = 'an event id: a UUID, or up to 64 letters, digits and . _ : -';
export const PERSON_ID = 'a person id: up to 64 letters, digits and . _ : -, never an identity number';
const EMPLOYER_ID = 'an employer id: up to 64 letters, digits and . _ : -, never an identity number';
const REGION = 'a region code of six digits';
export const DAY = 'a day that exists, YYYY-MM-DD';
const MONTH = 'a month YYYY-MM';

/** A hundred years: no fact is longer, and no typing slip may make anyone count further. */
export const LONGEST_SPAN_MONTHS = 1200;
const LONGEST_TEXT = 500;
const EVENT_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const REGION_PATTERN = /^[1-9]\d{5}$/;
/** Control characters but tab and line ends, and half characters, which no store keeps faithfully. */
const UNKEEPABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\p{Surrogate}/u;

function isPlainText(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= LONGEST_TEXT &&
    !UNKEEPABLE.test(value) &&
    !holdsIdentityNumber(value)
  );
}

function isPlain(value: unknown, kind: 'boolean' | 'number'): boolean {
  return kind === 'boolean' ? typeof value === 'boolean' : Number.isFinite(value);
}

export function isEventId(value: unknown): value is string {
  return typeof value === 'string' && EVENT_ID_PATTERN.test(value) && !holdsIdentityNumber(value);
}

export function isRegionCode(value: unknown): value is string {
  return typeof value === 'string' && REGION_PATTERN.test(value);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The class of a nested field, and whether the field is a list of it; class-validator itself does not keep it. */
export function nestedField(
  dataClass: object,
  property: string,
): { type: () => new () => object; list: boolean } | undefined {
  for (let owner: object | null = dataClass; owner; owner = Object.getPrototypeOf(owner) as object | null) {
    const found = nestedFields.get(owner)?.get(property);
    if (found) return found;
  }
  return undefined;
}

const nestedFields = new Map<object, Map<string, { type: () => new () => object; list: boolean }>>();

function nested(type: () => new () => object, list: boolean, shape: PropertyDecorator): PropertyDecorator {
  const validate = ValidateNested();
  return (target, property) => {
    validate(target, property);
    shape(target, property);
    const fields = nestedFields.get(target.constructor) ?? new Map();
    nestedFields.set(target.constructor, fields.set(String(property), { type, list }));
  };
}

function listOf(each: PropertyDecorator, expected: string, least = 1): PropertyDecorator {
  const list = field(
    'list',
    (value) => Array.isArray(value) && value.length >= least && value.length <= 1200,
    expected,
  );
  return (target, property) => {
    each(target, property);
    list(target, property);
  };
}

function field(
  name: string,
  accepts: (value: unknown, data: Siblings) => boolean,
  expected: string | ((data: Siblings) => string),
  each = false,
): PropertyDecorator {
  return ValidateBy(
    {
      name,
      validator: {
        validate: (value: unknown, args?: ValidationArguments) => accepts(value, (args?.object ?? {}) as Siblings),
        defaultMessage: (args?: ValidationArguments) =>
          typeof expected === 'string' ? expected : expected((args?.object ?? {}) as Siblings),
      },
    },
    { each },
  );
}

function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'string') return value.length === 0 || isPlainText(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (depth === 0 || typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.length <= 1200 && Array.from(value).every((item) => isJson(item, depth - 1));
  const kind: unknown = Object.getPrototypeOf(value);
  if (kind !== Object.prototype && kind !== null) return false;
  return Object.entries(value).every(([name, item]) => name !== '__proto__' && isJson(item, depth - 1));
}
