import Ajv2020 from 'ajv/dist/2020';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPacket, findPrinter, type Packet } from '../../../libs/disputes';
import { engineIn } from '../../../libs/settings';
import { newSigningKey, verifierOf } from '../../../libs/evidence';
import { installation } from '../settings';
import { startTestServer, type TestServer } from '../testing/test-server';

let server: TestServer;
let fits: (name: string, value: unknown) => string;

const paid = (month: string, on: string, known = on) => ({
  type: 'Paid',
  effectiveOn: on,
  recordedAt: `${known}T09:00:00.000+08:00`,
  data: { scheme: 'employee', region: '211200', kind: 'regular', feeMonths: { from: month, through: month } },
  metadata: { migratedFrom: 'old' },
});
const then = 'validOn=2022-10-20,knownAt=2022-10-31,as=decidedThen';
const now = 'validOn=2022-10-20';
const of = (path: string, query: Record<string, string>) =>
  `/v1/persons/P1/${path}?${new URLSearchParams(query).toString()}`;

beforeAll(async () => {
  server = await startTestServer();
  await server
    .post('/v1/persons/P1/events', [
      paid('2022-04', '2022-04-05'),
      paid('2022-10', '2022-10-12'),
      paid('2022-07', '2022-07-06', '2022-12-01'),
    ])
    .expect(201);
  const { body } = (await server.stranger.get('/docs-json')) as { body: { components: object } };
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'api', components: body.components });
  fits = (name, value) => {
    const check = ajv.compile({ $ref: `api#/components/schemas/${name}` });
    return check(value) ? 'fits' : ajv.errorsText(check.errors);
  };
});
afterAll(() => server.close());

describe('disputes over HTTP', () => {
  it('the answer at a basis names it, and is the answer', async () => {
    const { body } = (await server.get(of('answer-at', { basis: then })).expect(200)) as {
      body: { basis: object; benefit: { status: string } };
    };
    expect(fits('AnswerAtBasis', body)).toBe('fits');
    expect(body).toMatchObject({ benefit: { status: 'waiting' }, basis: { as: 'decidedThen' } });
    const { basis: _, ...answer } = body;
    expect((await server.get(of('answer', { validOn: '2022-10-20', knownAt: '2022-10-31' }))).body).toEqual(answer);
  });

  it('why two answers differ', async () => {
    const { body } = (await server.get(of('diff', { from: then, to: now })).expect(200)) as {
      body: { causes: object[]; changes: object[] };
    };
    expect(fits('AnswerDifference', body)).toBe('fits');
    expect(body.causes).toMatchObject([{ kind: 'lateFact', type: 'Paid', effectiveOn: '2022-07-06' }]);
    expect(body.changes).toContainEqual({ at: 'benefit.status', from: 'waiting', to: 'covered', causes: [0] });
  });

  it('the timeline', async () => {
    const { body } = await server.get(of('timeline', { validOn: '2022-10-20' })).expect(200);
    expect(fits('Timeline', body)).toBe('fits');
    expect((body as { states: unknown[] }).states).toHaveLength(3);
  });

  it('the impact of a proposal, which is approved by recording it at the revision given', async () => {
    const proposal = {
      type: 'Suspended',
      effectiveOn: '2022-10-31',
      data: { scheme: 'employee', region: '211200', reason: 'left' },
    };
    const { body } = (await server
      .post('/v1/persons/P1/impact', { validOn: '2022-12-20', events: [proposal] })
      .expect(200)) as { body: { revision: number } };
    expect(fits('Impact', body)).toBe('fits');
    expect(body.revision).toBe(2);
    expect(((await server.get('/v1/persons/P1/events')).body as { revision: number }).revision).toBe(2);
    const ruling = {
      type: 'RulingRecorded',
      effectiveOn: '2022-01-01',
      data: { reading: 'A-01', choice: 'B', authority: 'bureau' },
    };
    const regional = await server
      .post('/v1/persons/P1/impact', { validOn: '2022-10-20', stream: 'region-211200', events: [ruling] })
      .expect(200);
    expect(fits('Impact', regional.body)).toBe('fits');
    await server.post('/v1/persons/P1/events', proposal).set('If-Match', `"${body.revision}"`).expect(201);
    await server.post('/v1/persons/P1/events', proposal).set('If-Match', `"${body.revision}"`).expect(412);
  });

  it.each([
    [of('answer-at', { basis: 'validOn=soon' }), 'basis: validOn'],
    [of('answer-at', {}), 'basis'],
    [of('diff', { from: then, to: `${now},pack=211200:1999-01-01` }), 'from or to: pack'],
    [of('diff', { from: then, to: `${now},reading=A-01:Z` }), 'from or to: reading'],
    [of('diff', { from: then, to: `${now},reading=Z-01:A` }), 'from or to: reading'],
    [of('diff', { from: then }), 'to'],
    [of('timeline', { validOn: 'x' }), 'validOn'],
  ])('%s is refused by field', async (path, field) => {
    const { body } = (await server.get(path).expect(400)) as { body: { errors: { field: string }[] } };
    expect(body.errors.map((error) => error.field)).toContain(field);
    expect(fits('Problem', body)).toBe('fits');
  });

  it('a proposal that could not be recorded is refused by field, and nobody unknown has one', async () => {
    const post = (body: object, person = 'P1') => server.post(`/v1/persons/${person}/impact`, body);
    const { body } = await post({ events: [{ type: 'Paid' }] }).expect(400);
    expect((body as { errors: { field: string }[] }).errors[0]!.field).toMatch(/^events\[0\]\./);
    await post({ events: 'x' }).expect(400);
    await post({}).expect(400);
    await post({ events: [], stream: 'nowhere' }).expect(400);
    await post({ events: [{ type: 'Died', effectiveOn: '2022-10-31', data: {} }] }, 'nobody').expect(404);
    await server.get('/v1/persons/nobody/timeline').expect(404);
  });
});

describe('answers that are handed out', () => {
  const give = (body: object, person = 'P1') => server.post(`/v1/persons/${person}/answers`, body);
  interface Out {
    given: { id: string; digest: string };
    answer: object;
  }

  it('are recorded, listed, and asked again the same', async () => {
    const { body, headers } = (await give({ asker: 'court, case 117', purpose: 'refused claim', basis: then })
      .set('Idempotency-Key', 'give-1')
      .expect(201)) as { body: Out; headers: Record<string, string> };
    expect(fits('AnswerGivenOut', body)).toBe('fits');
    expect(headers['etag']).toMatch(/^"\d+"$/);
    const retried = await give({ asker: 'court, case 117', purpose: 'refused claim', basis: then })
      .set('Idempotency-Key', 'give-1')
      .expect(201);
    expect(retried.headers['idempotency-hit']).toBe('true');
    expect(retried.body).toEqual(body);
    await give({ asker: 'somebody else' }).set('Idempotency-Key', 'give-1').expect(409);

    const list = (await server.get('/v1/persons/P1/answers').expect(200)) as { body: { answers: Out['given'][] } };
    expect(fits('GivenAnswers', list.body)).toBe('fits');
    expect(list.body.answers).toEqual([body.given]);
    const again = await server.get(`/v1/persons/P1/answers/${body.given.id}`).expect(200);
    expect(fits('AnswerAskedAgain', again.body)).toBe('fits');
    expect(again.body).toMatchObject({ same: true, findings: [], digest: body.given.digest, answer: body.answer });
    expect((await server.get(of('answer-at', { basis: then }))).body).toEqual(body.answer);
  });

  it('are only tried with dryRun, and refused where nobody asks or the basis is none', async () => {
    const before = (await server.get('/v1/persons/P1/answers')).body as object;
    const { body } = await server.post('/v1/persons/P1/answers?dryRun=true', { asker: 'court' }).expect(200);
    expect(fits('AnswerGivenOut', body)).toBe('fits');
    expect((await server.get('/v1/persons/P1/answers')).body).toEqual(before);
    const fieldOf = async (wrong: object) =>
      ((await give(wrong).expect(400)).body as { errors: { field: string }[] }).errors[0]!.field;
    expect(await fieldOf({})).toBe('asker');
    expect(await fieldOf({ asker: 'ID 11010519491231002X' })).toBe('asker');
    expect(await fieldOf({ asker: 'court', basis: 'validOn=soon' })).toBe('basis: validOn');
    expect(await fieldOf({ asker: 'court', why: 'x' })).toBe('why');
    await give({ asker: 'court' }, 'nobody').expect(404);
    await server.get('/v1/persons/nobody/answers').expect(404);
    await server.get('/v1/persons/P1/answers/00000000-0000-4000-8000-000000000001').expect(404);
  });
});

describe('what is handed to a court', () => {
  it('a sealed packet, which holds wherever it is checked', async () => {
    const reply = await server.get(of('packet', { basis: then, against: now })).expect(200);
    expect(reply.headers['content-disposition']).toContain('P1-2022-10-20.packet.json');
    expect(fits('Packet', reply.body)).toBe('fits');
    const key = (reply.body as Packet).content.key;
    const verdict = checkPacket(reply.text, engineIn(installation()), verifierOf(key));
    expect(verdict).toMatchObject({ intact: true, person: 'P1', answeredAlike: true, engine: { sameAsHere: true } });
    const both = await Promise.all([now, then].map((basis) => server.get(of('packet', { basis })).expect(200)));
    for (const { text } of both) expect(checkPacket(text, engineIn(installation()), verifierOf(key)).intact).toBe(true);
  });

  it('a statement and a timeline as pages that load nothing and run nothing', async () => {
    const statement = await server.get(of('statement', { basis: then, against: now })).expect(200);
    expect(statement.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(statement.headers['content-security-policy']).toContain("default-src 'none'; style-src 'unsafe-inline'");
    expect(statement.text).toContain('<h1>待遇核定说明</h1>');
    expect(statement.text).not.toMatch(/<script|https?:/);
    const english = await server.get(of('statement', { basis: then, lang: 'en' })).expect(200);
    expect(english.text).toContain('is within a waiting period of the employee scheme');
    const timeline = await server.get(of('timeline', { validOn: '2022-10-20', format: 'html' })).expect(200);
    expect(timeline.text).toContain('参保与待遇时间线 P1');
  });

  it('as PDF where there is a Chromium, and else a problem that says what to do', async () => {
    const bare = await startTestServer({ environment: { LEDGER_CHROMIUM: '/nowhere/chromium' } });
    await bare.post('/v1/persons/P1/events', paid('2022-04', '2022-04-05')).expect(201);
    const { body } = await bare.get(of('statement', { basis: now, format: 'pdf' })).expect(503);
    expect(body).toMatchObject({
      type: 'urn:enrollment-ledger:problem:not-printed',
      detail: expect.stringContaining('LEDGER_CHROMIUM') as string,
    });
    await bare.get(of('timeline', { validOn: '2022-10-20', format: 'pdf' })).expect(503);
    await bare.close();
    if (!hasChromium()) return;
    const { body: pdf, headers } = await server.get(of('statement', { basis: now, format: 'pdf' })).expect(200);
    expect(headers['content-type']).toBe('application/pdf');
    expect((pdf as Buffer).subarray(0, 5).toString()).toBe('%PDF-');
  }, 60_000);

  it.each([
    [of('packet', {}), 'basis'],
    [of('packet', { basis: now, against: 'validOn=x' }), 'against: validOn'],
    [of('statement', { basis: now, format: 'doc' }), 'format'],
    [of('statement', { basis: now, lang: 'fr' }), 'lang'],
    [of('timeline', { validOn: '2022-10-20', format: 'xml' }), 'format'],
  ])('%s is refused by field', async (path, field) => {
    const { body } = (await server.get(path).expect(400)) as { body: { errors: { field: string }[] } };
    expect(body.errors.map((error) => error.field)).toContain(field);
  });

  it('with a key that did not sign before, no packet is sealed', async () => {
    const other = await startTestServer();
    const name = join(other.folder, 'evidence-key.pem');
    await other.post('/v1/persons/P1/events', paid('2022-04', '2022-04-05')).expect(201);
    const file = join(other.folder, 'evidence.sqlite');
    copyFileSync(join(server.folder, 'evidence.sqlite'), file);
    writeFileSync(name, newSigningKey());
    const { body } = await other.get(of('packet', { basis: now })).expect(503);
    expect(body).toMatchObject({ type: 'urn:enrollment-ledger:problem:not-ready' });
    expect(JSON.stringify(body)).not.toContain(other.folder);
    await other.close();
  });

  it('of nobody there is none', async () => {
    await server.get('/v1/persons/nobody/packet?basis=validOn%3D2022-10-20').expect(404);
    await server.get('/v1/persons/nobody/statement?basis=validOn%3D2022-10-20').expect(404);
  });
});

function hasChromium(): boolean {
  try {
    return findPrinter(undefined) !== '';
  } catch {
    return false;
  }
}
