import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'iconv-lite';
import { startTestServer, TOKEN, type TestServer } from '../testing/test-server';

const relations = [
  'psn_no,insutype,psn_type,insu_admdvs,crt_insu_date,paus_insu_date,psn_insu_stas',
  'I-1,310,1101,211200,2022-05-09,,1',
  'I-2,310,1103,211200,2022-06-01,,1',
  'I-3,310,1101,211200,2022-13-01,,1',
].join('\r\n');
const events = ['I-4', 'I-5']
  .map((person) => JSON.stringify({ type: 'Died', person, effectiveOn: '2022-05-09' }))
  .join('\n');

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ environment: { LEDGER_IMPORT_BYTES: '200000' } });
});
afterAll(() => server.close());

const send = (body: string | Buffer, type: string, query = '') =>
  server
    .post(`/v1/imports${query}`)
    .set('Content-Type', type)
    .serialize((bytes: unknown) => bytes as string)
    .send(body as string);

describe('importing a file', () => {
  it('says of every row what became of it, and keeps the refused ones for mending', async () => {
    const { body, headers } = await send(relations, 'text/csv').expect(201);
    expect(body).toMatchObject({ state: 'done', rows: 3, recorded: 2, already: 0, refused: 1 });
    expect(body.files).toMatchObject([{ kind: 'relations', encoding: 'utf-8', reasons: [{ rows: 1 }] }]);
    expect(headers['location']).toBe(`/v1/imports/${body.id}`);
    await server.get('/v1/persons/I-1/events').expect(200);
    await server.get('/v1/persons/I-3/events').expect(404);

    const report = await server.get(headers['location']!).expect(200);
    expect(report.body).toEqual(body);
    const refused = await server.get(body.files[0].refusedRows).expect(200);
    expect(refused.headers['content-type']).toContain('text/csv');
    expect(refused.text).toContain('I-3,310');
    expect(refused.text).toContain('2022-13-01');
  });

  it('adds nothing when the same comes again', async () => {
    const { body } = await send(relations, 'text/csv').expect(201);
    expect(body).toMatchObject({ recorded: 0, already: 2, refused: 1, events: 0 });
  });

  it('keeps nothing of what was sent but the refused rows', async () => {
    const { body } = await send(relations, 'text/csv').expect(201);
    expect(readdirSync(join(server.folder, 'imports', body.id)).sort()).toEqual(['1.refused.csv', 'report.json']);
  });

  it('reads GB18030', async () => {
    const text = `${relations.split('\r\n')[0]},psn_name\r\nI-6,310,1101,211200,2022-05-09,,1,王小明\r\n`;
    const { body } = await send(encode(text, 'gb18030'), 'text/csv').expect(201);
    expect(body).toMatchObject({ recorded: 1, files: [{ encoding: 'gb18030' }] });
  });

  it('reads events as JSON lines', async () => {
    const { body } = await send(events, 'application/x-ndjson', '?name=deaths.jsonl').expect(201);
    expect(body).toMatchObject({ recorded: 2, files: [{ name: 'deaths.jsonl', kind: 'events' }] });
  });

  it('takes several files of a form', async () => {
    const { body } = await server
      .post('/v1/imports')
      .attach('relations', Buffer.from(relations), '参保.csv')
      .attach('events', Buffer.from(events), { filename: '../../etc/passwd.jsonl' })
      .expect(201);
    expect(body.files).toMatchObject([{ name: '参保.csv' }, { name: 'passwd.jsonl' }]);
    expect(readdirSync(join(server.folder, 'imports')).every((name) => /^[0-9a-f-]{36}$/.test(name))).toBe(true);
  });

  it('only says what would become of every row, when that is asked', async () => {
    const lines = ['T-1', 'T-1', 'T-2'].map((person) =>
      JSON.stringify({ type: 'Died', person, effectiveOn: '2022-05-09' }),
    );
    const { body } = await send([...lines, 'no JSON'].join('\n'), 'application/x-ndjson', '?dryRun=true').expect(201);
    expect(body).toMatchObject({ dryRun: true, state: 'done', rows: 4, recorded: 2, already: 1, refused: 1 });
    await server.get('/v1/persons/T-1/events').expect(404);
    const done = await send(lines.join('\n'), 'application/x-ndjson').expect(201);
    expect(done.body).toMatchObject({ recorded: 2, already: 1 });
    expect(done.body.dryRun).toBeUndefined();
  });

  it('goes on behind the reply when asked to', async () => {
    const reply = await send(events, 'application/x-ndjson').set('Prefer', 'respond-async').expect(202);
    expect(reply.body).toMatchObject({ state: 'running' });
    let state = 'running';
    while (state === 'running') state = (await server.get(reply.headers['location']!).expect(200)).body.state as string;
    expect(state).toBe('done');
  });

  it.each([
    ['an unknown table', 'name,age\r\nx,1\r\n', 'text/csv', 400],
    ['an empty file', '', 'text/csv', 400],
    ['another media type', relations, 'application/pdf', 415],
    ['no media type', relations, '', 415],
    ['more than the limit', 'x'.repeat(200_001), 'text/csv', 413],
    ['a form that is none', 'no form at all', 'multipart/form-data', 400],
    [
      'a form that breaks off',
      '--b\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\nx',
      'multipart/form-data; boundary=b',
      400,
    ],
  ])('refuses %s and leaves nothing behind', async (_what, body, type, status) => {
    const before = readdirSync(join(server.folder, 'imports')).length;
    const reply = await send(body, type).expect(status);
    expect(reply.headers['content-type']).toContain('application/problem+json');
    expect(readdirSync(join(server.folder, 'imports'))).toHaveLength(before);
  });

  it('refuses a form without a file, with a file of an unknown ending, and with one too large', async () => {
    const before = readdirSync(join(server.folder, 'imports')).length;
    await server.post('/v1/imports').field('a', 'b').expect(400);
    await server
      .post('/v1/imports')
      .attach('f', Buffer.from(relations), 'a.csv')
      .attach('g', Buffer.from('x'), 'b.exe')
      .expect(400);
    await server.post('/v1/imports').attach('f', Buffer.alloc(200_001, 'x'), 'a.csv').expect(413);
    expect(readdirSync(join(server.folder, 'imports'))).toHaveLength(before);
  });

  it.each(['region=12', 'migratedFrom=%20', 'nmae=x'])('refuses ?%s', async (query) => {
    await send(relations, 'text/csv', `?${query}`).expect(400);
  });

  it('knows no other imports, and serves no other files', async () => {
    for (const path of [
      'nothing',
      '..%2F..',
      '00000000-0000-0000-0000-000000000000',
      `${'0'.repeat(36)}/refused/1`,
      '../api-token',
    ]) {
      await server.get(`/v1/imports/${path}`).expect(404);
    }
    expect(existsSync(server.folder)).toBe(true);
    await server.stranger.get('/v1/imports/x').expect(401);
    await server.stranger.post('/v1/imports').set('Authorization', `Bearer ${TOKEN}x`).send('x').expect(401);
  });
});
