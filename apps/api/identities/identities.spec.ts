import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { callerWith } from '../access/testing/callers';
import { startTestServer, type TestServer } from '../testing/test-server';

const NUMBER = '11010519491231002X';
const OTHER_NUMBER = '110105194912310003';
const NAME = '欧阳测试';
const card = { kind: '01', number: NUMBER };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

let count = 0;
/** Somebody new of whom one month is recorded. */
async function someone(feeMonth = '2022-10', region = '211200'): Promise<string> {
  const person = `P${++count}`;
  await server
    .post(`/v1/persons/${person}/events`, {
      type: 'Paid',
      effectiveOn: `${feeMonth}-10`,
      data: { scheme: 'employee', region, kind: 'regular', feeMonths: { from: feeMonth, through: feeMonth } },
    })
    .expect(201);
  return person;
}
const answer = async (person: string, query = '') => {
  const {
    person: _,
    knownAt: _knownAt,
    ...said
  } = (await server.get(`/v1/persons/${person}/answer?validOn=2022-12-15&region=211200${query}`).expect(200)).body as {
    person: string;
    knownAt: string;
    position: string;
    persons?: string[];
  };
  return said;
};
/** A number by GB 11643 that nobody has yet. */
function fresh(): string {
  const seventeen = `110105199001${String(10 + (count % 19))}${String(100 + count)}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return seventeen + '10X98765432'[weights.reduce((sum, weight, i) => sum + weight * Number(seventeen[i]), 0) % 11]!;
}

describe('identities', () => {
  test('are kept, found by number, read, replaced', async () => {
    const person = await someone();
    const number = fresh();
    await server
      .post(`/v1/identities/${person}/attach`, { kind: '01', number, name: NAME })
      .expect(201, { person, kept: 'added' });
    await server
      .post(`/v1/identities/${person}/attach`, { kind: 'identityCard', number })
      .expect(200, { person, kept: 'already' });
    await server
      .post('/v1/identities/find', { kind: '01', number: number.toLowerCase() })
      .expect(200, { person, persons: [person] });
    const read = await server.get(`/v1/identities/${person}`).expect(200);
    expect(read.body).toEqual({
      person,
      persons: [person],
      identities: [{ person, name: NAME, documents: [{ kind: 'identityCard', code: '01', number }] }],
    });
    const passport = { kind: '08', number: 'E12345678' };
    await server.post(`/v1/identities/${person}/attach`, passport).expect(201);
    await server.post(`/v1/identities/${person}/attach`, { ...passport, number: 'E87654321' }).expect(409);
    const replaced = await server
      .post(`/v1/identities/${person}/replace`, { ...passport, number: 'E87654321' })
      .expect(200);
    expect(replaced.body).toEqual({ person, kept: 'replaced' });
    await server.post('/v1/identities/find', passport).expect(404);
  });

  test('a dry run says the same and keeps nothing', async () => {
    const person = await someone();
    const body = { kind: '01', number: fresh() };
    await server
      .post(`/v1/identities/${person}/attach?dryRun=true`, body)
      .expect(200, { person, kept: 'added', dryRun: true });
    await server.post('/v1/identities/find', body).expect(404);
  });

  test('a number of another person is a 409 that names him, and the case waits until they are merged', async () => {
    const [holder, person] = [await someone(), await someone()];
    const body = { kind: '01', number: fresh() };
    await server.post(`/v1/identities/${holder}/attach`, body).expect(201);
    const refused = await server.post(`/v1/identities/${person}/attach`, body).expect(409);
    expect(refused.body).toMatchObject({ type: 'urn:enrollment-ledger:problem:identity-taken', otherPersonId: holder });
    const waiting = await server.get('/v1/found-twice').expect(200);
    expect(waiting.body).toMatchObject({ items: [{ person, holder, kind: 'identityCard', times: 1 }] });
    await server.post(`/v1/persons/${holder}/merge`, { otherPersonId: person, reason: 'one number' }).expect(201);
    await server.get('/v1/found-twice').expect(200, { items: [] });
    const settled = await server.get('/v1/found-twice?settled=true').expect(200);
    expect(settled.body).toMatchObject({ items: [{ settled: { as: 'merged' } }] });
    const found = await server.post('/v1/identities/find', body).expect(200);
    expect(found.body).toEqual({ person: holder, persons: [holder, person] });
  });

  test('a holder of other regions alone is named neither in a refusal nor in a case, and only who may see both settles it', async () => {
    const [holder, person] = [await someone('2022-10', '320700'), await someone()];
    const body = { kind: '01', number: fresh() };
    await server.post(`/v1/identities/${holder}/attach`, body).expect(201);
    const clerk = callerWith(server, ['clerk', 'supervisor'], ['211200']);
    for (const path of [`${person}/attach`, `${person}/attach?dryRun=true`, `${person}/replace`, 'find-or-make']) {
      const refused = await clerk.post(`/v1/identities/${path}`, body).expect(409);
      expect(refused.body).toMatchObject({ type: 'urn:enrollment-ledger:problem:identity-taken' });
      expect(JSON.stringify(refused.body)).not.toContain(holder);
    }
    const ofCase = (one: { person?: string; holder?: string }) => one.person === person || one.holder === holder;
    const seen = async (by: { get: typeof clerk.get }) =>
      ((await by.get('/v1/found-twice').expect(200)).body as { items: object[] }).items.filter(ofCase);
    expect(await seen(clerk)).toMatchObject([{ person, times: 2 }]);
    expect(JSON.stringify(await seen(clerk))).not.toContain(holder);
    const theirs = callerWith(server, ['clerk', 'supervisor'], ['320700']);
    expect(JSON.stringify(await seen(theirs))).not.toContain(`"${person}"`);
    const settle = { person, holder, as: 'different' };
    await clerk.post('/v1/found-twice/settle', settle).expect(403);
    expect(await seen(server)).toMatchObject([{ person, holder }]);
    await callerWith(server, 'clerk', ['211200', '320700'])
      .post('/v1/found-twice/settle', settle)
      .expect(200, { settled: 1 });
  });

  test('two that are told apart wait no longer', async () => {
    const [holder, person] = [await someone(), await someone()];
    const body = { kind: '01', number: fresh() };
    await server.post(`/v1/identities/${holder}/attach`, body).expect(201);
    await server.post(`/v1/identities/${person}/attach`, body).expect(409);
    const settle = { person, holder, as: 'different' };
    await server.post('/v1/found-twice/settle?dryRun=true', settle).expect(200, { settled: 1, dryRun: true });
    await server.post('/v1/found-twice/settle', settle).expect(200, { settled: 1 });
    await server.post('/v1/found-twice/settle?dryRun=true', settle).expect(200, { settled: 0, dryRun: true });
    await server.get('/v1/found-twice').expect(200, { items: [] });
  });

  test('somebody new is made once for a document', async () => {
    const body = { kind: '08', number: 'F00000001', name: NAME };
    const tried = await server.post('/v1/identities/find-or-make?dryRun=true', body).expect(200);
    expect(tried.body).toMatchObject({ made: true, dryRun: true });
    const made = await server.post('/v1/identities/find-or-make', body).expect(200);
    expect(made.body.person).not.toBe(tried.body.person);
    expect(made.body).toMatchObject({ made: true });
    const { person } = made.body as { person: string };
    await server.post('/v1/identities/find-or-make', body).expect(200, { person, persons: [person], made: false });
  });

  test.each([
    ['attach', { kind: '01', number: '110105194912310021' }, 'number', /^position 18: expected the check character X/],
    ['attach', { kind: '55', number: NUMBER }, 'kind', /^a kind of document/],
    ['attach', { kind: '01', number: 11010519491231 }, 'number', /^the number of the document, as a text/],
    ['attach', { number: NUMBER }, 'kind', /^a kind of document/],
    ['attach', { name: '' }, 'name', /^a text, 1 to 200 characters/],
    ['attach', {}, 'body', /^a document as kind and number, a name, or both/],
    ['attach', [NUMBER], 'body', /^an object with/],
    ['attach', { ...card, [NUMBER]: 1 }, 'body', /^no other fields than kind, number, name; there are 1 more/],
    [
      'erase',
      { legalBasis: `asked by ${NUMBER}` },
      'legalBasis',
      /^a text of 1 to 500 characters without identity numbers/,
    ],
  ])('%s of %j is refused by field, and nothing of it is repeated', async (verb, body, field, expected) => {
    const person = await someone();
    const refused = await server.post(`/v1/identities/${person}/${verb}`, body).expect(400);
    const { errors } = refused.body as { errors: { field: string; expected: string }[] };
    expect(errors[0]).toMatchObject({ field, expected: expect.stringMatching(expected) as string });
    expect(JSON.stringify(refused.body)).not.toMatch(/1101051949/);
  });

  test('a number is checked place by place without anybody being looked for', async () => {
    await server
      .post('/v1/identities/check', card)
      .expect(200, { valid: true, faults: [], birthDate: '1949-12-31', sex: 'female' });
    const checked = await server.post('/v1/identities/check', { kind: '01', number: '110105194912310O2X' }).expect(200);
    expect(checked.body).toMatchObject({
      valid: false,
      faults: [{ position: 16, expected: 'a digit', zh: '应为数字' }],
    });
  });

  test('erased under all ids: unreadable, not found, told to the log, the answer as before, a new person later', async () => {
    const [person, other] = [await someone('2022-10'), await someone('2022-11')];
    const body = { kind: '01', number: fresh() };
    await server.post(`/v1/identities/${person}/attach`, { ...body, name: NAME }).expect(201);
    await server.post(`/v1/identities/${other}/attach`, { kind: '08', number: 'G00000001' }).expect(201);
    await server.post(`/v1/persons/${person}/merge`, { otherPersonId: other, reason: 'one person' }).expect(201);
    const { position: _, ...before } = await answer(other);

    const tried = await server
      .post(`/v1/identities/${other}/erase?dryRun=true`, { legalBasis: 'PIPL art. 47' })
      .expect(200);
    expect(tried.body).toEqual({ person: other, erasures: [{ person }, { person: other }], dryRun: true });
    const erased = await server.post(`/v1/identities/${other}/erase`, { legalBasis: 'PIPL art. 47' }).expect(200);
    const again = await server.post(`/v1/identities/${other}/erase`, { legalBasis: 'something else' }).expect(200);
    expect(again.body).toEqual(erased.body);

    const refused = await server.get(`/v1/identities/${person}`).expect(410);
    expect(refused.body).toMatchObject({ type: 'urn:enrollment-ledger:problem:identity-erased' });
    await server.post('/v1/identities/find', body).expect(404);
    await server.post(`/v1/identities/${person}/attach`, body).expect(410);
    const { position: _position, ...after } = await answer(other);
    expect(after).toEqual(before);
    const { events } = (await server.get(`/v1/persons/${other}/events`).expect(200)).body as { events: object[] };
    expect(events.filter((event) => (event as { type: string }).type === 'IdentityErased')).toMatchObject([
      { data: { legalBasis: 'PIPL art. 47' }, metadata: { actor: expect.any(String) as string } },
    ]);
    const made = await server.post('/v1/identities/find-or-make', body).expect(200);
    expect([person, other]).not.toContain((made.body as { person: string }).person);
  });

  test('nobody can say by an event that an identity was erased', async () => {
    const person = await someone();
    const event = { type: 'IdentityErased', effectiveOn: '2023-01-05', data: { legalBasis: 'none' } };
    await server.post(`/v1/persons/${person}/events`, event).expect(403);
  });

  test('of nobody there is nothing to erase or read', async () => {
    await server.post('/v1/identities/NOBODY/erase', { legalBasis: 'PIPL art. 47' }).expect(404);
    await server.get('/v1/identities/NOBODY').expect(404);
  });
});

describe('merging', () => {
  test('is tried, done, asked about under either id, and undone', async () => {
    const [one, two] = [await someone('2022-10'), await someone('2022-11')];
    const [first, second] = [await answer(one), await answer(two)];
    const body = { otherPersonId: two, reason: 'one person, two records' };
    const tried = await server.post(`/v1/persons/${one}/merge?dryRun=true&validOn=2022-12-15`, body).expect(200);
    expect((tried.body as { changes: { part: string }[] }).changes.map(({ part }) => part)).toContain('contribution');
    expect(await answer(two)).toEqual(second);

    const merged = await server.post(`/v1/persons/${one}/merge`, body).set('Idempotency-Key', 'merge-1').expect(201);
    const position = (merged.body as { position: string }).position;
    await server
      .post(`/v1/persons/${one}/merge`, body)
      .set('Idempotency-Key', 'merge-1')
      .expect(201)
      .expect('Idempotency-Hit', 'true');
    expect(await answer(two)).toEqual(await answer(one));
    expect((await answer(two)).persons).toEqual([one, two]);
    expect((await answer(one, `&knownAt=${Number(position) - 1}`)).persons).toBeUndefined();

    const circle = await server.post(`/v1/persons/${two}/merge`, { ...body, otherPersonId: one }).expect(400);
    expect(circle.body).toMatchObject({
      errors: [{ field: 'data.otherPersonId', expected: expect.stringContaining('are one person already') as string }],
    });

    await server.post(`/v1/persons/${two}/unmerge`, { otherPersonId: one, reason: 'two after all' }).expect(201);
    const apart = async (person: string) => ({ ...(await answer(person)), position: '' });
    expect([await apart(one), await apart(two)]).toEqual([
      { ...first, position: '' },
      { ...second, position: '' },
    ]);
  });

  test('by the events route holds to the same, and tells both streams', async () => {
    const [one, two] = [await someone(), await someone()];
    const event = { type: 'Merged', effectiveOn: '2023-01-05', data: { otherPersonId: two, reason: 'one person' } };
    await server.post(`/v1/persons/${one}/events`, event).expect(201);
    const { events } = (await server.get(`/v1/persons/${two}/events`).expect(200)).body as {
      events: { type: string }[];
    };
    expect(events.at(-1)).toMatchObject({ type: 'Merged', data: { otherPersonId: one, countedUnder: one } });
    await server
      .post(`/v1/persons/${two}/events`, { ...event, data: { otherPersonId: 'NOBODY', reason: 'x' } })
      .expect(400);
  });
});

test('no file of the data folder and no line of the log holds a number or a name', () => {
  const files: string[] = [];
  const walk = (folder: string) => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) walk(path);
      else files.push(path);
    }
  };
  walk(server.folder);
  expect(files.some((file) => file.endsWith('vault.db'))).toBe(true);
  expect(existsSync(join(server.folder, 'vault.key'))).toBe(true);
  expect(statSync(join(server.folder, 'vault.key')).mode & 0o777).toBe(0o600);
  const clear = [NUMBER, OTHER_NUMBER, NAME, '1101051990'].map((text) => Buffer.from(text));
  const holding = files.filter((file) => {
    const bytes = readFileSync(file);
    return clear.some((text) => bytes.includes(text));
  });
  expect(holding).toEqual([]);
  expect(server.log.filter((line) => clear.some((text) => line.includes(text.toString())))).toEqual([]);
});
