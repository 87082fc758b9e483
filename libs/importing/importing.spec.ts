import { encode } from 'iconv-lite';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore, type EventStore } from '../event-store';
import { openLedger, type Ledger } from '../ledger';
import { Policies } from '../policy/evaluation';
import { importFiles, loadMapping, RefusedFile, RefusedMapping, type ImportOptions, type ImportSummary } from '.';
import type { LedgerEvent } from '../../events';

let folder: string;
let store: EventStore;
let ledger: Ledger;
let now = Date.parse('2024-03-01T02:00:00Z');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-import-'));
  store = openEmbeddedStore({ file: join(folder, 'events.sqlite') });
  now = Date.parse('2024-03-01T02:00:00Z');
  ledger = openLedger({ store, policies: new Policies([]), clock: () => now });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const RELATIONS =
  'psn_no,insutype,psn_type,insu_admdvs,emp_no,hi_type,crt_insu_date,paus_insu_date,fst_insu_ym,psn_insu_stas,insutype_retr_flag,chg_rea,opt_time';
const PAYMENTS =
  'psn_no,insutype,psn_type,insu_admdvs,emp_no,accrym_begn,accrym_end,arvl_date,clct_type,clct_flag,revs_flag,emp_clct_amt,psn_clct_amt,latefee,opt_time';
const relation = 'P1,310,1101,211200,E1,1,2022-03-01,,202203,1,0,,2022-03-02 09:00:00';
const payment = 'P1,310,1101,211200,E1,202203,202203,2022-03-10,10,1,Z,480.00,120.00,,2022-03-10 18:00:00';

/** A row with some cells changed, by the name of the column. */
function changed(header: string, row: string, changes: Record<string, string>): string {
  const cells = row.split(',');
  for (const [name, value] of Object.entries(changes)) cells[header.split(',').indexOf(name)] = value;
  return cells.join(',');
}
const paid = (changes: Record<string, string>) => changed(PAYMENTS, payment, changes);
const related = (changes: Record<string, string>) => changed(RELATIONS, relation, changes);

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const relations = (...rows: string[]) => file('relations.csv', [RELATIONS, ...rows].map((row) => `${row}\n`).join(''));
const payments = (...rows: string[]) => file('payments.csv', [PAYMENTS, ...rows].map((row) => `${row}\n`).join(''));

const run = (files: string[], more: Partial<ImportOptions> = {}): Promise<ImportSummary> =>
  importFiles({ files, ledger, mapping: loadMapping(), ...more });
const events = (person = 'P1'): Promise<readonly LedgerEvent[]> => ledger.personEvents(person);
const said = async (person = 'P1') =>
  (await events(person)).map(({ type, effectiveOn, data }) => ({ type, effectiveOn, ...data }));

/** The person's events agree with these in the fields named; an undefined field is not there. */
async function expectSaid(wanted: readonly object[]): Promise<void> {
  const all = await said();
  expect(all).toHaveLength(wanted.length);
  wanted.forEach((one, index) => {
    for (const [name, value] of Object.entries(one)) {
      expect([name, all[index]![name as 'type'] as unknown]).toEqual([name, value]);
    }
  });
}
const refusals = (name: string) => readFileSync(join(folder, `${name}.refused.csv`), 'utf8');

describe('a relation becomes', () => {
  test.each<[string, Record<string, string>, object[]]>([
    [
      'a registration',
      {},
      [
        {
          type: 'Registered',
          effectiveOn: '2022-03-01',
          scheme: 'employee',
          region: '211200',
          participation: 'employed',
          employerId: 'E1',
          fundMode: 'withAccount',
          firstTime: true,
        },
      ],
    ],
    ['one that is not the first', { fst_insu_ym: '201501' }, [{ type: 'Registered', firstTime: false }]],
    [
      'one of which nobody knows whether it is the first',
      { fst_insu_ym: '' },
      [{ type: 'Registered', firstTime: undefined }],
    ],
    ['a flexible one', { psn_type: '1103' }, [{ type: 'Registered', participation: 'flexible' }]],
    [
      'a resident one',
      { insutype: '390', psn_type: '1404' },
      [{ type: 'Registered', scheme: 'resident', participation: 'student', fundMode: undefined }],
    ],
    [
      'an old-age resident one, by the beginning of the code',
      { insutype: '391', psn_type: '1611' },
      [{ type: 'Registered', scheme: 'resident', participation: 'general' }],
    ],
    ['a pooled-only one', { hi_type: '2' }, [{ type: 'Registered', fundMode: 'pooledOnly' }]],
    [
      'a suspended one',
      { psn_insu_stas: '2', paus_insu_date: '2022-09-13', chg_rea: '6900' },
      [{ type: 'Registered' }, { type: 'Suspended', effectiveOn: '2022-09-13', reason: 'change reason 6900' }],
    ],
    [
      'one ended by death',
      { psn_insu_stas: '4', paus_insu_date: '2022-09-13', chg_rea: '6401' },
      [{ type: 'Registered' }, { type: 'Died', effectiveOn: '2022-09-13' }],
    ],
    [
      'one transferred out',
      { psn_insu_stas: '4', paus_insu_date: '20220913', chg_rea: '6404' },
      [{ type: 'Registered' }, { type: 'Terminated', effectiveOn: '2022-09-13', reason: 'transferOut' }],
    ],
    [
      'one ended for a reason nobody knows',
      { psn_insu_stas: '4', paus_insu_date: '2022/9/13', chg_rea: '6306' },
      [{ type: 'Registered' }, { type: 'Suspended', effectiveOn: '2022-09-13', reason: 'change reason 6306' }],
    ],
    [
      'one that never was',
      { psn_insu_stas: '3' },
      [{ type: 'Registered' }, { type: 'Voided', reason: 'the relation is invalid from the start' }],
    ],
  ])('%s', async (_, changes, wanted) => {
    const summary = await run([relations(related(changes))]);
    expect(summary).toMatchObject({ rows: 1, recorded: 1, refused: 0, events: wanted.length });
    await expectSaid(wanted);
  });

  test('the same registration when the next extract says how it ended', async () => {
    await run([relations(relation)]);
    const summary = await run([relations(related({ psn_insu_stas: '2', paus_insu_date: '2022-09-13' }))]);
    expect(summary).toMatchObject({ recorded: 1, events: 1 });
    expect(await said()).toMatchObject([{ type: 'Registered' }, { type: 'Suspended' }]);
  });
});

describe('a payment becomes', () => {
  test.each<[string, Record<string, string>, object[]]>([
    [
      'money that arrived',
      {},
      [
        {
          type: 'Paid',
          effectiveOn: '2022-03-10',
          scheme: 'employee',
          region: '211200',
          kind: 'regular',
          feeMonths: { from: '2022-03', through: '2022-03' },
          participation: 'employed',
          employerId: 'E1',
          unitFen: 48000,
          personFen: 12000,
        },
      ],
    ],
    [
      'a back-payment',
      { clct_type: '30', accrym_begn: '202201', latefee: '1.05' },
      [{ kind: 'back', feeMonths: { from: '2022-01', through: '2022-03' }, lateFeeFen: 105 }],
    ],
    [
      'a year of a flexible worker',
      { psn_type: '1103', accrym_begn: '202201', accrym_end: '202212' },
      [{ kind: 'annual', participation: 'flexible' }],
    ],
    [
      'a year of a resident',
      { insutype: '390', psn_type: '1501', accrym_begn: '202201', accrym_end: '202212' },
      [{ scheme: 'resident', kind: 'annual', benefitYear: 2022, feeMonths: undefined }],
    ],
    ['months bought at retirement', { clct_type: '33' }, [{ kind: 'lumpSum' }]],
    ['the same where the flag is 4', { clct_flag: '4' }, [{ type: 'Paid' }]],
    [
      'what is owed, a fee month each, to the fen',
      { clct_flag: '0', arvl_date: '', accrym_end: '202205', emp_clct_amt: '1.00', psn_clct_amt: '0' },
      [
        { type: 'Assessed', effectiveOn: '2022-03-01', feeMonth: '2022-03', unitFen: 33 },
        { feeMonth: '2022-04', unitFen: 33 },
        { feeMonth: '2022-05', unitFen: 34 },
      ],
    ],
    [
      'a refund',
      { clct_type: '20', emp_clct_amt: '-480', psn_clct_amt: '-120' },
      [{ type: 'Refunded', amountFen: 60000, basis: 'CLCT-20', feeMonths: { from: '2022-03', through: '2022-03' } }],
    ],
    ['one whose end is left out', { accrym_end: '' }, [{ feeMonths: { from: '2022-03', through: '2022-03' } }]],
    ['one with a time of day', { arvl_date: '2022-03-10 08:30:00' }, [{ effectiveOn: '2022-03-10' }]],
  ])('%s', async (_, changes, wanted) => {
    const summary = await run([payments(paid(changes))]);
    expect(summary).toMatchObject({ rows: 1, recorded: 1, refused: 0 });
    await expectSaid(wanted);
  });
});

test.each<[string, 'relations' | 'payments', Record<string, string>, string]>([
  ['a category', 'relations', { psn_type: '1799' }, 'psn_type=1799'],
  ['a local category', 'relations', { psn_type: '1160' }, 'psn_type=1160'],
  ['a fund mode', 'relations', { hi_type: '9' }, 'hi_type=9'],
  ['a status', 'relations', { psn_insu_stas: '8' }, 'psn_insu_stas=8'],
  [
    'a change reason',
    'relations',
    { psn_insu_stas: '4', paus_insu_date: '2022-09-13', chg_rea: '6306' },
    'chg_rea=6306',
  ],
  ['an insurance, where the category tells the scheme', 'relations', { insutype: '311' }, 'insutype=311'],
  ['a collection', 'payments', { clct_type: '98' }, 'clct_type=98'],
  ['a flag', 'payments', { clct_flag: '7' }, 'clct_flag=7'],
  ['a reversal', 'payments', { revs_flag: '?' }, 'revs_flag=?'],
])('an unknown code for %s refuses nothing and is kept as an exception', async (_, table, changes, exception) => {
  const summary = await run([table === 'relations' ? relations(related(changes)) : payments(paid(changes))]);
  expect(summary).toMatchObject({ recorded: 1, refused: 0 });
  expect((await events()).at(-1)!.metadata.exceptions).toContain(exception);
});

describe('a row is refused with line, field, value and what was expected', () => {
  test.each<[string, 'relations' | 'payments', Record<string, string>, RegExp]>([
    [
      'a day that does not exist',
      'relations',
      { crt_insu_date: '2022-02-30' },
      /crt_insu_date,"line 2: got ""2022-02-30""; expected a day/,
    ],
    ['no first day', 'relations', { crt_insu_date: '' }, /crt_insu_date,line 2: got nothing; expected a day/],
    [
      'an end before the beginning',
      'relations',
      { psn_insu_stas: '2', paus_insu_date: '2022-01-01' },
      /paus_insu_date,.*not before 2022-03-01/,
    ],
    ['no end', 'relations', { psn_insu_stas: '4' }, /paus_insu_date,.*got nothing/],
    ['no relation', 'relations', { psn_insu_stas: '0' }, /psn_insu_stas/],
    ['another insurance', 'relations', { insutype: '510' }, /insutype,.*outside the ledger/],
    [
      'an insurance and a category that nobody knows',
      'relations',
      { insutype: '999', psn_type: '' },
      /insutype,.*category that tells the scheme/,
    ],
    ['no person', 'relations', { psn_no: '' }, /psn_no,"line 2: got nothing/],
    ['a short region', 'relations', { insu_admdvs: '2112' }, /insu_admdvs,.*six digits/],
    ['a thirteenth month', 'payments', { accrym_begn: '202213' }, /accrym_begn,.*202213.*YYYYMM/],
    ['months out of order', 'payments', { accrym_end: '202202' }, /accrym_end,.*not before 2022-03/],
    ['months of a thousand years', 'payments', { accrym_end: '302203' }, /accrym_end,.*within 100 years/],
    [
      'what is owed for a thousand years',
      'payments',
      { accrym_end: '302203', clct_flag: '0', arvl_date: '' },
      /accrym_end,.*within 100 years/,
    ],
    ['a code that is a word of the machine', 'payments', { insutype: 'constructor', psn_type: '' }, /insutype,/],
    ['a category without end', 'payments', { insutype: '', psn_type: 'x'.repeat(900_000) }, /insutype,/],
    ['no arrival', 'payments', { arvl_date: '' }, /arvl_date,.*the day the money arrived/],
    ['half a fen', 'payments', { emp_clct_amt: '480.005' }, /emp_clct_amt,.*at most two decimals/],
    ['a negative amount without a reversal', 'payments', { psn_clct_amt: '-1' }, /psn_clct_amt,.*not below zero/],
    ['an adjustment of an amount', 'payments', { clct_type: '34' }, /clct_type,.*moves only amounts/],
    [
      'a resident’s year that is two',
      'payments',
      { insutype: '390', psn_type: '1501', accrym_end: '202302' },
      /accrym_end,.*one calendar year/,
    ],
    ['a reversal of nothing', 'payments', { revs_flag: '-' }, /\(row\),.*does not hold/],
  ])('%s', async (_, table, changes, reason) => {
    const path = table === 'relations' ? relations(related(changes)) : payments(paid(changes));
    const summary = await run([path]);
    expect(summary).toMatchObject({ rows: 1, recorded: 0, refused: 1, events: 0 });
    expect(refusals(`${table}.csv`)).toMatch(reason);
  });

  test('an identity number for a person, which no message repeats', async () => {
    const summary = await run([relations(related({ psn_no: '11010519491231002X' }))]);
    expect(summary.refused).toBe(1);
    expect(JSON.stringify(summary.files[0]!.reasons)).not.toContain('11010519491231002X');
    const reason = refusals('relations.csv').split('\r\n')[1]!.split('psn_no,')[1]!;
    expect(reason).not.toContain('11010519491231002X');
    expect(await store.head()).toBe(0n);
  });

  test('a row with too few cells, and the next rows go on', async () => {
    const summary = await run([relations('P9,310', relation)]);
    expect(summary).toMatchObject({ rows: 2, recorded: 1, refused: 1 });
    expect(refusals('relations.csv')).toMatch(/^P9,310,{12}\(row\),"line 2: got 2 cells; expected 13/m);
  });

  test('once corrected, the refused rows can be imported in turn', async () => {
    await run([payments(paid({ arvl_date: '' }))]);
    const corrected = refusals('payments.csv').replace(',202203,202203,,', ',202203,202203,2022-03-10,');
    const summary = await run([file('corrected.csv', corrected)]);
    expect(summary).toMatchObject({ recorded: 1, refused: 0 });
    expect(existsSync(join(folder, 'corrected.csv.refused.csv'))).toBe(false);
  });

  test('an old list of refused rows goes when there are none', async () => {
    await run([payments(paid({ arvl_date: '' }))]);
    expect(existsSync(join(folder, 'payments.csv.refused.csv'))).toBe(true);
    await run([payments(payment)]);
    expect(existsSync(join(folder, 'payments.csv.refused.csv'))).toBe(false);
  });
});

describe('a reversed pair', () => {
  const original = paid({ revs_flag: '+' });
  const negative = paid({
    revs_flag: '-',
    emp_clct_amt: '-480.00',
    psn_clct_amt: '-120.00',
    arvl_date: '2022-04-11',
    opt_time: '2022-04-11 18:00:00',
  });
  const wanted = [
    { type: 'Paid', effectiveOn: '2022-03-10' },
    { type: 'Voided', effectiveOn: '2022-04-11' },
  ];

  test.each<[string, string[]]>([
    ['in order', [original, negative]],
    ['the negative row first', [negative, original]],
  ])('%s', async (_, rows) => {
    expect(await run([payments(...rows)])).toMatchObject({ rows: 2, recorded: 2, events: 2 });
    expect(await said()).toMatchObject(wanted);
    expect(await run([payments(...rows)])).toMatchObject({ rows: 2, already: 2, events: 0 });
  });

  test('whose halves come in two extracts', async () => {
    await run([payments(payment)]);
    await run([payments(original, negative)]);
    expect(await said()).toMatchObject(wanted);
  });

  test('in the order of the other system’s history', async () => {
    expect(await run([payments(negative, original)], { migratedFrom: 'old' })).toMatchObject({ recorded: 2 });
    expect((await events()).map(({ recordedAt }) => recordedAt)).toEqual([
      '2022-03-10T18:00:00.000+08:00',
      '2022-04-11T18:00:00.000+08:00',
    ]);
    expect(await run([payments(negative, original)], { migratedFrom: 'old' })).toMatchObject({ already: 2, events: 0 });
  });

  test('of two equal amounts takes the later payment', async () => {
    await run([payments(payment, paid({ arvl_date: '2022-03-20' }), negative)]);
    const [, second, voided] = await events();
    expect((voided as { data: { target: string } }).data.target).toBe(second!.id);
  });
});

test('the same row twice is one event', async () => {
  expect(await run([payments(payment, payment)])).toMatchObject({ rows: 2, recorded: 1, already: 1, events: 1 });
});

test('rows that became events are found again among new ones', async () => {
  await run([payments(payment, paid({ accrym_begn: '202205', accrym_end: '202205' }))]);
  const between = paid({ accrym_begn: '202204', accrym_end: '202204' });
  expect(await run([payments(payment, between, paid({ accrym_begn: '202205', accrym_end: '202205' }))])).toMatchObject({
    rows: 3,
    recorded: 1,
    already: 2,
    events: 1,
  });
});

describe('text is read', () => {
  const named = (text: string) => `${PAYMENTS},emp_name\n${payment},${text}\n`;
  test.each<[string, Buffer, string]>([
    ['as UTF-8', Buffer.from(named('银州机械厂')), 'utf-8'],
    ['as UTF-8 with a byte order mark', Buffer.from(`\uFEFF${named('银州机械厂')}`), 'utf-8'],
    ['as GB18030', encode(named('银州机械厂'), 'gb18030'), 'gb18030'],
    ['as GB18030 with characters of four bytes', encode(named('㐂𠮷'), 'gb18030'), 'gb18030'],
  ])('%s', async (_, content, encoding) => {
    const summary = await run([file('payments.csv', content)]);
    expect(summary.files[0]).toMatchObject({ encoding, recorded: 1 });
  });

  test('and a row with bytes of neither is refused, in characters that can be written', async () => {
    const broken = Buffer.concat([
      Buffer.from(`${PAYMENTS},emp_name\n${payment},`),
      Buffer.from([0x81, 0xff, 0xff]),
      Buffer.from('\n'),
    ]);
    expect(await run([file('payments.csv', broken)])).toMatchObject({ refused: 1 });
  });
});

describe('history from elsewhere', () => {
  const correction = (target: string) =>
    JSON.stringify({
      type: 'Corrected',
      person: 'P1',
      effectiveOn: '2022-08-25',
      recordedAt: '2022-08-25T10:00:00+08:00',
      data: { target, effectiveOn: '2022-03-11', reason: 'misread' },
    });

  test('is told in the order in which it was recorded, from all files together', async () => {
    await run([payments(payment)]);
    const [{ id }] = (await events()) as [LedgerEvent];
    await store.close();
    rmSync(join(folder, 'events.sqlite'));
    store = openEmbeddedStore({ file: join(folder, 'events.sqlite') });
    ledger = openLedger({ store, policies: new Policies([]), clock: () => now });

    const ended = related({ psn_insu_stas: '2', paus_insu_date: '2022-12-31', opt_time: '2023-01-05 09:00:00' });
    const files = [relations(ended), file('events.jsonl', `${correction(id)}\n`), payments(payment)];
    expect(await run(files, { migratedFrom: 'old' })).toMatchObject({ rows: 3, recorded: 3, events: 4 });
    expect(
      (await events()).map(({ type, recordedAt, metadata }) => [type, recordedAt.slice(0, 10), metadata.migratedFrom]),
    ).toEqual([
      ['Registered', '2022-03-01', 'old'],
      ['Paid', '2022-03-10', 'old'],
      ['Corrected', '2022-08-25', 'old'],
      ['Suspended', '2023-01-05', 'old'],
    ]);
    expect(await run(files, { migratedFrom: 'old' })).toMatchObject({ already: 3, events: 0 });
  });

  test('that comes after what the ledger recorded itself is refused: no earlier answer may change', async () => {
    await run([relations(relation)]);
    expect(await run([payments(payment)], { migratedFrom: 'old' })).toMatchObject({ recorded: 0, refused: 1 });
    expect(refusals('payments.csv')).toMatch(/recordedAt.*not before 2024-03-01/);
  });

  test('with its own time is not taken without its system’s name', async () => {
    expect(
      await run([
        file(
          'events.jsonl',
          `${JSON.stringify({ type: 'Died', person: 'P1', effectiveOn: '2022-01-01', recordedAt: '2022-01-01', data: {} })}\n`,
        ),
      ]),
    ).toMatchObject({ refused: 1 });
    expect(refusals('events.jsonl')).toMatch(/recordedAt.*--migrated-from/);
  });
});

test('a row of several events is recorded whole or not at all', async () => {
  await run([payments(paid({ opt_time: '2022-06-01' }))], { migratedFrom: 'old' });
  // The registration is of March and comes too late, the end is of September and would not.
  const ended = related({ psn_insu_stas: '2', paus_insu_date: '2022-09-13', opt_time: '2022-09-14 09:00:00' });
  const next = related({ crt_insu_date: '2022-10-01', opt_time: '2022-10-02 09:00:00' });
  expect(await run([relations(ended, next)], { migratedFrom: 'old' })).toMatchObject({
    rows: 2,
    recorded: 1,
    refused: 1,
    events: 1,
  });
  expect((await events()).map(({ type }) => type)).toEqual(['Paid', 'Registered']);
  expect(refusals('relations.csv')).toMatch(/recordedAt,.*line 2: .*not before 2022-06-01/);
});

test('of a row of several events nothing is recorded where whoever imports may not record one of them', async () => {
  const authority = {
    overStream: async (_stream: string, facts: readonly LedgerEvent[]) =>
      facts.map(({ type }) => (type === 'Voided' ? { field: 'type', reason: 'not yours' } : undefined)),
  };
  const files = [relations(related({ psn_insu_stas: '3' }), related({ crt_insu_date: '2022-10-01' }))];
  expect(await run(files, { authority })).toMatchObject({ rows: 2, recorded: 1, refused: 1, events: 1 });
  expect((await events()).map(({ effectiveOn }) => effectiveOn)).toEqual(['2022-10-01']);
});

test('lines of events are taken, those of regions too, and refused one by one', async () => {
  const died = { type: 'Died', person: 'P1', effectiveOn: '2022-01-01', data: {} };
  const period = {
    type: 'CollectionPeriodAnnounced',
    effectiveOn: '2022-09-01',
    data: { region: '211200', benefitYear: 2023, kind: 'collection', from: '2022-10-01', through: '2022-12-31' },
  };
  const text = `${[died, period, { ...died, type: 'Passed' }].map((event) => JSON.stringify(event)).join('\n')}\nnot json`;
  expect(await run([file('events.jsonl', text)])).toMatchObject({ rows: 4, recorded: 2, refused: 2 });
  expect(await ledger.regionEvents('211200')).toHaveLength(1);
});

test('several thousand rows of many people are counted to the last', async () => {
  const rows = Array.from({ length: 11_900 }, (_, index) =>
    paid({
      psn_no: `P${index % 700}`,
      accrym_begn: `20${10 + Math.floor(index / 700)}03`,
      accrym_end: `20${10 + Math.floor(index / 700)}04`,
    }),
  );
  const told: number[] = [];
  const summary = await run([payments(...rows)], { onProgress: ({ rows: read }) => told.push(read) });
  expect(summary).toMatchObject({ rows: 11_900, recorded: 11_900, already: 0, refused: 0, events: 11_900 });
  expect(told.at(-1)).toBe(11_900);
  expect(await store.head()).toBe(11_900n);
});

describe('a file is refused whole, and nothing is recorded', () => {
  test.each<[string, () => string, RegExp]>([
    ['that is not there', () => join(folder, 'nowhere.csv'), /no such file/],
    ['that is empty', () => file('empty.csv', ''), /is empty/],
    ['of another table', () => file('other.csv', 'a,b\n1,2\n'), /not a table of the mapping/],
  ])('%s', async (_, path, reason) => {
    await expect(run([relations(relation), path()])).rejects.toThrow(RefusedFile);
    await expect(run([relations(relation), path()])).rejects.toThrow(reason);
    expect(await store.head()).toBe(0n);
  });
});

describe('an agency’s own mapping', () => {
  test('renames columns and adds codes, and leaves the rest as it stands', async () => {
    const mapping = loadMapping(
      file(
        'own.yaml',
        'columns: { person: personal_no }\ntables: { payments: [personal_no, insutype, accrym_begn] }\nkind: { "88": back }\n',
      ),
    );
    const text = `${PAYMENTS.replace('psn_no', 'personal_no')}\n${paid({ clct_type: '88' })}\n`;
    expect(await run([file('payments.csv', text)], { mapping })).toMatchObject({ recorded: 1 });
    expect(await said()).toMatchObject([{ kind: 'back', region: '211200' }]);
  });

  test.each<[string, string, RegExp]>([
    ['a section nobody knows', 'colums: {}', /colums: expected one of/],
    ['a word nobody knows', 'kind: { "88": backwards }', /kind\.88: expected one of .*"backwards"/],
    ['a column nobody knows', 'columns: { persn: x }', /columns\.persn/],
    ['a category in other words', 'category: { "17": { scheme: other } }', /category\.17/],
    ['broken YAML', 'kind: [', /own\.yaml/],
    ['a list that holds itself', 'scheme: &a [*a]', /scheme: expected a mapping, got a list/],
    ['a code as long as a page', `category: { "${'1'.repeat(90)}": {} }`, /category\.1{64}…: expected at most 64/],
  ])('with %s is refused', (_, text, reason) => {
    expect(() => loadMapping(file('own.yaml', text))).toThrow(RefusedMapping);
    expect(() => loadMapping(file('own.yaml', text))).toThrow(reason);
  });
});

test('rows that name no region take the one that is told', async () => {
  const path = payments(paid({ insu_admdvs: '' }));
  expect(await run([path], { region: '211200' })).toMatchObject({ recorded: 1 });
  expect(await said()).toMatchObject([{ region: '211200' }]);
});
