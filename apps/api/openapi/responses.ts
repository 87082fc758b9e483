import { HttpCode, applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { problemKinds, type ProblemKind } from '../http/problem';
import { day, position, ref, whole, type Schema } from './schema';

/** The reply that a route gives when all is well, in JSON; `also` names other media types that it may have. */
export function ApiAnswers(
  status: number,
  schema: string,
  description: string,
  also: readonly string[] = [],
): MethodDecorator {
  const json = { 'application/json': { schema: ref(schema) as object } };
  return ApiResponse({ status, description, content: { ...json, ...filesOf(also) } });
}

/** The reply of a route that gives a file or a text. */
export function ApiFile(description: string, ...types: string[]): MethodDecorator {
  return ApiResponse({ status: 200, description, content: filesOf(types) });
}

function filesOf(types: readonly string[]): Record<string, { schema: object }> {
  return Object.fromEntries(
    types.map((type) => [type, { schema: { type: 'string', ...(/^text\//.test(type) ? {} : { format: 'binary' }) } }]),
  );
}

/** The problems that a route may answer with, beside those that every route may. */
export function ApiProblems(...kinds: ProblemKind[]): MethodDecorator {
  const byStatus = new Map<number, string[]>();
  for (const kind of kinds) {
    const { status, title } = problemKinds[kind];
    byStatus.set(status, [...(byStatus.get(status) ?? []), `${title} (${kind})`]);
  }
  return applyDecorators(
    ...[...byStatus].map(([status, told]) =>
      ApiResponse({
        status,
        description: told.join('; '),
        content: { 'application/problem+json': { schema: ref('Problem') as object } },
      }),
    ),
  );
}

/** The headers and the query of a write. */
export function ApiWrite(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Names the request, so that it can be sent again: recorded once, answered alike (Idempotency-Hit: true)',
    }),
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'Record only if the stream is at this revision: its ETag such as "12", or * for any',
    }),
    ApiHeader({ name: 'If-None-Match', required: false, description: '*: record only if the stream has no event yet' }),
    ApiQuery({
      name: 'dryRun',
      required: false,
      enum: ['true', 'false'],
      description: 'Record nothing; show what would be recorded and what it would change in the answer',
    }),
    ApiQuery({
      name: 'validOn',
      required: false,
      description: 'With dryRun: the day on which the answers are compared; left out: today in China',
      schema: day as object,
    }),
  );
}

/** The parameter of a reading that follows a write. */
export function ApiAtLeast(): MethodDecorator {
  return ApiQuery({
    name: 'atLeast',
    required: false,
    schema: position as object,
    description:
      'A position, as a write answered it: wait for it a moment. The reply tells where the log is (Ledger-Position), and by how much it falls short (Ledger-Behind)',
  });
}

/** A parameter of a list that may be left out. */
interface Filter {
  name: string;
  description?: string;
  example?: string;
  enum?: readonly string[];
  /** Left out: a text. */
  schema?: Schema;
  /** It may be repeated. */
  isArray?: boolean;
}

/** The parameters by which a list is narrowed. */
export function ApiFilters(...filters: Filter[]): MethodDecorator {
  return applyDecorators(
    ...filters.map(({ enum: words, schema, isArray, ...filter }) => {
      const one: Schema = words ? { type: 'string', enum: [...words] } : (schema ?? { type: 'string' });
      const given: Schema = isArray ? { type: 'array', items: one } : one;
      return ApiQuery({ ...filter, required: false, schema: given as object });
    }),
  );
}

/** The parameters of a page of a stream. */
export function ApiStreamPage(): MethodDecorator {
  return applyDecorators(
    ApiFilters(
      { name: 'from', description: 'The first revision to give; left out: 0', schema: { ...whole, minimum: 0 } },
      {
        name: 'limit',
        description: 'How many events at most; left out: 500',
        schema: { ...whole, minimum: 1, maximum: 1000 },
      },
    ),
    ApiAtLeast(),
  );
}

/** The parameters of a page of a list. */
export function ApiPaging(): MethodDecorator {
  return ApiFilters(
    {
      name: 'limit',
      description: 'How many items at most; left out: 100',
      schema: { ...whole, minimum: 1, maximum: 500 },
    },
    {
      name: 'cursor',
      description: 'Where the page before ended; it stands in its `next`, and fits the same parameters only',
    },
  );
}

/** A route that records one event or many. */
export function ApiRecords(event: 'PersonEvent' | 'RegionEvent' | 'EmployerEvent'): MethodDecorator {
  return applyDecorators(
    HttpCode(201),
    ApiWrite(),
    ApiBody({ required: true, schema: ref(`${event}s`) as object }),
    ApiAnswers(201, 'Recorded', 'Recorded now, or by the same request before (Idempotency-Hit: true).'),
    ApiAsked(),
    ApiProblems('invalid-input', 'id-conflict', 'revision-mismatch', 'too-large', 'unsupported-media-type'),
  );
}

/** The reply of a write that needs a second person. */
export function ApiAsked(): MethodDecorator {
  return ApiAnswers(202, 'Change', 'Asked for: a second person must approve it.');
}
