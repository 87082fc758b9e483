/** A JSON Schema, draft 2020-12, as plain data. */
export type JsonSchema = Record<string, unknown>;

/**
 * The shape of a value of the law: its JSON Schema, and by its type parameter the TypeScript type it mirrors.
 * The compiler checks the mirror both ways, so a value type and its schema cannot drift apart.
 */
export interface Shape<T> extends AnyShape {
  readonly mirrors?: (value: T) => T;
  /** Without this a shape that forgets an optional field would pass for its type. */
  readonly mirrorsAll?: (value: Total<T>) => Total<T>;
}

type Total<T> = { [K in keyof T]-?: Total<T[K]> };

/** A shape whose type does not matter here. */
export interface AnyShape {
  /** Names the definition in the schema file; equal names mean equal shapes. */
  readonly name: string;
  /** What a reader would call it: `a whole number`, `one of payDay, nextDay`. */
  readonly expected: string;
  readonly schema: JsonSchema;
  /** Shapes that the schema points to. */
  readonly parts: readonly AnyShape[];
}

/** The TypeScript type that a shape mirrors. */
export type Mirrored<S> = S extends { readonly mirrors?: (value: infer T) => unknown } ? T : never;

export const yesOrNo: Shape<boolean> = scalar('yesOrNo', 'true or false', { type: 'boolean' });
export const whole: Shape<number> = scalar('whole', 'a whole number from 0 on', { type: 'integer', minimum: 0 });
export const number: Shape<number> = scalar('number', 'a number from 0 on', { type: 'number', minimum: 0 });
export const year: Shape<number> = scalar('year', 'a year such as 2024', {
  type: 'integer',
  minimum: 1900,
  maximum: 2200,
});
export const text: Shape<string> = scalar('text', 'a text', { type: 'string', minLength: 1 });
/** A calendar day. */
export const day: Shape<string> = scalar('day', 'a day that exists, YYYY-MM-DD', { type: 'string', format: 'date' });
export const dayOrMonth: Shape<string> = scalar('dayOrMonth', 'a day YYYY-MM-DD or a month YYYY-MM', {
  type: 'string',
  pattern: '^\\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\\d|3[01]))?$',
});
/** A day of the year, or one calendar day. */
export const dayOrMonthDay: Shape<string> = scalar('dayOrMonthDay', 'a day of the year MM-DD, or a day YYYY-MM-DD', {
  type: 'string',
  pattern: '^(\\d{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$',
});

/** One of some words. */
export function oneOf<const V extends readonly string[]>(...words: V): Shape<V[number]> {
  return scalar(words.join('-or-'), words.length === 1 ? words[0]! : `one of ${words.join(', ')}`, {
    enum: [...words],
  });
}

export function listOf<S extends AnyShape>(item: S, name = `listOf-${item.name}`): Shape<Mirrored<S>[]> {
  return {
    name,
    expected: `a list, each item ${item.expected}`,
    schema: { type: 'array', items: pointerTo(item) },
    parts: [item],
  };
}

type Fields = Record<string, AnyShape>;
type Held<R extends Fields> = { [K in keyof R]: Mirrored<R[K]> };
type MayHold<O extends Fields> = { [K in keyof O]?: Mirrored<O[K]> };

/** An object of fields that must stand and fields that may. */
export function object<R extends Fields>(name: string, required: R): Shape<Held<R>>;
export function object<R extends Fields, O extends Fields>(
  name: string,
  required: R,
  optional: O,
): Shape<Held<R> & MayHold<O>>;
export function object(name: string, required: Fields, optional: Fields = {}): AnyShape {
  const fields = { ...required, ...optional };
  const properties = Object.fromEntries(Object.entries(fields).map(([field, shape]) => [field, pointerTo(shape)]));
  return {
    name,
    expected: `the fields ${Object.keys(required).join(', ')}`,
    schema: { type: 'object', properties, required: Object.keys(required), additionalProperties: false },
    parts: Object.values(fields),
  };
}

/** Points to a shape's definition, in which an unclear clause may stand in its place. */
export function pointerTo(shape: AnyShape): JsonSchema {
  return { $ref: `#/$defs/${shape.name}` };
}

function scalar<T>(name: string, expected: string, schema: JsonSchema): Shape<T> {
  return { name, expected, schema, parts: [] };
}
