import { population } from '../../../libs/generation';
import { loadPoliciesOrThrow } from '../../../libs/policy';
import { readModelLocation, rebuild } from '../../../libs/read-model';
import { append } from '../../../libs/reports/testing/filled';
import { parseStream } from '../../../events';
import { callerWith, type Caller } from '../access/testing/callers';
import { startTestServer, type TestServer } from '../testing/test-server';

/** Whoever sees some regions is handed out the people of these, page after page, and nobody else's. */
let server: TestServer;
let all: Caller;
let tieling: Caller;
let liaoning: Caller;
beforeAll(async () => {
  server = await startTestServer();
  await append(server.store, population({ persons: 40, seed: 7, regions: ['211200', '320700'] }));
  const unreadable = (id: string, region: string) => ({
    id,
    type: 'Frobnicated',
    recordedAt: '2024-01-01T00:00:00.000+08:00',
    data: { region },
    metadata: { effectiveOn: '2024-01-01', schemaVersion: 1 },
  });
  await server.store.append('person-ODD-1', [unreadable('5f0c0a52-6f5c-4a5f-9d0c-0d6a6a8f0011', '211200')], 'noStream');
  await server.store.append('person-ODD-2', [unreadable('5f0c0a52-6f5c-4a5f-9d0c-0d6a6a8f0012', '320700')], 'noStream');
  await rebuild({
    readModel: readModelLocation(server.folder, undefined),
    store: server.store,
    policies: loadPoliciesOrThrow('policies'),
  });
  const roles = ['supervisor', 'integrator'] as const;
  all = callerWith(server, roles);
  tieling = callerWith(server, roles, ['211200']);
  liaoning = callerWith(server, roles, ['210000']);
});
afterAll(() => server.close());

async function whole<T>(caller: Caller, path: string, field: 'items' | 'events' = 'items'): Promise<T[]> {
  const found: T[] = [];
  for (let next: string | null = path; next !== null;) {
    const { body } = await caller.get(next).expect(200);
    found.push(...(body[field] as T[]));
    next = body.next as string | null;
  }
  return found;
}
const persons = (items: { person: string }[]) => [...new Set(items.map(({ person }) => person))].sort();

/** Whether the caller may read a person at all. */
const mayRead = async (caller: Caller, person: string) =>
  (await caller.get(`/v1/persons/${person}/answer?region=211200`)).status === 200;

describe('a caller of one region', () => {
  it.each([
    '/v1/persons?validOn=2023-06-30&limit=3',
    '/v1/persons?validOn=2023-06-30&status=covered&limit=3',
    '/v1/persons?validOn=2023-06-30&scheme=employee&limit=3',
    '/v1/exceptions?validOn=2023-06-30&limit=3',
    '/v1/waiting-periods?endingFrom=1900-01-01&limit=3',
    '/v1/duplicates?validOn=2023-06-30&limit=3',
    '/v1/parked?limit=1',
  ])('is listed only people whom he may read: %s', async (path) => {
    const everybody = persons(await whole(all, path));
    const own = persons(await whole(tieling, path));
    expect(everybody).toEqual(expect.arrayContaining(own));
    for (const person of own) expect({ person, read: await mayRead(tieling, person) }).toEqual({ person, read: true });
    // A province holds its cities.
    expect(persons(await whole(liaoning, path))).toEqual(own);
  });

  it('is listed people of his own, and not those of others', async () => {
    const path = '/v1/persons?validOn=2023-06-30';
    const [everybody, own] = [await whole<object>(all, path), await whole<object>(tieling, path)];
    expect(own.length).toBeGreaterThan(5);
    expect(own.length).toBeLessThan(everybody.length - 5);
    expect(persons(await whole(tieling, '/v1/parked'))).toEqual(['ODD-1']);
    expect(persons(await whole(all, '/v1/parked'))).toEqual(['ODD-1', 'ODD-2']);
  });

  it('is refused another region by name', async () => {
    for (const list of ['persons', 'exceptions', 'waiting-periods', 'duplicates']) {
      await tieling.get(`/v1/${list}?region=320700`).expect(403);
      await tieling.get(`/v1/${list}?region=210000`).expect(403);
      await liaoning.get(`/v1/${list}?region=211200`).expect(200);
    }
    await tieling.get('/v1/regions/320700/events').expect(403);
    await tieling.get('/v1/regions/211200/events').expect(200);
  });

  it('cannot go on in a list with the cursor of somebody who sees more, beyond his own', async () => {
    const { body } = await all.get('/v1/persons?validOn=2023-06-30&limit=1').expect(200);
    const own = persons(await whole(tieling, '/v1/persons?validOn=2023-06-30'));
    const after = persons(await whole(tieling, body.next as string));
    expect(own).toEqual(expect.arrayContaining(after));
  });

  it('is given only his events of the log, in its order', async () => {
    const path = '/v1/events?limit=50';
    const everything = await whole<{ position: string; stream: string }>(all, path, 'events');
    const own = await whole<{ position: string; stream: string }>(tieling, path, 'events');
    expect(own.length).toBeGreaterThan(50);
    expect(own.length).toBeLessThan(everything.length);
    const mine = new Set<string>();
    for (const { stream } of everything) {
      const { kind, id } = parseStream(stream)!;
      if (mine.has(stream)) continue;
      const reply = await tieling.get(`/v1/${kind}s/${id}/events`);
      if (reply.status === 200) mine.add(stream);
    }
    expect(own.map(({ position }) => position)).toEqual(
      everything.filter(({ stream }) => mine.has(stream)).map(({ position }) => position),
    );
  });

  it('of no fitting role is listed nothing', async () => {
    const clerk = callerWith(server, 'clerk', ['211200']);
    await clerk.get('/v1/persons?region=211200').expect(200);
    await clerk.get('/v1/events').expect(403);
    await clerk.get('/v1/parked').expect(403);
  });
});
