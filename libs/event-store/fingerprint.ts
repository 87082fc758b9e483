import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from './port';

const notContent = new Set(['correlationId', 'causationId']);

/**
 * SHA-256 (hex) of what an event says: stream, type, data and metadata without the ids that tie it to one request.
 * The recorded time is left out, so a retry stamped later is still the same event. Key order does not matter.
 */
export function fingerprint(stream: string, event: { type: string; data: JsonObject; metadata: JsonObject }): string {
  const metadata = Object.fromEntries(Object.entries(event.metadata).filter(([key]) => !notContent.has(key)));
  return createHash('sha256')
    .update(canonicalJson([stream, event.type, event.data, metadata]))
    .digest('hex');
}

/** JSON with the keys of every object in code-unit order and no white space. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`);
  return `{${members.join(',')}}`;
}
