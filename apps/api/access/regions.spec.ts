import { startTestServer, type TestServer } from '../testing/test-server';
import { callerWith, type Caller } from './testing/callers';

const tieling = '211200';
const lianyungang = '320700';
const registered = (region: string) => ({
  type: 'Registered',
  effectiveOn: '2022-05-09',
  data: { scheme: 'employee', region, participation: 'employed' },
});
const paid = (region: string, month = '2022-05') => ({
  type: 'Paid',
  effectiveOn: '2022-06-02',
  data: { scheme: 'employee', region, kind: 'regular', feeMonths: { from: month, through: month } },
});
const transferred = {
  type: 'Transferred',
  effectiveOn: '2022-09-01',
  data: { fromRegion: tieling, toRegion: lianyungang },
};

let server: TestServer;
let clerk: Caller;
let other: Caller;
beforeAll(async () => {
  server = await startTestServer();
  clerk = callerWith(server, 'clerk', [tieling]);
  other = callerWith(server, 'clerk', [lianyungang]);
  await server.post('/v1/persons/TL-1/events', [registered(tieling), paid(tieling)]).expect(201);
  await server.post('/v1/persons/LY-1/events', [registered(lianyungang), paid(lianyungang)]).expect(201);
});
afterAll(() => server.close());

/** What a refusal says, without what tells the requests apart. */
const said = ({ body, status }: { body: { instance?: string; detail?: string }; status: number }, id: string) => ({
  ...body,
  status,
  instance: '',
  detail: body.detail?.replaceAll(id, 'P'),
});

describe('a clerk of one region', () => {
  it('reads and writes for its people, and no others', async () => {
    await clerk.get('/v1/persons/TL-1/answer?validOn=2022-06-10').expect(200);
    await clerk.post('/v1/persons/TL-1/events', paid(tieling, '2022-06')).expect(201);
    await other.get('/v1/persons/TL-1/answer?validOn=2022-06-10').expect(404);
    await other.post('/v1/persons/TL-1/events', paid(lianyungang)).expect(403);
    expect((await server.get('/v1/persons/TL-1/events')).body.events).toHaveLength(3);
  });

  it.each([
    '/v1/persons/ID/answer?validOn=2022-06-10',
    '/v1/persons/ID/answer?validOn=2022-06-10&region=211200',
    '/v1/persons/ID/events',
    '/v1/persons/ID/answer-at?basis=validOn=2022-06-10',
    '/v1/persons/ID/diff?from=validOn=2022-06-10&to=validOn=2022-06-11',
    '/v1/persons/ID/timeline',
    '/v1/persons/ID/answers',
  ])('cannot tell somebody of another region from nobody: GET %s', async (path) => {
    const of = async (id: string) => said(await clerk.get(path.replace('ID', id)), id);
    const known = await of('LY-1');
    expect(known.status).toBe(404);
    expect(known).toEqual(await of('nobody-1'));
  });

  it.each([
    ['events', paid(lianyungang)],
    ['events', { type: 'Died', effectiveOn: '2022-06-10' }],
    ['events', ['nonsense']],
    ['events', []],
    ['events?dryRun=true', paid(lianyungang)],
    ['commands/Suspend', { on: '2022-07-01', data: { scheme: 'employee', region: lianyungang, reason: 'x' } }],
    ['impact', { events: [paid(lianyungang)] }],
    ['answers', { asker: 'desk-1' }],
  ])('nor by writing: POST %s', async (door, body) => {
    const of = async (id: string) => said(await clerk.post(`/v1/persons/${id}/${door}`, body), id);
    const known = await of('LY-1');
    expect([403, 404]).toContain(known.status);
    expect(known).toEqual(await of('nobody-1'));
    expect((await server.get('/v1/persons/LY-1/events')).body.events).toHaveLength(2);
    await server.get('/v1/persons/nobody-1/events').expect(404);
  });

  it('registers whom nobody has recorded, in his own region only', async () => {
    await clerk.post('/v1/persons/NEW-1/events', registered(lianyungang)).expect(403);
    await clerk.post('/v1/persons/NEW-1/events', [registered(tieling), paid(lianyungang)]).expect(403);
    await clerk.post('/v1/persons/NEW-1/events', { type: 'Died', effectiveOn: '2022-06-10' }).expect(403);
    await server.get('/v1/persons/NEW-1/events').expect(404);
    await clerk.post('/v1/persons/NEW-1/events', registered(tieling)).expect(201);
    await clerk.post('/v1/persons/NEW-1/events', { type: 'Died', effectiveOn: '2022-06-10' }).expect(201);
    const command = { on: '2022-07-01', data: { scheme: 'resident', region: tieling, participation: 'general' } };
    await clerk.post('/v1/persons/NEW-2/commands/Register', command).expect(200);
    await other.post('/v1/persons/NEW-2/commands/Register', command).expect(403);
  });

  it('writes nothing about another region for his own people, but what ties both together', async () => {
    await server.post('/v1/persons/TL-2/events', registered(tieling)).expect(201);
    await clerk.post('/v1/persons/TL-2/events', paid(lianyungang)).expect(403);
    await other.get('/v1/persons/TL-2/events').expect(404);
    await clerk.post('/v1/persons/TL-2/events', transferred).expect(201);
    await other.get('/v1/persons/TL-2/events').expect(200);
    await other.post('/v1/persons/TL-2/events', paid(lianyungang, '2022-10')).expect(201);
    await clerk.get('/v1/persons/TL-2/answer?validOn=2022-12-01').expect(200);
  });

  it('corrects only what speaks of his region, and moves nothing into another', async () => {
    await server.post('/v1/persons/TL-3/events', [registered(tieling), transferred, paid(lianyungang)]).expect(201);
    const { events } = (await server.get('/v1/persons/TL-3/events')).body;
    const [first, , theirs] = events as { id: string }[];
    const correct = (target: string, data: object) => ({
      type: 'Corrected',
      effectiveOn: '2022-10-01',
      data: { target, data, reason: 'typing slip' },
    });
    await clerk.post('/v1/persons/TL-3/events', correct(theirs!.id, { kind: 'back' })).expect(403);
    await clerk.post('/v1/persons/TL-3/events', correct(first!.id, { region: lianyungang })).expect(403);
    await clerk.post('/v1/persons/TL-3/events', correct(first!.id, { participation: 'flexible' })).expect(202);
  });

  it('does not reach others by merging them with his own, not even to try it out', async () => {
    const merged = { type: 'Merged', effectiveOn: '2022-10-01', data: { otherPersonId: 'LY-1', reason: 'same' } };
    await clerk.post('/v1/persons/TL-1/events', merged).expect(403);
    await clerk.post('/v1/persons/TL-1/events?dryRun=true', merged).expect(403);
    await clerk.post('/v1/persons/TL-1/impact', { events: [merged] }).expect(403);
    await clerk
      .post('/v1/persons/LY-1/events', { ...merged, data: { otherPersonId: 'TL-1', reason: 'same' } })
      .expect(403);
  });

  it('has the streams of his own region and its employers alone', async () => {
    const supervisor = callerWith(server, 'supervisor', [tieling]);
    const announced = {
      type: 'CollectionPeriodAnnounced',
      effectiveOn: '2022-09-01',
      data: { benefitYear: 2023, kind: 'collection', from: '2022-09-01', through: '2022-12-31' },
    };
    await supervisor.post(`/v1/regions/${tieling}/events`, announced).expect(201);
    await supervisor.post(`/v1/regions/${lianyungang}/events`, announced).expect(403);
    await supervisor.post('/v1/regions/210000/events', announced).expect(403);
    await clerk.post(`/v1/regions/${tieling}/events`, announced).expect(403);

    const employer = (region: string) => ({
      type: 'EmployerRegistered',
      effectiveOn: '2020-01-01',
      data: { uscc: '91210000MA0UY5XJ0X', region },
    });
    await other.post('/v1/employers/91210000MA0UY5XJ0X/events', employer(tieling)).expect(403);
    await clerk.post('/v1/employers/91210000MA0UY5XJ0X/events', employer(tieling)).expect(201);
    await other.post('/v1/employers/91210000MA0UY5XJ0X/events', employer(lianyungang)).expect(403);
  });

  it('imports no rows of others', async () => {
    const line = (person: string, event: object) => JSON.stringify({ stream: `person-${person}`, ...event });
    const file = [
      line('TL-1', { ...paid(tieling, '2022-08'), id: '7e7f2c9e-0000-4000-8000-000000000001' }),
      line('LY-1', { ...paid(lianyungang, '2022-08'), id: '7e7f2c9e-0000-4000-8000-000000000002' }),
      line('LY-1', { ...paid(tieling, '2022-08'), id: '7e7f2c9e-0000-4000-8000-000000000003' }),
      line('TL-9', { ...registered(tieling), id: '7e7f2c9e-0000-4000-8000-000000000004' }),
    ].join('\n');
    const { body } = await clerk.post('/v1/imports').set('Content-Type', 'application/x-ndjson').send(file).expect(201);
    expect(body).toMatchObject({ rows: 4, recorded: 2, refused: 2 });
    expect((await server.get('/v1/persons/LY-1/events')).body.events).toHaveLength(2);
    await other.get(`/v1/imports/${body.id}`).expect(404);
    await other.get(`/v1/imports/${body.id}/refused/1`).expect(404);
    await clerk.get(`/v1/imports/${body.id}/refused/1`).expect(200);
  });

  it('asks for reports about his own region, named or not', async () => {
    const { status } = await clerk.get(`/v1/reports/insured?region=${lianyungang}`);
    expect(status).toBe(403);
    const both = callerWith(server, 'clerk', [tieling, lianyungang]);
    await both.get('/v1/reports/insured').expect(400);
  });
});

describe('a clerk of a province', () => {
  it('reaches its cities, and a clerk of a city its counties', async () => {
    const province = callerWith(server, 'clerk', ['210000']);
    await province.get('/v1/persons/TL-1/events').expect(200);
    await province.get('/v1/persons/LY-1/events').expect(404);
    await clerk.post('/v1/persons/COUNTY-1/events', registered('211221')).expect(201);
    const county = callerWith(server, 'clerk', ['211221']);
    await county.get('/v1/persons/COUNTY-1/events').expect(200);
    await county.get('/v1/persons/TL-1/events').expect(404);
  });
});
