import { createHash, createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const NEW_BYTES = 32;

/** A new secret in the form of Standard Webhooks: `whsec_` and base64. */
export function newSecret(): string {
  return secretText(randomBytes(NEW_BYTES));
}

/** A secret's bytes in that form. */
export function secretText(bytes: Buffer): string {
  return PREFIX + bytes.toString('base64');
}

/** The bytes of a secret; undefined where the text is none of 24 to 64 bytes. */
export function secretBytes(secret: string): Buffer | undefined {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  if (!/^[A-Za-z0-9+/]{32,88}={0,2}$/.test(encoded)) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined;
}

/** The headers of Standard Webhooks: the message's id, the time of this attempt in seconds, and a signature for every secret. */
export function signedHeaders(
  secrets: readonly Buffer[],
  id: string,
  seconds: number,
  body: string,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signatures.join(' ') };
}

/** The id of a message: the same for every attempt and for a replay, telling nothing, and without a full stop. */
export function messageId(webhook: string, item: string): string {
  return `msg_${createHash('sha256').update(`${webhook} ${item}`).digest('base64url').slice(0, 32)}`;
}
