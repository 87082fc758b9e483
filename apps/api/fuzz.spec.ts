import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { eventTypes, personEventTypes } from '../../events';
import { commandNames } from '../../libs/enrollment';
import { startTestServer, type TestServer } from './testing/test-server';

/** Malformed inputs for every route: whatever is sent, the answer is a problem or a success, never a fault of the server. */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ environment: { LEDGER_BODY_BYTES: '100000', LEDGER_IMPORT_BYTES: '100000' } });
});
afterAll(() => server.close());

const runs = { numRuns: 300 };
const region = '211200';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    'null',
    '2022-02-30',
    '2022-02',
    '../..',
    '张三',
    '11010519491231002X',
    '__proto__',
    'constructor',
  ),
);
const value = fc.oneof(
  { depthSize: 'small' },
  text,
  fc.jsonValue(),
  fc.constantFrom(null, true, 0, -1, 1.5, 1e21, 2022, [], {}, region, '2022-05', '2022-05-16', 'employee'),
);
const span = fc.oneof(fc.record({ from: value, through: value }, { requiredKeys: [] }), value);
const data = fc.oneof(
  fc.record(
    {
      scheme: fc.oneof(fc.constantFrom('employee', 'resident'), value),
      region: fc.oneof(fc.constant(region), value),
      kind: fc.oneof(fc.constantFrom('regular', 'annual', 'back', 'lumpSum'), value),
      participation: fc.oneof(fc.constantFrom('employed', 'general'), value),
      feeMonths: fc.oneof(fc.constant({ from: '2022-05', through: '2022-05' }), span),
      benefitYear: fc.oneof(fc.constant(2022), value),
      monthsBought: value,
      target: value,
      data: value,
      reason: value,
      relations: fc.oneof(fc.array(value, { maxLength: 3 }), value),
      span,
    },
    { requiredKeys: [] },
  ),
  value,
);
const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        type: fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom<string>(...eventTypes) },
          { weight: 1, arbitrary: value },
        ),
        effectiveOn: fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom('2022-05-16', '2023-01-01') },
          { weight: 1, arbitrary: value },
        ),
        data,
        id: value,
        stream: value,
        person: value,
        recordedAt: value,
        metadata: fc.oneof(
          value,
          fc.record({ migratedFrom: value, evidence: value, schemaVersion: value }, { requiredKeys: [] }),
        ),
      },
      { requiredKeys: ['type', 'effectiveOn', 'data'] },
    ),
  },
  { weight: 1, arbitrary: value },
);
const body = fc.oneof(
  event,
  fc.array(event, { maxLength: 4 }),
  fc.record({ events: fc.oneof(fc.array(event, { maxLength: 3 }), value) }),
);
const header = fc
  .oneof(fc.constantFrom('"0"', '*', 'W/"1"', '', ' '), fc.string({ maxLength: 40 }))
  .map((one) => one.replace(/[^\x20-\x7e]/g, ''));
const query = fc
  .array(fc.tuple(fc.constantFrom('validOn', 'knownAt', 'region', 'reading', 'from', 'limit', 'on', 'other'), text), {
    maxLength: 4,
  })
  .map((pairs) => pairs.map(([name, given]) => `${name}=${escaped(given)}`).join('&'));
const segment = fc.oneof(text.map(escaped), fc.constantFrom('P', 'F-1', region, '%', '%ff', '%00', '..', '.'));

/** Percent-encoded, lone surrogates replaced, as an address must be. */
function escaped(given: string): string {
  return encodeURIComponent(given.replace(/\p{Surrogate}/gu, '')).replace(/^\.+$/, 'x');
}

async function expectNoFault(test: ReturnType<TestServer['get']>): Promise<void> {
  const reply = await test;
  if (reply.status >= 500)
    throw new Error(
      `${reply.status} ${reply.text}\n${server.log.filter((line) => line.includes('"err"')).at(-1) ?? ''}`,
    );
  if (reply.status >= 400) {
    if (!String(reply.headers['content-type']).startsWith('application/problem+json'))
      throw new Error(`no problem: ${reply.text}`);
    const { type, status } = reply.body as { type: string; status: number };
    if (!type.startsWith('urn:enrollment-ledger:problem:') || status !== reply.status) throw new Error(reply.text);
  }
}

/** The contract's own samples, each as it would be sent, with one thing in it changed at random. */
const samples = readdirSync(join(__dirname, '../../events/samples'))
  .filter((name) => /\.v1\.json$/.test(name))
  .map((name) => JSON.parse(readFileSync(join(__dirname, '../../events/samples', name), 'utf8')) as Sample)
  .filter(({ type }) => (personEventTypes as readonly string[]).includes(type));
const day = fc
  .tuple(fc.integer({ min: 2019, max: 2026 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([year, month, date]) => `${year}-${two(month)}-${two(date)}`);
const sample = fc
  .tuple(
    fc.constantFrom(...samples),
    day,
    fc.constantFrom(region, '320700', undefined),
    fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.tuple(fc.nat(), value) }),
  )
  .map(([{ type, data: given }, effectiveOn, place, change]) => {
    const changed: Record<string, unknown> = { ...given };
    if (place !== undefined && 'region' in changed) changed['region'] = place;
    const names = Object.keys(changed);
    if (change && names.length > 0) changed[names[change[0] % names.length]!] = change[1];
    return { type, effectiveOn, data: changed };
  });

interface Sample {
  type: string;
  data: Record<string, unknown>;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

describe('whatever is sent', () => {
  it('as a life made of anything can be asked about on any day', async () => {
    let person = 0;
    let recorded = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(sample, { minLength: 1, maxLength: 12 }),
        fc.array(day, { minLength: 3, maxLength: 3 }),
        async (life, days) => {
          person += 1;
          for (const one of life) {
            const reply = server.post(`/v1/persons/L-${person}/events`, one);
            await expectNoFault(reply);
            if ((await reply).status === 201) recorded += 1;
          }
          for (const asked of days)
            await expectNoFault(server.get(`/v1/persons/L-${person}/answer?validOn=${asked}&region=${region}`));
          const command = { on: days[0], data: { scheme: 'employee', region, participation: 'flexible' } };
          await expectNoFault(server.post(`/v1/persons/L-${person}/commands/Register`, command));
          await expectNoFault(
            server.post(`/v1/persons/L-${person}/commands/Retire`, { on: days[1], data: { region } }),
          );
        },
      ),
      { numRuns: 60 },
    );
    expect(recorded).toBeGreaterThan(100);
  });

  it.each(['/v1/persons/F-1/events', `/v1/regions/${region}/events`, '/v1/employers/E-1/events'])(
    'as events to %s is recorded or refused, and does not spoil the answer',
    async (path) => {
      await fc.assert(
        fc.asyncProperty(body, async (sent) => {
          await expectNoFault(
            server
              .post(path, sent as object)
              .set('Content-Type', 'application/json')
              .serialize(JSON.stringify),
          );
        }),
        runs,
      );
      for (const day of ['2022-05-20', '2023-06-01', '2031-01-01']) {
        await expectNoFault(server.get(`/v1/persons/F-1/answer?validOn=${day}&region=${region}`));
      }
    },
  );

  it('as headers of a write is obeyed or refused', async () => {
    await fc.assert(
      fc.asyncProperty(header, header, header, header, async (key, match, noneMatch, correlation) => {
        const test = server.post('/v1/persons/F-2/events', { type: 'Died', effectiveOn: '2022-05-16' });
        await expectNoFault(
          test.set({
            'Idempotency-Key': key,
            'If-Match': match,
            'If-None-Match': noneMatch,
            'X-Correlation-Id': correlation,
          }),
        );
      }),
      runs,
    );
  });

  it('as a command is decided or refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom<string>(...commandNames), segment),
        fc.oneof(
          fc.record({ on: value, data }, { requiredKeys: [] }),
          fc.record({ on: fc.constant('2022-06-01'), data }),
          value,
        ),
        async (command, sent) => {
          await expectNoFault(
            server
              .post(`/v1/persons/F-3/commands/${command}`, sent as object)
              .set('Content-Type', 'application/json')
              .serialize(JSON.stringify),
          );
        },
      ),
      runs,
    );
  });

  it('as a question is answered or refused', async () => {
    await server.post('/v1/persons/F-4/events', {
      type: 'Paid',
      effectiveOn: '2022-05-16',
      data: { scheme: 'employee', region, kind: 'regular', feeMonths: { from: '2022-05', through: '2022-05' } },
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('persons/F-4/answer', 'persons/F-4/events', 'policies/211200', 'policies'),
        query,
        async (path, asked) => {
          await expectNoFault(server.get(`/v1/${path}?${asked}`));
        },
      ),
      runs,
    );
  });

  it('as an address leads somewhere or nowhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('get', 'post'),
        fc.constantFrom(
          'persons/*/answer',
          'persons/*/events',
          'persons/*/commands/*',
          'regions/*/events',
          'employers/*/events',
          'policies/*',
          'imports/*',
          'imports/*/refused/*',
          'imports/*/new-persons/*',
          'reconciliations/*',
          'reconciliations/*/differences',
          'reconciliations/*/exceptions.csv',
          'keys/*/revoke',
          'keys/*/rotate',
          '*',
        ),
        segment,
        async (method, path, part) => {
          const address = `/v1/${path.replaceAll('*', () => part)}`;
          await expectNoFault(method === 'get' ? server.get(address) : server.post(address, {}));
        },
      ),
      runs,
    );
  });

  it('as a raw body is read or refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('/v1/persons/F-5/events', '/v1/persons/F-5/commands/Retire'),
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
        ),
        fc.constantFrom(
          'application/json',
          'text/csv',
          'application/json; charset=utf-16',
          'a',
          'multipart/form-data; boundary=x',
        ),
        async (path, raw, type) => {
          await expectNoFault(
            server
              .post(path)
              .set('Content-Type', type)
              .serialize((one: unknown) => one as string)
              .send(raw),
          );
        },
      ),
      runs,
    );
  });

  it('as a file is imported, tried out or compared, or refused', async () => {
    const header =
      'psn_no,certno,psn_cert_type,insutype,psn_type,insu_admdvs,crt_insu_date,paus_insu_date,psn_insu_stas,accrym_begn,accrym_end,' +
      'arvl_date,expi_ym,clct_mons';
    const cell = fc.oneof(
      text,
      fc.constantFrom('310', '1', '01', '2022-05-09', '202205', 'P1', '11010519491231002X', region, '"', ',', '\r\n'),
    );
    const table = fc
      .array(fc.array(cell, { maxLength: 16 }), { maxLength: 5 })
      .map((rows) => [header, ...rows.map((row) => row.join(','))].join('\n'));
    const lines = fc
      .array(
        fc.oneof(
          event.map((one) => JSON.stringify(one)),
          text,
        ),
        { maxLength: 5 },
      )
      .map((all) => all.join('\n'));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          table.map((one) => [one, 'text/csv']),
          lines.map((one) => [one, 'application/x-ndjson']),
        ),
        fc.constantFrom('imports', 'imports?dryRun=true', 'reconciliations?validOn=2022-06-01'),
        async ([raw, type], address) => {
          await expectNoFault(
            server
              .post(`/v1/${address}`)
              .set('Content-Type', type!)
              .serialize((one: unknown) => one as string)
              .send(raw),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
