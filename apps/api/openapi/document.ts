import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { disputeSchemas } from '../disputes/dispute-schemas';
import { answerSchemas } from './answer-schemas';
import { eventSchemas } from './event-schemas';
import { replySchemas } from './reply-schemas';
import { list, ref, type Schema } from './schema';

const DESCRIPTION = [
  'Facts in, answers out. Every answer is a function of the events known at `knownAt`, the policy packs and the day asked about,',
  'and says why. Facts are recorded, never changed: a mistake is corrected by a `Corrected` or `Voided` event.',
  '',
  'Errors are RFC 9457 problem details with stable `type` URIs. Days are calendar days in China (Asia/Shanghai), money is integer fen,',
  'positions in the log are texts of digits.',
].join('\n');

/** Serves the page at /docs and the document at /docs-json. */
export function serveDocs(app: NestExpressApplication): void {
  SwaggerModule.setup('docs', app, () => apiDocument(app), { jsonDocumentUrl: 'docs-json', raw: ['json'] });
}

/** The OpenAPI 3.1 document. */
function apiDocument(app: NestExpressApplication): OpenAPIObject {
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
    ...answerSchemas,
    ...disputeSchemas,
    ...eventSchemas,
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
  return document;
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
