import { startTestServer, type TestServer } from '../../testing/test-server';
import { callerWith, type Caller } from '../testing/callers';

const region = '211200';
const registered = {
  type: 'Registered',
  effectiveOn: '2022-05-09',
  data: { scheme: 'employee', region, participation: 'employed', firstTime: true },
};
const paid = (month: string) => ({
  type: 'Paid',
  effectiveOn: '2022-05-16',
  data: { scheme: 'employee', region, kind: 'regular', feeMonths: { from: month, through: month } },
});
const voiding = (target: string) => ({
  type: 'Voided',
  effectiveOn: '2022-08-26',
  data: { target, reason: 'booked twice' },
});

let server: TestServer;
let clerk: Caller;
let supervisor: Caller;
let persons = 0;
beforeAll(async () => {
  server = await startTestServer();
  clerk = callerWith(server, 'clerk', [region]);
  supervisor = callerWith(server, 'supervisor', [region]);
});
afterAll(() => server.close());

/** Somebody with one month paid; his id and the id of the payment. */
async function somebody(): Promise<{ person: string; payment: string }> {
  const person = `C-${++persons}`;
  const { body } = await clerk.post(`/v1/persons/${person}/events`, [registered, paid('2022-05')]).expect(201);
  return { person, payment: body.events[1].id as string };
}
const answer = async (person: string) =>
  (await clerk.get(`/v1/persons/${person}/answer?validOn=2022-09-01&knownAt=2999-01-01`).expect(200)).body;
const typesOf = async (person: string) =>
  ((await clerk.get(`/v1/persons/${person}/events`)).body.events as { type: string }[]).map(({ type }) => type);
const monthsOf = async (person: string): Promise<number> => (await answer(person)).contribution.actual as number;

describe('a change that needs a second person', () => {
  it('is asked for, shown with what it would change, and happens when it is approved', async () => {
    const { person, payment } = await somebody();
    const asked = await clerk.post(`/v1/persons/${person}/events`, voiding(payment)).expect(202);
    expect(asked.body).toMatchObject({
      person,
      state: 'pending',
      requestedBy: clerk.subject,
      events: [{ type: 'Voided', data: { target: payment } }],
    });
    expect(asked.headers['location']).toBe(`/v1/changes/${asked.body.id}`);
    expect(await monthsOf(person)).toBe(1);

    const shown = await supervisor.get(`${asked.headers['location']}?validOn=2022-09-01`).expect(200);
    expect(shown.body.impact.months).toContainEqual({ at: 'contribution.actual', from: 1, to: 0 });
    const approved = await supervisor.post(`/v1/changes/${asked.body.id}/approve`).expect(200);
    expect(approved.body).toMatchObject({ state: 'approved', decidedBy: supervisor.subject });
    expect(await monthsOf(person)).toBe(0);
    expect(await typesOf(person)).toEqual(['Registered', 'Paid', 'ChangeRequested', 'ChangeApproved', 'Voided']);
    const { events } = (await clerk.get(`/v1/persons/${person}/events`)).body;
    expect(events[4]).toMatchObject({
      id: asked.body.events[0].id,
      metadata: { actor: clerk.subject, causationId: asked.body.id },
    });
    expect(events[3].metadata.actor).toBe(supervisor.subject);
  });

  it('is only tried out by a dry run, which says what it would record and change', async () => {
    const { person, payment } = await somebody();
    const { body } = await clerk.post(`/v1/persons/${person}/events`, voiding(payment)).expect(202);
    const before = await server.store.head();
    const approved = await supervisor.post(`/v1/changes/${body.id}/approve?dryRun=true`).expect(200);
    expect(approved.body).toMatchObject({ state: 'approved', decidedBy: supervisor.subject, dryRun: true });
    expect(approved.body.impact.months).toContainEqual({ at: 'contribution.actual', from: 1, to: 0 });
    const declined = await supervisor.post(`/v1/changes/${body.id}/decline?dryRun=true`, { reason: 'no' }).expect(200);
    expect(declined.body).toMatchObject({ state: 'declined', reason: 'no', dryRun: true });
    expect(await server.store.head()).toBe(before);
    expect((await clerk.get(`/v1/changes/${body.id}`).expect(200)).body).toMatchObject({ state: 'pending' });
    await clerk.post(`/v1/changes/${body.id}/approve?dryRun=true`).expect(403);
    await supervisor.post(`/v1/changes/${body.id}/approve?dryRun=yes`).expect(400);
    expect(await monthsOf(person)).toBe(1);
    await supervisor.post(`/v1/changes/${body.id}/approve`).expect(200);
    expect(await monthsOf(person)).toBe(0);
  });

  it('does not happen when it is declined', async () => {
    const { person, payment } = await somebody();
    const { body } = await clerk.post(`/v1/persons/${person}/events`, voiding(payment)).expect(202);
    const decline = `/v1/changes/${body.id}/decline`;
    await supervisor.post(decline, {}).expect(400);
    await supervisor.post(decline, { reason: '110105194912310021' }).expect(400);
    const declined = await supervisor.post(decline, { reason: 'the receipt is missing' }).expect(200);
    expect(declined.body).toMatchObject({ state: 'declined', reason: 'the receipt is missing' });
    const { body: late } = await supervisor.post(`/v1/changes/${body.id}/approve`).expect(409);
    expect(late.type).toBe('urn:enrollment-ledger:problem:already-decided');
    expect(await monthsOf(person)).toBe(1);
    expect(await typesOf(person)).toEqual(['Registered', 'Paid', 'ChangeRequested', 'ChangeDeclined']);
  });

  it('is never approved by whoever asked for it, by a clerk, or by someone of another region', async () => {
    const { person, payment } = await somebody();
    const { body } = await supervisor.post(`/v1/persons/${person}/events`, voiding(payment)).expect(202);
    const approve = `/v1/changes/${body.id}/approve`;
    await supervisor.post(approve).expect(403);
    await supervisor.post(`/v1/changes/${body.id}/decline`, { reason: 'mine' }).expect(403);
    // The same account with another key is the same person.
    await callerWith(server, 'supervisor', [region], supervisor.subject.slice(4)).post(approve).expect(403);
    await clerk.post(approve).expect(403);
    const elsewhere = callerWith(server, 'supervisor', ['320700']);
    await elsewhere.post(approve).expect(404);
    await elsewhere.get(`/v1/changes/${body.id}`).expect(404);
    expect((await elsewhere.get('/v1/changes').expect(200)).body.changes).toEqual([]);
    expect(await monthsOf(person)).toBe(1);
    await callerWith(server, 'administrator').post(approve).expect(200);
    expect(await monthsOf(person)).toBe(0);
  });

  it.each([
    [
      'a correction',
      (id: string) => ({
        type: 'Corrected',
        effectiveOn: '2022-08-26',
        data: { target: id, data: { kind: 'back' }, reason: 'slip' },
      }),
    ],
    [
      'a refund',
      () => ({
        type: 'Refunded',
        effectiveOn: '2022-08-26',
        data: { scheme: 'employee', region, basis: 'TL-7.2c', amountFen: 100 },
      }),
    ],
    [
      'a ruling',
      () => ({
        type: 'RulingRecorded',
        effectiveOn: '2022-08-26',
        data: { reading: 'A-01', choice: 'B', authority: 'office' },
      }),
    ],
  ])('is also %s, and everything that comes with it', async (_what, change) => {
    const { person, payment } = await somebody();
    const before = await answer(person);
    await clerk.post(`/v1/persons/${person}/events`, [paid('2022-06'), change(payment)]).expect(202);
    const { knownAt: _then, position: _at, ...after } = await answer(person);
    expect(before).toMatchObject(after);
    expect(await typesOf(person)).toEqual(['Registered', 'Paid', 'ChangeRequested']);
  });

  it('is also a ruling for a region', async () => {
    const ruling = {
      type: 'RulingRecorded',
      effectiveOn: '2022-08-26',
      data: { reading: 'A-01', choice: 'B', authority: 'office' },
    };
    const { body } = await supervisor.post(`/v1/regions/${region}/events`, ruling).expect(202);
    await callerWith(server, 'supervisor', [region]).post(`/v1/changes/${body.id}/approve`).expect(200);
    await supervisor.post(`/v1/regions/${region}/events`, ruling).expect(202);
  });

  it('is also what a refunding command decides', async () => {
    const jiangxi = { scheme: 'employee', region: '360000' };
    const desk = callerWith(server, 'clerk', ['360000']);
    const year = { ...jiangxi, kind: 'annual', participation: 'flexible', personFen: 480_000 };
    const month = { ...jiangxi, kind: 'regular', employerId: 'E1', feeMonths: { from: '2025-06', through: '2025-06' } };
    await desk
      .post('/v1/persons/JX-1/events', [
        {
          type: 'Paid',
          effectiveOn: '2025-01-08',
          data: { ...year, feeMonths: { from: '2025-01', through: '2025-12' } },
        },
        {
          type: 'Registered',
          effectiveOn: '2025-06-03',
          data: { ...jiangxi, participation: 'employed', employerId: 'E1' },
        },
        { type: 'Paid', effectiveOn: '2025-06-10', data: month },
      ])
      .expect(201);
    const command = { on: '2025-06-25', data: { ...jiangxi, basis: 'JX-3.4' } };
    const { body } = await desk.post('/v1/persons/JX-1/commands/Refund', command).expect(202);
    expect(body.events).toMatchObject([{ type: 'Refunded', data: { amountFen: 280_000 } }]);
    const types = async () =>
      ((await desk.get('/v1/persons/JX-1/events')).body.events as { type: string }[]).map(({ type }) => type);
    expect(await types()).not.toContain('Refunded');
    await callerWith(server, 'supervisor', ['360000']).post(`/v1/changes/${body.id}/approve`).expect(200);
    expect(await types()).toContain('Refunded');
  });

  it('is refused for what it would be refused for when recorded', async () => {
    const { person } = await somebody();
    const { body } = await clerk.post(`/v1/persons/${person}/events`, voiding('no-such-event')).expect(400);
    expect(body.errors[0].field).toBe('data.target');
    await clerk.post(`/v1/persons/${person}/events`, { ...voiding('x'), effectiveOn: '2022-02-30' }).expect(400);
    expect(await typesOf(person)).toEqual(['Registered', 'Paid']);
  });

  it('is asked for once, however often it is sent', async () => {
    const { person, payment } = await somebody();
    const send = () => clerk.post(`/v1/persons/${person}/events`, voiding(payment)).set('Idempotency-Key', 'once');
    const first = await send().expect(202);
    const second = await send().expect(202);
    expect(second.headers['idempotency-hit']).toBe('true');
    expect(second.body).toEqual(first.body);
    await clerk.post(`/v1/persons/${person}/events`, paid('2022-06')).set('Idempotency-Key', 'once').expect(409);
    expect(await typesOf(person)).toEqual(['Registered', 'Paid', 'ChangeRequested']);

    const own = { ...voiding(payment), id: '6a1b0000-0000-4000-8000-000000000001' };
    const one = await clerk.post(`/v1/persons/${person}/events`, own).expect(202);
    const two = await clerk.post(`/v1/persons/${person}/events`, own).expect(202);
    expect(two.body.id).toBe(one.body.id);
  });

  it('is recorded once, however often it is approved, and by however many at once', async () => {
    const { person, payment } = await somebody();
    const { body } = await clerk.post(`/v1/persons/${person}/events`, voiding(payment)).expect(202);
    const others = Array.from({ length: 5 }, () => callerWith(server, 'supervisor', [region]));
    const replies = await Promise.all(others.map((one) => one.post(`/v1/changes/${body.id}/approve`)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    const winner = others[replies.findIndex(({ status }) => status === 200)]!;
    const again = await winner.post(`/v1/changes/${body.id}/approve`).expect(200);
    expect(again.headers['idempotency-hit']).toBe('true');
    expect(await typesOf(person)).toEqual(['Registered', 'Paid', 'ChangeRequested', 'ChangeApproved', 'Voided']);
  });

  it('is looked at again where facts came in since', async () => {
    const { person, payment } = await somebody();
    const { body } = await clerk.post(`/v1/persons/${person}/events`, voiding(payment)).expect(202);
    const approve = () => supervisor.post(`/v1/changes/${body.id}/approve`);
    await clerk.post(`/v1/persons/${person}/events`, voiding(payment)).expect(202);
    await clerk.post(`/v1/persons/${person}/events`, paid('2022-06')).expect(201);
    const { body: moved } = await approve().expect(412);
    expect(moved.revision).toBe(4);
    await approve().set('If-Match', '"3"').expect(412);
    const { headers } = await supervisor.get(`/v1/changes/${body.id}`).expect(200);
    expect(headers['etag']).toBe('"4"');
    await approve().set('If-Match', headers['etag']!).expect(200);
    expect(await monthsOf(person)).toBe(1);
  });

  it('holds to If-Match when it is asked for, too', async () => {
    const { person, payment } = await somebody();
    await clerk.post(`/v1/persons/${person}/events`, voiding(payment)).set('If-Match', '"0"').expect(412);
    await clerk.post(`/v1/persons/${person}/events`, voiding(payment)).set('If-Match', '"1"').expect(202);
  });

  it('is not recorded around the second person', async () => {
    const { person, payment } = await somebody();
    const { body } = await clerk.post(`/v1/persons/${person}/events`, voiding(payment)).expect(202);
    for (const type of ['ChangeRequested', 'ChangeApproved', 'ChangeDeclined']) {
      const data = { request: body.id, reason: 'x', events: [] };
      await supervisor.post(`/v1/persons/${person}/events`, { type, effectiveOn: '2022-09-01', data }).expect(403);
      await server
        .post(`/v1/persons/${person}/events?dryRun=true`, { type, effectiveOn: '2022-09-01', data })
        .expect(403);
    }
    const rows = JSON.stringify({ ...voiding(payment), stream: `person-${person}` });
    const importing = await clerk
      .post('/v1/imports')
      .set('Content-Type', 'application/x-ndjson')
      .send(rows)
      .expect(201);
    expect(importing.body).toMatchObject({ recorded: 0, refused: 1 });
    expect(await monthsOf(person)).toBe(1);
  });

  it('is only shown by a dry run', async () => {
    const { person, payment } = await somebody();
    const { body } = await clerk
      .post(`/v1/persons/${person}/events?dryRun=true&validOn=2022-09-01`, voiding(payment))
      .expect(200);
    expect(body.dryRun).toBe(true);
    expect(await typesOf(person)).toEqual(['Registered', 'Paid']);
  });

  it('survives that the store does not say what became of the approval', async () => {
    const { person, payment } = await somebody();
    const { body } = await clerk.post(`/v1/persons/${person}/events`, voiding(payment)).expect(202);
    const append = server.store.append.bind(server.store);
    // The append arrives, its reply does not.
    server.store.append = async (...args) => {
      await append(...args);
      return { outcome: 'unknown', cause: new Error('the connection died') };
    };
    await supervisor.post(`/v1/changes/${body.id}/approve`).expect(503);
    server.store.append = append;
    await supervisor.post(`/v1/changes/${body.id}/approve`).expect(200);
    expect(await typesOf(person)).toEqual(['Registered', 'Paid', 'ChangeRequested', 'ChangeApproved', 'Voided']);
  });

  it('is listed page by page, and found again by a server that starts anew', async () => {
    const fresh = await startTestServer();
    const [asker, decider] = [callerWith(fresh, 'clerk', [region]), callerWith(fresh, 'supervisor', [region])];
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const { body } = await asker.post(`/v1/persons/L-${n}/events`, [registered, paid('2022-05')]).expect(201);
      ids.push((await asker.post(`/v1/persons/L-${n}/events`, voiding(body.events[1].id)).expect(202)).body.id);
    }
    await decider.post(`/v1/changes/${ids[1]}/approve`).expect(200);
    const listed: string[] = [];
    for (let next: string | null = '/v1/changes?state=pending&limit=2'; next;) {
      const { body }: { body: { changes: { id: string }[]; next: string | null } } = await decider
        .get(next)
        .expect(200);
      listed.push(...body.changes.map(({ id }) => id));
      next = body.next;
    }
    expect(listed).toEqual([ids[0], ids[2], ids[3], ids[4]]);
    await decider.get('/v1/changes?state=lost').expect(400);
    await fresh.close();
  });
});

describe('the policy', () => {
  it('is off where it is set off, and lets the holder of the first token alone until there is a second person', async () => {
    const fresh = await startTestServer();
    const write = async (of: Pick<Caller, 'post'>, person: string) => {
      const { body } = await of.post(`/v1/persons/${person}/events`, [registered, paid('2022-05')]).expect(201);
      return of.post(`/v1/persons/${person}/events`, voiding(body.events[1].id));
    };
    expect((await write(fresh, 'P-1')).status).toBe(201);
    const machine = callerWith(fresh, 'integrator');
    expect((await write(machine, 'P-2')).status).toBe(202);
    expect((await write(fresh, 'P-3')).status).toBe(201);
    callerWith(fresh, 'supervisor', [region]);
    expect((await write(fresh, 'P-4')).status).toBe(202);
    await fresh.close();

    const off = await startTestServer({ environment: { LEDGER_FOUR_EYES: 'off' } });
    expect((await write(callerWith(off, 'supervisor'), 'P-1')).status).toBe(201);
    await off.close();
    const on = await startTestServer({ environment: { LEDGER_FOUR_EYES: 'on' } });
    expect((await write(on, 'P-1')).status).toBe(202);
    await on.close();
  });
});
