import { startTestServer, type TestServer } from '../testing/test-server';

interface LogPage {
  through: string;
  events: { position: string; type: string; stream: string; id: string }[];
  unreadable: object[];
  next: string | null;
}

const region = '211200';
const paid = (month: string) => ({
  type: 'Paid',
  effectiveOn: `${month}-05`,
  data: { scheme: 'employee', region, kind: 'regular', feeMonths: { from: month, through: month } },
});
const period = {
  type: 'CollectionPeriodAnnounced',
  effectiveOn: '2023-09-01',
  data: { benefitYear: 2024, kind: 'collection', from: '2023-09-01', through: '2023-12-31' },
};
const employer = '91210000MA0UY5XJ0X';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const page = async (path: string) => (await server.get(path).expect(200)).body as LogPage;
const whole = async (path: string) => {
  const events: LogPage['events'] = [];
  for (let next: string | null = path; next !== null;) {
    const one: LogPage = await page(next);
    events.push(...one.events);
    next = one.next;
  }
  return events;
};

describe('the log', () => {
  it('is empty before anything is recorded', async () => {
    expect(await page('/v1/events')).toEqual({ through: '0', events: [], unreadable: [], next: null });
    await server.get('/v1/regions/211200/events').expect(200, { region, revision: null, events: [], next: null });
    await server.get(`/v1/employers/${employer}/events`).expect(404);
  });

  it('is given in its order, each event once, and goes on where it ended', async () => {
    for (const person of ['A', 'B', 'C']) {
      await server.post(`/v1/persons/${person}/events`, ['2022-01', '2022-02', '2022-03'].map(paid)).expect(201);
    }
    await server.post(`/v1/regions/${region}/events`, period).expect(201);
    const events = await whole('/v1/events?limit=2');
    expect(events).toHaveLength(10);
    expect(events.map(({ position }) => BigInt(position))).toEqual(
      events.map(({ position }) => BigInt(position)).sort((a, b) => (a < b ? -1 : 1)),
    );
    expect(await whole('/v1/events')).toEqual(events);
    const { through, next } = await page('/v1/events');
    expect([through, next]).toEqual([events[9]!.position, null]);

    const { body } = await server.post('/v1/persons/D/events', paid('2022-04')).expect(201);
    const more = await page(`/v1/events?from=${BigInt(through) + 1n}&atLeast=${body.position}`);
    expect(more.events.map(({ id }) => id)).toEqual([body.events[0].id]);
  });

  it('is narrowed by type and by kind of stream', async () => {
    const types = (events: LogPage['events']) => [...new Set(events.map(({ type }) => type))];
    expect(types(await whole('/v1/events?type=CollectionPeriodAnnounced&limit=1'))).toEqual([
      'CollectionPeriodAnnounced',
    ]);
    expect(types(await whole('/v1/events?stream=person&limit=3'))).toEqual(['Paid']);
    expect((await whole('/v1/events?type=Paid&type=Died&limit=3')).length).toBe(10);
  });

  it('names events that this program cannot read, and goes on', async () => {
    const odd = {
      id: '5f0c0a52-6f5c-4a5f-9d0c-0d6a6a8f0002',
      type: 'Frobnicated',
      recordedAt: '2024-01-01T00:00:00.000+08:00',
      data: {},
      metadata: { effectiveOn: '2024-01-01', schemaVersion: 1 },
    };
    const outcome = await server.store.append('person-ODD', [odd], 'noStream');
    expect(outcome.outcome).toBe('appended');
    await server.post('/v1/persons/E/events', paid('2022-05')).expect(201);
    const { events, unreadable } = await page('/v1/events');
    expect(unreadable).toMatchObject([{ stream: 'person-ODD', revision: 0, type: 'Frobnicated' }]);
    expect(events.at(-1)).toMatchObject({ stream: 'person-E' });
  });

  it('of a region and of an employer is given by the page', async () => {
    const later = { ...period, data: { ...period.data, benefitYear: 2025 } };
    await server.post(`/v1/regions/${region}/events`, later).expect(201);
    const first = await server.get(`/v1/regions/${region}/events?limit=1`).expect(200);
    expect(first.body).toMatchObject({ region, revision: 1, next: `/v1/regions/${region}/events?from=1&limit=1` });
    expect(first.headers).toMatchObject({ etag: '"1"', link: `<${first.body.next}>; rel="next"` });
    const second = await server.get(first.body.next as string).expect(200);
    expect(second.body).toMatchObject({ events: [{ revision: 1 }], next: null });

    const registered = { type: 'EmployerRegistered', effectiveOn: '2022-01-01', data: { uscc: employer, region } };
    await server.post(`/v1/employers/${employer}/events`, registered).expect(201);
    const { body } = await server.get(`/v1/employers/${employer}/events`).expect(200);
    expect(body).toMatchObject({ employer, revision: 0, events: [{ type: 'EmployerRegistered' }], next: null });
  });

  it.each(['from=x', 'from=-1', 'limit=0', 'limit=1001', 'type=Paid&type=Odd', 'stream=pension', 'after=1'])(
    'refuses %s',
    async (query) => {
      await server.get(`/v1/events?${query}`).expect(400);
    },
  );

  it('ends at its end, however far beyond it is asked for', async () => {
    for (const from of ['1000000', '999999999999999999']) {
      const { events, next } = await page(`/v1/events?from=${from}`);
      expect([events, next]).toEqual([[], null]);
    }
  });
});
