import type { RuleKey } from '../evaluation';
import type { KeyDefinition } from './key';
import { announcements } from './announcements';
import { ruleKeys } from './rule-keys';
import { pointerTo, type AnyShape, type JsonSchema } from './shapes';

const RULE_ID = '^[A-Z]{1,6}-[0-9A-Za-z]+(\\.[0-9A-Za-z]+)*$';
const READING_ID = '^[A-Z]{1,4}-\\d{1,3}$';
const CHOICE = '^[A-Z]$';
const REFERENCE_NAME = '^[a-z][A-Za-z0-9]{0,63}(\\.[a-z][A-Za-z0-9]{0,31})?$';
const ANNOUNCEMENT = announcements.join('|');

const text = { type: 'string', minLength: 1, title: 'a text; quote what YAML would take for a number' };
const words = fields({ zh: text, en: text });
const day = { type: 'string', format: 'date', title: 'a day that exists, YYYY-MM-DD' };
const ruleId = { type: 'string', pattern: RULE_ID, title: 'a rule id such as ZZ-1.2a' };
const referenceName = {
  type: 'string',
  pattern: `${REFERENCE_NAME}|^(${ANNOUNCEMENT})$`,
  title: 'the name of a reference value such as averageMonthlyWageFen',
};

/** The JSON Schema of a pack file (draft 2020-12): drives editors, and the loader's first check. */
export function packSchema(): JsonSchema {
  const families = familiesSchema();
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'pack.schema.json',
    ...fields(
      {
        pack: { type: 'string', pattern: '^[A-Za-z0-9-]+$', title: 'the name of the folder, such as 990100-zhongzhou' },
        version: { type: 'string', minLength: 1, title: 'the name of the file, a text such as "2026-01-01"' },
        region: {
          type: 'string',
          pattern: '^(000000|[1-9]\\d{5})$',
          title: 'a region code of six digits in quotes, such as "990100"',
        },
        name: words,
        document: { type: 'string', minLength: 1, title: 'the short name by which citations call the document' },
        source: {
          enum: ['complete', 'excerpt', 'truncated', 'secondary'],
          title: 'one of complete, excerpt, truncated, secondary',
        },
        effective: fields({ from: pointer('calendarDay') }, { through: pointer('calendarDay') }),
        schemes: {
          type: 'array',
          items: { enum: ['employee', 'resident'], title: 'one of employee, resident' },
          minItems: 1,
          uniqueItems: true,
          title: 'at least one of employee, resident',
        },
      },
      {
        inherits: { type: 'string', minLength: 1, title: 'the name of the parent pack, such as CN' },
        rules: byName(
          RULE_ID,
          'a rule id such as ZZ-1.2a',
          fields({ article: text, zh: text, en: text }, { document: text, by: text }),
        ),
        outside: byName(
          RULE_ID,
          'a rule id such as ZZ-1.2a',
          fields({ article: text, zh: text, en: text }, { document: text }),
        ),
        readings: byName(READING_ID, 'a reading id such as A-01', {
          type: 'string',
          pattern: CHOICE,
          title: 'a choice such as A',
        }),
        readingTexts: byName(
          READING_ID,
          'a reading id such as A-01',
          fields({
            zh: text,
            en: text,
            choices: {
              ...byName(CHOICE, 'a choice such as A', words),
              minProperties: 2,
              title: 'at least two choices',
            },
          }),
        ),
        references: byName(REFERENCE_NAME, referenceName.title, words),
        families: { $ref: '#/$defs/families' },
        overlay: fields(
          {},
          Object.fromEntries(
            ['add', 'replace', 'restrict', 'exempt'].map((kind) => [kind, { $ref: '#/$defs/families' }]),
          ),
        ),
      },
    ),
    $defs: { families, ...definitions() },
  };
}

/** Keys nest at their dots; unknown keys are refused at every depth. */
function familiesSchema(): JsonSchema {
  interface Branch {
    [step: string]: Branch | KeyDefinition<never>;
  }
  const root: Branch = {};
  for (const key of Object.keys(ruleKeys) as RuleKey[]) {
    const steps = key.split('.');
    const last = steps.pop()!;
    let branch = root;
    for (const step of steps) branch = (branch[step] ??= {}) as Branch;
    branch[last] = ruleKeys[key] as unknown as KeyDefinition<never>;
  }
  const schemaOf = (branch: Branch): JsonSchema => ({
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      Object.entries(branch).map(([step, below]) => [step, isDefinition(below) ? keySchema(below) : schemaOf(below)]),
    ),
  });
  return schemaOf(root);
}

function isDefinition(below: object): below is KeyDefinition<never> {
  return 'shape' in below;
}

function keySchema({ zh, en, unit, shape }: KeyDefinition<never>): JsonSchema {
  return { title: zh, description: unit ? `${en} (${unit})` : en, $ref: `#/$defs/leaf-${shape.name}` };
}

function definitions(): JsonSchema {
  const shapes = new Map<string, AnyShape>();
  const collect = (shape: AnyShape) => {
    const known = shapes.get(shape.name);
    if (known && JSON.stringify(known.schema) !== JSON.stringify(shape.schema))
      throw new Error(`two shapes are named ${shape.name}`);
    shapes.set(shape.name, shape);
    shape.parts.forEach(collect);
  };
  const leaves = Object.values(ruleKeys).map(({ shape }) => shape as AnyShape);
  leaves.forEach(collect);
  const result: JsonSchema = {
    calendarDay: day,
    ruleId,
    referenceName,
    readingId: { type: 'string', pattern: READING_ID, title: 'a reading id such as A-01' },
    cite: fields({ article: text }, { document: text }),
    form: formSchema(),
    datedForm: formSchema(['from'], { from: pointer('calendarDay'), through: pointer('calendarDay') }),
  };
  for (const shape of new Set(leaves)) {
    const own = { properties: { value: pointer(`value-${shape.name}`), into: intoSchema(shape) } };
    result[`leaf-${shape.name}`] = {
      if: { type: 'array' },
      then: { items: { ...pointer('datedForm'), ...own }, minItems: 1, title: 'at least one dated entry' },
      else: { ...pointer('form'), ...own },
    };
    result[`value-${shape.name}`] = openToReadings(pointerTo(shape), {
      if: { const: 'silent' },
      then: {},
      else: pointer(`value-${shape.name}`),
    });
  }
  for (const shape of shapes.values()) {
    if (shape.name in result) throw new Error(`a shape may not be named ${shape.name}`);
    result[shape.name] = openToReadings({ ...shape.schema, title: shape.expected }, pointerTo(shape));
  }
  return result;
}

/** In the place of any value an unclear clause may stand, with a value for each choice. */
function openToReadings(schema: JsonSchema, branch: JsonSchema): JsonSchema {
  return {
    if: { type: 'object', required: ['reading'] },
    then: {
      properties: { reading: pointer('readingId') },
      patternProperties: { [CHOICE]: branch },
      additionalProperties: false,
      minProperties: 3,
      title: 'the field reading and a value for each of its choices',
    },
    else: schema,
  };
}

/** One of the forms a value takes, each with the fields that belong to it. What the value looks like is each key's own. */
function formSchema(required: string[] = [], properties: Record<string, JsonSchema> = {}): JsonSchema {
  const form = (name: string, schema: JsonSchema, needs: string[], more: Record<string, JsonSchema>): JsonSchema => ({
    type: 'object',
    properties: { [name]: schema, rule: pointer('ruleId'), cite: pointer('cite'), ...more, ...properties },
    required: [name, ...needs, ...required],
    additionalProperties: false,
  });
  const yes = { const: true, title: 'true' };
  const gap = { needs: pointer('referenceName'), into: {} };
  return {
    if: { type: 'object', required: ['value'] },
    then: form('value', {}, ['rule'], gap),
    else: {
      if: { type: 'object', required: ['external'] },
      then: form('external', pointer('referenceName'), ['rule'], { into: {} }),
      else: {
        if: { type: 'object', required: ['notAvailable'] },
        then: form('notAvailable', yes, [], gap),
        else: {
          if: { type: 'object', required: ['silent'] },
          then: form('silent', yes, [], gap),
          else: { not: {}, title: 'one of value, silent, notAvailable, external' },
        },
      },
    },
  };
}

/** The part of an object that a published length completes; a plain value takes the published one as it is. */
function intoSchema(shape: AnyShape): JsonSchema {
  const properties = shape.schema['properties'] as Record<string, JsonSchema> | undefined;
  if (!properties) return { not: {}, title: `no field into: the published value is ${shape.expected}` };
  const { length: _published, ...rest } = properties;
  return {
    type: 'object',
    properties: rest,
    additionalProperties: false,
    title: 'the fields that the published value completes',
  };
}

function pointer(name: string): JsonSchema {
  return { $ref: `#/$defs/${name}` };
}

function fields(required: Record<string, JsonSchema>, optional: Record<string, JsonSchema> = {}): JsonSchema {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
    title: `fields ${Object.keys({ ...required, ...optional }).join(', ')}`,
  };
}

function byName(pattern: string, expected: string, schema: JsonSchema): JsonSchema {
  return {
    type: 'object',
    propertyNames: { pattern, title: expected },
    additionalProperties: schema,
    title: `values by ${expected}`,
  };
}
