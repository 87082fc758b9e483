import { connect, type AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { startTestServer, TOKEN, type TestServer } from '../testing/test-server';
import { RateLimits } from './rate-limits';
import { callerWith } from './testing/callers';

const registered = {
  type: 'Registered',
  effectiveOn: '2022-05-09',
  data: { scheme: 'employee', region: '211200', participation: 'employed' },
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    environment: { LEDGER_RATE_PER_SECOND: '2', LEDGER_BODY_BYTES: '4000000', LEDGER_REQUEST_SECONDS: '7' },
  });
  await server.post('/v1/persons/L-1/events', registered).expect(201);
});
afterAll(() => server.close());

describe('an allowance', () => {
  it('is used up, comes back with time, and is everyone’s own', () => {
    let now = 0;
    const limits = new RateLimits(() => now);
    expect([...Array(8)].map(() => limits.take('a', 2))).toEqual(Array(8).fill(0));
    expect(limits.take('a', 2)).toBe(1);
    expect(limits.take('b', 2)).toBe(0);
    now += 499;
    expect(limits.take('a', 2)).toBe(1);
    now += 1;
    expect(limits.take('a', 2)).toBe(0);
    expect(limits.take('a', 2)).toBe(1);
    now += 3_600_000;
    expect([...Array(9)].map(() => limits.take('a', 2))).toEqual([...Array(8).fill(0), 1]);
  });
});

describe('too much at once', () => {
  it('is refused to a person, who may come again, and not to a machine or anyone else', async () => {
    const clerk = callerWith(server, 'clerk', ['211200']);
    const replies = [];
    for (let n = 0; n < 30; n++) replies.push(await clerk.get('/v1/policies'));
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(10);
    expect(refused[0]!.body.type).toBe('urn:enrollment-ledger:problem:rate-limited');
    expect(Number(refused[0]!.headers['retry-after'])).toBeGreaterThan(0);
    const machine = callerWith(server, 'integrator');
    for (let n = 0; n < 30; n++) await machine.get('/v1/policies').expect(200);
    await server.get('/v1/policies').expect(200);
    await callerWith(server, 'clerk').get('/v1/policies').expect(200);
  });

  it('is refused to someone who tries tokens, and to nobody else at his address', async () => {
    const other = await startTestServer();
    const statuses: number[] = [];
    for (let n = 0; n < 80; n++)
      statuses.push((await other.stranger.get('/v1/policies').set('Authorization', `Bearer guess-${n}`)).status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    await other.get('/v1/policies').expect(200);
    await other.stranger.get('/healthz').set('Authorization', 'Bearer guess').expect(200);
    await other.close();
  });

  it('is a body with a list that is too long, or nested too deeply', async () => {
    const send = (body: string) =>
      server.post('/v1/persons/L-2/events').set('Content-Type', 'application/json').send(body);
    for (const body of [
      `[${'1,'.repeat(20_000)}1]`,
      `{"a":[[${'"x",'.repeat(20_000)}1]]}`,
      '['.repeat(33) + ']'.repeat(33),
    ]) {
      const { body: problem } = await send(body).expect(400);
      expect(problem.type).toBe('urn:enrollment-ledger:problem:malformed-json');
    }
    // Commas in texts are no parts, and lists beside each other are not one.
    const { body: problem } = await send(
      JSON.stringify([{ x: ','.repeat(30_000) }, ...Array(999).fill([1, 2, 3])]),
    ).expect(400);
    expect(problem.type).toBe('urn:enrollment-ledger:problem:invalid-input');
  });

  it('is a batch that no store takes in one piece', async () => {
    const texts = Array.from({ length: 5 }, (_, n) => 'x'.repeat(480 + n));
    const events = Array.from({ length: 900 }, () => ({
      type: 'Died',
      effectiveOn: '2022-05-09',
      metadata: { evidence: texts },
    }));
    const { body } = await server.post('/v1/persons/L-3/events', events).expect(413);
    expect(body.type).toBe('urn:enrollment-ledger:problem:too-large');
    await server.get('/v1/persons/L-3/events').expect(404);
  });

  it('is a hundred headers', async () => {
    const test = server.get('/v1/policies');
    for (let n = 0; n < 100; n++) test.set(`X-Header-${n}`, 'x');
    const { body } = await test.expect(431);
    expect(body.type).toBe('urn:enrollment-ledger:problem:too-many-headers');
  });

  it('is a request that never ends', () => {
    const http = server.app.getHttpServer() as Server;
    expect(http.requestTimeout).toBe(7_000);
    expect(http.headersTimeout).toBe(7_000);
  });
});

describe('an address', () => {
  it.each([
    ['put', '/v1/persons/L-1/events', 'GET, HEAD, POST'],
    ['delete', '/v1/persons/L-1/answer', 'GET, HEAD'],
    ['get', '/v1/persons/L-1/commands/Suspend', 'POST'],
    ['patch', '/V1/Policies/', 'GET, HEAD'],
    ['get', '/v1/persons/L-1/impact?x=1', 'POST'],
  ] as const)('says to %s %s which methods it takes', async (method, path, allow) => {
    const test = server.stranger[method](path).set('Authorization', `Bearer ${TOKEN}`);
    const { headers, body } = await test.expect(405);
    expect(body.type).toBe('urn:enrollment-ledger:problem:method-not-allowed');
    expect(headers['allow']).toBe(allow);
  });

  it('says nothing of methods to a stranger, and nothing where there is nothing', async () => {
    await server.stranger.put('/v1/persons/L-1/events').expect(401);
    const { headers } = await server.get('/v1/nowhere').expect(404);
    expect(headers['allow']).toBeUndefined();
  });
});

describe('what was known at a position', () => {
  it('is not told of a position that the log has not come to', async () => {
    const { body } = await server.get('/v1/persons/L-1/events');
    const here = body.events[0].position as string;
    const asks = (position: bigint) => [
      `/v1/persons/L-1/answer?knownAt=${position}`,
      `/v1/persons/L-1/answer-at?basis=validOn=2022-06-01,knownAt=${position}`,
      `/v1/persons/L-1/diff?from=validOn=2022-06-01&to=validOn=2022-06-01,knownAt=${position}`,
    ];
    for (const path of asks(BigInt(here))) await server.get(path).expect(200);
    for (const path of asks(999_999_999n)) {
      const { body: problem } = await server.get(path).expect(400);
      expect(problem.errors[0]).toMatchObject({ field: expect.stringContaining('knownAt'), value: '999999999' });
    }
  });
});

describe('what is secret', () => {
  it('is in no line of the log, however it is sent', async () => {
    const clerk = callerWith(server, 'clerk', ['211200']);
    const secrets = [TOKEN, clerk.key, 'guess-0123456789abcdefghijklmnopqrstuvwxyz'];
    for (const secret of secrets) {
      const bearing = { Authorization: `Bearer ${secret}` };
      await server.stranger.get('/v1/persons/L-1/answer').set(bearing);
      await server.stranger.get(`/v1/persons/L-1/answer?token=${secret}`).set(bearing);
      await server.stranger.get(`/v1/policies?access_token=${secret}`);
      await server.stranger.post('/v1/persons/L-1/events').set(bearing).send({ type: secret });
      await server.stranger
        .get('/v1/policies')
        .set('Authorization', `Basic ${secret}`)
        .set('Cookie', `token=${secret}`);
    }
    const { port } = (server.app.getHttpServer() as Server).address() as AddressInfo;
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.end(`GET / HTTP/1.1\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`),
      );
      socket.on('close', () => resolve()).resume();
    });
    const log = server.log.join('\n');
    expect(log).toContain('/v1/persons/L-1/answer');
    for (const secret of secrets) expect(log).not.toContain(secret);
    expect(log).not.toContain(clerk.key.split('_')[2]);
  });
});

describe('every reply', () => {
  it('comes with headers that keep browsers and caches from doing anything with it', async () => {
    for (const { headers } of [
      await server.get('/v1/policies'),
      await server.stranger.get('/v1/audit'),
      await server.get('/x'),
    ]) {
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'x-content-type-options': 'nosniff',
        'strict-transport-security': expect.stringContaining('max-age='),
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
    }
  });
});
