import * as fc from 'fast-check';
import { canonicalJson, fingerprint } from './fingerprint';
import type { JsonObject, JsonValue } from './port';

const event = { type: 'Registered', data: { a: 1, b: { c: '医', d: [1, 2] } }, metadata: { source: 'tax' } };

it('is the same whatever the order of keys and the request it came with', () => {
  const same = {
    type: 'Registered',
    data: { b: { d: [1, 2], c: '医' }, a: 1 },
    metadata: { causationId: 'y', source: 'tax', correlationId: 'x' },
  };
  expect(fingerprint('person-1', same)).toBe(fingerprint('person-1', event));
  expect(fingerprint('person-1', event)).toMatch(/^[0-9a-f]{64}$/);
});

it.each([
  ['another stream', 'person-2', event],
  ['another type', 'person-1', { ...event, type: 'Suspended' }],
  ['another value', 'person-1', { ...event, data: { ...event.data, a: '1' } }],
  ['another order of a list', 'person-1', { ...event, data: { a: 1, b: { c: '医', d: [2, 1] } } }],
  ['other metadata', 'person-1', { ...event, metadata: { source: 'agency' } }],
  ['a correlation id inside data', 'person-1', { ...event, data: { ...event.data, correlationId: 'x' } }],
])('tells %s apart', (_case, stream, other) => {
  expect(fingerprint(stream, other as typeof event)).not.toBe(fingerprint('person-1', event));
});

it('canonical JSON reads back as the same value, and is the same for equal values', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value as JsonValue);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text) as JsonValue)).toBe(text);
    }),
  );
  const proto = JSON.parse('{"__proto__":{"x":1}}') as JsonObject;
  expect(canonicalJson(proto)).toBe('{"__proto__":{"x":1}}');
});
