import { startTestServer, type TestServer } from '../testing/test-server';

const region = '211200';
const registered = {
  type: 'Registered',
  effectiveOn: '2022-05-09',
  data: { scheme: 'employee', region, participation: 'employed', firstTime: true },
};
const paid = (month: string, on: string) => ({
  type: 'Paid',
  effectiveOn: on,
  data: { scheme: 'employee', region, kind: 'regular', feeMonths: { from: month, through: month } },
});

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.post('/v1/persons/D-1/events', [registered]).expect(201);
});
afterAll(() => server.close());

const position = async () => (await server.get('/readyz')).body.details.store.position as string;

describe('trying a write out', () => {
  it('shows what would be recorded and what would change on a day, and records nothing', async () => {
    const before = await position();
    const { body, headers } = await server
      .post('/v1/persons/D-1/events?dryRun=true&validOn=2022-05-20', [paid('2022-05', '2022-05-16')])
      .expect(200);

    expect(body).toMatchObject({
      dryRun: true,
      stream: 'person-D-1',
      revision: 1,
      events: [{ type: 'Paid', revision: 1 }],
    });
    const change = body.changes.find(({ part }: { part: string }) => part === 'benefit');
    expect(change).toMatchObject({
      before: { status: 'notCovered' },
      after: { status: 'waiting', through: '2022-08-13' },
    });
    expect(body.changes.map(({ part }: { part: string }) => part)).not.toContain('knownAt');
    expect(headers['etag']).toBeUndefined();
    expect(await position()).toBe(before);
    expect((await server.get('/v1/persons/D-1/events')).body.events).toHaveLength(1);
  });

  it('shows the whole answer of somebody who is new', async () => {
    const { body } = await server.post('/v1/persons/D-2/events?dryRun=true&validOn=2022-05-20', registered).expect(200);
    expect(body.changes.find(({ part }: { part: string }) => part === 'registrations')).toMatchObject({
      before: null,
      after: [{ status: 'normal' }],
    });
    await server.get('/v1/persons/D-2/events').expect(404);
  });

  it('shows no changes of somebody whose region nobody knows', async () => {
    const { body } = await server
      .post('/v1/persons/D-2/events?dryRun=true', {
        type: 'Identified',
        effectiveOn: '2022-01-01',
        data: { sex: 'male' },
      })
      .expect(200);
    expect(body.changes).toBeUndefined();
  });

  it('is refused for what the write itself would be refused for', async () => {
    await server.post('/v1/persons/D-1/events?dryRun=true', { type: 'Paid' }).expect(400);
    await server
      .post('/v1/persons/D-1/events?dryRun=true', paid('2022-06', '2022-06-02'))
      .set('If-Match', '"7"')
      .expect(412);
    await server.post('/v1/persons/D-1/events?dryRun=true', registered).set('If-None-Match', '*').expect(412);
    const { body: recorded } = await server.get('/v1/persons/D-1/events');
    const clash = { ...paid('2022-06', '2022-06-02'), id: recorded.events[0].id };
    await server.post('/v1/persons/D-1/events?dryRun=true', clash).expect(409);
    await server.post('/v1/persons/D-1/events?dryRun=perhaps', registered).expect(400);
    await server.post('/v1/persons/D-1/events?dryrun=true', registered).expect(400);
  });

  it('does not use up an idempotency key', async () => {
    const send = (query: string) =>
      server.post(`/v1/persons/D-3/events${query}`, registered).set('Idempotency-Key', 'tried-first');
    const tried = await send('?dryRun=true').expect(200);
    const done = await send('').expect(201);
    expect(done.headers['idempotency-hit']).toBeUndefined();
    expect(done.body.events[0].id).toBe(tried.body.events[0].id);
    const again = await send('?dryRun=true');
    expect(again.headers['idempotency-hit']).toBe('true');
  });

  it('shows what a command would be decided, and what it would change', async () => {
    await server.post('/v1/persons/D-4/events', [registered, paid('2022-05', '2022-05-16')]).expect(201);
    const suspend = { on: '2022-06-10', data: { scheme: 'employee', region, reason: 'resignation' } };
    const { body } = await server
      .post('/v1/persons/D-4/commands/Suspend?dryRun=true&validOn=2022-07-01', suspend)
      .expect(200);
    expect(body).toMatchObject({ accepted: true, dryRun: true, events: [{ type: 'Suspended' }] });
    expect(body.changes.map(({ part }: { part: string }) => part)).toContain('registrations');
    expect((await server.get('/v1/persons/D-4/events')).body.events).toHaveLength(2);
    await server
      .post('/v1/persons/D-4/commands/Retire?dryRun=true', { on: '2022-06-10', data: { region } })
      .expect(422);
  });

  it('shows what would go to a region', async () => {
    const period = {
      type: 'CollectionPeriodAnnounced',
      effectiveOn: '2023-09-01',
      data: { benefitYear: 2024, kind: 'collection', from: '2023-09-01', through: '2023-12-31' },
    };
    const { body } = await server.post(`/v1/regions/${region}/events?dryRun=true`, period).expect(200);
    expect(body).toMatchObject({ dryRun: true, stream: `region-${region}`, revision: 0 });
    await server.post(`/v1/regions/${region}/events`, period).set('If-None-Match', '*').expect(201);
  });
});

describe('reading what was just written', () => {
  it('waits for the position that the write answered', async () => {
    const { body } = await server.post('/v1/persons/W-1/events', registered).expect(201);
    const reply = await server.get(`/v1/persons/W-1/answer?atLeast=${body.position}`).expect(200);
    expect(BigInt(reply.headers['ledger-position']!)).toBeGreaterThanOrEqual(BigInt(body.position as string));
    expect(reply.headers['ledger-behind']).toBeUndefined();
  });

  it('says how far behind it is when the position does not come', async () => {
    const head = BigInt(await position());
    const reply = await server.get(`/v1/persons/W-1/events?atLeast=${head + 5n}`).expect(200);
    expect(reply.headers).toMatchObject({ 'ledger-position': String(head), 'ledger-behind': '5' });
  });

  it('comes as soon as the position does', async () => {
    const head = BigInt(await position());
    const waiting = server.get(`/v1/persons/W-1/events?atLeast=${head + 1n}`).then((reply) => reply);
    await server.post('/v1/persons/W-1/events', paid('2022-05', '2022-05-16')).expect(201);
    const reply = await waiting;
    expect(reply.headers['ledger-behind']).toBeUndefined();
    expect(reply.body.events).toHaveLength(2);
  });

  it.each(['-1', 'x', ''])('refuses atLeast=%s', async (atLeast) => {
    await server.get(`/v1/persons/W-1/answer?atLeast=${atLeast}`).expect(400);
  });
});
