import { problemKinds, problemType } from '../http/problem';
import { importSchemas } from '../imports/import-schemas';
import { reconciliationSchemas } from '../reconciliations/reconciliation-schemas';
import { listSchemas } from './list-schemas';
import { anything, day, flag, list, one, position, record, ref, region, text, whole, type Schema } from './schema';

const states: Schema = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    properties: { status: one(['up', 'down']) },
    required: ['status'],
    additionalProperties: true,
  },
};
const revision: Schema = { ...whole, minimum: 0, description: 'The place in the stream, from 0' };
const words = record({ zh: text, en: text });
const next: Schema = { type: ['string', 'null'], description: 'Where the next page is; null at the end' };
const streamPage = (of: string, last: Schema) =>
  record({ [of]: text, revision: last, events: list(ref('StoredEvent')), next });
const recorded = {
  stream: text,
  revision,
  position,
  events: list(ref('StoredEvent')),
  dryRun: { type: 'boolean', description: 'Nothing was recorded' },
  changes: list(ref('AnswerChange')),
  warnings: list(ref('Warning')),
};
const policySummary = {
  id: text,
  version: text,
  region,
  parent: text,
  name: words,
  effectiveFrom: day,
  effectiveThrough: day,
  schemes: list(text),
  sourceStatus: text,
  sha256: text,
};

/** The schemas of what the API says around events and answers. */
export const replySchemas: Record<string, Schema> = {
  Recorded: record(
    recorded,
    ['dryRun', 'changes', 'warnings'],
    'What was recorded for the request; revision and position are those of its last event',
  ),
  Warning: record(
    {
      field: { ...text, description: 'Where it stands in the reply' },
      value: text,
      known: list(text),
      zh: text,
      en: text,
    },
    [],
    'What was recorded and settles nothing as the packs stand',
  ),
  AnswerChange: record(
    { part: text, before: {}, after: {} },
    [],
    'A part of the person’s answer that the events would change',
  ),
  EventPage: streamPage('person', revision),
  RegionEventPage: streamPage('region', { ...revision, type: ['integer', 'null'] }),
  EmployerEventPage: streamPage('employer', revision),
  LogPage: record({
    through: { ...position, description: 'The last position that was looked at; go on after it' },
    events: list(ref('StoredEvent')),
    unreadable: list(record({ position, stream: text, revision, type: text })),
    next,
  }),
  ...listSchemas,
  Decision: record(
    {
      accepted: { ...flag },
      rule: text,
      review: { ...flag, description: 'A person must look' },
      notes: list(record({ rule: text, family: text, zh: text, en: text }, ['rule', 'family'])),
      ...recorded,
    },
    ['rule', 'review', 'notes', 'revision', 'position', 'dryRun', 'changes', 'warnings'],
    'An accepted decision with the events it recorded; none where all that was asked for already held',
  ),
  ...importSchemas,
  ...reconciliationSchemas,
  PolicyList: record({ policies: list(ref('PolicySummary')) }),
  PolicySummary: record(policySummary, ['parent', 'effectiveThrough']),
  Policy: {
    ...record(
      { ...policySummary, on: day, keys: list(anything), rules: anything, readings: anything, outside: anything },
      ['parent', 'effectiveThrough', 'keys'],
    ),
    description: 'A pack as it rules on a day: each key of the law with its value, or why it has none',
  },
  ReportList: record({
    reports: list(record({ name: text, title: words, about: words, columns: list(ref('ReportColumn')) })),
  }),
  ReportColumn: record({
    name: text,
    title: words,
    kind: one(['text', 'word', 'region', 'person', 'day', 'month', 'count', 'fen']),
  }),
  ReportSheet: record({
    report: text,
    title: words,
    basis: record({ validOn: day, knownAt: text, since: day, region }, ['since', 'region']),
    evaluation: record({
      from: { ...one(['tables', 'log']), description: 'log: persons touched later were evaluated anew as known then' },
      position: { ...whole, description: 'How far in the log the tables have come' },
      behind: { ...text, description: 'Events after that' },
      evaluatedAnew: { ...whole, description: 'Persons evaluated anew' },
    }),
    columns: list(ref('ReportColumn')),
    rows: list({ ...anything, description: 'A cell by the name of its column' }),
  }),
  Alive: record({ status: { ...text, const: 'ok' } }),
  Ready: record(
    { status: text, info: states, error: states, details: states },
    [],
    'The state of each part; `error` holds those that are down',
  ),
  Problem: {
    type: 'object',
    description: 'RFC 9457 problem details. Branch on type; detail is for people and may be reworded.',
    properties: {
      type: { type: 'string', enum: (Object.keys(problemKinds) as (keyof typeof problemKinds)[]).map(problemType) },
      title: text,
      status: whole,
      detail: text,
      instance: { ...text, description: 'The request, by the id under which the log has it' },
      errors: list(
        record({
          field: { ...text, description: 'The path in the body, or the name of the parameter or header' },
          value: { description: 'What was given; described in brackets where it may be personal' },
          expected: text,
        }),
      ),
      errorsLeftOut: whole,
      rule: { ...text, description: 'The rule that refuses', example: 'JX-3.3' },
      citation: ref('Citation'),
      zh: text,
      details: anything,
      review: flag,
      revision: { type: ['integer', 'null'], description: 'Where the stream stands' },
      otherPersonId: { ...text, description: 'Who holds the document; absent where he is of other regions alone' },
      erasedAt: { ...text, description: 'When the identity was erased' },
      checks: anything,
    },
    required: ['type', 'title', 'status', 'detail', 'instance'],
    additionalProperties: false,
  },
};
