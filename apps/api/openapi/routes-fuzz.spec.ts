import { readFileSync, readdirSync } from 'node:fs';
import { request as httpRequest, Agent, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { employerEventTypes, personEventTypes, regionEventTypes } from '../../../events';
import { population } from '../../../libs/generation';
import { loadPoliciesOrThrow } from '../../../libs/policy';
import { readModelLocation, rebuild } from '../../../libs/read-model';
import { append } from '../../../libs/reports/testing/filled';
import { fitting, oddTexts, oddValue, spoiled } from '../testing/odd-values';
import {
  operationsOf,
  type ApiDocument,
  type DescribedOperation,
  type DescribedParameter,
} from '../testing/sample-values';
import { TOKEN, startTestServer, type TestServer } from '../testing/test-server';

/**
 * Every route of the document, sent thousands of things that nobody means: the answer is always one that the document describes,
 * never a fault of the server, and the log grows by what was acknowledged and by nothing else.
 */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 60);
const RATE = '100000';

let server: TestServer;
let document: ApiDocument;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let sent = 0;
beforeAll(async () => {
  server = await startTestServer({
    environment: {
      LEDGER_BODY_BYTES: '100000',
      LEDGER_IMPORT_BYTES: '100000',
      LEDGER_RATE_PER_SECOND: RATE,
      LEDGER_MACHINE_RATE_PER_SECOND: RATE,
    },
  });
  document = (await server.stranger.get('/docs-json').expect(200)).body as ApiDocument;
  await append(server.store, population({ persons: 5, seed: 5, regions: ['211200'] }));
  await rebuild({
    readModel: readModelLocation(server.folder, undefined),
    store: server.store,
    policies: loadPoliciesOrThrow('policies'),
  });
});
afterAll(async () => {
  agent.destroy();
  await server.close();
});

interface Sent {
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
}
interface Reply {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

function send(method: string, { path, headers, body }: Sent): Promise<Reply> {
  const { port } = (server.app.getHttpServer() as Server).address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        method: method.toUpperCase(),
        host: '127.0.0.1',
        port,
        path,
        agent,
        headers: { Authorization: `Bearer ${TOKEN}`, ...headers },
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            text: Buffer.concat(pieces).toString('utf8'),
          }),
        );
      },
    );
    request.on('error', reject);
    if (body !== undefined && !('content-length' in headers))
      request.setHeader('Content-Length', Buffer.byteLength(body));
    request.end(body);
  });
}

/** What stands in a path where somebody means it; any id of an import or a change is unknown, and that is right. */
const SEGMENTS: Readonly<Record<string, readonly string[]>> = {
  person: ['P-1', 'P-2', 'G5-00000001', 'G5-00000002'],
  region: ['211200', '320700'],
  employer: ['91210000MA0UY5XJ0X'],
  report: ['insured', 'waiting', 'movement', 'exceptions'],
};
const escaped = (text: string) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '')).replace(/^\.+$/, 'x') || 'x';
const oddSegment = fc.oneof(
  fc.constantFrom(...oddTexts).map(escaped),
  fc.constantFrom('%', '%ff', '%00', '.', '%2e%2e', '%F0%9F%92%A9', 'P-1', '211200', '1'),
);

function pathOf(path: string, parameters: DescribedParameter[]): fc.Arbitrary<string> {
  const named = parameters.filter((one) => one.in === 'path');
  const segments = named.map(({ name, schema, example }) => {
    const meant = SEGMENTS[name] ?? schema.enum ?? [String(example ?? '6f6f8f0e-2f0f-4d53-9a52-2b6b3b0a7a10')];
    return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...meant) }, { weight: 1, arbitrary: oddSegment });
  });
  return fc
    .tuple(...segments)
    .map((values) => named.reduce((filled, { name }, index) => filled.replace(`{${name}}`, values[index]!), path));
}

function queryOf(fits: ReturnType<typeof fitting>, parameters: DescribedParameter[]): fc.Arbitrary<string> {
  const own = parameters.filter((one) => one.in === 'query');
  const pair = ({ name, schema, example }: DescribedParameter) =>
    fc
      .oneof(
        { weight: 8, arbitrary: fits(schema.items ?? schema).map(String) },
        {
          weight: 8,
          arbitrary: example === undefined ? fits(schema.items ?? schema).map(String) : fc.constant(String(example)),
        },
        { weight: 1, arbitrary: fc.constantFrom(...oddTexts) },
      )
      .map((value) => `${name}=${escaped(value)}`);
  const needed = own.filter(({ required }) => required).map(pair);
  const stray = fc.constantFrom(
    'other=1',
    '__proto__=1',
    'a[b]=1',
    'a[]=1',
    '=',
    '&&',
    '%=1',
    'validOn',
    'constructor[prototype]=1',
  );
  const meant = fc
    .tuple(
      fc.tuple(...needed),
      own.length === 0 ? fc.constant([]) : fc.uniqueArray(fc.constantFrom(...own), { maxLength: 3 }),
    )
    .chain(([given, some]) =>
      fc.tuple(...some.filter(({ required }) => !required).map(pair)).map((more) => [...given, ...more]),
    );
  const repeated = fc.array(own.length === 0 ? stray : fc.oneof(...own.map(pair)), { maxLength: 4 });
  return fc
    .oneof(
      { weight: 10, arbitrary: meant },
      { weight: 2, arbitrary: repeated },
      { weight: 1, arbitrary: fc.tuple(meant, stray).map(([given, other]) => [...given, other]) },
    )
    .map((parts) => parts.join('&'));
}

const headerText = fc.oneof(
  fc.constantFrom('"0"', '"1"', '*', 'W/"1"', '"99999999999999999999"', ' ', ',', 'k-1', '"k-2"', 'respond-async'),
  fc.constantFrom(...oddTexts).map((text) => text.replace(/[^\x20-\x7e]/g, '').slice(0, 300)),
);
function headersOf(parameters: DescribedParameter[]): fc.Arbitrary<Record<string, string>> {
  const names = [
    ...parameters.filter((one) => one.in === 'header').map(({ name }) => name),
    'X-Correlation-Id',
    'Accept',
    'Prefer',
    'traceparent',
  ];
  const some = fc.dictionary(fc.constantFrom(...names), headerText, { minKeys: 1, maxKeys: 2 });
  return fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: some });
}

function bodyOf(fits: ReturnType<typeof fitting>, content: NonNullable<DescribedOperation['requestBody']>['content']) {
  const [[type, { schema }]] = Object.entries(content) as [[string, { schema: Parameters<typeof fits>[0] }]];
  const samples = samplesFor(schema.$ref);
  const good = samples.length > 0 ? fc.oneof(fits(schema), fc.constantFrom(...samples)) : fits(schema);
  const json = fc.oneof(
    { weight: 6, arbitrary: good },
    { weight: 6, arbitrary: fc.tuple(good, fc.nat(200), oddValue).map(([value, at, odd]) => spoiled(value, at, odd)) },
    { weight: 1, arbitrary: oddValue },
  );
  const text = json.map((value) => JSON.stringify(value) ?? 'null');
  const raw = fc.oneof(
    fc.tuple(text, fc.nat(2_000)).map(([whole, at]) => whole.slice(0, at % (whole.length + 1))),
    text.map((whole) => `\ufeff${whole}`),
    text.map((whole) => whole.replace(/\d+/, '1e999')),
    text.map((whole) => whole.replace('{', '{"type":"Died","type":"Paid",')),
    text.map((whole) => Buffer.from(whole, 'utf16le')),
    fc.constantFrom(
      '[',
      '{',
      '"',
      '{"a":',
      'NaN',
      '[1,]',
      '{"a":1}}',
      '/**/{}',
      "{'a':1}",
      '['.repeat(50_000),
      '{"a":'.repeat(10_000),
    ),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    fc.constant('x'.repeat(100_001)),
  );
  const types = fc.constantFrom(
    'application/json; charset=utf-16',
    'text/csv',
    'application/x-ndjson',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'multipart/form-data; boundary=x',
    'a',
    'application/json; charset="',
  );
  return fc.oneof(
    { weight: 16, arbitrary: text.map((body) => ({ body: body as string | Buffer, type })) },
    { weight: 3, arbitrary: raw.map((body) => ({ body, type })) },
    { weight: 1, arbitrary: fc.record({ body: text as fc.Arbitrary<string | Buffer>, type: types }) },
    { weight: 1, arbitrary: fc.constant({ body: '', type }) },
  );
}

const SAMPLES = join(__dirname, '../../../events/samples');
const EVENTS: Readonly<Record<string, readonly string[]>> = {
  PersonEvents: personEventTypes,
  RegionEvents: regionEventTypes,
  EmployerEvents: employerEventTypes,
};

/** The contract's own samples of the events that a body may hold, each as it would be sent. */
function samplesFor(reference: string | undefined): object[] {
  const types = EVENTS[reference?.split('/').at(-1) ?? ''] ?? [];
  return readdirSync(SAMPLES)
    .filter((name) => /\.v1\.json$/.test(name))
    .map(
      (name) =>
        JSON.parse(readFileSync(join(SAMPLES, name), 'utf8')) as { type: string; effectiveOn?: string; data: object },
    )
    .filter(({ type }) => types.includes(type))
    .map(({ type, effectiveOn = '2022-05-16', data }) => ({ type, effectiveOn, data }));
}

/** By how much a reply says that the log grew; undefined where it does not say. */
function acknowledged({ status, headers, text }: Reply): number | undefined {
  if (status >= 400 || headers['idempotency-hit'] === 'true') return 0;
  if (!String(headers['content-type']).startsWith('application/json')) return undefined;
  const body = JSON.parse(text) as {
    dryRun?: boolean;
    events?: unknown;
    stream?: unknown;
    revision?: unknown;
    state?: unknown;
  };
  if (body.dryRun === true) return 0;
  // Recorded events stand with their place; what a change asks for is recorded as the asking.
  if (Array.isArray(body.events) && 'stream' in body && body.state === undefined) return body.events.length;
  return undefined;
}

async function tried(method: string, input: Sent): Promise<void> {
  const before = await server.store.head();
  const reply = await send(method, input);
  const grown = Number((await server.store.head()) - before);
  sent += 1;
  const told = `${method} ${input.path.slice(0, 300)} ${JSON.stringify(input.headers)} ${String(input.body).slice(0, 1_000)} → ${reply.status} ${reply.text.slice(0, 600)}`;
  if (reply.status >= 500) {
    throw new Error(`${told}\n${server.log.filter((line) => line.includes('"err"')).at(-1) ?? ''}`);
  }
  if (reply.status >= 400) {
    const { type, status } = JSON.parse(reply.text) as { type: string; status: number };
    if (!type.startsWith('urn:enrollment-ledger:problem:') || status !== reply.status) throw new Error(told);
  }
  const wanted = method === 'get' ? 0 : acknowledged(reply);
  if (wanted !== undefined && grown !== wanted) throw new Error(`the log grew by ${grown}, not ${wanted}: ${told}`);
}

describe('every route of the document', () => {
  it('answers whatever it is sent as the document says, and records what it acknowledges', async () => {
    const fits = fitting(document);
    const operations = operationsOf(document);
    for (const { method, path, operation } of operations) {
      const { parameters = [], requestBody } = operation;
      const input = fc.record({
        path: fc
          .tuple(pathOf(path, parameters), queryOf(fits, parameters))
          .map(([address, query]) => (query === '' ? address : `${address}?${query}`)),
        headers: headersOf(parameters),
        content: requestBody ? bodyOf(fits, requestBody.content) : fc.constant(undefined),
      });
      await fc.assert(
        fc.asyncProperty(input, async ({ path: address, headers, content }) => {
          const all = content ? { ...headers, 'Content-Type': content.type } : headers;
          await tried(method, { path: address, headers: all, body: content?.body });
        }),
        { numRuns: RUNS },
      );
      // What does not fit the document is found at once, and told with the route.
      expect({ path, faults: server.conformity.faults.slice(0, 3) }).toEqual({ path, faults: [] });
    }
    expect(sent).toBe(operations.length * RUNS);
    expect(sent).toBeGreaterThan(1_500);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect((await server.get('/healthz')).status).toBe(200);
  }, 300_000);

  it('takes the methods that the document names, and refuses others', async () => {
    for (const path of Object.keys(document.paths)) {
      const address = path.replace(/{\w+}/g, '1');
      for (const method of ['put', 'delete', 'patch', 'options', 'get', 'post']) {
        if (document.paths[path]![method]) continue;
        const { status } = await send(method, { path: address, headers: {} });
        expect({ method, path, refused: [400, 404, 405].includes(status) }).toEqual({ method, path, refused: true });
      }
    }
  });

  it('leaves every history readable, whatever was recorded', async () => {
    const streams = new Set<string>();
    for await (const batch of server.store.readAll()) for (const { stream } of batch) streams.add(stream);
    for (const stream of streams) {
      const [kind, id] = [stream.split('-', 1)[0]!, stream.slice(stream.indexOf('-') + 1)];
      await server.get(`/v1/${kind}s/${encodeURIComponent(id)}/events`).expect(200);
      if (kind !== 'person') continue;
      for (const day of ['2022-05-20', '2031-01-01']) {
        await server.get(`/v1/persons/${encodeURIComponent(id)}/answer?validOn=${day}&region=211200`).expect(200);
      }
    }
  });
});
