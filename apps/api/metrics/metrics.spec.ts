import { startTestServer, type TestServer } from '../testing/test-server';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('metrics', () => {
  it('count by route, and name nobody', async () => {
    await server.post('/v1/persons/METRIC-1/events', { type: 'Died', effectiveOn: '2022-05-09' }).expect(201);
    await server.get('/v1/persons/METRIC-1/answer?region=211200').expect(200);
    await server.get('/v1/METRIC-nowhere').expect(404);
    await server
      .post('/v1/persons/METRIC-2/commands/Retire', { on: '2022-06-10', data: { region: '211200' } })
      .expect(422);
    const { text, headers } = await server.get('/metrics').expect(200);

    expect(headers['content-type']).toContain('text/plain');
    expect(text).toMatch(
      /duration_seconds_count\{method="GET",route="\/v1\/persons\/:person\/answer",status="200"\} 1/,
    );
    expect(text).toMatch(/duration_seconds_count\{method="GET",route="\(none\)",status="404"\} 1/);
    expect(text).toMatch(/ledger_events_recorded_total\{stream="person"\} 1/);
    expect(text).toMatch(/ledger_commands_refused_total\{command="Retire",rule="TL-[^"]+"\} 1/);
    expect(text).toMatch(/ledger_log_position 1\n/);
    expect(text).not.toContain('METRIC');
  });

  it('are for those with the token', async () => {
    await server.stranger.get('/metrics').expect(401);
  });
});
