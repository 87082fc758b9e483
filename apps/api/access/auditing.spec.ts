import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { AuditTrail, auditFile, checkAudit, type AuditRow } from '../../../libs/access';
import { startTestServer, type TestServer } from '../testing/test-server';
import { callerWith, type Caller } from './testing/callers';

const region = '211200';
const registered = {
  type: 'Registered',
  effectiveOn: '2022-05-09',
  data: { scheme: 'employee', region, participation: 'employed' },
};

let server: TestServer;
let clerk: Caller;
let auditor: Caller;
beforeAll(async () => {
  server = await startTestServer();
  clerk = callerWith(server, 'clerk', [region]);
  auditor = callerWith(server, 'auditor');
  await server.post('/v1/persons/A-1/events', registered).expect(201);
});
afterAll(() => server.close());

const rows = async (query = ''): Promise<AuditRow[]> =>
  (await auditor.get(`/v1/audit?limit=1000&${query}`).expect(200)).body.rows;
const last = async (query = '') => (await rows(query)).at(-1);

describe('the audit trail', () => {
  it('says who read whom, on what basis, and under which id the log has it', async () => {
    await clerk
      .get('/v1/persons/A-1/answer?validOn=2022-06-01&knownAt=2022-05-31&reading=A-01:B')
      .set('X-Correlation-Id', 'desk-4.000017')
      .expect(200);
    expect(await last(`subject=${clerk.subject}`)).toMatchObject({
      subject: clerk.subject,
      action: 'GET /v1/persons/:person/answer',
      person: 'A-1',
      basis: 'validOn=2022-06-01&knownAt=2022-05-31&reading=A-01:B',
      outcome: '200',
      correlation: 'desk-4.000017',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*\+08:00$/),
    });
  });

  it.each([
    ['GET', '/v1/persons/A-1/events'],
    ['GET', '/v1/persons/A-1/timeline'],
    ['GET', '/v1/persons/A-1/diff?from=validOn=2022-06-01&to=validOn=2022-06-02'],
    ['POST', '/v1/persons/A-1/impact'],
    ['POST', '/v1/persons/A-1/events?dryRun=true'],
    ['GET', '/v1/reports/insured'],
  ])('has a row for %s %s', async (method, path) => {
    const before = (await rows(`subject=${clerk.subject}`)).length;
    await (method === 'GET' ? clerk.get(path) : clerk.post(path, { ...registered, events: [] }));
    const after = await rows(`subject=${clerk.subject}`);
    expect(after).toHaveLength(before + 1);
    if (path.includes('A-1')) expect(after.at(-1)!.person).toBe('A-1');
  });

  it('says who was refused, and of whom', async () => {
    await clerk.get('/v1/persons/LY-9/answer').expect(404);
    expect(await last(`subject=${clerk.subject}`)).toMatchObject({ person: 'LY-9', outcome: '404 unknown-person' });
    await clerk.get('/v1/audit').expect(403);
    expect(await last(`subject=${clerk.subject}&refused=true`)).toMatchObject({
      action: 'GET /v1/audit',
      person: null,
      outcome: '403 forbidden',
    });
    await server.stranger.get('/v1/persons/A-1/answer').expect(401);
    expect(await last('subject=nobody')).toMatchObject({ outcome: '401 unauthenticated' });
  });

  it('holds no answer, no name and no number that someone is known by, whatever was sent', async () => {
    await clerk.get(`/v1/persons/${encodeURIComponent('张三')}/answer?validOn=110105194912310021`).expect(400);
    await clerk.get(`/v1/persons/A-1/answer?validOn=${encodeURIComponent('李四')}&110105194912310021=x`).expect(400);
    const text = JSON.stringify(await rows());
    expect(text).not.toMatch(/张三|李四|%E5|110105194912310021/);
    expect(text).not.toContain('waiting');
    expect(text).not.toContain(clerk.key.slice(-20));
  });

  it('is read page by page, by person and time, by auditors of all regions alone', async () => {
    for (let n = 0; n < 5; n++) await clerk.get('/v1/persons/PAGE-1/events').expect(404);
    const seen: number[] = [];
    for (let next: string | undefined = '/v1/audit?person=PAGE-1&limit=2'; next;) {
      const page: { rows: AuditRow[]; next: string | null } = (await auditor.get(next).expect(200)).body;
      seen.push(...page.rows.map(({ seq }) => seq));
      next = page.next ?? undefined;
    }
    expect(seen).toHaveLength(5);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    expect(await rows('since=2999-01-01T00:00:00Z')).toEqual([]);
    expect((await rows('person=PAGE-1&until=2999-01-01T00:00:00%2B08:00')).length).toBe(5);
    await callerWith(server, 'auditor', [region]).get('/v1/audit').expect(403);
    await callerWith(server, 'supervisor').get('/v1/audit').expect(403);
    for (const query of ['limit=0', 'after=x', 'person=110105194912310021', 'since=yesterday', 'outcome=200'])
      await auditor.get(`/v1/audit?${query}`).expect(400);
  });

  it('is changed by no method of the API', async () => {
    for (const method of ['post', 'put', 'patch', 'delete'] as const) {
      const test = server.stranger[method]('/v1/audit').set('Authorization', `Bearer ${auditor.key}`);
      const { headers } = await test.expect(405);
      expect(headers['allow']).toBe('GET, HEAD');
    }
  });

  it('has every row of every answered request when the server has stopped', async () => {
    const other = await startTestServer();
    const reader = callerWith(other, 'clerk', [region]);
    await other.post('/v1/persons/A-1/events', registered).expect(201);
    await Promise.all(Array.from({ length: 300 }, () => other.get('/v1/persons/A-1/answer').expect(200)));
    const { port } = (other.app.getHttpServer() as Server).address() as AddressInfo;
    // Somebody who hangs up before the reply came has read it as far as anyone can know.
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET /v1/persons/A-1/timeline HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${reader.key}\r\n\r\n`);
    await once(socket, 'data');
    socket.destroy();
    const file = auditFile(other.folder);
    let counted = -1;
    const trail = other.app.get(AuditTrail);
    const close = trail.close.bind(trail);
    trail.close = () => {
      close();
      const verdict = checkAudit(file);
      expect(verdict.faults).toEqual([]);
      counted = verdict.rows;
    };
    await other.close();
    expect(counted).toBe(302);
  });

  it('lets nobody read when it cannot be written', async () => {
    const trail = server.app.get(AuditTrail);
    Object.defineProperty(trail, 'overdue', { value: true, configurable: true });
    const { body } = await clerk.get('/v1/persons/A-1/answer').expect(503);
    expect(body.type).toBe('urn:enrollment-ledger:problem:not-ready');
    delete (trail as { overdue?: boolean }).overdue;
    await clerk.get('/v1/persons/A-1/answer').expect(200);
  });
});
