import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'iconv-lite';
import { Workbook } from 'exceljs';
import { Vault } from '../../../libs/vault';
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

  it('reads workbooks, of several sheets the named one', async () => {
    const book = new Workbook();
    book.addWorksheet('封面').addRow(['2022']);
    const sheet = book.addWorksheet('参保');
    for (const line of relations.split('\r\n')) sheet.addRow(line.replaceAll('I-', 'X-').split(','));
    const bytes = Buffer.from(await book.xlsx.writeBuffer());
    const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
    const { body } = await send(bytes, type, `?sheet=${encodeURIComponent('参保')}`).expect(201);
    expect(body).toMatchObject({ recorded: 2, refused: 1, files: [{ kind: 'relations', sheet: '参保' }] });
    const list = await server.get(body.files[0].refusedRows).expect(200);
    expect(list.text).toContain('sheet 参保, line 4');
    const refused = await send(bytes, type).expect(400);
    expect(refused.body.errors[0].expected).toContain('not a table');
    await send(bytes, type, `?sheet=${'x'.repeat(40)}`).expect(400);
  });

  it('reads columns and codes by the mapping that a form brings', async () => {
    const own = relations.replace('psn_no', 'number').replaceAll('I-', 'M-');
    const mapping = 'columns: { person: number }\ntables: { relations: [number, insutype, crt_insu_date] }\n';
    const form = (text: string) =>
      server
        .post('/v1/imports')
        .attach('mapping', Buffer.from(text), 'own.yaml')
        .attach('file', Buffer.from(own), 'relations.csv');
    expect((await form(mapping).expect(201)).body).toMatchObject({ recorded: 2, refused: 1 });
    const broken = await form('columns: { persn: number }').expect(400);
    expect(broken.body.errors).toMatchObject([{ field: 'mapping.columns.persn' }]);
    await form('kind: [').expect(400);
    await form('a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]').expect(400);
  });

  it('lists imports, the newest first, by the page', async () => {
    const sent = await send(relations, 'text/csv').expect(201);
    const first = (await server.get('/v1/imports?limit=2').expect(200)).body;
    expect(first.imports[0]).toEqual(sent.body);
    expect(first.imports).toHaveLength(2);
    const second = (await server.get(first.next).expect(200)).body;
    expect(second.imports[0].id).not.toBe(first.imports[1].id);
    const all = (await server.get('/v1/imports?limit=200').expect(200)).body;
    expect(all.next).toBeNull();
    expect(all.imports.slice(0, 4).map(({ id }: { id: string }) => id)).toEqual(
      [...first.imports, ...second.imports].slice(0, 4).map(({ id }: { id: string }) => id),
    );
    expect((await server.get('/v1/imports?state=failed').expect(200)).body.imports).toEqual([]);
    await server.get('/v1/imports?state=nothing').expect(400);
    await server.get('/v1/imports?after=x').expect(400);
    await server.stranger.get('/v1/imports').expect(401);
  });

  it('keeps the report of a file that was refused after the reply', async () => {
    const reply = await send('name,age\r\nx,1\r\n', 'text/csv').set('Prefer', 'respond-async').expect(202);
    let report = reply.body;
    while (['waiting', 'running'].includes(report.state)) report = (await server.get(`/v1/imports/${report.id}`)).body;
    expect(report).toMatchObject({
      state: 'failed',
      rows: 0,
      reason: expect.stringContaining('not a table') as string,
    });
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

  it('tells persons by their documents in a dry run too, makes nobody, and lists the rows that would', async () => {
    const [known, first, second] = ['11010519491231002X', '110105194912310003', '110105200001010016'];
    const vault = server.app.get(Vault);
    await vault.put('I-1', { document: { kind: 'identityCard', number: known } });
    const row = (person: string, number: string, month: string) =>
      `${person},${number},01,310,1101,211200,${month},${month},2022-06-10,Z`;
    const head = 'psn_no,certno,psn_cert_type,insutype,psn_type,insu_admdvs,accrym_begn,accrym_end,arvl_date,revs_flag';
    const rows = [
      row('', known, '202205'),
      row('', first, '202203'),
      row('', first, '202204'),
      row('D-2', second, '202203'),
      row('', second, '202204'),
      row('D-3', second, '202204'),
      row('', '110105194912310021', '202203'),
    ];
    const file = [head, ...rows, ''].join('\n');
    const { body } = await send(file, 'text/csv', '?dryRun=true').expect(201);
    expect(body).toMatchObject({ rows: 7, recorded: 5, refused: 2, files: [{ newPersons: 1 }] });
    const list = await server.get(body.files[0].newPersonRows).expect(200);
    expect(list.text).toBe('line\r\n3\r\n');
    for (const number of [first, second]) expect(await vault.find({ kind: 'identityCard', number })).toBeUndefined();
    expect((await vault.read('D-2')).outcome).toBe('unknown');
    expect(await vault.foundTwice()).toEqual([]);

    const done = await send(file, 'text/csv').expect(201);
    expect(done.body).toMatchObject({ rows: 7, recorded: 5, refused: 2 });
    expect(done.body.files[0].newPersons).toBeUndefined();
    expect(await vault.find({ kind: 'identityCard', number: second })).toEqual({ person: 'D-2' });
    const again = await send(file, 'text/csv', '?dryRun=true').expect(201);
    expect(again.body).toMatchObject({ recorded: 0, already: 5, refused: 2 });
    expect(again.body.files[0].newPersonRows).toBeUndefined();
    await server.get(`/v1/imports/${again.body.id}/new-persons/1`).expect(404);
  });

  it('goes on behind the reply when asked to', async () => {
    const reply = await send(events, 'application/x-ndjson').set('Prefer', 'respond-async').expect(202);
    expect(reply.body).toMatchObject({ state: 'waiting' });
    let state = 'running';
    while (state === 'running' || state === 'waiting')
      state = (await server.get(reply.headers['location']!).expect(200)).body.state as string;
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
