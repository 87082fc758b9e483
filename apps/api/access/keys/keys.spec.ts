import { readFileSync } from 'node:fs';
import { roles } from '../../../../libs/access';
import { startTestServer, type TestServer } from '../../testing/test-server';
import { callerWith, requestsWith, type Caller } from '../testing/callers';

const region = '211200';
const KEY = /^lk_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/;
const terms = { name: 'tax-office', roles: ['integrator'], regions: [region] };

let server: TestServer;
let administrator: Caller;
beforeAll(async () => {
  server = await startTestServer();
  administrator = callerWith(server, 'administrator', 'all', 'desk');
});
afterAll(() => server.close());

const lastRow = async () =>
  (await server.get(`/v1/audit?subject=${administrator.subject}&limit=1000`).expect(200)).body.rows.at(-1);
const opens = (key: string) => requestsWith(server, key).get('/v1/policies');

it('a key is shown once, opens what it says, and is listed without what it opens with', async () => {
  const { body } = await administrator.post('/v1/keys', { ...terms, expires: '2199-12-31' }).expect(201);
  expect(body).toMatchObject({
    ...terms,
    state: 'live',
    key: expect.stringMatching(KEY),
    expires: '2200-01-01T00:00:00.000+08:00',
  });
  expect(await lastRow()).toMatchObject({ action: 'POST /v1/keys', basis: `key=${body.id}`, outcome: '201' });
  await opens(body.key).expect(200);
  await requestsWith(server, body.key).get('/v1/keys').expect(403);

  const { text } = await administrator.get('/v1/keys').expect(200);
  expect(text).toContain(body.id);
  expect(text).not.toContain(body.key.split('_')[2]);
  expect(server.log.join('')).not.toContain(body.key.split('_')[2]);
  expect(readFileSync(`${server.folder}/access.sqlite`).includes(body.key.split('_')[2])).toBe(false);
});

it('a key that is revoked opens nothing from then on; said again it changes nothing', async () => {
  const { body } = await administrator.post('/v1/keys', terms).expect(201);
  const tried = await administrator.post(`/v1/keys/${body.id}/revoke?dryRun=true`).expect(200);
  expect(tried.body).toMatchObject({ id: body.id, state: 'revoked', dryRun: true });
  await opens(body.key).expect(200);
  const revoked = await administrator.post(`/v1/keys/${body.id}/revoke`).expect(200);
  expect(revoked.body).toMatchObject({ id: body.id, state: 'revoked' });
  expect(revoked.body.key).toBeUndefined();
  expect(await lastRow()).toMatchObject({ action: 'POST /v1/keys/:key/revoke', basis: `key=${body.id}` });
  await opens(body.key).expect(401);
  expect((await administrator.post(`/v1/keys/${body.id}/revoke`).expect(200)).body).toEqual(revoked.body);
  await administrator.post(`/v1/keys/${body.id}/rotate`, {}).expect(404);
});

it('a key that is rotated has a successor of the same terms; the one before ends at once, or after some hours', async () => {
  const first = (await administrator.post('/v1/keys', terms).expect(201)).body;
  const tried = await administrator.post(`/v1/keys/${first.id}/rotate?dryRun=true`, {}).expect(200);
  expect(tried.body).toMatchObject({ ...terms, dryRun: true });
  expect(tried.body.key).toBeUndefined();
  const second = (await administrator.post(`/v1/keys/${first.id}/rotate`, { oldForHours: 2 }).expect(200)).body;
  expect(second).toMatchObject({ ...terms, state: 'live', key: expect.stringMatching(KEY) });
  expect(second.id).not.toBe(first.id);
  expect((await lastRow()).basis).toBe(`key=${first.id},${second.id}`);
  await opens(first.key).expect(200);
  await opens(second.key).expect(200);
  const listed = (await administrator.get('/v1/keys').expect(200)).body.keys as { id: string; expires?: string }[];
  const left = Date.parse(listed.find(({ id }) => id === first.id)!.expires!) - Date.now();
  expect(left).toBeLessThanOrEqual(2 * 3_600_000);
  const third = (await administrator.post(`/v1/keys/${second.id}/rotate`, {}).expect(200)).body;
  await opens(second.key).expect(401);
  await opens(third.key).expect(200);
});

it('nothing is made by a dry run', async () => {
  const before = (await administrator.get('/v1/keys').expect(200)).body;
  const { body } = await administrator.post('/v1/keys?dryRun=true', terms).expect(200);
  expect(body).toMatchObject({ ...terms, dryRun: true });
  expect(body.key).toBeUndefined();
  const after = (await administrator.get('/v1/keys').expect(200)).body.keys as { id: string }[];
  expect(after.map(({ id }) => id)).toEqual((before.keys as { id: string }[]).map(({ id }) => id));
});

it.each([
  ['no name', { ...terms, name: undefined }, 'name'],
  ['an identity number for a name', { ...terms, name: '11010519491231002X' }, 'name'],
  ['an unknown role', { ...terms, roles: ['king'] }, 'roles'],
  ['no role', { ...terms, roles: [] }, 'roles'],
  ['no region', { ...terms, regions: [] }, 'regions'],
  ['all among others', { ...terms, regions: ['all', region] }, 'regions'],
  ['a day that is past', { ...terms, expires: '2020-01-01' }, 'expires'],
  ['a day that is none', { ...terms, expires: '2030-02-30' }, 'expires'],
  ['another field', { ...terms, secret: 'x' }, 'secret'],
])('refuses a key with %s', async (_what, body, field) => {
  const { body: problem } = await administrator.post('/v1/keys', body).expect(400);
  expect(problem.errors[0].field).toBe(field);
  expect(JSON.stringify(problem)).not.toContain('1101051949');
});

it('knows no other keys', async () => {
  for (const id of ['0123456789abcdef', 'x', '..%2F']) {
    await administrator.post(`/v1/keys/${id}/revoke`).expect(404);
    await administrator.post(`/v1/keys/${id}/rotate`, {}).expect(404);
  }
});

it.each(roles.filter((role) => role !== 'administrator'))(
  'is closed to a(n) %s, and to administrators of some regions',
  async (role) => {
    for (const by of [callerWith(server, role), callerWith(server, 'administrator', [region])]) {
      await by.get('/v1/keys').expect(403);
      await by.post('/v1/keys', terms).expect(403);
      await by.post('/v1/keys/0123456789abcdef/revoke').expect(403);
      await by.post('/v1/keys/0123456789abcdef/rotate', {}).expect(403);
    }
  },
);
