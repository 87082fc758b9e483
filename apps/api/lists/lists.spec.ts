import { population } from '../../../libs/generation';
import { loadPoliciesOrThrow } from '../../../libs/policy';
import { readModelLocation, rebuild } from '../../../libs/read-model';
import { startPostgres, type TestPostgres } from '../../../libs/read-model/testing/postgres';
import { append } from '../../../libs/reports/testing/filled';
import type { Answer } from '../../../projections/answer';
import { startTestServer, type TestServer } from '../testing/test-server';

interface Listed {
  person: string;
  region?: string;
  relations: { scheme: string; region: string; participation: string; status: string; since: string }[];
  benefit: Pick<Answer['benefit'], 'status' | 'scheme' | 'region' | 'since'>;
}
interface Page<T> {
  basis: Record<string, string>;
  items: T[];
  next: string | null;
}

const policies = loadPoliciesOrThrow('policies');
const life = [...population({ persons: 60, seed: 11, regions: ['211200', '320700', '220000', '360100'] })];

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);
afterAll(() => postgres.stop());

describe.each(['SQLite', 'PostgreSQL'])('lists from %s', (database) => {
  let server: TestServer;
  beforeAll(async () => {
    const environment =
      database === 'PostgreSQL' ? { DATABASE_URL: await postgres.newDatabase() } : ({} as Record<string, string>);
    server = await startTestServer({ environment });
    const readModel = readModelLocation(server.folder, environment['DATABASE_URL']);
    const { body } = await server.get('/v1/persons').expect(503);
    expect(body).toMatchObject({ type: 'urn:enrollment-ledger:problem:not-ready' });
    await append(server.store, life);
    await server.store.append(
      'person-ODD',
      [
        {
          id: '5f0c0a52-6f5c-4a5f-9d0c-0d6a6a8f0001',
          type: 'Frobnicated',
          recordedAt: '2024-01-01T00:00:00.000+08:00',
          data: { region: '211200' },
          metadata: { effectiveOn: '2024-01-01', schemaVersion: 1 },
        },
      ],
      'noStream',
    );
    await rebuild({ readModel, store: server.store, policies });
  });
  afterAll(() => server.close());

  const page = async <T>(path: string) => (await server.get(path).expect(200)).body as Page<T>;
  const whole = async <T>(path: string): Promise<T[]> => {
    const items: T[] = [];
    for (let next: string | null = path; next !== null;) {
      const one: Page<T> = await page<T>(next);
      items.push(...one.items);
      next = one.next;
    }
    return items;
  };
  const ids = (items: { person: string }[]) => items.map(({ person }) => person);
  const answerOf = async (person: string, on: string) =>
    (await server.get(`/v1/persons/${person}/answer?validOn=${on}&region=211200`)).body as Answer;

  it.each(['1950-01-01', '2021-02-28', '2022-06-15', '2023-06-30', '2024-02-29'])(
    'say of everybody on %s what his answer says',
    async (on) => {
      const everybody = await whole<Listed>(`/v1/persons?validOn=${on}&limit=7`);
      expect(ids(everybody)).toEqual([...new Set(ids(everybody))].sort());
      expect(everybody.length).toBeGreaterThan(50);
      const statuses = new Map<string, string[]>();
      for (const { person, region, relations, benefit } of everybody) {
        const { body } = await server.get(
          `/v1/persons/${person}/answer?validOn=${on}${region === undefined ? '&region=211200' : ''}`,
        );
        const answer = body as Answer;
        const of = ({ status, scheme, region: where }: Partial<Answer['benefit']>) => ({
          person,
          status,
          scheme,
          where,
        });
        expect(of(benefit)).toEqual(of(answer.benefit));
        expect(relations.map(({ scheme, region: of, status }) => `${scheme} ${of} ${status}`).sort()).toEqual(
          answer.registrations.map(({ scheme, region: of, status }) => `${scheme} ${of} ${status}`).sort(),
        );
        statuses.set(benefit.status, [...(statuses.get(benefit.status) ?? []), person]);
      }
      for (const status of ['covered', 'waiting', 'pending', 'paused', 'notCovered', 'undetermined']) {
        const listed = ids(await whole<Listed>(`/v1/persons?validOn=${on}&status=${status}`));
        expect({ status, listed }).toEqual({ status, listed: statuses.get(status) ?? [] });
      }
    },
  );

  it('give every person once, whatever the size of a page', async () => {
    const path = '/v1/persons?validOn=2023-06-30&region=211200';
    const everybody = ids(await whole(`${path}&limit=500`));
    expect(everybody.length).toBeGreaterThan(10);
    for (const limit of [1, 2, everybody.length - 1, everybody.length, everybody.length + 1]) {
      expect(ids(await whole(`${path}&limit=${limit}`))).toEqual(everybody);
    }
    const { next } = await page(`${path}&limit=${everybody.length}`);
    expect(next).toBeNull();
  });

  it('keep to a relation that fits all that is asked of it', async () => {
    const on = '2023-06-30';
    const listed = await whole<Listed>(`/v1/persons?validOn=${on}&region=210000&scheme=employee&status=normal`);
    expect(listed.length).toBeGreaterThan(0);
    for (const { relations } of listed) {
      expect(
        relations.some((one) => one.scheme === 'employee' && one.region.startsWith('21') && one.status === 'normal'),
      ).toBe(true);
    }
    const flexible = await whole<Listed>(`/v1/persons?validOn=${on}&participation=flexible`);
    for (const { relations } of flexible) expect(relations.map((one) => one.participation)).toContain('flexible');
    const all = await whole<Listed>(`/v1/persons?validOn=${on}`);
    const expected = all.filter(({ relations }) => relations.some((one) => one.status === 'suspended'));
    expect(ids(await whole(`/v1/persons?validOn=${on}&status=suspended`))).toEqual(ids(expected));
  });

  it('find the retired and the interrupted', async () => {
    for (const on of ['2023-06-30', '2025-06-30']) {
      for (const { person } of await whole<Listed>(`/v1/persons?validOn=${on}&status=retired`)) {
        const { retirement } = await answerOf(person, on);
        expect(retirement.retireeFrom! <= on).toBe(true);
      }
      const interrupted = await whole<Listed>(`/v1/persons?validOn=${on}&status=interrupted`);
      expect(interrupted.length).toBeGreaterThan(0);
    }
  });

  it('name waiting periods by the day they hold, or by the days they end', async () => {
    const on = '2022-06-15';
    const holding = await whole<{ person: string; since: string; through: string }>(
      `/v1/waiting-periods?validOn=${on}`,
    );
    for (const { since, through } of holding) expect(since <= on && on <= through).toBe(true);
    const all = await whole<{ person: string; through: string }>('/v1/waiting-periods?endingFrom=1900-01-01&limit=3');
    expect(all.length).toBeGreaterThan(5);
    const last = all.map(({ through }) => through).sort();
    const [from, through] = [last[1]!, last[last.length - 2]!];
    const some = await whole(`/v1/waiting-periods?endingFrom=${from}&endingThrough=${through}`);
    expect(some).toEqual(all.filter((one) => one.through >= from && one.through <= through));
    expect(ids(holding)).toEqual(
      ids(all.filter((one) => (one as unknown as { since: string }).since <= on && on <= one.through)),
    );
  });

  it('name exceptions, of everyone or of one person, and those that stand on a day', async () => {
    const all = await whole<{ person: string; kind: string; question?: string }>(
      '/v1/exceptions?validOn=2023-06-30&limit=5',
    );
    expect(all.length).toBeGreaterThan(0);
    const { person, kind } = all[0]!;
    expect(await whole(`/v1/exceptions?validOn=2023-06-30&person=${person}`)).toEqual(
      all.filter((one) => one.person === person),
    );
    expect(await whole(`/v1/exceptions?validOn=2023-06-30&kind=${kind}`)).toEqual(
      all.filter((one) => one.kind === kind),
    );
    expect(await page('/v1/exceptions?kind=parked')).toMatchObject({ items: [{ person: 'ODD', why: 'parked' }] });
  });

  it('name duplicates by their state', async () => {
    const on = '2023-06-30';
    const all = await whole<{ person: string; state: string; relations: object[] }>(`/v1/duplicates?validOn=${on}`);
    for (const { relations } of all) expect(relations.length).toBeGreaterThan(1);
    const parts = await Promise.all(
      ['detected', 'byRule', 'open'].map((state) =>
        whole<{ person: string }>(`/v1/duplicates?validOn=${on}&state=${state}`),
      ),
    );
    expect(parts.flat()).toHaveLength(all.length);
  });

  it('name who is parked, as an exception and as undetermined', async () => {
    const parked = await page<{ person: string; type: string }>('/v1/parked');
    expect(parked.items).toMatchObject([{ person: 'ODD', stream: 'person-ODD', revision: 0, type: 'Frobnicated' }]);
    expect(ids(await whole('/v1/persons?status=undetermined'))).toContain('ODD');
    expect(ids(await whole('/v1/persons?status=notCovered'))).not.toContain('ODD');
  });

  it('say how far the tables have come, and how far behind the log they are', async () => {
    const { headers } = await server.get('/v1/persons?limit=1').expect(200);
    expect(headers['ledger-position']).toBe(String(await server.store.head()));
    expect(headers['ledger-behind']).toBeUndefined();
    const { body } = await server
      .post('/v1/persons/NEW/events', { type: 'Died', effectiveOn: '2022-05-09' })
      .expect(201);
    const behind = await server.get(`/v1/persons?limit=1&atLeast=${body.position}`).expect(200);
    expect(behind.headers['ledger-behind']).toBe('1');
    expect(behind.headers['link']).toMatch(/^<\/v1\/persons\?.*cursor=.*>; rel="next"$/);
  });

  it('take a cursor only with the question it was given for', async () => {
    const { next } = await page('/v1/persons?validOn=2023-06-30&limit=2');
    const cursor = new URL(next!, 'http://x').searchParams.get('cursor')!;
    await server.get(`/v1/persons?validOn=2023-06-30&limit=9&cursor=${cursor}`).expect(200);
    for (const path of [
      `/v1/persons?validOn=2023-07-01&cursor=${cursor}`,
      `/v1/persons?validOn=2023-06-30&status=covered&cursor=${cursor}`,
      `/v1/exceptions?validOn=2023-06-30&cursor=${cursor}`,
      `/v1/persons?validOn=2023-06-30&cursor=${cursor.slice(0, -4)}`,
      '/v1/persons?cursor=AAAAAAAAAAAA',
      '/v1/persons?cursor=x',
    ]) {
      const { body } = await server.get(path).expect(400);
      expect(body.errors[0].field).toBe('cursor');
    }
  });

  it.each([
    ['persons?status=insured', 'status'],
    ['persons?limit=0', 'limit'],
    ['persons?limit=501', 'limit'],
    ['persons?region=21', 'region'],
    ['persons?validOn=2023-02-29', 'validOn'],
    ['persons?validOn=2023-02-27&validOn=2023-02-28', 'validOn'],
    ['persons?knownAt=2023-02-28', 'knownAt'],
    ['exceptions?kind=odd', 'kind'],
    ['exceptions?person=11010519491231002X', 'person'],
    ['waiting-periods?endingFrom=soon', 'endingFrom'],
    ['duplicates?state=closed', 'state'],
    ['parked?region=211200', 'region'],
  ])('refuse %s', async (path, field) => {
    const { body } = await server.get(`/v1/${path}`).expect(400);
    expect(body.errors[0].field).toBe(field);
  });
});
