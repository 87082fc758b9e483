import { connect } from 'node:net';
import { startTestServer, TOKEN, type TestServer } from '../testing/test-server';

const died = { type: 'Died', effectiveOn: '2022-05-09' };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ environment: { LEDGER_BODY_BYTES: '20000' } });
});
afterAll(() => server.close());

describe('the token', () => {
  it.each([
    ['nothing', undefined],
    ['another token', `Bearer ${TOKEN.slice(0, -1)}x`],
    ['a beginning of the token', `Bearer ${TOKEN.slice(0, 10)}`],
    ['the token under another scheme', `Basic ${TOKEN}`],
    ['the token alone', TOKEN],
    ['an empty token', 'Bearer '],
  ])('is asked of everyone: %s opens nothing', async (_what, authorization) => {
    for (const path of ['/v1/persons/P/answer', '/v1/policies', '/v1/nowhere', '/metrics']) {
      const test = server.stranger.get(path);
      if (authorization !== undefined) test.set('Authorization', authorization);
      const { body, headers } = await test.expect(401);
      expect(body.type).toBe('urn:enrollment-ledger:problem:unauthenticated');
      expect(headers['www-authenticate']).toContain('Bearer');
    }
  });

  it.each([
    '/docs/../v1/policies',
    '//v1/policies',
    '/docs/%2e%2e/v1/policies',
    'http://ledger/v1/policies',
    '/healthz/../metrics',
  ])('is asked of everyone, however the address is written: %s', async (address) => {
    const reply = await raw(server, (socket) =>
      socket.write(`GET ${address} HTTP/1.1\r\nHost: ledger\r\nConnection: close\r\n\r\n`),
    );
    expect(reply).toMatch(/^HTTP\/1\.1 40[0-4] /);
    expect(reply).not.toContain('tieling');
  });

  it('keeps a stranger from writing', async () => {
    await server.stranger.post('/v1/persons/T-1/events').send(died).expect(401);
    await server.get('/v1/persons/T-1/events').expect(404);
  });

  it('is written bearer in any case', async () => {
    await server.stranger.get('/v1/policies').set('Authorization', `bearer ${TOKEN}`).expect(200);
  });

  it('never gets into the log', async () => {
    await server.get('/v1/policies').expect(200);
    expect(server.log.join('')).toContain('/v1/policies');
    expect(server.log.join('')).not.toContain(TOKEN);
  });
});

describe('addresses', () => {
  it('tells that there is nothing', async () => {
    const { body, headers } = await server.get('/v1/nowhere').expect(404);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(body).toMatchObject({ type: 'urn:enrollment-ledger:problem:not-found', status: 404 });
  });

  it.each(['put', 'patch', 'delete'] as const)('takes no %s', async (method) => {
    await server.stranger[method]('/v1/persons/T-1/events').set('Authorization', `Bearer ${TOKEN}`).expect(405);
  });

  it('refuses an address that is not properly encoded', async () => {
    const { body } = await server.get('/v1/persons/%E0%A4%A/answer').expect(400);
    expect(body.type).toBe('urn:enrollment-ledger:problem:malformed-request');
  });
});

describe('bodies', () => {
  const sendRaw = (body: string | Buffer, type = 'application/json') =>
    server
      .post('/v1/persons/T-2/events')
      .set('Content-Type', type)
      .serialize((bytes: unknown) => bytes as string)
      .send(body as string);

  it.each([
    ['text that is no JSON', '{"type": 张三}'],
    ['half a document', '{"type": "Died"'],
    ['a byte that is no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['a document that is nested too deeply', '['.repeat(5000)],
  ])('refuses %s and quotes nothing of it', async (_what, body) => {
    const { body: problem, text } = await sendRaw(body).expect(400);
    expect(problem.type).toBe('urn:enrollment-ledger:problem:malformed-json');
    expect(text).not.toContain('张三');
    expect(server.log.join('')).not.toContain('张三');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=gb18030'])(
    'refuses %s',
    async (type) => {
      await sendRaw('{"type":"Died","effectiveOn":"2022-05-09"}', type).expect(415);
    },
  );

  it('refuses a compressed body', async () => {
    await sendRaw('{}').set('Content-Encoding', 'gzip').expect(415);
  });

  it('refuses nothing at all', async () => {
    const { body } = await server.post('/v1/persons/T-2/events').expect(400);
    expect(body.errors[0].field).toBe('body');
  });

  it('takes JSON by any of its names', async () => {
    await sendRaw(JSON.stringify(died), 'application/json; charset=UTF-8').expect(201);
    await sendRaw(JSON.stringify(died), 'application/cloudevents+json').expect(201);
  });

  it('refuses more than its limit, with and without a length, and lives on', async () => {
    const big = JSON.stringify([died, { ...died, metadata: { evidence: Array(100).fill('x'.repeat(400)) } }]);
    const { body } = await sendRaw(big).expect(413);
    expect(body.type).toBe('urn:enrollment-ledger:problem:too-large');
    expect(await sendChunked(server, big)).toMatch(/^HTTP\/1\.1 413 /);
    await server.get('/v1/policies').expect(200);
  });

  it('records nothing of a body that is cut short', async () => {
    await cutShort(server, JSON.stringify({ ...died }));
    await server.get('/v1/persons/T-3/events').expect(404);
  });
});

describe('what no route reads', () => {
  it.each([
    [
      'a parameter with a slip in its name',
      '/v1/persons/T-1/answer?validon=2022-01-01&knownAt=2022-01-01',
      { field: 'validon', value: '(a text of 10 characters)' },
      'no such field; known are validOn, knownAt, region, reading, atLeast',
    ],
    [
      'one that is sent twice, of a query that inherits its fields',
      '/v1/duplicates?stat=open&stat=byRule',
      { field: 'stat', value: '(a list)' },
      'no such field; known are scope, state, limit, cursor, atLeast, region, validOn',
    ],
    ['any, where there are none', '/v1/webhooks?dryRun=true', { field: 'dryRun' }, 'no such field; there are none'],
    ['a name that may be a number', '/v1/policies?11010519491231002X=1', { field: '(an unprintable name)' }, 'no such'],
  ])('is refused: %s', async (_what, path, named, expected) => {
    const { body } = await server.get(path).expect(400);
    expect(body.errors[0]).toMatchObject(named);
    expect(body.errors[0].expected).toContain(expected);
    expect(body.detail).toContain(expected);
  });

  it('is refused of a body too, and what it holds is not repeated', async () => {
    const { body, text } = await server
      .post('/v1/persons/T-1/merge', { otherPersonId: 'T-2', reason: 'twice', name: 'ZhangSan' })
      .expect(400);
    expect(body.errors).toEqual([
      {
        field: 'name',
        value: '(a text of 8 characters)',
        expected: 'no such field; known are otherPersonId, reason, on',
      },
    ]);
    expect(text).not.toContain('ZhangSan');
  });

  it('makes no webhook that was only to be tried', async () => {
    await server.post('/v1/webhooks?dryRun=true', { url: 'https://receiver.example/' }).expect(400);
    expect((await server.get('/v1/webhooks').expect(200)).body.webhooks).toEqual([]);
  });

  it('is left to those who ask for health and figures', async () => {
    await server.stranger.get('/healthz?probe=1').expect(200);
  });
});

describe('every reply', () => {
  it('keeps browsers from doing anything with it', async () => {
    for (const reply of [await server.get('/v1/policies'), await server.stranger.get('/v1/policies')]) {
      expect(reply.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'x-frame-options': 'DENY',
      });
      expect(reply.headers['x-powered-by']).toBeUndefined();
    }
  });

  it('carries the correlation id it was asked under, into the log and the events', async () => {
    const id = 'batch-2022-11-05.0017';
    const reply = await server.post('/v1/persons/T-4/events', died).set('X-Correlation-Id', id).expect(201);
    expect(reply.headers['x-correlation-id']).toBe(id);
    expect(reply.body.events[0].metadata.correlationId).toBe(id);
    expect(server.log.some((line) => line.includes(id))).toBe(true);
  });

  it.each(['11010519491231002X', 'short', 'x'.repeat(65), 'two words here'])(
    'makes an id of its own in place of %s',
    async (id) => {
      const { headers, body } = await server.get('/v1/nowhere').set('X-Correlation-Id', id).expect(404);
      expect(headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(body.instance).toBe(`urn:enrollment-ledger:request:${headers['x-correlation-id']}`);
    },
  );

  it('is logged without what a person could be known by', async () => {
    const secret = '王小明';
    await server.get(`/v1/persons/${encodeURIComponent(secret)}/answer?validOn=2022-01-01&region=110105`).expect(400);
    await server.post('/v1/persons/T-5/events', { ...died, data: { name: secret } }).expect(400);
    const log = server.log.join('');
    expect(log).not.toContain(secret);
    expect(log).not.toContain(encodeURIComponent(secret));
    expect(log).not.toContain('validOn');
  });
});

async function raw(server: TestServer, write: (socket: ReturnType<typeof connect>) => void): Promise<string> {
  const { port } = server.app.getHttpServer().address() as { port: number };
  return new Promise((resolve) => {
    let reply = '';
    const socket = connect(port, '127.0.0.1', () => write(socket));
    socket.on('data', (chunk) => (reply += String(chunk)));
    socket.on('error', () => resolve(reply));
    socket.on('close', () => resolve(reply));
  });
}

function sendChunked(server: TestServer, body: string): Promise<string> {
  return raw(server, (socket) => {
    socket.write(`${headOf('/v1/persons/T-2/events')}Transfer-Encoding: chunked\r\n\r\n`);
    socket.write(`${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`);
  });
}

function cutShort(server: TestServer, body: string): Promise<string> {
  return raw(server, (socket) => {
    socket.write(`${headOf('/v1/persons/T-3/events')}Content-Length: ${body.length + 10}\r\n\r\n${body}`);
    setTimeout(() => socket.destroy(), 100);
  });
}

function headOf(path: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: ledger\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: close\r\nContent-Type: application/json\r\n`;
}
