import { spawnSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from 'node:http';
import { loadPoliciesOrThrow } from '../../../libs/policy';
import { readModelLocation, rebuild } from '../../../libs/read-model';
import { operationsOf, sampleOf, type ApiDocument, type DescribedParameter } from '../testing/sample-values';
import { TOKEN, startTestServer, type TestServer } from '../testing/test-server';
import { installation } from '../settings';

/** What someone writes who wires his system to the ledger: types from the document, and nothing else to go by. */
const BY_HAND = `
const region = '211200';
const { data: first, response } = await client.POST('/v1/persons/{person}/events', {
  params: { path: { person: 'P-1' }, header: { 'Idempotency-Key': 'first' } },
  body: [
    { type: 'Registered', effectiveOn: '2022-05-09', data: { scheme: 'employee', region, participation: 'employed', firstTime: true } },
    { type: 'Paid', effectiveOn: '2022-05-16', data: { scheme: 'employee', region, kind: 'regular', feeMonths: { from: '2022-05', through: '2022-05' } } },
  ],
});
// A correction may wait for a second person: then the reply is another.
const recorded = first && 'position' in first ? first : undefined;
expect(recorded?.events.map(({ type }) => type).join(), 'Registered,Paid');
expect(response.headers.get('etag'), '"1"');
const again = await client.POST('/v1/persons/{person}/events', {
  params: { path: { person: 'P-1' }, header: { 'If-Match': '"0"' } },
  body: { type: 'Died', effectiveOn: '2022-06-01' },
});
expect(again.error?.type, 'urn:enrollment-ledger:problem:revision-mismatch');
expect(again.error?.revision, 1);
const { data: answer } = await client.GET('/v1/persons/{person}/answer', {
  params: { path: { person: 'P-1' }, query: { validOn: '2022-05-20', atLeast: recorded!.position, reading: ['A-01:B'] } },
});
const status: 'covered' | 'waiting' | 'pending' | 'paused' | 'notCovered' | 'undetermined' | undefined = answer?.benefit.status;
expect(status, 'waiting');
expect(answer?.waitingPeriods[0]?.through, '2022-08-14');
const { data: decision, error } = await client.POST('/v1/persons/{person}/commands/{command}', {
  params: { path: { person: 'P-1', command: 'Suspend' }, query: { dryRun: 'true' } },
  body: { on: '2022-06-10', data: { scheme: 'employee', region, reason: 'resignation' } },
});
expect(error, undefined);
expect(decision && 'changes' in decision && decision.changes?.some(({ part }) => part === 'registrations'), true);
const refused = await client.POST('/v1/persons/{person}/commands/{command}', {
  params: { path: { person: 'P-1', command: 'Retire' } },
  body: { on: '2022-06-10', data: { region } },
});
expect(refused.error?.citation?.document !== undefined && refused.error.zh !== undefined, true);
const events: string[] = [];
for (let from: string | undefined = '1'; from !== undefined; ) {
  const reply: { data?: { events: { id: string }[]; next: string | null } } = await client.GET('/v1/events', {
    params: { query: { from, limit: 1, type: ['Paid', 'Registered'] } },
  });
  events.push(...reply.data!.events.map(({ id }) => id));
  from = new URL(reply.data!.next ?? '?', 'http://x').searchParams.get('from') ?? undefined;
}
expect(events.length, 4);
const { data: listed } = await client.GET('/v1/persons', { params: { query: { validOn: '2022-05-20', status: 'waiting', limit: 5 } } });
expect(listed?.items[0]?.person, 'P0001');
expect(listed?.items[0]?.benefit.status, 'waiting');
`;

const HEAD = `
import createClient from 'openapi-fetch';
import type { paths } from './schema';

const client = createClient<paths>({ baseUrl: process.env['API']!, headers: { Authorization: \`Bearer \${process.env['TOKEN']}\` } });
function expect(actual: unknown, wanted: unknown): void {
  if (actual !== wanted) throw new Error(\`expected \${String(wanted)}, got \${String(actual)}\`);
}
function told(operation: string, { response }: { response: Response }): void {
  console.log(JSON.stringify({ operation, status: response.status }));
}

async function main(): Promise<void> {
`;

let server: TestServer;
let document: ApiDocument;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  document = (await server.stranger.get('/docs-json').expect(200)).body as ApiDocument;
  folder = mkdtempSync(join(tmpdir(), 'ledger-client-'));
  const region = '211200';
  const registered = { scheme: 'employee', region, participation: 'employed', firstTime: true };
  const paid = { scheme: 'employee', region, kind: 'regular', feeMonths: { from: '2022-05', through: '2022-05' } };
  await server
    .post('/v1/persons/P0001/events', [
      { type: 'Registered', effectiveOn: '2022-05-09', data: registered },
      { type: 'Paid', effectiveOn: '2022-05-16', data: paid },
    ])
    .expect(201);
  await rebuild({
    readModel: readModelLocation(server.folder, undefined),
    store: server.store,
    policies: loadPoliciesOrThrow('policies'),
  });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.close();
});

/** One call of every operation, with values that the document itself gives. */
function everyCall(): string {
  const literal = (value: unknown) => JSON.stringify(value);
  const valueOf = ({ example, schema }: DescribedParameter) => {
    if (example === undefined || schema.type !== 'string') return sampleOf(schema, document);
    return String(example);
  };
  return operationsOf(document)
    .map(({ method, path, operation }) => {
      const parameters = operation.parameters ?? [];
      const given = (place: string) =>
        Object.fromEntries(
          parameters
            .filter((parameter) => parameter.in === place && (parameter.required || place === 'query'))
            .filter(({ name }) => name !== 'cursor' && name !== 'atLeast')
            .map((parameter) => [parameter.name, valueOf(parameter)]),
        );
      const params = Object.fromEntries(
        ['path', 'query']
          .map((place) => [place, given(place)])
          .filter(([, of]) => Object.keys(of as object).length > 0),
      );
      const [type = '', body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
      const sent = body ? sampleOf(body.schema, document) : undefined;
      const text = /json$/.test(type)
        ? ''
        : `, bodySerializer: (body) => body as string, headers: { 'Content-Type': ${literal(type)} }`;
      const options = [
        ...(Object.keys(params).length > 0 ? [`params: ${literal(params)}`] : []),
        ...(body ? [`body: ${literal(sent)}${text}`] : []),
        ...(jsonOf(operation.responses) ? [] : ["parseAs: 'text'"]),
      ];
      return `told(${literal(operation.operationId)}, await client.${method.toUpperCase()}(${literal(path)}, { ${options.join(', ')} }));`;
    })
    .join('\n');
}

function jsonOf(responses: ApiDocument['paths'][string][string]['responses']): boolean {
  return Object.entries(responses).some(
    ([status, { content }]) => status.startsWith('2') && content !== undefined && 'application/json' in content,
  );
}

async function ended(
  program: string,
  env: Record<string, string>,
): Promise<{ out: string; err: string; code: number | null }> {
  const child = spawn(process.execPath, [program], { env: { ...process.env, ...env } });
  let out = '';
  let err = '';
  child.stdout.on('data', (piece) => (out += String(piece)));
  child.stderr.on('data', (piece) => (err += String(piece)));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { out, err, code };
}

describe('a client generated from the document', () => {
  it('compiles in strict mode, and every operation can be called with it', async () => {
    const root = installation();
    const bin = (...path: string[]) => join(root, 'node_modules', ...path);
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'document.json'), JSON.stringify(document));
    const generated = spawnSync(
      process.execPath,
      [bin('openapi-typescript', 'bin', 'cli.js'), join(folder, 'document.json'), '-o', join(folder, 'schema.d.ts')],
      { encoding: 'utf8' },
    );
    expect({ status: generated.status, said: generated.stderr }).toMatchObject({ status: 0 });
    // A parameter of which the document says nothing would be of any type.
    const types = readFileSync(join(folder, 'schema.d.ts'), 'utf8');
    const parameters = types.slice(types.indexOf('export interface operations'));
    expect(parameters.match(/^ +"?[\w-]+"?\??: unknown;$/gm) ?? []).toEqual([]);

    writeFileSync(join(folder, 'program.ts'), `${HEAD}${BY_HAND}\n${everyCall()}\n}\n\nvoid main();\n`);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          noUncheckedIndexedAccess: true,
          target: 'ES2023',
          module: 'node16',
          moduleResolution: 'node16',
          lib: ['ES2023', 'DOM', 'DOM.Iterable'],
          types: ['node'],
          skipLibCheck: true,
          outDir: 'out',
          rootDir: '.',
        },
        files: ['program.ts'],
      }),
    );
    const compiled = spawnSync(process.execPath, [bin('typescript', 'bin', 'tsc'), '-p', folder], { encoding: 'utf8' });
    expect(compiled.stdout).toBe('');

    const { port } = (server.app.getHttpServer() as Server).address() as AddressInfo;
    const { out, err, code } = await ended(join(folder, 'out', 'program.js'), {
      API: `http://127.0.0.1:${port}`,
      TOKEN,
      NO_PROXY: '*',
    });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const calls = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { operation: string; status: number });
    expect(calls.map(({ operation }) => operation).sort()).toEqual(
      operationsOf(document)
        .map(({ operation }) => operation.operationId)
        .sort(),
    );
    expect(calls.filter(({ status }) => status >= 500 && status !== 503)).toEqual([]);
    // Of what must have been made before it can be named, nothing is there.
    const answerable = calls.filter(({ status }) => status !== 404);
    expect(calls.filter(({ status }) => status < 300).length).toBeGreaterThan(answerable.length / 2);
  }, 120_000);
});
