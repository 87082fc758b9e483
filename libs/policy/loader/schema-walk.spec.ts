import Ajv2020 from 'ajv/dist/2020';
import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isDay } from '../../calendar';
import { packSchema } from '../schema';
import { misfitsOf } from './schema-walk';

const POLICIES = join(__dirname, '../../../policies');
const schema = packSchema();
const standard = new Ajv2020({ strict: false, formats: { date: isDay } }).compile(schema);

const packs: unknown[] = readdirSync(POLICIES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => readdirSync(join(POLICIES, name)).map((file) => join(POLICIES, name, file)))
  .map((file) => parse(readFileSync(file, 'utf8')) as unknown);

/** Every place of a value, as the steps that lead to it. */
function placesIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, below]) =>
      placesIn(below, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

/** The value with another one put at a place; `undefined` takes the place away. */
function changed(value: unknown, [step, ...rest]: (string | number)[], other: unknown): unknown {
  if (step === undefined) return other;
  const entries = Object.entries(value as object).map(([key, below]): [string, unknown] => [
    key,
    key === String(step) ? changed(below, rest, other) : below,
  ]);
  const kept = entries.filter(([, below]) => below !== undefined);
  return Array.isArray(value) ? kept.map(([, below]) => below) : Object.fromEntries(kept);
}

it('agrees with a standard validator on every pack, sound and damaged anywhere', () => {
  for (const pack of packs) expect(misfitsOf(schema, pack).length === 0).toBe(standard(pack));
  const places = packs.map((pack) => placesIn(pack));
  const damage = fc.oneof(
    fc.constantFrom<unknown>(undefined, null, true, '', 'silent', '2026-02-30', [], {}, 'payDay', {
      reading: 'A-01',
      A: true,
      B: 'silent',
    }),
    fc.integer({ min: -2, max: 3000 }),
    fc.double(),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.nat(packs.length - 1), fc.nat(), damage, (index, place, other) => {
      const paths = places[index]!;
      const damaged = changed(packs[index], paths[place % paths.length]!, other);
      expect({ damaged, sound: misfitsOf(schema, damaged).length === 0 }).toEqual({
        damaged,
        sound: standard(damaged),
      });
    }),
    { numRuns: 800 },
  );
});

it('refuses a schema with a keyword it does not know', () => {
  expect(() => misfitsOf({ anyOf: [] }, 1)).toThrow('the pack schema uses anyOf');
});
