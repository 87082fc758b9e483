import { request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhooks } from '../../../libs/feeds/webhooks';
import { startReceiver, type Receiver } from '../../../libs/feeds/testing/receiver';
import { callerWith } from '../access/testing/callers';
import { TOKEN, startTestServer, type TestServer } from '../testing/test-server';

let server: TestServer;
let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
  server = await startTestServer({
    environment: { LEDGER_WEBHOOK_NETWORKS: '127.0.0.0/8', LEDGER_MACHINE_RATE_PER_SECOND: '100000' },
  });
});
afterEach(async () => {
  await server.close();
  await receiver.close();
});

interface Shown {
  id: string;
  state: string;
  url: string;
  regions: string[] | null;
  place: string;
  delivered: number;
  parked: number;
  waiting: number;
}

const paid = (month: string, region = '211200') => ({
  type: 'Paid',
  effectiveOn: `${month}-10`,
  data: { scheme: 'employee', region, kind: 'regular', feeMonths: { from: month, through: month } },
});
const record = (person: string, month: string, region?: string) =>
  server.post(`/v1/persons/${person}/events`, paid(month, region)).expect(201);
const ids = () => receiver.received.map(({ event: { id } }) => id);
const until = async (holds: () => Promise<boolean>) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
};
const read = async (id: string) => (await server.get(`/v1/webhooks/${id}`).expect(200)).body as Shown;
const send = (method: 'PATCH' | 'DELETE', path: string, body?: unknown, token = TOKEN) =>
  new Promise<{ status: number; body: unknown }>((resolve, reject) => {
    const { port } = (server.app.getHttpServer() as Server).address() as AddressInfo;
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const request = httpRequest({ method, port, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more: string) => (text += more));
      response.on('end', () =>
        resolve({ status: response.statusCode!, body: text === '' ? undefined : (JSON.parse(text) as unknown) }),
      );
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });

async function subscribed(more: object = {}): Promise<string> {
  const { body } = await server
    .post('/v1/webhooks', { url: receiver.url, from: '0', secret: receiver.secret, ...more })
    .expect(201);
  const { webhook, verification } = body as { webhook: Shown; verification: unknown };
  expect(verification).toEqual({ verified: true });
  expect(webhook.state).toBe('active');
  return webhook.id;
}

describe('a webhook', () => {
  it('is made once where its request is sent again', async () => {
    const body = { url: receiver.url, from: '0', parts: ['coverage'], secret: receiver.secret };
    const keyed = (key: string, sent: object) => server.post('/v1/webhooks', sent).set('Idempotency-Key', key);
    const first = await keyed('hook-1', body).expect(201);
    expect(first.headers['idempotency-hit']).toBeUndefined();
    const again = await keyed('hook-1', {
      secret: receiver.secret,
      parts: ['coverage'],
      from: '0',
      url: receiver.url,
    }).expect(201);
    expect(again.headers['idempotency-hit']).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(again.body).toMatchObject({ secret: receiver.secret, verification: { verified: true } });
    const conflict = await keyed('hook-1', { ...body, parts: null }).expect(409);
    expect(conflict.body.type).toBe('urn:enrollment-ledger:problem:id-conflict');
    await keyed('with blanks', body).expect(400);
    const together = await Promise.all(['a', 'b', 'c'].map(() => keyed('hook-2', body).expect(201)));
    expect(new Set(together.map(({ body: made }) => made.webhook.id)).size).toBe(1);
    expect(new Set(together.map(({ body: made }) => made.secret)).size).toBe(1);
    expect((await server.get('/v1/webhooks').expect(200)).body.webhooks).toHaveLength(2);

    // Somebody else's key is another one, and a secret that was rotated is not given away.
    const other = callerWith(server, 'integrator');
    const theirs = await other.post('/v1/webhooks', body).set('Idempotency-Key', 'hook-1').expect(201);
    expect(theirs.body.webhook.id).not.toBe(first.body.webhook.id);
    await server.post(`/v1/webhooks/${first.body.webhook.id}/secret`, {}).expect(200);
    const rotated = await keyed('hook-1', body).expect(201);
    expect(rotated.body.webhook.id).toBe(first.body.webhook.id);
    expect(rotated.body.secret).toBeUndefined();
  });

  it('is sent what changed, signed, and is shown without its secret', async () => {
    await record('A', '2022-05');
    const id = await subscribed();
    await record('B', '2022-05');
    await receiver.taken(2);
    expect(ids().sort()).toEqual(['1.A', '2.B']);
    expect(receiver.refused).toBe(0);
    await until(async () => (await read(id)).delivered === 2);
    const { text } = await server.get('/v1/webhooks').expect(200);
    expect(text).not.toContain(receiver.secret.slice(6));
    expect(server.log.join('\n')).not.toMatch(/whsec_|"url":"http/);
    const { text: metrics } = await server.get('/metrics').expect(200);
    expect(metrics).toContain('ledger_webhook_messages_total{outcome="delivered"} 2');
    expect(metrics).toContain(`ledger_webhook_queue{webhook="${id}",state="parked"} 0`);
    expect(metrics).toMatch(new RegExp(`ledger_webhook_lag_events\\{webhook="${id}"\\} 0`));
  });

  it('whose receiver does not answer well is made, and sent nothing until he does', async () => {
    await record('A', '2022-05');
    receiver.answer = (_event, response) => (response.writeHead(404).end(), true);
    const { body } = await server.post('/v1/webhooks', { url: receiver.url, from: '0' }).expect(201);
    const made = body as { webhook: Shown; secret: string; verification: unknown };
    expect(made).toMatchObject({
      webhook: { state: 'unverified' },
      verification: { verified: false, reason: 'status 401' },
    });
    const { id } = made.webhook;
    expect(await send('PATCH', `/v1/webhooks/${id}`, { state: 'active' })).toMatchObject({
      status: 409,
      body: { type: 'urn:enrollment-ledger:problem:webhook-unverified' },
    });
    receiver.secret = made.secret;
    receiver.answer = () => false;
    const verified = await server.post(`/v1/webhooks/${id}/verification`).expect(200);
    expect(verified.body).toEqual({ verified: true });
    await receiver.taken(1);
  });

  it('is refused where it may not lead, or says what nobody understands', async () => {
    const wrong: [object, string][] = [
      [{ url: 'http://example.org/' }, 'url'],
      [{ url: 'https://10.0.0.1/' }, 'url'],
      [{ url: 'https://[::1]/' }, 'url'],
      [{ url: 'file:///etc/passwd' }, 'url'],
      [{ url: 7 }, 'url'],
      [{}, 'url'],
      [{ url: receiver.url, feed: 'everything' }, 'feed'],
      [{ url: receiver.url, regions: [] }, 'regions'],
      [{ url: receiver.url, regions: ['2112'] }, 'regions'],
      [{ url: receiver.url, types: ['Nothing'] }, 'types'],
      [{ url: receiver.url, parts: 'coverage' }, 'parts'],
      [{ url: receiver.url, from: '99' }, 'from'],
      [{ url: receiver.url, from: 'then' }, 'from'],
      [{ url: receiver.url, secret: 'short' }, 'secret'],
      [{ url: receiver.url, other: 1 }, 'other'],
    ];
    for (const [sent, field] of wrong) {
      const { body } = await server.post('/v1/webhooks', sent).expect(400);
      expect((body as { errors: { field: string }[] }).errors[0]!.field).toBe(field);
    }
    expect((await server.get('/v1/webhooks').expect(200)).body).toEqual({ webhooks: [] });
    await server.get('/v1/webhooks/none').expect(404);
    expect(receiver.requests).toBe(0);
  });

  it('is paused, narrowed, replayed, given a new secret and removed', async () => {
    const id = await subscribed();
    await record('A', '2022-05');
    await receiver.taken(1);
    expect(await send('PATCH', `/v1/webhooks/${id}`, { state: 'paused', regions: ['320700'] })).toMatchObject({
      status: 200,
      body: { state: 'paused', regions: ['320700'] },
    });
    await record('B', '2022-05', '320700');
    await record('A', '2022-06');
    expect(await send('PATCH', `/v1/webhooks/${id}`, { state: 'active' })).toMatchObject({ status: 200 });
    await receiver.taken(2);
    expect(ids()).toEqual(['1.A', '2.B']);

    expect(await send('PATCH', `/v1/webhooks/${id}`, { regions: null })).toMatchObject({ body: { regions: null } });
    await server.post(`/v1/webhooks/${id}/replay`, { from: '99' }).expect(400);
    await server.post(`/v1/webhooks/${id}/replay`, { from: '0' }).expect(200);
    await receiver.taken(5);
    expect(ids().slice(2).sort()).toEqual(['1.A', '2.B', '3.A']);

    const { body } = await server.post(`/v1/webhooks/${id}/secret`, { oldForHours: 0 }).expect(200);
    receiver.secret = (body as { secret: string }).secret;
    await record('A', '2022-07');
    await receiver.taken(6);
    expect(receiver.refused).toBe(0);
    expect(await send('DELETE', `/v1/webhooks/${id}`)).toEqual({ status: 204, body: undefined });
    await server.get(`/v1/webhooks/${id}`).expect(404);
  });

  it('shows what is parked, which goes on when it is told to, or is given up', async () => {
    const id = await subscribed();
    for (const month of ['2022-05', '2022-06', '2022-07']) await record('A', month);
    await receiver.taken(3);
    await server.app.close();
    // Parked by hand: what parks after seventeen attempts is tested where attempts can be made quickly.
    const tables = new Webhooks(server.folder);
    expect(tables.takeLease('test', 60_000)).toBe(true);
    tables.replay(id, { position: 0n });
    const item = (position: bigint) => ({
      place: { position, key: 'A' },
      id: `${position}.A`,
      text: JSON.stringify({ specversion: '1.0', id: `${position}.A`, type: 'x', subject: 'A', data: {} }),
      lane: 'person-A',
      cause: 'Paid',
      regions: [],
      parts: [],
    });
    tables.enqueue('test', id, { position: 0n }, [item(1n), item(2n), item(3n)], { position: 3n });
    const [first] = tables.due(id, 10);
    tables.settle('test', id, [{ n: first!.n, became: 'parked', failure: 'status 500' }]);
    tables.setState(id, 'paused');
    tables.releaseLease('test');
    tables.close();

    const folder = server.folder;
    const again = await startTestServer({
      environment: { LEDGER_DATA: folder, LEDGER_WEBHOOK_NETWORKS: '127.0.0.0/8' },
    });
    try {
      const { body } = await again.get(`/v1/webhooks/${id}/parked`).expect(200);
      expect(body).toEqual({
        messages: [
          {
            number: first!.n,
            item: '1.A',
            stream: 'person-A',
            attempts: 1,
            failure: 'status 500',
            failedAt: expect.any(String),
            behind: 2,
          },
        ],
        next: null,
      });
      await again.get(`/v1/webhooks/${id}/parked?limit=0`).expect(400);
      expect((await again.post(`/v1/webhooks/${id}/parked/retry`, { person: 'B' }).expect(200)).body).toEqual({
        messages: 0,
      });
      expect((await again.post(`/v1/webhooks/${id}/parked/retry`, {}).expect(200)).body).toEqual({ messages: 3 });
      expect((await again.get(`/v1/webhooks/${id}/parked`).expect(200)).body).toEqual({ messages: [], next: null });
    } finally {
      await again.app.close();
      await again.store.close();
    }
  });
});

describe('who may have webhooks', () => {
  it('integrators, of their own regions', async () => {
    const own = callerWith(server, 'integrator', ['211200']);
    const other = callerWith(server, 'integrator', ['320700']);
    await callerWith(server, 'supervisor').get('/v1/webhooks').expect(403);
    await server.stranger.get('/v1/webhooks').expect(401);
    await own.post('/v1/webhooks', { url: receiver.url, regions: ['320700'] }).expect(403);
    const { body } = await own
      .post('/v1/webhooks', { url: receiver.url, secret: receiver.secret, from: '0' })
      .expect(201);
    const { id, regions } = (body as { webhook: Shown }).webhook;
    expect(regions).toEqual(['211200']);
    await other.get(`/v1/webhooks/${id}`).expect(404);
    expect(await send('DELETE', `/v1/webhooks/${id}`, undefined, other.key)).toMatchObject({ status: 404 });
    expect(await send('PATCH', `/v1/webhooks/${id}`, { regions: ['320700'] }, own.key)).toMatchObject({ status: 403 });
    expect((await other.get('/v1/webhooks').expect(200)).body).toEqual({ webhooks: [] });
    await server.post('/v1/webhooks', { url: receiver.url, regions: ['210000'] }).expect(201);
    expect(((await own.get('/v1/webhooks').expect(200)).body as { webhooks: Shown[] }).webhooks).toHaveLength(1);

    await record('B', '2022-05', '320700');
    await record('A', '2022-05');
    await receiver.taken(1);
    // The place may still be that of the message: what follows without one is noted with the next, or after a second.
    await until(async () => (await read(id)).delivered === 1);
    expect(ids()).toEqual(['2.A']);
  });
});
