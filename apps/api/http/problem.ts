import { hasIdentityShape } from '../../../events';

/** One thing wrong with an input: where it stands, what was given and what would have been right. */
export interface InputFault {
  /** A body's path such as `[2].data.scheme`, a parameter's or a header's name. */
  field: string;
  /** Never an identity number, a birth date or free text; null where nothing was given. */
  value: unknown;
  expected: string;
}

/** The kinds of problems. A kind's URI, status and title never change their meaning; a client may branch on them. */
export const problemKinds = {
  'invalid-input': { status: 400, title: 'The input is not what was expected' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  'not-storable': { status: 400, title: 'The store does not take these events' },
  unauthenticated: { status: 401, title: 'The bearer token is missing or wrong' },
  forbidden: { status: 403, title: 'The caller may not do this' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'unknown-person': { status: 404, title: 'The ledger holds no event of this person' },
  'unknown-identity': { status: 404, title: 'The identity vault holds nothing of it that the caller may see' },
  'no-policy': { status: 404, title: 'No policy pack rules this region on this day' },
  'method-not-allowed': { status: 405, title: 'The address does not take this method' },
  'id-conflict': { status: 409, title: 'The id or idempotency key was used for something else' },
  'already-decided': { status: 409, title: 'The change was approved or declined already' },
  'identity-taken': { status: 409, title: 'Another person holds the document' },
  'identity-differs': { status: 409, title: 'The vault keeps another document of this kind, or another name' },
  'identity-erased': { status: 410, title: 'The identity of the person was erased' },
  'webhook-unverified': { status: 409, title: 'The receiver of the webhook is not verified yet' },
  'too-many-webhooks': { status: 409, title: 'There are as many webhooks as may be' },
  'revision-mismatch': { status: 412, title: 'The stream is not at the revision that was expected' },
  'too-large': { status: 413, title: 'The body is larger than the limit' },
  'unsupported-media-type': { status: 415, title: 'The body has a form that is not read here' },
  'rate-limited': { status: 429, title: 'Too much was asked at once' },
  'too-many-headers': { status: 431, title: 'The request has too many headers' },
  'refused-by-rule': { status: 422, title: 'A rule refuses the command' },
  'unreadable-history': { status: 500, title: 'The log holds an event that this program cannot read' },
  internal: { status: 500, title: 'Something broke inside' },
  'not-printed': { status: 503, title: 'The page cannot be made a PDF here' },
  'not-ready': { status: 503, title: 'The server is not ready' },
  'sign-in-unreachable': { status: 503, title: 'The sign-in does not answer' },
  'outcome-unknown': { status: 503, title: 'It is unknown whether the events were recorded' },
} as const;

export type ProblemKind = keyof typeof problemKinds;

/** An RFC 9457 problem on its way to the client; thrown anywhere, written by the problem filter. */
export class Problem extends Error {
  constructor(
    readonly kind: ProblemKind,
    detail: string,
    /** Members beside the standard ones, such as `errors` or `rule`. */
    readonly members: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.name = 'Problem';
  }

  get status(): number {
    return problemKinds[this.kind].status;
  }

  body(requestId: string): Record<string, unknown> {
    const { status, title } = problemKinds[this.kind];
    return {
      type: problemType(this.kind),
      title,
      status,
      detail: this.message,
      instance: `urn:enrollment-ledger:request:${requestId}`,
      ...this.members,
    };
  }
}

export function problemType(kind: ProblemKind): string {
  return `urn:enrollment-ledger:problem:${kind}`;
}

/** The refusal of an input with everything that is wrong with it, as far as a reader can bear. */
export function invalidInput(faults: readonly InputFault[]): Problem {
  const errors = faults
    .slice(0, FAULTS_TOLD)
    .map(({ field, value, expected }) => ({ field, value: value ?? null, expected }));
  const more = faults.length - errors.length;
  const first = faults[0]!;
  const others = faults.length > 1 ? `, and ${faults.length - 1} more in errors` : '';
  return new Problem('invalid-input', `${first.field}: expected ${first.expected}${others}`, {
    errors,
    ...(more > 0 ? { errorsLeftOut: more } : {}),
  });
}

/** A fault of a parameter or header; the value is told only where it can hold nothing personal. */
export function faultOf(field: string, value: unknown, expected: string): InputFault {
  return { field, value: printable(value), expected };
}

const FAULTS_TOLD = 100;
const PLAIN_WORD = /^[\x21-\x7e]{1,64}$/;
const LONG_NUMBER = /\d{15}/;

function printable(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return `(${value.length} values)`;
  if (typeof value !== 'string') return typeof value === 'number' || typeof value === 'boolean' ? value : '(an object)';
  if (value === '') return '';
  const plain = PLAIN_WORD.test(value) && !LONG_NUMBER.test(value) && !hasIdentityShape(value);
  return plain ? value : `(a text of ${value.length} characters)`;
}
