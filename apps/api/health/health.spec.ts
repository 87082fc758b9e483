import { Draining } from './draining';
import { startTestServer, type TestServer } from '../testing/test-server';

let server: TestServer;
afterEach(() => server.close());

describe('health', () => {
  it('is told to anyone', async () => {
    server = await startTestServer();
    await server.stranger.get('/healthz').expect(200, { status: 'ok' });
    const { body } = await server.stranger.get('/readyz').expect(200);
    expect(body).toMatchObject({
      status: 'ok',
      details: { store: { status: 'up', position: '0' }, policies: { status: 'up' } },
    });
  });

  it('says that the server lives and is not ready, when its store does not answer', async () => {
    server = await startTestServer({
      wrap: (store) =>
        Object.assign(Object.create(store) as typeof store, { head: () => Promise.reject(new Error('no disk')) }),
    });
    await server.stranger.get('/healthz').expect(200);
    const { body, headers } = await server.stranger.get('/readyz').expect(503);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(body).toMatchObject({
      type: 'urn:enrollment-ledger:problem:not-ready',
      checks: { store: { status: 'down' } },
    });
  });

  it('is not ready on its way out, and asks for connections to be closed', async () => {
    server = await startTestServer();
    server.app.get(Draining).begin();
    const { headers } = await server.stranger.get('/readyz').expect(503);
    expect(headers['connection']).toBe('close');
    await server.get('/v1/policies').expect(200);
  });
});

describe('a broken store', () => {
  it('is told by the request id alone, and logged whole', async () => {
    server = await startTestServer({
      wrap: (store) =>
        Object.assign(Object.create(store) as typeof store, {
          append: () => Promise.reject(new Error('disk on fire')),
        }),
    });
    const { body, text, headers } = await server
      .post('/v1/persons/B-1/events', { type: 'Died', effectiveOn: '2022-01-01' })
      .expect(500);
    expect(body.type).toBe('urn:enrollment-ledger:problem:internal');
    expect(text).not.toContain('fire');
    const logged = server.log.filter((line) => line.includes('disk on fire'));
    expect(logged.some((line) => line.includes(headers['x-correlation-id']!))).toBe(true);
  });

  it('that does not say what became of an append leaves the outcome open', async () => {
    server = await startTestServer({
      wrap: (store) =>
        Object.assign(Object.create(store) as typeof store, {
          append: () => Promise.resolve({ outcome: 'unknown', cause: new Error('cut') }),
        }),
    });
    const { body, headers } = await server
      .post('/v1/persons/B-1/events', { type: 'Died', effectiveOn: '2022-01-01' })
      .expect(503);
    expect(body.type).toBe('urn:enrollment-ledger:problem:outcome-unknown');
    expect(headers['retry-after']).toBe('1');
  });

  it('that holds an event of a newer program parks the person and nobody else', async () => {
    server = await startTestServer();
    const recordedAt = '2022-01-01T00:00:00.000+08:00';
    const unreadable = {
      id: '6f0c2f5e-6a43-4f38-9f57-1d6b6a1f0009',
      type: 'Beamed',
      recordedAt,
      data: { region: '211200' },
      metadata: {},
    };
    await server.store.append('person-B-2', [unreadable], 'noStream');
    await server.post('/v1/persons/B-3/events', { type: 'Died', effectiveOn: '2022-01-01' }).expect(201);

    const { body } = await server.get('/v1/persons/B-2/events').expect(500);
    expect(body.type).toBe('urn:enrollment-ledger:problem:unreadable-history');
    const answer = await server.get('/v1/persons/B-2/answer?validOn=2022-11-05').expect(200);
    expect(answer.body.undetermined).toContainEqual(expect.objectContaining({ why: 'parked' }));
    await server.get('/v1/persons/B-3/events').expect(200);
  });
});
