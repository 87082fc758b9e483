import { startTestServer, type TestServer } from '../testing/test-server';

const region = '211200';
const paid = (from: string, through: string, on: string) => ({
  type: 'Paid',
  effectiveOn: on,
  data: { scheme: 'employee', region, kind: 'regular', feeMonths: { from, through } },
});

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('commanding', () => {
  const register = { on: '2022-05-09', data: { scheme: 'employee', region, participation: 'employed' } };

  it('records what an accepted decision brings', async () => {
    const { body, headers } = await server.post('/v1/persons/C-1/commands/Register', register).expect(200);
    expect(body).toMatchObject({ accepted: true, stream: 'person-C-1', revision: 0 });
    expect(body.events).toMatchObject([{ type: 'Registered', effectiveOn: '2022-05-09', revision: 0 }]);
    expect(headers['etag']).toBe('"0"');

    const stream = await server.get('/v1/persons/C-1/events').expect(200);
    expect(stream.body.events).toEqual(body.events);
  });

  it('records nothing where all that is asked for holds already', async () => {
    await server.post('/v1/persons/C-2/commands/register', register).expect(200);
    const { body } = await server.post('/v1/persons/C-2/commands/register', register).expect(200);
    expect(body).toMatchObject({ accepted: true, events: [] });
    expect((await server.get('/v1/persons/C-2/events')).body.events).toHaveLength(1);
  });

  it('gives the reply of the first time to a request that comes again', async () => {
    const send = () => server.post('/v1/persons/C-3/commands/Register', register).set('Idempotency-Key', 'r-1');
    const first = await send().expect(200);
    const again = await send().expect(200);
    expect(again.headers['idempotency-hit']).toBe('true');
    expect(again.body).toEqual(first.body);

    const other = { ...register, on: '2022-05-10' };
    await server.post('/v1/persons/C-3/commands/Register', other).set('Idempotency-Key', 'r-1').expect(409);
    await server.post('/v1/persons/C-3/commands/Suspend', register).set('Idempotency-Key', 'r-1').expect(409);
  });

  it('answers alike to one request that arrives three times at once', async () => {
    const send = () => server.post('/v1/persons/C-4/commands/Register', register).set('Idempotency-Key', 'r-1');
    const replies = await Promise.all([send(), send(), send()]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(replies.map(({ body }) => body.events[0]?.id)).size).toBe(1);
    expect((await server.get('/v1/persons/C-4/events')).body.events).toHaveLength(1);
  });

  it('says which rule refuses, in both languages, and records nothing', async () => {
    await server.post('/v1/persons/C-5/events', [
      {
        type: 'Identified',
        effectiveOn: '2022-01-01',
        data: { sex: 'male', birthDate: '1962-05-10', retirementCategory: 'male60' },
      },
      paid('2022-01', '2022-05', '2022-05-05'),
    ]);
    const { body, headers } = await server
      .post('/v1/persons/C-5/commands/Retire', { on: '2022-05-11', data: { region } })
      .expect(422);

    expect(headers['content-type']).toContain('application/problem+json');
    expect(headers['etag']).toBeUndefined();
    expect(body).toMatchObject({
      type: 'urn:enrollment-ledger:problem:refused-by-rule',
      status: 422,
      rule: expect.stringMatching(/^TL-/),
      citation: { document: expect.any(String), article: expect.any(String) },
      zh: expect.stringMatching(/[一-鿿]/),
      detail: expect.any(String),
    });
    expect((await server.get('/v1/persons/C-5/events')).body.events).toHaveLength(2);
  });

  it('does not say that the age is not reached of somebody whose age it does not know', async () => {
    await server.post('/v1/persons/C-7/events', paid('2022-01', '2022-05', '2022-05-05')).expect(201);
    const { body } = await server
      .post('/v1/persons/C-7/commands/Retire', { on: '2022-05-11', data: { region } })
      .expect(422);

    expect(body.rule).toBe('TL-6.1');
    expect(body.zh).toContain('台账中缺少');
    expect(body.detail).toContain('on record');
  });

  it('holds to the revision that the sender saw', async () => {
    await server.post('/v1/persons/C-6/events', paid('2022-01', '2022-05', '2022-05-05')).expect(201);
    await server.post('/v1/persons/C-6/events', paid('2022-06', '2022-06', '2022-06-05')).expect(201);
    const suspend = { on: '2022-07-01', data: { scheme: 'employee', region, reason: 'resignation' } };
    await server.post('/v1/persons/C-6/commands/Suspend', suspend).set('If-Match', '"0"').expect(412);
    await server.post('/v1/persons/C-6/commands/Suspend', suspend).set('If-Match', '"1"').expect(200);
  });

  it.each([
    ['Retire', { on: '2022-13-01', data: { region } }, 'on'],
    ['Retire', { on: 20220501, data: { region } }, 'on'],
    ['Retire', { on: '2022-05-01', data: { region: '2112' } }, 'data.region'],
    ['Retire', { on: '2022-05-01', data: { region, age: 60 } }, 'data.age'],
    ['Retire', { on: '2022-05-01', data: [] }, 'data'],
    ['Retire', { on: '2022-05-01', date: {} }, 'date'],
    ['Register', { on: '2022-05-01' }, 'data.scheme'],
    ['Pay', { on: '2022-05-01', data: { scheme: 'employee', region, kind: 'regular' } }, 'data.feeMonths'],
    [
      'Refund',
      { on: '2022-05-01', data: { scheme: 'employee', region, basis: 'TL-5.1', amountFen: -1 } },
      'data.amountFen',
    ],
  ])('refuses %s %j by its field', async (command, sent, field) => {
    const { body } = await server.post(`/v1/persons/C-7/commands/${command}`, sent).expect(400);
    expect(body.errors.map((fault: { field: string }) => fault.field)).toContain(field);
  });

  it('knows no other commands', async () => {
    const { body } = await server.post('/v1/persons/C-7/commands/Erase', {}).expect(404);
    expect(body.detail).toContain('Register');
    await server.post('/v1/persons/C-7/commands/constructor', {}).expect(404);
  });
});
