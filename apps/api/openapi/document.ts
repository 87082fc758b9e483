import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Response } from 'express';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { accessSchemas } from '../access/access-schemas';
import { problemKinds, type ProblemKind } from '../http/problem';
import { identitySchemas } from '../identities';
import { disputeSchemas } from '../disputes/dispute-schemas';
import { answerSchemas } from './answer-schemas';
import { feedSchemas } from '../feeds/feed-schemas';
import { eventSchemas } from './event-schemas';
import { replySchemas } from './reply-schemas';
import { day, list, ref, region, type Schema } from './schema';

const DESCRIPTION = [
  'Facts in, answers out. Every answer is a function of the events known at `knownAt`, the policy packs and the day asked about,',
  'and says why. Facts are recorded, never changed: a mistake is corrected by a `Corrected` or `Voided` event.',
  '',
  'Errors are RFC 9457 problem details with stable `type` URIs. Days are calendar days in China (Asia/Shanghai), money is integer fen,',
  'positions in the log are texts of digits.',
].join('\n');

/** Serves the page at /docs, where whoever opens the bare address is sent, and the document at /docs-json. */
export function serveDocs(app: NestExpressApplication): void {
  SwaggerModule.setup('docs', app, () => apiDocument(app), { jsonDocumentUrl: 'docs-json', raw: ['json'] });
  app.getHttpAdapter().get('/', (_request: unknown, response: unknown) => (response as Response).redirect('docs'));
}

/** The OpenAPI 3.1 document. */
export function apiDocument(app: NestExpressApplication): OpenAPIObject {
  const outline = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Enrollment ledger')
    .setDescription(DESCRIPTION)
    .setVersion('v1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The token that the first start printed' })
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, outline);
  const schemas: Record<string, Schema> = {
    ...accessSchemas,
    ...answerSchemas,
    ...disputeSchemas,
    ...eventSchemas,
    ...feedSchemas,
    ...identitySchemas,
    ...replySchemas,
    ...bodySchemas(),
  };
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...(schemas as object) },
  };
  for (const path of ['/healthz', '/readyz']) {
    const open = document.paths[path]?.get;
    if (open) open.security = [];
  }
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path) as Operation[]) complete(operation);
  }
  return document;
}

interface Parameter {
  name: string;
  in: string;
  schema?: Schema;
}
interface Reply {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, { schema: object }>;
}
interface Operation {
  parameters?: Parameter[];
  requestBody?: object;
  responses: Record<string, Reply>;
  security?: object[];
}

/** Problems that every route may answer with, whoever asks; and those of routes that are not open to anyone. */
const ANYWHERE: ProblemKind[] = ['invalid-input', 'malformed-request', 'too-many-headers', 'internal'];
const BEHIND_THE_DOOR: ProblemKind[] = ['unauthenticated', 'forbidden', 'rate-limited', 'sign-in-unreachable'];
/** Of a route whose path names a person: somebody of other regions is as unknown as nobody. */
const ABOUT_A_PERSON: ProblemKind[] = ['unknown-person'];
const WRITING: ProblemKind[] = ['outcome-unknown'];
const SENDING: ProblemKind[] = ['too-large', 'unsupported-media-type'];

/** What routes have in common and none of them says: forms of parameters, headers of replies, problems of every request. */
function complete(operation: Operation): void {
  const parameters = operation.parameters ?? [];
  for (const parameter of parameters) parameter.schema = formOf(parameter);
  const has = (name: string) => parameters.some((parameter) => parameter.name === name);
  const open = operation.security?.length === 0;
  const kinds = [
    ...ANYWHERE,
    ...(open ? [] : BEHIND_THE_DOOR),
    ...(has('person') ? ABOUT_A_PERSON : []),
    ...(has('Idempotency-Key') ? WRITING : []),
    ...(operation.requestBody ? SENDING : []),
  ];
  for (const kind of kinds) {
    const { status, title } = problemKinds[kind];
    operation.responses[status] ??= {
      description: `${title} (${kind})`,
      content: { 'application/problem+json': { schema: ref('Problem') } },
    };
  }
  if (has('dryRun')) {
    const done = operation.responses['201'];
    if (done) operation.responses['200'] ??= { ...done, description: 'With dryRun: what would be recorded.' };
  }
  for (const [status, reply] of Object.entries(operation.responses)) {
    const header = (name: string, description: string) => {
      (reply.headers ??= {})[name] = { description, schema: { type: 'string' } };
    };
    header('X-Correlation-Id', 'Under which the request stands in the log; the one it brought, or a new one');
    if (!status.startsWith('2')) continue;
    if (has('Idempotency-Key')) {
      if (has('If-Match')) header('ETag', 'The revision of the stream, for If-Match');
      header('Idempotency-Hit', 'true: answered as the same request before');
    }
    if (has('atLeast')) {
      header('Ledger-Position', 'Up to where in the log this reply knows');
      header('Ledger-Behind', 'By how much that falls short of what was asked for, or of the log');
    }
    if (has('limit')) header('Link', 'The next page, rel="next"');
  }
}

const FORMS: Readonly<Record<string, Schema>> = {
  validOn: day,
  on: day,
  since: day,
  endingFrom: day,
  endingThrough: day,
  region,
};

function formOf({ name, in: place, schema }: Parameter): Schema {
  if (schema && (schema.$ref !== undefined || schema.enum || schema.items || schema.format || schema.pattern))
    return schema;
  if (schema?.type !== undefined && schema.type !== 'string') return schema;
  return (place === 'query' || name === 'region' ? FORMS[name] : undefined) ?? { ...schema, type: 'string' };
}

function bodySchemas(): Record<string, Schema> {
  const many = (event: string): Schema => ({
    oneOf: [
      ref(event),
      list(ref(event), { minItems: 1, maxItems: 1000 }),
      {
        type: 'object',
        properties: { events: list(ref(event), { minItems: 1, maxItems: 1000 }) },
        required: ['events'],
        additionalProperties: false,
      },
    ],
  });
  return Object.fromEntries(['PersonEvent', 'RegionEvent', 'EmployerEvent'].map((event) => [`${event}s`, many(event)]));
}
