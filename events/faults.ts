/** What is wrong with one field of an input. Safe to print: it repeats no identity number, no birth date and no words that might be a name. */
export interface Fault {
  /** The path from the envelope on, such as `data.feeMonths.through`; `event` for the whole. */
  field: string;
  /** What was given: numbers, truth values, null and plain words as they are, anything else described in brackets. */
  value: unknown;
  /** What would have been right, in plain English. */
  expected: string;
}

/** Thrown by `parseEventOrThrow`: the input is no event of the contract. */
export class InvalidEvent extends Error {
  constructor(readonly faults: readonly Fault[]) {
    super(`not an event of the contract: ${describeFaults(faults)}`);
    this.name = 'InvalidEvent';
  }
}

/** The first faults in one line. */
export function describeFaults(faults: readonly Fault[]): string {
  const shown = faults
    .slice(0, 5)
    .map(({ field, value, expected }) => `${field}: expected ${expected}; got ${inWords(value)}`);
  const hidden = faults.length - shown.length;
  return shown.join(' | ') + (hidden > 0 ? ` | and ${hidden} more` : '');
}

export function fault(field: string, value: unknown, expected: string): Fault {
  return { field, value: PRIVATE_FIELD.test(field) ? withheld(value) : printable(value), expected };
}

/** A field that the contract does not have; what it holds may be anything, so it is not repeated. */
export function unknownField(path: string, name: string, value: unknown, known: readonly string[]): Fault {
  const safeName = /^[A-Za-z_][\w-]{0,63}$/.test(name) && !LONG_NUMBER.test(name) ? name : '(an unprintable name)';
  const expected = known.length > 0 ? `no such field; known are ${known.join(', ')}` : 'no such field; there are none';
  return { field: path ? `${path}.${safeName}` : safeName, value: withheld(value), expected };
}

const PRIVATE_FIELD = /(^|\.)(birthDate|identity)$/;
const LONG_NUMBER = /\d{15}/;
const PLAIN_WORD = /^[\x21-\x7e]{1,64}$/;

function printable(value: unknown): unknown {
  if (typeof value === 'string') return PLAIN_WORD.test(value) && !LONG_NUMBER.test(value) ? value : withheld(value);
  if (typeof value === 'number')
    return Number.isFinite(value) && LONG_NUMBER.test(String(value)) ? withheld(value) : value;
  return withheld(value);
}

function withheld(value: unknown): unknown {
  if (value === undefined || value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value === '' ? '' : `(a text of ${value.length} characters)`;
  if (Array.isArray(value)) return '(a list)';
  return typeof value === 'object' ? '(an object)' : `(a ${typeof value})`;
}

function inWords(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === '') return 'an empty text';
  return String(value);
}
