import { startTestServer, type TestServer, overWire } from '../testing/test-server';

const registered = (more: object = {}) => ({
  type: 'Registered',
  effectiveOn: '2022-05-09',
  data: { scheme: 'employee', region: '211200', participation: 'employed', ...more },
});
const paid = (feeMonth: string, on: string) => ({
  type: 'Paid',
  effectiveOn: on,
  data: { scheme: 'employee', region: '211200', kind: 'regular', feeMonths: { from: feeMonth, through: feeMonth } },
});

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('recording what happened to a person', () => {
  it('stamps one event and gives it back with its place', async () => {
    const reply = await server.post('/v1/persons/E-1/events', registered()).expect(201);

    expect(reply.headers['etag']).toBe('"0"');
    expect(reply.body).toMatchObject({ stream: 'person-E-1', revision: 0 });
    expect(reply.body.position).toMatch(/^\d+$/);
    expect(reply.body.events).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        stream: 'person-E-1',
        recordedAt: expect.stringMatching(/\+08:00$/),
        position: reply.body.position,
        revision: 0,
        metadata: expect.objectContaining({ actor: 'api-token', schemaVersion: 1 }),
        ...registered(),
      },
    ]);
  });

  it('takes many at once, as a list or under events, all or nothing', async () => {
    await server.post('/v1/persons/E-2/events', [registered(), paid('2022-05', '2022-05-16')]).expect(201);
    const more = { events: [paid('2022-06', '2022-06-02'), paid('2022-07', '2022-07-04')] };
    const reply = await server.post('/v1/persons/E-2/events', more).expect(201);
    expect(reply.body).toMatchObject({ revision: 3, events: [{ revision: 2 }, { revision: 3 }] });

    await server.post('/v1/persons/E-2/events', [paid('2022-08', '2022-08-02'), { type: 'Paid' }]).expect(400);
    const stream = await server.get('/v1/persons/E-2/events').expect(200);
    expect(stream.body.events).toHaveLength(4);
  });

  it('names every fault of every event with field, value and what was expected', async () => {
    const wrong = [
      registered(),
      { type: 'Paid', effectiveOn: '2022-02-30', data: { scheme: 'employe', region: '211200', kind: 'regular' } },
    ];
    const { body, headers } = await server.post('/v1/persons/E-3/events', wrong).expect(400);

    expect(headers['content-type']).toContain('application/problem+json');
    expect(body).toMatchObject({ type: 'urn:enrollment-ledger:problem:invalid-input', status: 400 });
    expect(body.errors).toEqual(
      expect.arrayContaining([
        { field: '[1].effectiveOn', value: '2022-02-30', expected: expect.stringContaining('day') },
        { field: '[1].data.scheme', value: 'employe', expected: 'one of employee, resident' },
      ]),
    );
  });

  it('refuses what belongs in another stream', async () => {
    const published = {
      type: 'CollectionPeriodAnnounced',
      effectiveOn: '2023-09-01',
      data: { benefitYear: 2024, kind: 'collection', from: '2023-09-01', through: '2023-12-31' },
    };
    const { body } = await server.post('/v1/persons/E-3/events', published).expect(400);
    expect(body.errors[0].field).toBe('stream');

    await server.post('/v1/regions/211200/events', published).expect(201);
    const { body: elsewhere } = await server.post('/v1/regions/211200/events', registered()).expect(400);
    expect(elsewhere.errors[0].field).toBe('stream');
  });

  it('takes the time of recording from migrated history only', async () => {
    const { body } = await server
      .post('/v1/persons/E-4/events', { ...registered(), recordedAt: '2022-05-10T08:00:00+08:00' })
      .expect(400);
    expect(body.errors).toEqual([expect.objectContaining({ field: 'recordedAt' })]);

    const migrated = { ...registered(), recordedAt: '2022-05-10T08:00:00+08:00', metadata: { migratedFrom: 'old' } };
    const reply = await server.post('/v1/persons/E-4/events', migrated).expect(201);
    expect(reply.body.events[0].recordedAt).toBe('2022-05-10T08:00:00.000+08:00');
  });

  it('refuses a person id that is shaped like an identity number, and does not repeat it', async () => {
    const { text } = await server.post('/v1/persons/11010519491231002X/events', registered()).expect(400);
    expect(text).toContain('"field":"person"');
    expect(text).not.toContain('110105');
    expect(server.log.join('')).not.toContain('110105');
  });
});

describe('sending the same again', () => {
  it('records once for an idempotency key, and gives the same reply', async () => {
    const send = () =>
      server.post('/v1/persons/I-1/events', [registered()]).set('Idempotency-Key', 'form 4711'.replace(' ', '-'));
    const first = await send().expect(201);
    expect(first.headers['idempotency-hit']).toBeUndefined();
    await server.post('/v1/persons/I-1/events', paid('2022-05', '2022-05-16')).expect(201);
    const second = await send().expect(201);

    expect(second.headers['idempotency-hit']).toBe('true');
    expect(second.body).toEqual(first.body);
    expect(second.headers['etag']).toBe('"0"');
    const { body } = await server.get('/v1/persons/I-1/events');
    expect(body.events).toHaveLength(2);
  });

  it.each([
    ['another event', [paid('2022-05', '2022-05-16')]],
    ['one event more', [registered(), paid('2022-05', '2022-05-16')]],
    ['an event with an id of its own', [{ ...registered(), id: '6f0c2f5e-6a43-4f38-9f57-1d6b6a1f0001' }]],
  ])('refuses a key that is used again for %s', async (_what, other) => {
    const person = `I-2-${_what.length}`;
    await server.post(`/v1/persons/${person}/events`, [registered()]).set('Idempotency-Key', 'k-1').expect(201);
    const { body } = await server.post(`/v1/persons/${person}/events`, other).set('Idempotency-Key', 'k-1').expect(409);
    expect(body.type).toBe('urn:enrollment-ledger:problem:id-conflict');
  });

  it('refuses a key that is used again for a part of what it named', async () => {
    const both = [registered(), paid('2022-05', '2022-05-16')];
    await server.post('/v1/persons/I-3/events', both).set('Idempotency-Key', 'k-1').expect(201);
    await server.post('/v1/persons/I-3/events', [registered()]).set('Idempotency-Key', 'k-1').expect(409);
  });

  it('keeps keys apart by stream', async () => {
    await server.post('/v1/persons/I-4/events', registered()).set('Idempotency-Key', 'k-1').expect(201);
    await server.post('/v1/persons/I-5/events', registered()).set('Idempotency-Key', 'k-1').expect(201);
  });

  it('knows an event again by its own id, and refuses other content under it', async () => {
    const id = '6f0c2f5e-6a43-4f38-9f57-1d6b6a1f0002';
    await server.post('/v1/persons/I-6/events', { ...registered(), id }).expect(201);
    const again = await server.post('/v1/persons/I-6/events', { ...registered(), id }).expect(201);
    expect(again.headers['idempotency-hit']).toBe('true');
    await server.post('/v1/persons/I-6/events', { ...registered({ participation: 'flexible' }), id }).expect(409);
    if (!overWire) await server.post('/v1/persons/I-7/events', { ...registered(), id }).expect(409);
  });

  it('holds a replay good whatever revision it was sent with', async () => {
    const send = () =>
      server.post('/v1/persons/I-8/events', registered()).set('If-None-Match', '*').set('Idempotency-Key', 'k');
    await send().expect(201);
    await send().expect(201);
  });

  it.each(['', ' ', 'two words', 'x'.repeat(201), '汉字'.normalize('NFC')])('refuses the key %j', async (key) => {
    const encoded = Buffer.from(key, 'utf8').toString('latin1');
    const { body } = await server
      .post('/v1/persons/I-9/events', registered())
      .set('Idempotency-Key', encoded)
      .expect(400);
    expect(body.errors[0].field).toBe('Idempotency-Key');
  });
});

describe('writing only where nobody wrote in between', () => {
  it('takes the revision that the stream is at, and no other', async () => {
    const first = await server.post('/v1/persons/M-1/events', registered()).set('If-None-Match', '*').expect(201);
    const next = paid('2022-05', '2022-05-16');
    await server.post('/v1/persons/M-1/events', next).set('If-Match', first.headers['etag']!).expect(201);

    const stale = await server
      .post('/v1/persons/M-1/events', paid('2022-06', '2022-06-02'))
      .set('If-Match', '"0"')
      .expect(412);
    expect(stale.body).toMatchObject({ type: 'urn:enrollment-ledger:problem:revision-mismatch', revision: 1 });
    await server.post('/v1/persons/M-1/events', paid('2022-06', '2022-06-02')).set('If-Match', '*').expect(201);
  });

  it('tells a stream that is not there', async () => {
    const { body } = await server.post('/v1/persons/M-2/events', registered()).set('If-Match', '"0"').expect(412);
    expect(body.revision).toBeNull();
    await server.post('/v1/persons/M-2/events', registered()).set('If-Match', '*').expect(412);
    await server.post('/v1/persons/M-2/events', registered()).expect(201);
    await server.post('/v1/persons/M-2/events', registered()).set('If-None-Match', '*').expect(412);
  });

  it.each(['0', 'W/"0"', '"zero"', '"0", "1"', '"-1"', '"99999999999999999999"'])(
    'refuses If-Match: %s',
    async (tag) => {
      const { body } = await server.post('/v1/persons/M-3/events', registered()).set('If-Match', tag).expect(400);
      expect(body.errors[0].field).toBe('If-Match');
    },
  );

  it('lets one of two writers win who both saw the same', async () => {
    await server.post('/v1/persons/M-4/events', registered()).expect(201);
    const months = ['2022-05', '2022-06', '2022-07', '2022-08'];
    const replies = await Promise.all(
      months.map((month) => server.post('/v1/persons/M-4/events', paid(month, `${month}-20`)).set('If-Match', '"0"')),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 412, 412, 412]);
  });

  it('records both of two writers who do not say what they saw', async () => {
    const months = Array.from({ length: 12 }, (_, index) => `2022-${String(index + 1).padStart(2, '0')}`);
    const replies = await Promise.all(
      months.map((month) => server.post('/v1/persons/M-5/events', paid(month, `${month}-20`))),
    );
    expect(replies.map(({ status }) => status)).toEqual(months.map(() => 201));
    const { body } = await server.get('/v1/persons/M-5/events');
    expect(body.events.map(({ revision }: { revision: number }) => revision)).toEqual(months.map((_, index) => index));
  });

  it('records one of two requests with one key that arrive together', async () => {
    const send = () => server.post('/v1/persons/M-6/events', registered()).set('Idempotency-Key', 'twice');
    const replies = await Promise.all([send(), send(), send()]);
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(replies.map(({ body }) => body.events[0].id)).size).toBe(1);
    expect((await server.get('/v1/persons/M-6/events')).body.events).toHaveLength(1);
  });
});

describe('reading a stream', () => {
  it('gives pages with their way on', async () => {
    const months = Array.from({ length: 7 }, (_, index) => `2022-0${index + 1}`);
    await server
      .post(
        '/v1/persons/R-1/events',
        months.map((month) => paid(month, `${month}-20`)),
      )
      .expect(201);

    const seen: number[] = [];
    let next: string | null = '/v1/persons/R-1/events?limit=3';
    while (next !== null) {
      const {
        body,
        headers,
      }: { body: { events: { revision: number }[]; next: string | null }; headers: Record<string, string> } =
        await server.get(next).expect(200);
      expect(headers['etag']).toBe('"6"');
      seen.push(...body.events.map(({ revision }) => revision));
      next = body.next;
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('gives an empty page past the end', async () => {
    const { body } = await server.get('/v1/persons/R-1/events?from=7').expect(200);
    expect(body).toMatchObject({ events: [], next: null, revision: 6 });
  });

  it('tells nobody apart from somebody', async () => {
    const { body } = await server.get('/v1/persons/nobody/events').expect(404);
    expect(body.type).toBe('urn:enrollment-ledger:problem:unknown-person');
  });

  it.each([
    ['from=-1', 'from'],
    ['from=x', 'from'],
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['form=1', 'form'],
  ])('refuses ?%s', async (query, field) => {
    const { body } = await server.get(`/v1/persons/R-1/events?${query}`).expect(400);
    expect(body.errors[0].field).toBe(field);
  });
});
