import type { Server } from 'node:http';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import { ApiModule, type ApiParts } from './api.module';
import { edgeValidation, strayParameters } from './http/edge-validation';
import { KnownPositions } from './http/known-positions';
import { securityHeaders } from './http/security-headers';
import { Metrics } from './metrics/metrics';
import { serveDocs } from './openapi/document';
import { requestSpans } from './tracing';

export type { ApiParts } from './api.module';

/** The API over its parts, ready to listen, with controllers beside its own where there are any. Closing it leaves the store open. */
export async function createServer(parts: ApiParts, beside: Type[] = []): Promise<NestExpressApplication> {
  const module = ApiModule.of(parts);
  module.controllers!.push(...beside);
  const app = await NestFactory.create<NestExpressApplication>(module, {
    bodyParser: false,
    // What Nest tells of its own start helps nobody; its failures are thrown.
    logger: false,
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  if (parts.traced) app.use(requestSpans);
  app.use(app.get(Metrics).middleware);
  app.use(securityHeaders);
  app.useGlobalPipes(edgeValidation());
  app.useGlobalInterceptors(strayParameters, app.get(KnownPositions));
  limitTimes(app.getHttpServer() as Server, parts.settings.access.requestSeconds);
  serveDocs(app);
  await app.init();
  app.useLogger(app.get(Logger));
  return app;
}

/** How long a connection may take for its headers, whoever sends them. */
const HEADERS_MS = 20_000;

/** Lets nobody hold a connection by sending slowly. */
function limitTimes(server: Server, requestSeconds: number): void {
  server.requestTimeout = 1000 * requestSeconds;
  server.headersTimeout = Math.min(HEADERS_MS, server.requestTimeout);
}
