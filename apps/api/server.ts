import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import { ApiModule, type ApiParts } from './api.module';
import { edgeValidation } from './http/edge-validation';
import { securityHeaders } from './http/security-headers';
import { Metrics } from './metrics/metrics';
import { serveDocs } from './openapi/document';

export type { ApiParts } from './api.module';

/** The API over its parts, ready to listen. Closing it leaves the store open. */
export async function createServer(parts: ApiParts): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.of(parts), {
    bodyParser: false,
    // What Nest tells of its own start helps nobody; its failures are thrown.
    logger: false,
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(app.get(Metrics).middleware);
  app.use(securityHeaders);
  app.useGlobalPipes(edgeValidation());
  serveDocs(app);
  await app.init();
  app.useLogger(app.get(Logger));
  return app;
}
