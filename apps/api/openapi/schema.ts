/** JSON Schema as OpenAPI 3.1 takes it, in the few words that our shapes need. */
export interface Schema {
  type?: string | string[];
  $ref?: string;
  const?: string;
  enum?: readonly string[];
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  discriminator?: { propertyName: string; mapping?: Record<string, string> };
  description?: string;
  example?: unknown;
}

/** A field that may be left out. */
export interface Optional {
  optional: Schema;
}

/** A schema for each field of `T`, none left out and none invented; what `T` leaves optional is said to be. */
export type Fields<T> = { [Name in keyof T]-?: undefined extends T[Name] ? Optional : Schema };

/** An object with exactly the fields of `T`; the compiler keeps the two together. */
export function object<T extends object>(fields: Fields<T>, description?: string): Schema {
  const named = Object.entries<Schema | Optional>(fields);
  const required = named.filter(([, field]) => !isOptional(field)).map(([name]) => name);
  return {
    type: 'object',
    ...(description ? { description } : {}),
    properties: Object.fromEntries(named.map(([name, field]) => [name, isOptional(field) ? field.optional : field])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** An object of these fields, all of them there but those that are said to be optional. */
export function record(properties: Record<string, Schema>, optionalNames: string[] = [], description?: string): Schema {
  return {
    type: 'object',
    ...(description ? { description } : {}),
    properties,
    required: Object.keys(properties).filter((name) => !optionalNames.includes(name)),
    additionalProperties: false,
  };
}

export function optional(schema: Schema): Optional {
  return { optional: schema };
}

export function list(items: Schema, limits: { minItems?: number; maxItems?: number } = {}): Schema {
  return { type: 'array', items, ...limits };
}

export function one(words: readonly string[], description?: string): Schema {
  return { type: 'string', enum: words, ...(description ? { description } : {}) };
}

export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const whole: Schema = { type: 'integer' };
export const day: Schema = { type: 'string', format: 'date', example: '2022-11-05' };
export const month: Schema = { type: 'string', pattern: '^\\d{4}-\\d{2}$', example: '2022-09' };
export const instant: Schema = { type: 'string', format: 'date-time', example: '2022-10-14T09:30:00.000+08:00' };
/** An invented region, of a code that is not given out: the documentation names no real one. */
export const EXAMPLE_REGION = '990100';
export const region: Schema = { type: 'string', pattern: '^\\d{6}$', example: EXAMPLE_REGION };
export const fen: Schema = { type: 'integer', minimum: 0, description: 'Money in fen (分)' };
export const months: Schema = { type: 'integer', minimum: 0, description: 'A number of months' };
export const year: Schema = { type: 'integer', minimum: 1900, maximum: 2999, description: 'A calendar year' };
export const position: Schema = {
  type: 'string',
  pattern: '^\\d+$',
  description: 'A place in the whole log',
  example: '1024',
};
export const eventId: Schema = { type: 'string', format: 'uuid' };
export const anything: Schema = { type: 'object', additionalProperties: true };

function isOptional(field: Schema | Optional): field is Optional {
  return 'optional' in field;
}
