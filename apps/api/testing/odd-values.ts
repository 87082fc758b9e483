import fc from 'fast-check';
import type { Schema } from '../openapi/schema';
import { named, type ApiDocument } from './sample-values';

/** Texts that have broken readers: empty, endless, of other scripts and directions, of half a character, of other languages' syntax. */
export const oddTexts = [
  '',
  ' ',
  '0',
  '-1',
  '1e309',
  '99999999999999999999999999',
  'null',
  'undefined',
  'NaN',
  'true',
  '[object Object]',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  '..%2f..%2f',
  '%',
  '%00',
  '\u0000',
  '\u202e\u0645\u0631\u062d\u0628\u0627',
  '\ud83d',
  '\ufeff',
  '\u200b',
  'I\u0307',
  '\ufb03',
  '张三',
  '𠮷野家',
  "'; DROP TABLE event; --",
  '${7*7}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  'a\r\nSet-Cookie: x=1',
  '11010519491231002X',
  '2022-02-29',
  '2022-13-01',
  '0000-00-00',
  '+010000-01-01',
  '2022-02-28T24:00:00+08:00',
  '9'.repeat(400),
  'x'.repeat(5_000),
  '*',
  '%25',
  '\\',
  '"',
];

/** Anything that JSON can say and nobody expects. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { depthSize: 'small' },
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -0,
    -1,
    1.5,
    1e21,
    -1e308,
    2 ** 53,
    2 ** 53 + 2,
    Number.MIN_VALUE,
    [],
    {},
    [[]],
    [null],
    nested(40),
    nested(31),
    { length: 1e9 },
    { __proto__: null, toString: 'x' },
    JSON.parse('{"__proto__": {"polluted": true}}'),
    Array.from({ length: 1_500 }, () => 0),
  ),
  fc.constantFrom(...oddTexts),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue(),
);

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { a: value };
  return value;
}

/** Values that fit a schema of the document, as far as its words go. */
export function fitting(document: ApiDocument): (schema: Schema) => fc.Arbitrary<unknown> {
  const byName = new Map<string, fc.Arbitrary<unknown>>();
  const of = (schema: Schema): fc.Arbitrary<unknown> => {
    if (schema.$ref !== undefined) {
      const known = byName.get(schema.$ref);
      if (known) return known;
      byName.set(schema.$ref, fc.constant({}));
      const made = of(named(schema.$ref, document));
      byName.set(schema.$ref, made);
      return made;
    }
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if (schema.oneOf) return fc.oneof(...schema.oneOf.map(of));
    switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
      case 'object': {
        const fields = Object.entries(schema.properties ?? {});
        const record = Object.fromEntries(fields.map(([name, field]) => [name, of(field)]));
        const required = (schema.required ?? []).filter((name) => name in record);
        const least = Object.fromEntries(required.map((name) => [name, record[name]!]));
        return fc.oneof(fc.record(least), fc.record(record, { requiredKeys: required }));
      }
      case 'array':
        return fc.array(of(schema.items ?? {}), {
          minLength: schema.minItems ?? 0,
          maxLength: (schema.minItems ?? 0) + 2,
        });
      case 'integer':
      case 'number':
        return fc.integer({ min: schema.minimum ?? -10, max: schema.maximum ?? 3_000 });
      case 'boolean':
        return fc.boolean();
      case 'string':
        return textFor(schema);
      default:
        return oddValue;
    }
  };
  return of;
}

function textFor({ format, pattern, example }: Schema): fc.Arbitrary<string> {
  if (format === 'date') return fc.constantFrom('2022-05-09', '2023-01-01', '2024-02-29', '1962-03-04');
  if (format === 'date-time') return fc.constantFrom('2022-10-14T09:30:00.000+08:00');
  if (format === 'uuid') return fc.uuid();
  if (format === 'binary') return fc.string({ unit: 'binary', maxLength: 60 });
  if (pattern === '^\\d{6}$') return fc.constantFrom('211200', '320700', '000000');
  if (pattern === '^\\d{4}-\\d{2}$') return fc.constantFrom('2022-05', '2022-06', '2023-12');
  if (pattern === '^\\d+$') return fc.nat(50).map(String);
  return fc.constantFrom(
    ...(typeof example === 'string' ? [example] : []),
    'employee',
    'P0001',
    'A-01:B',
    'resignation',
  );
}

/** The value with one thing anywhere in it replaced by something odd. */
export function spoiled(value: unknown, at: number, odd: unknown): unknown {
  const places = placesIn(value);
  const place = places[at % places.length]!;
  const copy = structuredClone({ root: value }) as Record<string, unknown>;
  let holder: Record<string, unknown> = copy;
  let name = 'root';
  for (const step of place) {
    holder = holder[name] as Record<string, unknown>;
    name = step;
  }
  Object.defineProperty(holder, name, { value: odd, enumerable: true, writable: true, configurable: true });
  return copy['root'];
}

function placesIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, inner]) => placesIn(inner, [...path, name]))];
}
