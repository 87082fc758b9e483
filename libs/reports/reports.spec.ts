import fc from 'fast-check';
import { loadPoliciesOrThrow } from '../policy';
import { personEvents, population, type PopulationOptions } from '../generation';
import { toDay, dayNumber, type Day } from '../calendar';
import { startPostgres, type TestPostgres } from '../read-model/testing/postgres';
import { openLedger } from '../ledger';
import { deterministicId, personStream, type LedgerEvent } from '../../events';
import { reports, withReport, type ReportRequest, type Row } from '.';
import { openFilled, type Filled } from './testing/filled';

const policies = loadPoliciesOrThrow('policies');
const options: PopulationOptions = {
  persons: 70,
  seed: 11,
  regions: ['211200', '320700', '360100', '610100', '220000'],
  refundBases: { '211200': ['TL-7.2c'], '320700': ['LYG-35'] },
};
const ON: Day[] = ['2022-02-28', '2023-06-30', '2024-12-31', '2025-07-15'];

/** Somebody of whom an office found two relations. */
const twice: LedgerEvent[] = [
  ['Registered', '2021-03-01', { scheme: 'employee', region: '211200', participation: 'employed' }],
  ['Registered', '2022-01-01', { scheme: 'resident', region: '320700', participation: 'general' }],
  [
    'DuplicateDetected',
    '2023-02-01',
    {
      relations: [
        { scheme: 'employee', region: '211200' },
        { scheme: 'resident', region: '320700' },
      ],
      scope: 'crossRegion',
    },
  ],
].map(
  ([type, effectiveOn, data], index) =>
    ({
      id: `00000000-0000-4000-8000-00000000000${index}`,
      type,
      stream: 'person-D1',
      effectiveOn,
      recordedAt: `${String(effectiveOn)}T10:00:00.000+08:00`,
      data,
      metadata: { schemaVersion: 1 },
    }) as LedgerEvent,
);

async function ask(filled: Filled, name: string, question: Omit<ReportRequest, 'report'>): Promise<Row[]> {
  const report = reports.find((one) => one.name === name)!;
  return withReport(filled.parts, { report, ...question }, async ({ rows }) => {
    const all: Row[] = [];
    for await (const row of rows) all.push(row);
    return all;
  });
}

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe.each(['SQLite', 'PostgreSQL'])('reports on %s', (database) => {
  let filled: Filled;
  const all = [...population(options), ...twice];
  /** What was recorded by the first basis, and all the rest of it later. */
  const BASIS = '2023-06-30';
  const early = all.filter(({ recordedAt }) => recordedAt.slice(0, 10) <= BASIS);

  beforeAll(async () => {
    filled = await openFilled(policies, database === 'SQLite' ? undefined : postgres.address);
    await filled.append(all);
    await filled.project();
  });
  afterAll(() => filled.close());

  it.each(reports.map(({ name }) => name))(
    '%s has the columns it promises, and is the same asked twice',
    async (name) => {
      const { columns } = reports.find((report) => report.name === name)!;
      let rows = 0;
      for (const validOn of ON) {
        const answered = await ask(filled, name, { validOn });
        for (const row of answered)
          expect(Object.keys(row).sort()).toEqual(columns.map((column) => column.name).sort());
        expect(await ask(filled, name, { validOn })).toEqual(answered);
        rows += answered.length;
      }
      expect(rows).toBeGreaterThan(0);
    },
  );

  it('reconciles the movement between any two days, person by person, everywhere and in each region', async () => {
    const first = dayNumber('2020-01-01');
    const days = fc.tuple(fc.nat(2400), fc.nat(500)).map(([open, length]) => [first + open, first + open + length + 1]);
    const regions = fc.constantFrom(undefined, '211200', '320700', '360000', '360100', '610100', '990000');
    await fc.assert(
      fc.asyncProperty(days, regions, fc.boolean(), async ([open, close], region, byDefault) => {
        const since = byDefault ? undefined : toDay(open!);
        const rows = await ask(filled, 'movement', { validOn: toDay(close!), region, since });
        const of = (line: string) => rows.filter((row) => row['line'] === line);
        const sum = (line: string) => of(line).reduce((total, row) => total + (row['persons'] as number), 0);
        expect(sum('difference')).toBe(0);
        expect(sum('opening') + of('entry').length - of('exit').length).toBe(sum('closing'));
        const counted = await ask(filled, 'insured', { validOn: toDay(close!), region });
        const relations = counted.filter((row) => row['registration'] === 'normal');
        expect(relations.reduce((total, row) => total + (row['persons'] as number), 0)).toBeGreaterThanOrEqual(
          sum('closing'),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('counts by month what the movement counts person by person', async () => {
    const months = await ask(filled, 'movement-by-month', { validOn: '2023-12-31' });
    const year = await ask(filled, 'movement', { validOn: '2023-12-31', since: '2022-12-31' });
    const entries = year.filter((row) => row['line'] === 'entry').length;
    const exits = year.filter((row) => row['line'] === 'exit').length;
    const total = (figure: string) => months.reduce((sum, row) => sum + (row[figure] as number), 0);
    expect(total('entries') + total('reentries')).toBe(entries);
    expect(total('exits')).toBe(exits);
    expect(months.at(-1)!['insured']).toBe(year.find((row) => row['line'] === 'closing')!['persons']);
  });

  describe('asked as known then', () => {
    it('give the figures that were given then', async () => {
      const before = await openFilled(policies);
      await before.append(early);
      await before.project();
      for (const { name } of reports.filter((report) => report.name !== 'late')) {
        for (const validOn of ['2022-02-28', BASIS]) {
          const then = await ask(before, name, { validOn });
          const now = await ask(filled, name, { validOn, knownAt: BASIS });
          expect({ name, validOn, rows: now }).toEqual({ name, validOn, rows: then });
        }
      }
      await before.close();
    });

    it('take the same figures from a position in the log', async () => {
      const positioned = await openFilled(policies);
      await positioned.append(early);
      await positioned.project();
      const position = await positioned.store.head();
      const validOn = '2024-03-31';
      const then = await ask(positioned, 'insured', { validOn });
      await positioned.append(all.filter((event) => !early.includes(event)));
      await positioned.project();
      expect(await ask(positioned, 'insured', { validOn, knownAt: position })).toEqual(then);
      expect(await ask(positioned, 'insured', { validOn })).not.toEqual(then);
      await positioned.close();
    });
  });

  it('says what came late, and the difference is that of the insured', async () => {
    let persons = 0;
    for (const validOn of ['2022-01-31', '2022-12-31', '2023-11-30', '2024-10-31']) {
      const then = await ask(filled, 'movement', { validOn, knownAt: validOn });
      const now = await ask(filled, 'movement', { validOn });
      const closing = (rows: Row[]) => rows.find((row) => row['line'] === 'closing')!['persons'] as number;
      const came = await ask(filled, 'late', { validOn });
      expect(came.at(-1)!['persons']).toBe(closing(now) - closing(then));
      for (const row of came.slice(0, -1)) {
        expect((row['recordedFrom'] as string) > validOn).toBe(true);
        expect(row['because']).toMatch(/\w+ \d{4}-\d\d-\d\d /);
      }
      persons += came.length - 1;
    }
    expect(persons).toBeGreaterThan(0);
  });

  it('shows nobody but by his id', async () => {
    const births = new Set(all.flatMap((event) => (event.type === 'Identified' ? [event.data.birthDate!] : [])));
    for (const { name, columns } of reports) {
      const texts = columns.filter(({ kind }) => kind === 'text').map((column) => column.name);
      for (const row of await ask(filled, name, { validOn: '2024-12-31' })) {
        for (const text of texts) expect(births.has(String(row[text]))).toBe(false);
      }
    }
  });
});

describe('a population that grows', () => {
  it('never changes what was known', async () => {
    const filled = await openFilled(policies);
    const cut = '2023-01-31T23:59:59.999+08:00';
    const people = Array.from({ length: 30 }, (_, index) => personEvents({ ...options, seed: 23 }, index + 1)).flat();
    const soFar: LedgerEvent[] = people.filter(({ recordedAt }) => recordedAt <= cut);
    await filled.append(soFar);
    await filled.project();
    const first = await ask(filled, 'insured', { validOn: '2023-01-31', knownAt: '2023-01-31' });
    let from = cut;
    for (const until of ['2023-03-31', '2023-09-30', '2025-12-31']) {
      const limit = `${until}T23:59:59.999+08:00`;
      await filled.append(people.filter(({ recordedAt }) => recordedAt > from && recordedAt <= limit));
      from = limit;
      // Also while the projector is behind.
      expect(await ask(filled, 'insured', { validOn: '2023-01-31', knownAt: '2023-01-31' })).toEqual(first);
      await filled.project();
      expect(await ask(filled, 'insured', { validOn: '2023-01-31', knownAt: '2023-01-31' })).toEqual(first);
    }
    await filled.close();
  });
});

/** One event in short, recorded at ten on a day. */
const told = (person: string, type: string, effectiveOn: string, data: object, more: object = {}) =>
  ({
    id: deterministicId(JSON.stringify([person, type, effectiveOn, data])),
    type,
    stream: personStream(person),
    effectiveOn,
    recordedAt: `${effectiveOn}T10:00:00.000+08:00`,
    data,
    metadata: { schemaVersion: 1 },
    ...more,
  }) as LedgerEvent;
const employee = { scheme: 'employee', region: '211200' };
const month = (of: string) => ({ ...employee, kind: 'regular', feeMonths: { from: of, through: of } });

describe('what came late', () => {
  it('is told where a region was told of it, and not the person', async () => {
    const filled = await openFilled(policies);
    const ruling = told('A', 'RulingRecorded', '2023-02-01', {
      region: '211200',
      reading: 'A-01',
      choice: 'B',
      authority: 'office',
    });
    await filled.append([
      told('A', 'Registered', '2022-05-05', { ...employee, participation: 'employed', firstTime: true }),
      told('A', 'Paid', '2022-05-10', month('2022-05')),
      told('A', 'Paid', '2022-11-10', month('2022-11')),
      { ...ruling, stream: 'region-211200', effectiveOn: '2022-01-01' },
    ]);
    await filled.project();
    const [late] = await ask(filled, 'late', { validOn: '2022-11-10' });
    expect(late).toMatchObject({ person: 'A', recordedFrom: '2023-02-01' });
    expect(late!['because']).toBe(`RulingRecorded 2022-01-01 ${ruling.id}`);
    await filled.close();
  });
});

describe('unknown codes as known then', () => {
  it('stand on the day as it was corrected, those of a merged record among them', async () => {
    const filled = await openFilled(policies);
    const coded = (code: string) => ({ metadata: { schemaVersion: 1, exceptions: [code] } });
    const paid = told('A', 'Paid', '2023-02-05', month('2023-01'), coded('psn_type=99'));
    const now = (day: string) => () => Date.parse(`${day}T02:00:00Z`);
    await filled.append([
      told('A', 'Registered', '2023-01-05', { ...employee, participation: 'employed' }),
      paid,
      told('A', 'Corrected', '2023-03-01', { target: paid.id, effectiveOn: '2023-02-20', reason: 'read again' }),
      told('B', 'Registered', '2023-01-07', { ...employee, participation: 'employed' }, coded('insutype=77')),
    ]);
    const merge = { type: 'Merged', effectiveOn: '2023-04-01', data: { otherPersonId: 'B', reason: 'one person' } };
    await openLedger({ store: filled.store, policies, clock: now('2023-04-01') }).recordPersonEvents('A', [merge]);
    await filled.project();
    const then = await ask(filled, 'exceptions', { validOn: '2023-12-31' });
    expect(then.filter(({ kind }) => kind === 'unknownCode').map(({ detail, from }) => [detail, from])).toEqual([
      ['psn_type=99', '2023-02-20'],
      ['insutype=77', '2023-01-07'],
    ]);
    const aid = {
      type: 'AidGranted',
      effectiveOn: '2023-06-01',
      data: { aidClass: 'minimumLiving', region: '211200' },
    };
    await openLedger({ store: filled.store, policies, clock: now('2023-06-01') }).recordPersonEvents('A', [aid]);
    await filled.project();
    expect(await ask(filled, 'exceptions', { validOn: '2023-12-31', knownAt: '2023-05-01' })).toEqual(then);
    await filled.close();
  });
});

describe('an event that cannot be read', () => {
  it('takes nobody out of what was known before it', async () => {
    const filled = await openFilled(policies);
    await filled.append([told('A', 'Registered', '2022-05-05', { ...employee, participation: 'employed' })]);
    await filled.project();
    const basis = { validOn: '2022-05-31', knownAt: '2022-06-30' };
    const before = await ask(filled, 'insured', basis);
    expect(before).toMatchObject([{ persons: 1 }]);
    const unheard = { type: 'Unheard', metadata: { effectiveOn: '2024-01-01', schemaVersion: 1 } };
    const { id, recordedAt } = told('A', 'Died', '2024-01-01', {});
    await filled.store.append('person-A', [{ id, recordedAt, data: {}, ...unheard }], 0);
    await filled.project();
    expect(await ask(filled, 'insured', basis)).toEqual(before);
    expect(await ask(filled, 'exceptions', { validOn: '2022-05-31' })).toMatchObject([{ kind: 'parked' }]);
    const [late] = await ask(filled, 'late', { validOn: '2022-05-31' });
    expect(late).toMatchObject({ person: 'A', line: 'exit', because: `Unheard 2024-01-01 ${id}` });
    await filled.close();
  });
});
