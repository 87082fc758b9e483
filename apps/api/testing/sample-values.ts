import type { Schema } from '../openapi/schema';

/** The document of the API as its tests read it. */
export interface ApiDocument {
  openapi: string;
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: Record<string, Schema> };
}

export interface DescribedOperation {
  operationId: string;
  parameters?: DescribedParameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
  security?: unknown[];
}

export interface DescribedParameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
  description?: string;
  example?: unknown;
}

/** The operations of a document, each with its method and path. */
export function operationsOf(document: ApiDocument): { method: string; path: string; operation: DescribedOperation }[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
}

/** A value that fits a schema, as small as may be: the example it gives, or the least that it asks for. */
export function sampleOf(schema: Schema, document: ApiDocument): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.$ref !== undefined) return sampleOf(named(schema.$ref, document), document);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.oneOf) return sampleOf(schema.oneOf[0]!, document);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, sampleOf(schema.properties?.[name] ?? {}, document)]),
      );
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}, document));
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return textFor(schema);
  }
}

/** The schema behind a reference. */
export function named(reference: string, { components }: ApiDocument): Schema {
  const schema = components.schemas[reference.replace('#/components/schemas/', '')];
  if (!schema) throw new Error(`the document has no ${reference}`);
  return schema;
}

function textFor({ format, pattern }: Schema): string {
  switch (format) {
    case 'date':
      return '2022-11-05';
    case 'date-time':
      return '2022-11-05T09:00:00.000+08:00';
    case 'uuid':
      return '6f6f8f0e-2f0f-4d53-9a52-2b6b3b0a7a10';
    default:
      return pattern === undefined || !pattern.includes('\\d') ? 'sample' : '1';
  }
}
