import { readFileSync, readdirSync } from 'node:fs';
import { request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AuditTrail } from '../../../libs/access';
import type { Impact, RegionImpactDone, RegionImpactStep } from '../../../libs/disputes';
import { callerWith } from '../access/testing/callers';
import { TOKEN, startTestServer, type TestServer } from '../testing/test-server';

const tieling = '211200';
const lianyungang = '320700';
const ruling = {
  type: 'RulingRecorded',
  effectiveOn: '2022-01-01',
  data: { reading: 'A-01', choice: 'B', authority: 'bureau' },
};
const paid = (month: string, on: string, region = tieling) => ({
  type: 'Paid',
  effectiveOn: on,
  recordedAt: `${on}T09:00:00.000+08:00`,
  data: { scheme: 'employee', region, kind: 'regular', feeMonths: { from: month, through: month } },
  metadata: { migratedFrom: 'old' },
});

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const broken = [paid('2022-04', '2022-04-05'), paid('2022-10', '2022-10-12')];
  await server.post('/v1/persons/P1/events', broken).expect(201);
  await server.post('/v1/persons/P2/events', broken).expect(201);
  await server.post('/v1/persons/P3/events', paid('2022-10', '2022-10-12')).expect(201);
  await server.post('/v1/persons/P4/events', paid('2022-04', '2022-04-05', lianyungang)).expect(201);
});
afterAll(() => server.close());

const at = (region: string) => `/v1/regions/${region}/impact`;
const proposal = { validOn: '2022-10-20', events: [ruling] };

function linesOf(text: string): RegionImpactStep[] {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RegionImpactStep);
}

describe('the impact of a ruling for everyone it touches', () => {
  it('is told person by person, then in sum, and says what each would be told alone', async () => {
    const reply = await server.post(at(tieling), proposal).expect(200);
    expect(reply.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    const steps = linesOf(reply.text);
    expect(steps[0]).toMatchObject({ kind: 'begun', region: tieling, proposed: [{ type: 'RulingRecorded' }] });
    expect(steps[1]).toEqual({ kind: 'progress', examined: 0, people: 3 });
    expect(steps[0]).not.toHaveProperty('revision');
    const impacts = steps.flatMap((step) => (step.kind === 'changed' ? [step.impact] : []));
    expect(impacts.map(({ person }) => person).sort()).toEqual(['P1', 'P2']);
    for (const impact of impacts) {
      const alone = await server
        .post(`/v1/persons/${impact.person}/impact`, { ...proposal, stream: `region-${tieling}` })
        .expect(200);
      const { benefitDays, waitingDays, months } = alone.body as Impact;
      expect(impact).toMatchObject({ benefitDays, waitingDays, months });
    }
    const sum = steps.at(-1) as RegionImpactDone;
    expect(sum).toMatchObject({ kind: 'done', examined: 3, changed: 2, parked: 0 });
    const gained = impacts
      .flatMap(({ waitingDays }) => waitingDays)
      .reduce((days, { gainedDays }) => days + gainedDays, 0);
    expect(sum.totals.waitingDaysGained).toBe(gained);
    expect(sum.bearing.reduce((days, { waitingDaysGained }) => days + waitingDaysGained, 0)).toBe(gained);
  });

  it('records nothing, and is approved at the revision that it names', async () => {
    const events = `/v1/regions/${tieling}/events`;
    const value = {
      type: 'ReferenceValuePublished',
      effectiveOn: '2022-01-01',
      data: { name: 'averageMonthlyWageFen', value: 600_000, unit: 'fen', validFrom: '2022-01-01', source: 'bulletin' },
    };
    await server.post(events, value).expect(201);
    const [begun] = linesOf((await server.post(at(tieling), proposal).expect(200)).text);
    expect(begun).toMatchObject({ revision: 0 });
    expect(((await server.get(events)).body as { revision: number }).revision).toBe(0);
    await server.post(events, ruling).set('If-Match', '"1"').expect(412);
    await server.post(events, ruling).set('If-Match', '"0"').expect(201);
    // Recorded, it changes nothing any more.
    const again = linesOf((await server.post(at(tieling), proposal).expect(200)).text);
    expect(again.at(-1)).toMatchObject({ kind: 'done', examined: 3, changed: 0 });
  });

  it('names with its first word what no pack asks for', async () => {
    const slip = {
      type: 'ReferenceValuePublished',
      effectiveOn: '2022-01-01',
      data: { name: 'avergeMonthlyWageFen', value: 1, unit: 'fen', validFrom: '2022-01-01', source: 'bulletin' },
    };
    const body = { ...proposal, events: [...proposal.events, slip] };
    const [begun] = linesOf((await server.post(at(tieling), body).expect(200)).text);
    expect(begun).toMatchObject({ warnings: [{ field: 'events[1].data.name', value: 'avergeMonthlyWageFen' }] });
    const [sound] = linesOf((await server.post(at(tieling), proposal).expect(200)).text);
    expect(sound).not.toHaveProperty('warnings');
  });

  it('of another pack is told alike, and one that is none is refused by what is wrong with it', async () => {
    const folder = readdirSync('policies').find((name) => name.startsWith(tieling))!;
    const file = readdirSync(join('policies', folder)).find((name) => name.endsWith('.yaml'))!;
    const text = readFileSync(join('policies', folder, file), 'utf8');
    const same = linesOf((await server.post(at(tieling), { validOn: '2022-10-20', pack: text }).expect(200)).text);
    expect(same.at(-1)).toMatchObject({ kind: 'done', examined: 3, changed: 0 });
    const longer = text.replace(/(long: \{ value: \{ length: )30/, (_, before: string) => `${before}60`);
    const changed = linesOf((await server.post(at(tieling), { validOn: '2022-10-20', pack: longer }).expect(200)).text);
    expect(changed.at(-1)).toMatchObject({
      examined: 3,
      changed: 2,
      totals: { waitingDaysGained: 60, waitingDaysLost: 0 },
    });

    const refused = async (pack: unknown, region = tieling) =>
      (await server.post(at(region), { pack }).expect(400)).body as { errors: { field: string; expected: string }[] };
    for (const pack of ['not: [a pack', 'x', '', 7, text.replace(/^version: .*$/m, 'version: ../../x')]) {
      expect((await refused(pack)).errors[0]!.field).toBe('pack');
    }
    expect((await refused(text, lianyungang)).errors[0]!.expected).toContain(tieling);
    expect(JSON.stringify(await refused(`${text}\nunknown: 1\n`))).not.toContain('/tmp');
  });

  it.each([
    [{}, 'events'],
    [{ events: 'x' }, 'events'],
    [{ events: [] }, 'events[0].events'],
    [{ events: [{ type: 'RulingRecorded' }] }, 'events[0].effectiveOn'],
    [{ events: [paid('2022-04', '2022-04-05')] }, 'events[0].stream'],
    [{ ...proposal, validOn: 'soon' }, 'validOn'],
    [{ ...proposal, why: 'x' }, 'why'],
  ])('what could not be recorded is refused before a line is sent: %j', async (body, field) => {
    const reply = (await server.post(at(tieling), body).expect(400)) as { body: { errors: { field: string }[] } };
    expect(reply.body.errors.map((error) => error.field)).toContain(field);
  });

  it('is for supervisors and auditors of the region, who hear of nobody beyond it', async () => {
    await server.post('/v1/persons/P5/events', paid('2022-10', '2022-10-12', lianyungang)).expect(201);
    for (const role of ['clerk', 'integrator'] as const) {
      await callerWith(server, role, [lianyungang]).post(at(lianyungang), proposal).expect(403);
    }
    await callerWith(server, 'supervisor', [tieling]).post(at(lianyungang), proposal).expect(403);
    for (const role of ['supervisor', 'auditor'] as const) {
      const caller = callerWith(server, role, [lianyungang]);
      const steps = linesOf((await caller.post(at(lianyungang), proposal).expect(200)).text);
      expect(steps.at(-1)).toMatchObject({ kind: 'done', examined: 2 });
      expect(JSON.stringify(steps)).not.toMatch(/"P[123]"/);
    }
  });

  it('is in the audit trail', async () => {
    const caller = callerWith(server, 'auditor', [tieling]);
    await caller.post(at(tieling), proposal).expect(200);
    const notes = JSON.stringify(server.app.get(AuditTrail).read({ limit: 50, subject: caller.subject }));
    expect(notes).toContain('/v1/regions/:region/impact');
  });

  it('goes on for nobody who has left', async () => {
    const { port } = (server.app.getHttpServer() as Server).address() as AddressInfo;
    const text = JSON.stringify(proposal);
    await new Promise<void>((resolve, reject) => {
      const request = httpRequest(
        {
          port,
          host: '127.0.0.1',
          method: 'POST',
          path: at(tieling),
          headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
        },
        (response) => {
          response.once('data', () => {
            response.destroy();
            resolve();
          });
        },
      );
      request.once('error', reject);
      request.end(text);
    });
    await server.get('/v1/persons/P1/timeline?validOn=2022-10-20').expect(200);
    expect(server.log.filter((line) => line.includes('broke off'))).toEqual([]);
  });
});
