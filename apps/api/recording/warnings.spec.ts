import { loadPoliciesOrThrow } from '../../../libs/policy';
import { startTestServer, type TestServer } from '../testing/test-server';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const published = (name: string) => ({
  type: 'ReferenceValuePublished',
  effectiveOn: '2023-07-01',
  data: { name, value: 6_000_00, unit: 'fen', validFrom: '2023-07-01', source: 'notice' },
});
const pack = loadPoliciesOrThrow('policies').packs.find(({ region }) => region === '211200')!;
const activated = (changes: object) => ({
  type: 'PolicyPackActivated',
  effectiveOn: '2023-07-01',
  data: {
    pack: pack.id,
    version: pack.version.split('+')[0],
    sha256: pack.sha256,
    effectiveFrom: '2023-07-01',
    ...changes,
  },
});
const record = (events: object | object[]) => server.post('/v1/regions/211200/events', events);

describe('what is recorded and settles nothing', () => {
  it('is recorded, and told with the names that are known', async () => {
    const { body } = await record([published('averageMonthlyWageFen'), published('avergeMonthlyWageFen')]).expect(201);
    expect(body.events).toHaveLength(2);
    expect(body.warnings).toMatchObject([{ field: 'events[1].data.name', value: 'avergeMonthlyWageFen' }]);
    expect(body.warnings[0].known).toContain('averageMonthlyWageFen');
    expect((await server.get('/v1/regions/211200/events')).body.events).toHaveLength(2);
  });

  it.each([
    [{ pack: '211200-tielin' }, 'events[0].data.pack'],
    [{ version: '2021-01-01' }, 'events[0].data.version'],
    [{ sha256: '0'.repeat(64) }, 'events[0].data.sha256'],
  ])('is a pack that is not at hand: %j', async (changes, field) => {
    const { body } = await record(activated(changes)).expect(201);
    expect(body.warnings).toMatchObject([{ field, known: expect.arrayContaining([expect.any(String)]) }]);
  });

  it('is told again when the request is sent again, and when it is only tried', async () => {
    const send = () => record(published('nothingAsksForThis')).set('Idempotency-Key', 'w-1');
    const first = await send().expect(201);
    const again = await send();
    expect(again.headers['idempotency-hit']).toBe('true');
    expect(again.body).toEqual(first.body);
    const tried = await server.post('/v1/regions/211200/events?dryRun=true', published('norForThat')).expect(200);
    expect(tried.body.warnings).toHaveLength(1);
  });

  it('is none of what the packs know', async () => {
    const { body } = await record([published('baseFloorFen'), activated({})]).expect(201);
    expect(body).not.toHaveProperty('warnings');
  });
});
