import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { roles, type Principal, type Role } from '../../../libs/access';
import { startTestServer, type TestServer } from '../testing/test-server';
import { routesOf, type Route } from './routes';
import { callerWith } from './testing/callers';

const tieling = '211200';
const lianyungang = '320700';
const employers: Record<string, string> = { [tieling]: 'EMPLOYER-TL', [lianyungang]: 'EMPLOYER-LY' };
const persons: Record<string, string> = { [tieling]: 'PERSON-TL', [lianyungang]: 'PERSON-LY' };

let server: TestServer;
let routes: Route[];
let url: string;
beforeAll(async () => {
  server = await startTestServer();
  routes = routesOf(server.app);
  url = `http://127.0.0.1:${((server.app.getHttpServer() as Server).address() as AddressInfo).port}`;
  for (const region of [tieling, lianyungang]) {
    const registered = {
      type: 'Registered',
      effectiveOn: '2022-05-09',
      data: { scheme: 'employee', region, participation: 'employed' },
    };
    await server.post(`/v1/persons/${persons[region]}/events`, registered).expect(201);
    const employer = {
      type: 'EmployerRegistered',
      effectiveOn: '2020-01-01',
      data: { uscc: employers[region], region },
    };
    await server.post(`/v1/employers/${employers[region]}/events`, employer).expect(201);
  }
});
afterAll(() => server.close());

/** The address of a route that is about a region: its person, its employer, itself. */
function addressOf({ path }: Route, region: string): string {
  return path
    .replace(':person', persons[region]!)
    .replace(':employer', employers[region]!)
    .replace(':region', region)
    .replace(/:[A-Za-z]+/g, '00000000-0000-4000-8000-000000000000');
}

/** The status and, where it ends by itself, the text of a reply. */
async function ask(route: Route, region: string, token?: string): Promise<{ status: number; text: string }> {
  const stop = new AbortController();
  const writes = route.method !== 'GET' && route.method !== 'HEAD';
  const reply = await fetch(url + addressOf(route, region), {
    method: route.method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(writes ? { 'content-type': 'application/json' } : {}),
    },
    ...(writes ? { body: '{}' } : {}),
    signal: stop.signal,
  });
  const endless = /event-stream/.test(reply.headers.get('content-type') ?? '');
  const text = endless ? '' : await reply.text();
  if (endless) stop.abort();
  return { status: reply.status, text };
}

/** What a route must do with somebody. */
function verdict({ allowed, scope }: Route, role: Role, regions: Principal['regions'], region: string): 'in' | 'out' {
  if (allowed === 'anyone') return 'in';
  if (role !== 'administrator' && !(allowed ?? []).includes(role)) return 'out';
  if (regions === 'all' || scope === 'none' || scope === 'handler') return 'in';
  if (scope === undefined || scope === 'everywhere') return 'out';
  return regions.includes(region) ? 'in' : 'out';
}

const cases = roles.flatMap((role) =>
  ([[tieling], [lianyungang], 'all'] as const).map((regions) => ({ role, regions, of: String(regions) })),
);

describe('every route', () => {
  it.each(cases)(
    'lets a(n) $role of $of in where it says so, and keeps him out everywhere else',
    async ({ role, regions }) => {
      const { key } = callerWith(server, role, regions);
      const wrong: string[] = [];
      for (const route of routes) {
        for (const region of [tieling, lianyungang]) {
          const { status, text } = await ask(route, region, key);
          const name = `${route.method} ${addressOf(route, region)}: ${status}`;
          const must = verdict(route, role, regions, region);
          const out = status === 403 || (status === 404 && text.includes('unknown-person'));
          const hidden = status === 404 && /that you may (read|see)/.test(text);
          if (must === 'in' && (status === 401 || out || hidden) && !mayHide(route))
            wrong.push(`${name}, must be let in`);
          if (must === 'out' && !out && !hidden) wrong.push(`${name}, must be kept out`);
          if (status >= 500 && status !== 503) wrong.push(`${name}, broke`);
          const others =
            regions === 'all'
              ? []
              : [tieling, lianyungang].filter((one) => !(regions as readonly string[]).includes(one));
          if (others.some((one) => one !== region && text.includes(persons[one]!)))
            wrong.push(`${name}, tells of others`);
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  it('needs somebody to say who he is, unless it says that anyone may come', async () => {
    const open: string[] = [];
    for (const route of routes)
      if (![401, 429].includes((await ask(route, tieling)).status)) open.push(`${route.method} ${route.path}`);
    expect(open.sort()).toEqual(['GET /healthz', 'GET /readyz']);
  });

  it('is kept from a key that has no role and no region', async () => {
    const { key } = callerWith(server, [], []);
    for (const route of routes.filter(({ allowed }) => allowed !== 'anyone'))
      expect(`${route.method} ${route.path} ${(await ask(route, tieling, key)).status}`).toMatch(/ 403$/);
  });
});

/** A handler may say of something made up that there is none that the caller may see. */
function mayHide({ scope }: Route): boolean {
  return scope === 'handler';
}
