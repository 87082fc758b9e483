import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { apiDocument } from '../openapi/document';

interface Described {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> } | undefined>
  >;
  components: { schemas: Record<string, object> };
}

/** Holds every reply of a server against the server's own document. */
export interface Conformity {
  /** Replies that the document does not describe so, each once, in words. */
  faults: string[];
  /** Replies that were held against it. */
  checked: number;
}

/** Watches a server that listens; what its routes reply from now on is held against its document. */
export function watchReplies(app: NestExpressApplication): Conformity {
  const conformity: Conformity = { faults: [], checked: 0 };
  const document = apiDocument(app) as unknown as Described;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'api', components: document.components });
  const checks = new Map<object, ValidateFunction>();
  const check = (schema: object) => {
    let compiled = checks.get(schema);
    if (!compiled) {
      const rooted = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"api#/components')) as object;
      checks.set(schema, (compiled = ajv.compile(rooted)));
    }
    return compiled;
  };
  const faultOf = (request: IncomingMessage, response: ServerResponse, body: Buffer): string | undefined => {
    const route = (request as { route?: { path?: unknown } }).route?.path;
    if (typeof route !== 'string' || !/^\/(v1\/|healthz|readyz|metrics)/.test(route)) return undefined;
    conformity.checked += 1;
    const path = route.replace(/:(\w+)/g, '{$1}');
    const method = request.method!.toLowerCase();
    const name = `${method} ${path} ${response.statusCode}`;
    const operation = document.paths[path]?.[method === 'head' ? 'get' : method];
    if (!operation) return `${name}: the document has no such route`;
    const reply = operation.responses[String(response.statusCode)];
    if (!reply) return `${name}: the document has no such reply: ${body.subarray(0, 300).toString()}`;
    if (method === 'head' || response.statusCode === 204 || response.statusCode === 304) return undefined;
    const type = String(response.getHeader('content-type')).split(';', 1)[0]!;
    const content = reply.content?.[type];
    if (!content) return `${name}: the document has no ${type} there`;
    if (!/json$/.test(type)) return undefined;
    const said = body.toString('utf8');
    try {
      const fits = check(content.schema);
      // Of lines of JSON each is held against it.
      for (const one of /ndjson$/.test(type) ? said.trimEnd().split('\n') : [said]) {
        if (!fits(JSON.parse(one))) return `${name}: ${ajv.errorsText(fits.errors)}: ${one.slice(0, 500)}`;
      }
      return undefined;
    } catch (error) {
      return `${name}: ${(error as Error).message}`;
    }
  };
  (app.getHttpServer() as Server).prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = [];
    const keep = (piece: unknown) => {
      if (typeof piece === 'string' || piece instanceof Uint8Array) pieces.push(Buffer.from(piece as Buffer));
    };
    const { write, end } = response;
    response.write = ((...given: Parameters<typeof write>) => {
      keep(given[0]);
      return write.apply(response, given);
    }) as typeof write;
    response.end = ((...given: Parameters<typeof end>) => {
      keep(given[0]);
      return end.apply(response, given);
    }) as typeof end;
    response.on('finish', () => {
      const fault = faultOf(request, response, Buffer.concat(pieces));
      if (fault !== undefined && !conformity.faults.includes(fault)) conformity.faults.push(fault);
    });
  });
  return conformity;
}
