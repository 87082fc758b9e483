import { callerWith, type Caller } from '../access/testing/callers';
import { startTestServer, type TestServer } from '../testing/test-server';

/** What whoever sends a file may record by it: in his own regions, and nothing that needs a second person. */

const own = '211200';
const other = '320700';
let server: TestServer;
let clerk: Caller;
let supervisor: Caller;
beforeAll(async () => {
  server = await startTestServer({ environment: { LEDGER_FOUR_EYES: 'on' } });
  clerk = callerWith(server, 'clerk', [own]);
  supervisor = callerWith(server, 'supervisor', [own]);
  await server.post('/v1/persons/L-1/events', registered(other)).expect(201);
  await server.post('/v1/persons/T-1/events', registered(own)).expect(201);
});
afterAll(() => server.close());

const registered = (region: string) => ({
  type: 'Registered',
  effectiveOn: '2022-03-01',
  data: { scheme: 'employee', region, participation: 'employed' },
});
const paid = (region: string, month = '2022-05') => ({
  type: 'Paid',
  effectiveOn: '2022-05-16',
  data: { scheme: 'employee', region, kind: 'regular', feeMonths: { from: month, through: month } },
});
const lines = (...events: object[]) => events.map((event) => JSON.stringify(event)).join('\n');
const send = (by: Pick<Caller, 'post'>, body: string, query = '', type = 'application/x-ndjson') =>
  by.post(`/v1/imports${query}`).set('Content-Type', type).send(body);
const refusedRows = async (by: Pick<Caller, 'get'>, body: { files: { refusedRows?: string }[] }) =>
  (await by.get(body.files[0]!.refusedRows!).expect(200)).text.trim().split('\r\n').slice(1);

describe('a file of a clerk of one region', () => {
  const HEADER = 'psn_no,insutype,psn_type,insu_admdvs,crt_insu_date,psn_insu_stas';

  it('is recorded as far as it is of his region; every other row is refused with its reason and can be sent by somebody else', async () => {
    const rows = [
      HEADER,
      `T-2,310,1101,${own},2022-05-09,1`,
      `T-3,310,1101,${other},2022-05-09,1`,
      `L-1,310,1101,${own},2022-05-09,1`,
      `L-1,310,1101,${other},2022-05-09,1`,
      `T-1,310,1101,${other},2022-05-09,1`,
    ];
    const before = await server.store.head();
    const tried = await send(clerk, rows.join('\n'), '?dryRun=true', 'text/csv').expect(201);
    expect(tried.body).toMatchObject({ rows: 5, recorded: 1, refused: 4 });
    expect(await server.store.head()).toBe(before);
    const { body } = await send(clerk, rows.join('\n'), '', 'text/csv').expect(201);
    expect(body).toMatchObject({ rows: 5, recorded: 1, refused: 4 });
    const refused = await refusedRows(clerk, body);
    expect(refused).toHaveLength(4);
    for (const row of refused) expect(row).toContain('a region that you may write for');
    expect((await server.get('/v1/persons/L-1/events').expect(200)).body.events).toHaveLength(1);
    await server.get('/v1/persons/T-3/events').expect(404);
    expect((await server.get('/v1/persons/T-1/events').expect(200)).body.events).toHaveLength(1);

    const mended = (await clerk.get(body.files[0].refusedRows).expect(200)).text;
    const all = await send(server, mended, '', 'text/csv').expect(201);
    expect(all.body).toMatchObject({ recorded: 4, refused: 0 });
  });

  it('leaves nothing of a refused row with the identities, and names nobody of another region', async () => {
    const header = 'psn_no,certno,psn_cert_type,insutype,psn_type,insu_admdvs,crt_insu_date,psn_insu_stas';
    const numbers = ['110105194912310003', '110105194912310038', '11010519491231002X'];
    await server.post('/v1/persons/L-9/events', registered(other)).expect(201);
    await server.post('/v1/identities/L-9/attach', { kind: '01', number: numbers[2] }).expect(201);
    const row = (person: string, number: string, region: string) =>
      `${person},${number},01,310,1101,${region},2022-05-09,1`;
    const rows = [
      header,
      row('', numbers[0]!, other),
      row('L-9', numbers[1]!, own),
      row('T-1', numbers[1]!, other),
      row('T-1', numbers[2]!, own),
    ];
    const { body } = await send(clerk, rows.join('\n'), '', 'text/csv').expect(201);
    expect(body).toMatchObject({ rows: 4, recorded: 0, refused: 4 });
    for (const number of numbers.slice(0, 2))
      await server.post('/v1/identities/find', { kind: '01', number }).expect(404);
    const [held] = (await refusedRows(clerk, body)).filter((line) => line.includes(numbers[2]!));
    expect(held).toContain('somebody of a region that is not yours holds this one');
    expect(held).not.toContain('L-9');
  });

  it('does not tell somebody of another region from nobody', async () => {
    const events = lines({ ...paid(other), person: 'L-1' }, { ...paid(other), person: 'L-404' });
    const { body } = await send(clerk, events).expect(201);
    expect(body).toMatchObject({ recorded: 0, refused: 2 });
    const [there, nowhere] = (await refusedRows(clerk, body)).map((row) => row.replace(/L-\d+|line \d/g, '…'));
    expect(there).toBe(nowhere);
    expect(body.files[0].reasons).toMatchObject([{ rows: 2 }]);
  });

  it('takes the region of rows that name none from the request, and not one that is not his', async () => {
    const rows = ['psn_no,insutype,psn_type,crt_insu_date,psn_insu_stas', 'T-4,310,1101,2022-05-09,1'].join('\n');
    const elsewhere = await send(clerk, rows, `?region=${other}`, 'text/csv').expect(201);
    expect(elsewhere.body).toMatchObject({ recorded: 0, refused: 1 });
    expect((await send(clerk, rows, `?region=${own}`, 'text/csv').expect(201)).body).toMatchObject({ recorded: 1 });
  });

  it('is not seen by a colleague of the same region', async () => {
    const { body } = await send(clerk, lines({ ...paid(other), person: 'L-1' })).expect(201);
    const colleague = callerWith(server, 'clerk', [own]);
    await colleague.get(`/v1/imports/${body.id}`).expect(404);
    await colleague.get(body.files[0].refusedRows).expect(404);
  });

  it('keeps history from elsewhere to his regions too', async () => {
    const events = [own, other].map((region, index) => ({
      ...paid(region, '2022-04'),
      person: `H-${index}`,
      recordedAt: '2022-05-17T09:00:00+08:00',
    }));
    const { body } = await send(clerk, lines(...events), '?migratedFrom=core').expect(201);
    expect(body).toMatchObject({ recorded: 1, refused: 1 });
  });
});

describe('what needs a second person', () => {
  it('is refused in a file with its row, and says where it is asked for', async () => {
    const target = (await server.get('/v1/persons/T-1/events').expect(200)).body.events[0].id as string;
    const events = lines(
      { ...paid(own), person: 'T-1' },
      { type: 'Voided', person: 'T-1', effectiveOn: '2022-05-20', data: { target, reason: 'twice' } },
      {
        type: 'Corrected',
        person: 'T-1',
        effectiveOn: '2022-05-20',
        data: { target, reason: 'typo', data: registered(own).data },
      },
      {
        type: 'Refunded',
        person: 'T-1',
        effectiveOn: '2022-05-20',
        data: {
          scheme: 'employee',
          region: own,
          feeMonths: { from: '2022-05', through: '2022-05' },
          amountFen: 100,
          basis: 'CLCT-20',
        },
      },
    );
    for (const by of [clerk, supervisor]) {
      const { body } = await send(by, events).expect(201);
      expect(body).toMatchObject({ rows: 4, refused: 3 });
      for (const row of await refusedRows(by, body)) expect(row).toContain('where a second person approves it');
    }
    const types = (await server.get('/v1/persons/T-1/events').expect(200)).body.events as { type: string }[];
    expect(types.map(({ type }) => type)).not.toEqual(expect.arrayContaining(['Voided']));
    expect(types.map(({ type }) => type)).not.toEqual(expect.arrayContaining(['Refunded']));
  });

  it('is nobody’s to bring as a decision, or as an erasure', async () => {
    const request = '6f6f8f0e-2f0f-4d53-9a52-2b6b3b0a7a10';
    const events = lines(
      { type: 'ChangeApproved', person: 'T-1', effectiveOn: '2022-05-20', data: { request } },
      { type: 'ChangeDeclined', person: 'T-1', effectiveOn: '2022-05-20', data: { request, reason: 'no' } },
      { type: 'ChangeRequested', person: 'T-1', effectiveOn: '2022-05-20', data: { events: [] } },
      { type: 'IdentityErased', person: 'T-1', effectiveOn: '2022-05-20', data: { legalBasis: 'none' } },
    );
    for (const by of [clerk, server]) {
      const { body } = await send(by, events).expect(201);
      expect(body).toMatchObject({ rows: 4, recorded: 0, refused: 4 });
    }
  });

  it('is refused where a person sends an extract that takes a payment back; a system that is spoken for may', async () => {
    const head =
      'psn_no,insutype,psn_type,insu_admdvs,accrym_begn,accrym_end,arvl_date,clct_type,clct_flag,revs_flag,emp_clct_amt';
    const row = (flag: string, amount: string) => `T-5,310,1101,${own},202205,202205,2022-05-10,10,1,${flag},${amount}`;
    const first = await send(clerk, [head, row('Z', '480.00')].join('\n'), '', 'text/csv').expect(201);
    expect(first.body).toMatchObject({ recorded: 1 });
    const back = await send(clerk, [head, row('Z', '480.00'), row('-', '-480.00')].join('\n'), '', 'text/csv').expect(
      201,
    );
    expect({ recorded: back.body.recorded, refused: back.body.refused }).toEqual({ recorded: 0, refused: 1 });
    const types = (await server.get('/v1/persons/T-5/events').expect(200)).body.events as { type: string }[];
    expect(types.map(({ type }) => type)).toEqual(['Paid']);
    const system = callerWith(server, 'integrator', [own]);
    const taken = await send(system, [head, row('-', '-480.00')].join('\n'), '', 'text/csv').expect(201);
    expect(taken.body).toMatchObject({ recorded: 1, refused: 0 });
  });
});
