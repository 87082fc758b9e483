import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore, type EventReader, type EventStore } from '../event-store';
import { RefusedFile, loadMapping } from '../importing';
import { openLedger, type Ledger } from '../ledger';
import { loadPoliciesOrThrow } from '../policy';
import { ExceptionsFile, reconcile, type ReconcileOptions, type ReconciliationException } from '.';

/** A status extract against a ledger with the packs as they are. */

let folder: string;
let store: EventStore;
let ledger: Ledger;
let now: number;
const policies = loadPoliciesOrThrow(join(__dirname, '..', '..', 'policies'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-reconcile-'));
  store = openEmbeddedStore({ file: join(folder, 'events.sqlite') });
  now = Date.parse('2022-05-20T02:00:00Z');
  ledger = openLedger({ store, policies, clock: () => now });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const region = '211200';
const registered = (effectiveOn: string, more: object = {}) => ({
  type: 'Registered',
  effectiveOn,
  data: { scheme: 'employee', region, participation: 'employed', firstTime: false, ...more },
});
const paid = (month: string) => ({
  type: 'Paid',
  effectiveOn: `${month}-16`,
  data: { scheme: 'employee', region, kind: 'regular', feeMonths: { from: month, through: month } },
});
const suspended = (effectiveOn: string) => ({
  type: 'Suspended',
  effectiveOn,
  data: { scheme: 'employee', region, reason: 'resignation' },
});
const record = async (person: string, ...events: object[]) => {
  const { outcome } = await ledger.recordPersonEvents(person, events);
  expect(outcome).toBe('recorded');
};

const HEADER = 'psn_no,insutype,insu_admdvs,psn_insu_stas,expi_ym,max_acctprd,clct_mons';
async function compare(rows: string[], more: Partial<ReconcileOptions> = {}) {
  const file = join(folder, 'status.csv');
  writeFileSync(file, [HEADER, ...rows].map((row) => `${row}\n`).join(''));
  const exceptions: ReconciliationException[] = [];
  const result = await reconcile({
    file,
    mapping: loadMapping(),
    store,
    ledger,
    validOn: '2022-05-20',
    knownAt: '2022-12-31',
    onException: (one) => void exceptions.push(one),
    ...more,
  });
  const { rows: all, matched, differing, refused } = result;
  expect(matched + differing + refused).toBe(all);
  expect(result.exceptions).toBe(exceptions.length);
  expect(result.byCause.reduce((sum, one) => sum + one.exceptions, 0)).toBe(exceptions.length);
  expect(exceptions.filter(({ kind }) => kind === 'missingThere')).toHaveLength(result.missingThere);
  expect(exceptions.filter(({ kind }) => kind === 'refused')).toHaveLength(refused);
  expect(new Set(exceptions.filter(({ kind }) => kind !== 'refused').flatMap(({ line }) => line ?? [])).size).toBe(
    differing,
  );
  return { result, exceptions };
}

test('a relation that agrees in everything is matched; what the extract leaves out is not compared', async () => {
  await record('P1', registered('2022-03-01'), paid('2022-03'), paid('2022-04'), paid('2022-05'));
  const { coverage } = (await ledger.answer({ person: 'P1', validOn: '2022-05-20' }))!;
  const through = coverage.at(-1)!.through!;
  const row = `P1,310,${region},1`;
  for (const rest of [
    `${through},202205,3`,
    `${through.slice(0, 7)},2022-05,3.0`,
    ',,',
    `${through.replaceAll('-', '')},,`,
  ]) {
    const { result } = await compare([`${row},${rest}`]);
    expect(result).toMatchObject({ rows: 1, matched: 1, missingThere: 0, exceptions: 0 });
  }
  expect((await compare([`P1,310,,1,,,`])).result).toMatchObject({ matched: 1, missingThere: 0 });
});

describe('what differs is told with its cause', () => {
  beforeEach(() => record('P1', registered('2022-03-01'), paid('2022-03'), paid('2022-04'), paid('2022-05')));

  test.each<[string, string, object]>([
    [
      'a person unknown here',
      `NOBODY,310,${region},1,,,`,
      { kind: 'personUnknownHere', cause: 'unknownHere', ours: null },
    ],
    [
      'a relation unknown here',
      `P1,390,${region},1,,,`,
      {
        kind: 'relationUnknownHere',
        theirs: 'normal',
        ours: null,
        en: expect.stringContaining('no resident relation'),
      },
    ],
    ['a relation of another region', 'P1,310,320700,1,,,', { kind: 'relationUnknownHere', region: '320700' }],
    [
      'a status',
      `P1,310,${region},2,,,`,
      { kind: 'statusDiffers', theirs: 'suspended', ours: 'normal', field: 'psn_insu_stas', rules: ['CV-13'] },
    ],
    [
      'a relation that is none there',
      `P1,310,${region},3,,,`,
      { kind: 'statusDiffers', theirs: 'invalid', ours: 'normal' },
    ],
    [
      'a last month of coverage',
      `P1,310,${region},1,202201,,`,
      { kind: 'coverageDiffers', theirs: '2022-01', field: 'expi_ym' },
    ],
    [
      'a last month paid',
      `P1,310,${region},1,,202204,`,
      { kind: 'paidThroughDiffers', theirs: '2022-04', ours: '2022-05' },
    ],
    ['contribution months', `P1,310,${region},1,,,120`, { kind: 'monthsDiffer', theirs: 120, ours: 3, months: -117 }],
  ])('%s', async (_, row, wanted) => {
    const { result, exceptions } = await compare([
      row,
      ...(row.startsWith('P1,310,211200') ? [] : [`P1,310,${region},1,,,`]),
    ]);
    expect(result).toMatchObject({ differing: 1 });
    expect(exceptions).toMatchObject([{ line: 2, ...wanted }]);
    expect(exceptions[0]!.zh).not.toBe('');
  });

  test('several things of one row are several exceptions', async () => {
    const { result, exceptions } = await compare([`P1,310,${region},2,202201,202204,2`]);
    expect(result).toMatchObject({ rows: 1, differing: 1, exceptions: 4 });
    expect(exceptions.map(({ kind }) => kind)).toEqual([
      'statusDiffers',
      'coverageDiffers',
      'paidThroughDiffers',
      'monthsDiffer',
    ]);
  });

  test('by what was learned since', async () => {
    await record('P8', registered('2022-03-01'));
    now = Date.parse('2022-07-01T02:00:00Z');
    await record('P8', suspended('2022-05-10'));
    const late = (await ledger.personEvents('P8')).at(-1)!;
    const rows = [`P1,310,${region},1,,,`, `P8,310,${region},1,,,`];
    const { exceptions } = await compare(rows);
    expect(exceptions).toMatchObject([{ kind: 'statusDiffers', cause: 'learnedSince', events: [late.id] }]);
    expect((await compare(rows, { knownAt: '2022-06-30' })).result).toMatchObject({ matched: 2 });
    expect((await compare(rows, { knownAt: 5n })).result).toMatchObject({ matched: 2 });
  });

  test('by what happened on a later day', async () => {
    await record('P1', suspended('2022-06-10'));
    const { exceptions } = await compare([`P1,310,${region},2,,,`]);
    expect(exceptions).toMatchObject([
      { kind: 'statusDiffers', cause: 'happenedLater', en: expect.stringContaining('2022-06-11') as string },
    ]);
  });

  test('by a rule of the law', async () => {
    await record('P2', registered('2022-05-09', { firstTime: true }), paid('2022-05'));
    const { exceptions } = await compare([`P1,310,${region},1,,,`, `P2,310,${region},1,202205,,`]);
    expect(exceptions).toMatchObject([{ person: 'P2', kind: 'coverageDiffers', cause: 'byRule' }]);
    expect(exceptions[0]!.rules).toContain('TL-2.2.1a');
  });
});

describe('what the extract lacks', () => {
  beforeEach(async () => {
    await record('P1', registered('2022-03-01'));
    await record('P2', registered('2022-03-01'));
    await record('P3', registered('2022-03-01', { scheme: 'resident', participation: 'general' }));
    await record('P4', registered('2022-03-01', { region: '320700' }));
    await record('P5', registered('2022-03-01'), suspended('2022-04-30'));
    await record('P6', registered('2022-08-01'));
    await record('P7', { type: 'Died', effectiveOn: '2022-04-01', data: {} });
  });
  const missing = async (rows: string[], more: Partial<ReconcileOptions> = {}) =>
    (await compare(rows, more)).exceptions.flatMap(({ kind, person }) => (kind === 'missingThere' ? [person] : []));

  test('is looked for in its regions and schemes, on its day', async () => {
    expect(await missing([`P1,310,${region},1,,,`])).toEqual(['P2', 'P5']);
    expect(await missing([`P1,310,${region},1,,,`, `X,390,${region},1,,,`])).toEqual(['P2', 'P3', 'P5']);
    expect(await missing(['P1,310,,1,,,'])).toEqual(['P2', 'P4', 'P5']);
    expect(await missing(['P1,310,,1,,,'], { region })).toEqual(['P2', 'P5']);
    expect(await missing([`P1,310,${region},1,,,`], { validOn: '2022-09-01' })).toEqual(['P2', 'P5', 'P6']);
    expect(await missing([`P1,310,${region},1,,,`], { validOn: '2022-01-01' })).toEqual([]);
  });

  test('is found alike in a store that keeps no order of streams', async () => {
    const { streamNames: _names, readStreams: _streams, ...rest } = bound(store);
    expect(await missing([`P1,310,${region},1,,,`], { store: rest })).toEqual(['P2', 'P5']);
  });

  test('is not missing where the other record of a person stands there', async () => {
    await record('P2', {
      type: 'Merged',
      effectiveOn: '2022-04-01',
      data: { otherPersonId: 'P1', reason: 'one person' },
    });
    expect(await missing([`P1,310,${region},1,,,`])).toEqual(['P5']);
  });

  test('is told only of those whom the caller may read', async () => {
    const mayRead = async (person: string) => person !== 'P2';
    expect(await missing([`P1,310,${region},1,,,`], { mayRead })).toEqual(['P5']);
    expect((await compare([`P2,310,${region},1,,,`], { mayRead })).exceptions[0]).toMatchObject({
      kind: 'personUnknownHere',
    });
    expect(await missing(['P1,310,,1,,,'], { mayReadRegion: (one) => one === region })).toEqual(['P2', 'P5']);
  });
});

test('rows that cannot be compared are refused with their reason, and nobody is told twice', async () => {
  const { result, exceptions } = await compare([
    `P1,310,${region},9,,,`,
    `P1,999,${region},1,,,`,
    `P1,510,${region},1,,,`,
    'P1,310,2112,1,,,',
    `P1,310,${region},1,2022-13,,`,
    `P1,310,${region},1,,,many`,
    `11010519491231002X,310,${region},1,,,`,
    `P9,310,${region},0,,,`,
    `P9,310,${region},0,,,`,
    'P1,310',
  ]);
  expect(result).toMatchObject({ rows: 10, matched: 1, differing: 0, refused: 9 });
  expect(exceptions.map(({ line, field }) => [line, field])).toEqual([
    [2, 'psn_insu_stas'],
    [3, 'insutype'],
    [4, 'insutype'],
    [5, 'insu_admdvs'],
    [6, 'expi_ym'],
    [7, 'clct_mons'],
    [8, 'psn_no'],
    [10, 'psn_no'],
    [11, '(row)'],
  ]);
  expect(JSON.stringify(exceptions)).not.toContain('11010519491231002X');
});

test('another table is refused whole', async () => {
  const file = join(folder, 'other.csv');
  writeFileSync(file, 'a,b\n1,2\n');
  const options = { file, mapping: loadMapping(), store, ledger, validOn: '2022-05-20', onException: () => undefined };
  await expect(reconcile(options)).rejects.toThrow(RefusedFile);
});

test('exceptions are written as a table in which nothing is calculated, and as JSON lines', () => {
  const exception: ReconciliationException = {
    kind: 'refused',
    line: 3,
    field: '=psn_no',
    theirs: '+1',
    cause: 'unreadableRow',
    zh: '@中文, "引"',
    en: 'x',
    rules: ['A', 'B'],
    events: [],
  };
  for (const form of ['csv', 'jsonl'] as const) {
    const file = new ExceptionsFile(join(folder, form), form);
    for (let count = 0; count < 3_000; count++) file.add(exception);
    file.close();
  }
  const lines = readFileSync(join(folder, 'csv'), 'utf8').split('\r\n');
  expect(lines).toHaveLength(3_002);
  expect(lines[1]).toBe(`3,refused,,,,'=psn_no,'+1,,,unreadableRow,"'@中文, ""引""",x,A B,`);
  expect(JSON.parse(readFileSync(join(folder, 'jsonl'), 'utf8').split('\n')[2_999]!)).toEqual(exception);
});

/** The methods of a store as plain functions. */
function bound(of: EventStore): EventReader {
  return {
    readStream: (...args) => of.readStream(...args),
    readAll: (...args) => of.readAll(...args),
    eventAt: (...args) => of.eventAt(...args),
    subscribeAll: (...args) => of.subscribeAll(...args),
    streamNames: (...args) => of.streamNames!(...args),
    readStreams: (...args) => of.readStreams!(...args),
    head: () => of.head(),
    close: () => of.close(),
  };
}
