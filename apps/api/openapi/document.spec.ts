import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { problemKinds } from '../http/problem';
import { routesOf } from '../access';
import type { ApiDocument } from '../testing/sample-values';
import { startTestServer, type TestServer } from '../testing/test-server';

let server: TestServer;
let document: ApiDocument;
beforeAll(async () => {
  server = await startTestServer();
  document = (await server.stranger.get('/docs-json').expect(200)).body as ApiDocument;
});
afterAll(() => server.close());

/** Checks values against a schema of the document, as a client generated from it would. */
function checker() {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'api', components: document.components });
  return (name: string, value: unknown): string => {
    const check = ajv.compile({ $ref: `api#/components/schemas/${name}` });
    return check(value) ? 'fits' : ajv.errorsText(check.errors);
  };
}

describe('the documentation', () => {
  it('is a page that anyone may read, and lets nothing in from elsewhere', async () => {
    const { text, headers } = await server.stranger.get('/docs').expect(200);
    expect(text).toContain('swagger-ui');
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(text).not.toMatch(/<script>[^<]+<\/script>/);
    await server.stranger.get('/docs/swagger-ui-init.js').expect(200);
  });

  it('is where the bare address leads', async () => {
    const { headers } = await server.stranger.get('/').expect(302);
    await server.stranger.get(`/${headers['location']}`).expect(200);
  });

  it('describes every route, each under a name of its own', () => {
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = routesOf(server.app).map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect(described.sort()).toEqual(served.sort());
    expect(served.length).toBeGreaterThan(25);
  });

  it('says of every parameter what it is, and of every route what it may answer', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { parameters = [], responses }] of Object.entries(methods)) {
        const named = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
        expect({ path, named: named.sort() }).toEqual({
          path,
          named: [...path.matchAll(/{(\w+)}/g)].map(([, name]) => name!).sort(),
        });
        for (const { name, description, schema } of parameters) {
          const said = schema.$ref ?? schema.enum ?? schema.type ?? schema.oneOf;
          expect({ path, method, name, said: said !== undefined }).toEqual({ path, method, name, said: true });
          if (description === undefined && !schema.enum && !('format' in schema)) {
            throw new Error(`${method} ${path}: nothing is said of ${name}`);
          }
        }
        const good = Object.keys(responses).filter((status) => status.startsWith('2'));
        expect({ path, method, good: good.length > 0 }).toEqual({ path, method, good: true });
        for (const status of good) {
          const empty = Object.keys(responses[status]!.content ?? {}).length === 0;
          expect({ path, method, status, empty: empty && status !== '204' }).toEqual({
            path,
            method,
            status,
            empty: false,
          });
        }
      }
    }
  });

  it('is told on the page docs/api.md, every route by its path', () => {
    const page = readFileSync(join(__dirname, '../../../docs/api.md'), 'utf8');
    const told = (path: string): boolean => {
      if (page.includes(`${path}\``) || page.includes(`${path}?`)) return true;
      const [, rest] = /^\/v1\/[\w-]+(?:\/{\w+}|)(\/.+)$/.exec(path) ?? [];
      const [, place] = /^\/v1\/(\w+)/.exec(path) ?? [];
      return (rest !== undefined && page.includes(`…${rest}\``)) || place === 'webhooks';
    };
    expect(Object.keys(document.paths).filter((path) => !told(path))).toEqual([]);
  });

  it('names no schema that is not there', () => {
    const named = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/([A-Za-z]+)/g)].map(
      ([, name]) => name!,
    );
    expect([...new Set(named)].filter((name) => !(name in document.components.schemas))).toEqual([]);
  });

  it('describes events as the stored samples have them', () => {
    const fits = checker();
    const folder = join(__dirname, '../../../events/samples');
    const samples = readdirSync(folder).filter((name) => /\.v1\.json$/.test(name));
    expect(samples.length).toBeGreaterThan(40);
    for (const name of samples) {
      const sample = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;
      const type = sample['type'] as string;
      expect(`${name}: ${fits(`${type}Data`, sample['data'])}`).toBe(`${name}: fits`);
    }
  });

  it('describes what is really answered', async () => {
    const fits = checker();
    const paid = (from: string, through: string, on: string) => ({
      type: 'Paid',
      effectiveOn: on,
      data: { scheme: 'employee', region: '211200', kind: 'regular', feeMonths: { from, through } },
    });
    const identified = {
      type: 'Identified',
      effectiveOn: '2010-01-01',
      data: { sex: 'male', birthDate: '1962-03-04', retirementCategory: 'male60' },
    };
    const recorded = await server.post('/v1/persons/D-1/events', [
      identified,
      paid('2010-01', '2022-02', '2022-02-05'),
      paid('2022-06', '2022-09', '2022-09-05'),
    ]);
    expect(fits('Recorded', recorded.body)).toBe('fits');
    expect(fits('PersonEvents', [identified])).toBe('fits');
    expect(fits('EventPage', (await server.get('/v1/persons/D-1/events')).body)).toBe('fits');
    for (const day of ['2015-01-01', '2022-07-15', '2022-09-20', '2024-01-01']) {
      const { body } = await server.get(`/v1/persons/D-1/answer?validOn=${day}`).expect(200);
      expect(`${day}: ${fits('Answer', body)}`).toBe(`${day}: fits`);
    }
    const decided = await server.post('/v1/persons/D-1/commands/Suspend', {
      on: '2022-10-01',
      data: { scheme: 'employee', region: '211200', reason: 'resignation' },
    });
    expect(fits('Decision', decided.body)).toBe('fits');
    expect(fits('PolicyList', (await server.get('/v1/policies')).body)).toBe('fits');
    expect(fits('Policy', (await server.get('/v1/policies/211200?on=2022-11-05')).body)).toBe('fits');
    const problem = await server.get('/v1/persons/D-1/answer?validOn=x').expect(400);
    expect(fits('Problem', problem.body)).toBe('fits');
    expect(fits('Answer', {})).not.toBe('fits');
  });

  it('gives every problem a type, and its status', () => {
    for (const [kind, { status }] of Object.entries(problemKinds)) {
      expect(kind).toMatch(/^[a-z-]+$/);
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });
});
