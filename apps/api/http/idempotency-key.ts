import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { deterministicId } from '../../../events';
import { faultOf, invalidInput } from './problem';

/** A request that its sender may send again: the key names it, the fingerprint says what it asked. */
export interface KeyedRequest {
  key: string;
  /** The causation id that the key's events carry: `<id of the key>.<fingerprint of the body>`. */
  cause: string;
  /** The part of it that the key alone gives. */
  keyId: string;
}

const KEY_FORM = /^[\x21-\x7e]{1,200}$/;

/** The request's idempotency key, of this stream; undefined where it has none. The key may stand in quotes. */
export function keyedRequest(request: Request, stream: string, asked: unknown): KeyedRequest | undefined {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return undefined;
  const text = Array.isArray(header) ? header.join(', ') : header.trim();
  const key = /^"(.*)"$/.exec(text)?.[1] ?? text;
  if (!KEY_FORM.test(key)) {
    throw invalidInput([faultOf('Idempotency-Key', text, '1 to 200 visible characters without spaces')]);
  }
  const keyId = deterministicId(`${stream}\n${key}`);
  const fingerprint = createHash('sha256').update(canonical(asked)).digest('base64url');
  return { key, keyId, cause: `${keyId}.${fingerprint.slice(0, 27)}` };
}

/** JSON that does not depend on the order in which an object's fields were written. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}
