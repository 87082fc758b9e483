import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Vault } from '../../../libs/vault';
import type { Response as Reply } from 'supertest';
import { callerWith } from '../access/testing/callers';
import { startTestServer, type TestServer } from '../testing/test-server';

/** Another system's status extract against the ledger, by HTTP. */

const own = '211200';
const other = '320700';
const HEADER = 'psn_no,insutype,insu_admdvs,psn_insu_stas,expi_ym,max_acctprd,clct_mons';
const CITIZEN = '11010519491231002X';
const STRANGER = '110105194912310003';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ environment: { LEDGER_IMPORT_BYTES: '300000' } });
  const registered = (region: string) => ({
    type: 'Registered',
    effectiveOn: '2022-03-01',
    data: { scheme: 'employee', region, participation: 'employed' },
  });
  for (const person of ['R-1', 'R-2', 'R-3'])
    await server.post(`/v1/persons/${person}/events`, registered(own)).expect(201);
  await server.post('/v1/persons/L-1/events', registered(other)).expect(201);
});
afterAll(() => server.close());

const extract = (...rows: string[]) => `${[HEADER, ...rows].join('\r\n')}\r\n`;
const send = (
  body: string,
  { query = 'validOn=2022-05-20', by = server as Pick<TestServer, 'post'>, type = 'text/csv' } = {},
) => by.post(`/v1/reconciliations?${query}`).set('Content-Type', type).send(body);

describe('comparing an extract', () => {
  it('tells every difference with its cause, by the page and as a table, and records nothing', async () => {
    const before = await server.store.head();
    const rows = [`R-1,310,${own},1,,,`, `R-2,310,${own},2,,,`, `NOBODY,310,${own},1,,,`, `R-9,310,2112,1,,,`];
    const { body, headers } = await send(extract(...rows)).expect(201);
    expect(body).toMatchObject({
      state: 'done',
      file: 'body.csv',
      basis: { validOn: '2022-05-20', position: String(before) },
      rows: 4,
      matched: 1,
      differing: 2,
      refused: 1,
      missingThere: 1,
      exceptions: 4,
    });
    const causes = (body.byCause as { kind: string; exceptions: number }[]).map(({ kind }) => kind).sort();
    expect(causes).toEqual(['missingThere', 'personUnknownHere', 'refused', 'statusDiffers']);
    expect(headers['location']).toBe(`/v1/reconciliations/${body.id}`);
    expect((await server.get(headers['location']!).expect(200)).body).toEqual(body);

    const all = (await server.get(body.differences).expect(200)).body;
    expect(all.next).toBeNull();
    expect(all.items.map(({ kind, person }: { kind: string; person?: string }) => [kind, person])).toEqual([
      ['statusDiffers', 'R-2'],
      ['personUnknownHere', 'NOBODY'],
      ['refused', undefined],
      ['missingThere', 'R-3'],
    ]);
    // Nothing was known of him on the day itself, so nothing agreed.
    expect(all.items[0]).toMatchObject({ cause: 'byEvents', rules: ['CV-13'] });
    const paged: unknown[] = [];
    for (let next: string | null = `${body.differences}?limit=1`; next !== null;) {
      const page: Reply = await server.get(next).expect(200);
      expect(page.headers['link']).toBe(page.body.next === null ? undefined : `<${page.body.next}>; rel="next"`);
      expect(page.body.items).toHaveLength(1);
      paged.push(...page.body.items);
      next = page.body.next;
    }
    expect(paged).toEqual(all.items);
    const some = (await server.get(`${body.differences}?kind=refused&limit=5`).expect(200)).body;
    expect(some.items).toEqual([all.items[2]]);
    expect((await server.get(`${body.differences}?cause=unknownHere`).expect(200)).body.items).toEqual([all.items[1]]);

    const table = await server.get(body.exceptionsFile).expect(200);
    expect(table.headers['content-type']).toContain('text/csv');
    expect(table.text.trim().split('\r\n')).toHaveLength(5);
    expect(table.text).toContain('4,personUnknownHere,NOBODY');
    expect(await server.store.head()).toBe(before);
    expect(readdirSync(join(server.folder, 'reconciliations', body.id)).sort()).toEqual([
      'exceptions.csv',
      'exceptions.jsonl',
      'report.json',
    ]);
  });

  it('compares with what was known at a basis', async () => {
    const row = extract(`R-1,310,${own},1,,,`);
    const then = await send(row, { query: `validOn=2022-05-20&knownAt=2022-01-01&region=${own}` }).expect(201);
    expect(then.body).toMatchObject({ basis: { knownAt: '2022-01-01' }, differing: 1, missingThere: 0 });
    const place = await send(row, { query: 'validOn=2022-05-20&knownAt=1' }).expect(201);
    expect(place.body).toMatchObject({ matched: 1, missingThere: 0 });
  });

  it('goes on behind the reply when asked to', async () => {
    const many = Array.from({ length: 4_000 }, (_, number) => `N-${number},310,${own},1,,,`);
    const reply = await send(extract(...many))
      .set('Prefer', 'respond-async')
      .expect(202);
    const early = await server.get(`${reply.headers['location']}/differences`);
    expect([200, 503]).toContain(early.status);
    let report = reply.body;
    while (['waiting', 'running'].includes(report.state)) report = (await server.get(reply.headers['location']!)).body;
    expect(report).toMatchObject({ state: 'done', rows: 4_000, differing: 4_000 });
    let count = 0;
    for (let next: string | null = `${report.differences}?limit=500`; next !== null;) {
      const { body }: Reply = await server.get(next).expect(200);
      count += body.items.length;
      next = body.next;
    }
    expect(count).toBe(report.exceptions);
    const listed = (await server.get('/v1/reconciliations?limit=1').expect(200)).body;
    expect(listed.reconciliations).toEqual([report]);
    expect(listed.next).toContain('after=');
  });

  it('takes forms with a mapping, and JSON lines', async () => {
    const form = await server
      .post('/v1/reconciliations?validOn=2022-05-20')
      .attach(
        'mapping',
        Buffer.from('columns: { person: number }\ntables: { status: [number, insutype, psn_insu_stas] }\n'),
        'own.yaml',
      )
      .attach('file', Buffer.from(extract(`R-1,310,${own},1,,,`).replace('psn_no', 'number')), '状态.csv')
      .expect(201);
    expect(form.body).toMatchObject({ file: '状态.csv', matched: 1 });
    const line = JSON.stringify({ psn_no: 'R-1', insutype: '310', insu_admdvs: own, psn_insu_stas: '1' });
    expect((await send(line, { type: 'application/x-ndjson' }).expect(201)).body).toMatchObject({ matched: 1 });
  });

  it('knows persons by their documents, and makes nobody', async () => {
    const vault = server.app.get(Vault);
    await vault.put('R-1', { document: { kind: 'identityCard', number: CITIZEN } });
    await vault.put('L-1', { document: { kind: 'identityCard', number: '110105200001010016' } });
    const head = HEADER.replace('psn_no', 'certno');
    const rows = [CITIZEN, STRANGER, STRANGER].map((number) => `${number},310,${own},1,,,`);
    const { body } = await send(`${[head, ...rows].join('\n')}\n`).expect(201);
    expect(body).toMatchObject({ rows: 3, matched: 1, differing: 1, refused: 1 });
    const { text } = await server.get(body.differences).expect(200);
    expect(text).not.toMatch(/1101051949|new:/);
    expect(await vault.find({ kind: 'identityCard', number: STRANGER })).toBeUndefined();
    const files = readdirSync(join(server.folder, 'reconciliations', body.id));
    for (const file of files)
      expect(readFileSync(join(server.folder, 'reconciliations', body.id, file), 'utf8')).not.toContain('1101051949');
  });

  it.each([
    ['another table', 'name,age\r\nx,1\r\n', 'validOn=2022-05-20', 'text/csv', 400],
    ['an empty file', '', 'validOn=2022-05-20', 'text/csv', 400],
    ['no day', extract(), '', 'text/csv', 400],
    ['a day that is none', extract(), 'validOn=2022-02-30', 'text/csv', 400],
    ['a limit of knowledge that is none', extract(), 'validOn=2022-05-20&knownAt=soon', 'text/csv', 400],
    ['an unknown parameter', extract(), 'validOn=2022-05-20&dryRun=true', 'text/csv', 400],
    ['another media type', extract(), 'validOn=2022-05-20', 'application/pdf', 415],
    ['more than the limit', 'x'.repeat(300_001), 'validOn=2022-05-20', 'text/csv', 413],
  ])('refuses %s and leaves nothing behind', async (_what, body, query, type, status) => {
    const before = readdirSync(join(server.folder, 'reconciliations')).length;
    const reply = await send(body, { query, type }).expect(status);
    expect(reply.headers['content-type']).toContain('application/problem+json');
    expect(readdirSync(join(server.folder, 'reconciliations'))).toHaveLength(before);
  });

  it('refuses two files, cursors of other lists, and knows no other reconciliations', async () => {
    await server
      .post('/v1/reconciliations?validOn=2022-05-20')
      .attach('a', Buffer.from(extract()), 'a.csv')
      .attach('b', Buffer.from(extract()), 'b.csv')
      .expect(400);
    const { body } = await send(extract(`X-1,310,${own},1,,,`, `X-2,310,${own},1,,,`)).expect(201);
    const page = (await server.get(`${body.differences}?limit=1`).expect(200)).body;
    await server.get(`${page.next}&kind=refused`).expect(400);
    await server.get(`${body.differences}?cursor=abcdefgh`).expect(400);
    for (const path of ['nothing', '..%2F..', '00000000-0000-4000-8000-000000000000']) {
      await server.get(`/v1/reconciliations/${path}`).expect(404);
      await server.get(`/v1/reconciliations/${path}/differences`).expect(404);
      await server.get(`/v1/reconciliations/${path}/exceptions.csv`).expect(404);
    }
    await server.stranger.post('/v1/reconciliations?validOn=2022-05-20').send('x').expect(401);
  });
});

describe('a clerk of one region', () => {
  it('has rows of others refused, learns of nobody there, and is told of nobody there who is missing', async () => {
    const clerk = callerWith(server, 'clerk', [own]);
    const rows = [`R-1,310,${own},1,,,`, `L-1,310,${other},1,,,`, `L-1,310,,1,,,`, `L-404,310,,1,,,`];
    const { body } = await send(extract(...rows), { by: clerk }).expect(201);
    expect(body).toMatchObject({ rows: 4, matched: 1, differing: 2, refused: 1, by: clerk.subject });
    const { items } = (await clerk.get(body.differences).expect(200)).body as { items: Record<string, unknown>[] };
    expect(items[0]).toMatchObject({ line: 3, kind: 'refused', cause: 'outOfReach', field: 'insu_admdvs' });
    expect(items[0]).not.toHaveProperty('person');
    const [there, nowhere] = items.slice(1, 3).map(({ line: _line, person: _person, ...rest }) => rest);
    expect(there).toEqual(nowhere);
    expect(items.slice(3).map(({ person }) => person)).not.toContain('L-1');
  });

  it('is not told by a document that somebody of another region is there', async () => {
    const clerk = callerWith(server, 'clerk', [own]);
    const head = HEADER.replace('psn_no', 'certno');
    const rows = ['110105200001010016', STRANGER].map((number) => `${number},310,${own},1,,,`);
    const { body } = await send(`${[head, ...rows].join('\n')}\n`, { by: clerk }).expect(201);
    const { items } = (await clerk.get(body.differences).expect(200)).body as { items: Record<string, unknown>[] };
    const [there, nowhere] = items.slice(0, 2).map(({ line: _line, ...rest }) => rest);
    expect(there).toEqual(nowhere);
    expect(JSON.stringify(items)).not.toContain('L-1');
  });

  it('may not name another region, and sees only what he sent himself', async () => {
    const clerk = callerWith(server, 'clerk', [own]);
    const colleague = callerWith(server, 'clerk', [own]);
    const auditor = callerWith(server, 'auditor', 'all');
    await send(extract(), { by: clerk, query: `validOn=2022-05-20&region=${other}` }).expect(403);
    const { body } = await send(extract(`R-1,310,${own},1,,,`), { by: clerk }).expect(201);
    await colleague.get(`/v1/reconciliations/${body.id}`).expect(404);
    await colleague.get(body.differences).expect(404);
    await colleague.get(body.exceptionsFile).expect(404);
    await auditor.get(body.differences).expect(200);
    expect((await colleague.get('/v1/reconciliations').expect(200)).body.reconciliations).toEqual([]);
  });

  it('stands in the audit trail', async () => {
    const clerk = callerWith(server, 'clerk', [own]);
    await send(extract(`R-1,310,${own},1,,,`), { by: clerk }).expect(201);
    const { body } = await server.get(`/v1/audit?subject=${clerk.subject}`).expect(200);
    expect(body.rows).toMatchObject([
      { action: 'POST /v1/reconciliations', basis: 'validOn=2022-05-20', outcome: '201' },
    ]);
  });
});
