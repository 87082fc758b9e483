import { startTestServer, type TestServer } from '../testing/test-server';

const region = '211200';
const registered = {
  type: 'Registered',
  effectiveOn: '2022-05-09',
  data: { scheme: 'employee', region, participation: 'employed', firstTime: true, freshGraduate: false },
};
const paid = (month: string, on: string) => ({
  type: 'Paid',
  effectiveOn: on,
  data: { scheme: 'employee', region, kind: 'regular', feeMonths: { from: month, through: month } },
});
const migrated = (event: object, recordedAt: string) => ({ ...event, recordedAt, metadata: { migratedFrom: 'old' } });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server
    .post('/v1/persons/A-1/events', [
      migrated(registered, '2022-05-09'),
      migrated(paid('2022-05', '2022-05-16'), '2022-05-16'),
      migrated(paid('2022-06', '2022-06-02'), '2022-06-02'),
      migrated(paid('2022-07', '2022-07-04'), '2022-07-04'),
      migrated(paid('2022-08', '2022-08-02'), '2022-08-02'),
    ])
    .expect(201);
});
afterAll(() => server.close());

describe('asking about a person', () => {
  it('answers with the waiting of the region and its reasons', async () => {
    const { body, headers } = await server.get('/v1/persons/A-1/answer?validOn=2022-08-10').expect(200);

    expect(headers['etag']).toBe('"4"');
    expect(body).toMatchObject({
      person: 'A-1',
      region,
      validOn: '2022-08-10',
      position: expect.stringMatching(/^\d+$/),
      benefit: { status: 'waiting', scheme: 'employee' },
      waitingPeriods: [{ from: '2022-05-16', through: '2022-08-13', benefitsFrom: '2022-08-14', rule: 'TL-2.2.1a' }],
    });
    expect(body.because.length).toBeGreaterThan(0);
    for (const reason of body.because) {
      expect(reason.zh).not.toBe('');
      expect(reason.citation.document).not.toBe('');
    }
  });

  it.each(['reading=A-01:B', 'reading=A-01=B', 'reading=A-01%3AB'])(
    'reads an unclear clause as asked: %s',
    async (choice) => {
      const { body } = await server.get(`/v1/persons/A-1/answer?validOn=2022-08-10&${choice}`).expect(200);
      expect(body.waitingPeriods).toMatchObject([{ from: '2022-05-17', through: '2022-08-14' }]);
      expect(body.readings).toContainEqual({ id: 'A-01', choice: 'B', by: 'question' });
    },
  );

  it('knows only what was recorded by the day, the instant or the position asked about', async () => {
    const stream = await server.get('/v1/persons/A-1/events');
    const second = stream.body.events[1].position as string;
    const bases = [
      '2022-05-16',
      '2022-05-16T00:00:00%2B08:00',
      '2022-05-16T00:00:00+08:00',
      '2022-05-15T16:00:00Z',
      second,
    ];
    for (const knownAt of bases) {
      const { body } = await server.get(`/v1/persons/A-1/answer?validOn=2022-08-10&knownAt=${knownAt}`).expect(200);
      expect({ knownAt, actual: body.contribution.actual }).toEqual({ knownAt, actual: 1 });
    }
  });

  it('is the same at the same basis, whatever is recorded afterwards', async () => {
    const ask = async () => (await server.get('/v1/persons/A-1/answer?validOn=2022-08-10&knownAt=2022-07-31')).text;
    const before = await ask();
    await server.post('/v1/persons/A-1/events', {
      type: 'Corrected',
      effectiveOn: '2022-08-25',
      data: {
        target: JSON.parse(before).because[0].events[0],
        effectiveOn: '2022-05-18',
        reason: 'arrival day misread',
      },
    });
    expect(await ask()).toBe(before);
  });

  it('answers whole even to someone who says he has seen this revision', async () => {
    const { headers } = await server.get('/v1/persons/A-1/answer?validOn=2022-08-10');
    await server.get('/v1/persons/A-1/answer?validOn=2022-08-10').set('If-None-Match', headers['etag']!).expect(200);
  });

  it('asks about today in China when no day is named', async () => {
    const { body } = await server.get('/v1/persons/A-1/answer').expect(200);
    expect(body.validOn).toBe(body.knownAt.slice(0, 10));
  });

  it('leaves undetermined what no pack rules', async () => {
    const { body } = await server.get('/v1/persons/A-1/answer?validOn=2022-08-10&region=999999').expect(200);
    expect(body.region).toBe('999999');
  });

  it('says of nobody that he is unknown, and of somebody without a region that one must be named', async () => {
    const { body } = await server.get('/v1/persons/nobody/answer').expect(404);
    expect(body.type).toBe('urn:enrollment-ledger:problem:unknown-person');

    await server.post('/v1/persons/A-2/events', {
      type: 'Identified',
      effectiveOn: '2022-01-01',
      data: { sex: 'male' },
    });
    const { body: problem } = await server.get('/v1/persons/A-2/answer').expect(400);
    expect(problem.errors).toEqual([expect.objectContaining({ field: 'region', value: null })]);
    await server.get(`/v1/persons/A-2/answer?region=${region}`).expect(200);
  });

  it.each([
    ['validOn=2022-02-29', 'validOn', '2022-02-29'],
    ['validOn=1899-12-31', 'validOn', '1899-12-31'],
    ['validOn=2200-01-01', 'validOn', '2200-01-01'],
    ['validOn=', 'validOn', ''],
    ['validOn=2022-01-01&validOn=2022-01-02', 'validOn', '(2 values)'],
    ['knownAt=yesterday', 'knownAt', 'yesterday'],
    ['knownAt=2022-10-31T25:00:00Z', 'knownAt', '2022-10-31T25:00:00Z'],
    ['knownAt=-1', 'knownAt', '-1'],
    ['region=2112', 'region', '2112'],
    ['region=张三', 'region', '(a text of 2 characters)'],
    ['reading=A-01', 'reading', '(1 values)'],
    ['reading=A-99:B', 'reading', 'A-99:B'],
    ['reading=A-01:Q', 'reading', 'A-01:Q'],
    ['reading=A-01:A&reading=A-01:B', 'reading', 'A-01:B'],
    ['valid_on=2022-01-01', 'valid_on', '(a text of 10 characters)'],
  ])('refuses ?%s', async (query, field, value) => {
    const { body } = await server.get(`/v1/persons/A-1/answer?${encodeURI(query)}`).expect(400);
    expect(body.errors).toEqual([{ field, value, expected: expect.any(String) }]);
  });
});
