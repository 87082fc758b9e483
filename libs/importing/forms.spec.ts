import { Workbook } from 'exceljs';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore, type EventStore } from '../event-store';
import { openLedger, type Ledger } from '../ledger';
import { Policies } from '../policy/evaluation';
import { RefusedFile, importFiles, loadMapping, withoutRefusedRows, type Identities, type ImportOptions } from '.';

/** The same rows as CSV, as a workbook and as JSON lines, and persons told by their documents. */

let folder: string;
let store: EventStore;
let ledger: Ledger;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-forms-'));
  store = openEmbeddedStore({ file: join(folder, 'events.sqlite') });
  ledger = openLedger({ store, policies: new Policies([]), clock: Date.now });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const run = (files: string[], more: Partial<ImportOptions> = {}) =>
  importFiles({ files, ledger, mapping: loadMapping(), ...more });
const refusals = (name: string) => readFileSync(join(folder, `${name}.refused.csv`), 'utf8');

const HEADER = [
  'psn_no',
  'insutype',
  'psn_type',
  'insu_admdvs',
  'accrym_begn',
  'accrym_end',
  'arvl_date',
  'emp_clct_amt',
];
const ROW = ['P1', '310', '1101', '211200', '202203', '202203', '2022-03-10', '480.00'];
const csv = (...rows: string[][]) => [HEADER, ...rows].map((row) => `${row.join(',')}\n`).join('');

async function workbook(name: string, sheets: Record<string, unknown[][]>): Promise<string> {
  const book = new Workbook();
  for (const [title, rows] of Object.entries(sheets)) {
    const sheet = book.addWorksheet(title);
    for (const row of rows) sheet.addRow(row);
    sheet.getColumn(7).numFmt = 'yyyy-mm-dd';
  }
  await book.xlsx.writeFile(join(folder, name));
  return join(folder, name);
}
const typed = ['P1', 310, 1101, 211200, 202203, 202203, new Date('2022-03-10T00:00:00Z'), 480];

test('a payment is the same fact in every form', async () => {
  const lines = JSON.stringify(Object.fromEntries(HEADER.map((name, place) => [name, typed[place]]))).replace(
    '2022-03-10T00:00:00.000Z',
    '2022-03-10',
  );
  const files = [
    file('payments.csv', csv(ROW)),
    await workbook('payments.xlsx', { 缴费: [HEADER, typed] }),
    file('payments.ndjson', `${lines}\n`),
  ];
  const summary = await run(files);
  expect(summary).toMatchObject({ rows: 3, recorded: 1, already: 2, refused: 0, events: 1 });
  expect(summary.files).toMatchObject([
    { kind: 'payments' },
    { kind: 'payments', sheet: '缴费' },
    { kind: 'payments' },
  ]);
});

test('a refused row of a workbook names sheet, line and field', async () => {
  const wrong = [...typed];
  wrong[4] = 202213;
  const summary = await run([await workbook('p.xlsx', { 封面: [['x']], 缴费: [HEADER, typed, wrong] })], {
    sheet: '缴费',
  });
  expect(summary).toMatchObject({ rows: 2, recorded: 1, refused: 1 });
  expect(refusals('p.xlsx')).toContain('accrym_begn,"sheet 缴费, line 3: got ""202213""; expected a month YYYYMM"');
});

test('an error where a value belongs refuses the row, elsewhere it does not matter', async () => {
  const rows = [
    [...HEADER, 'remark'],
    [...typed, { error: '#REF!' }],
    [...typed.slice(0, 6), { error: '#N/A' }, 480, ''],
  ];
  expect(await run([await workbook('p.xlsx', { s: rows })])).toMatchObject({ recorded: 1, refused: 1 });
  expect(refusals('p.xlsx')).toContain('arvl_date,"sheet s, line 3: got the error #N/A; expected a value"');
});

test.each<[string, () => string | Promise<string>, Partial<ImportOptions>, RegExp]>([
  ['a workbook of another table', () => workbook('o.xlsx', { s: [['a'], [1]] }), {}, /not a table of the mapping/],
  ['an empty sheet', () => workbook('e.xlsx', { s: [] }), {}, /empty sheet "s"/],
  ['a sheet that is not there', () => workbook('n.xlsx', { s: [HEADER] }), { sheet: 't' }, /one of its sheets "s"/],
  ['a sheet of a CSV', () => file('c.csv', csv(ROW)), { sheet: 't' }, /no workbook/],
  ['a workbook that is none', () => file('t.xlsx', csv(ROW)), {}, /has no end/],
  ['an old workbook', () => file('old.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex')), {}, /old or protected/],
  ['UTF-16', () => file('u.csv', Buffer.from(`\uFEFF${csv(ROW)}`, 'utf16le')), {}, /UTF-16/],
  ['a column that stands twice', () => file('d.csv', `${HEADER.join(',')},psn_no\n`), {}, /psn_no twice/],
])('%s is refused whole', async (_, path, more, reason) => {
  const made = await path();
  await expect(run([made], more)).rejects.toThrow(RefusedFile);
  await expect(run([made], more)).rejects.toThrow(reason);
});

test('lines of rows and of events stand in one file; what cannot be read is refused, and can be sent again mended', async () => {
  const object = (changes: object = {}) =>
    JSON.stringify({ ...Object.fromEntries(HEADER.map((name, place) => [name, ROW[place]])), ...changes });
  const lines = [
    object(),
    JSON.stringify({ type: 'Died', person: 'P2', effectiveOn: '2022-05-09' }),
    object({ accrym_begn: 202213 }),
    object({ psn_no: null }),
    object({ psn_no: ['P1'] }),
    '{"psn_no":"P1"}',
    '[]',
    '{"psn_no": "张三"',
  ];
  const summary = await run([file('mixed.jsonl', lines.join('\n'))]);
  expect(summary).toMatchObject({ rows: 8, recorded: 2, refused: 6 });
  const list = refusals('mixed.jsonl');
  expect(list).toContain('psn_no,"line 5: got a list; expected a text, a number or null"');
  expect(list.split('\r\n').at(-2)!.split('(line)')[1]).not.toContain('张三');

  const mended = file('mended.csv', list.replace('202213', '202203').replace(/""psn_no"":null/, '""psn_no"":""P3""'));
  expect(await run([mended])).toMatchObject({ rows: 6, recorded: 1, already: 1, refused: 4 });
});

describe('lists of refused rows', () => {
  test('beside their files are not taken for files; a list by itself is', () => {
    expect(withoutRefusedRows(['a.csv', 'a.csv.refused.csv', 'b.csv.refused.csv'])).toEqual({
      files: ['a.csv', 'b.csv.refused.csv'],
      leftOut: ['a.csv.refused.csv'],
    });
  });
});

describe('persons told by their documents', () => {
  const NUMBER = '11010519491231002X';
  const asked: object[] = [];
  const identities: Identities = {
    personOf: async (row) => {
      asked.push(row);
      await Promise.resolve();
      if (row.certificate === NUMBER) return row.person ?? 'V-1';
      return { field: 'certno', reason: 'expected an identity number whose check character is right' };
    },
  };
  beforeEach(() => (asked.length = 0));

  const header =
    'certno,psn_cert_type,psn_name,insutype,psn_type,insu_admdvs,accrym_begn,accrym_end,arvl_date,revs_flag';
  const rows = [
    `${NUMBER},01,张三,310,1101,211200,202203,202203,2022-03-10,Z`,
    `${NUMBER},01,张三,310,1101,211200,202203,202203,2022-03-11,-`,
    `110105194912310021,01,李四,310,1101,211200,202203,202203,2022-03-10,Z`,
    `,01,王五,310,1101,211200,202203,202203,2022-03-10,Z`,
  ];
  const table = () => file('payments.csv', `${[header, ...rows].join('\n')}\n`);

  test.each([undefined, 'core'])('are recorded under the ledger’s own id (migratedFrom %s)', async (migratedFrom) => {
    const summary = await run([table()], { identities, migratedFrom });
    expect(summary).toMatchObject({ rows: 4, recorded: 2, refused: 2 });
    expect((await ledger.personEvents('V-1')).map(({ type }) => type)).toEqual(['Paid', 'Voided']);
    expect(asked[0]).toMatchObject({ person: undefined, certificate: NUMBER, certificateType: '01', name: '张三' });
    const list = refusals('payments.csv').split('\r\n');
    expect(list[1]).toContain('110105194912310021,01,李四');
    expect(list[1]!.split('-10,Z')[1]).not.toMatch(/李四|\d{15}/);
    expect(list[2]).toMatch(/psn_no,"line 5: got nothing/);
    for await (const batch of store.readAll()) {
      const text = JSON.stringify(batch, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
      expect(text).not.toMatch(/张三|李四|110105/);
    }
  });

  test('beside the agency’s own number are told to whoever keeps identities', async () => {
    const both = `psn_no,${header}\nP7,${rows[0]}\nP8,${rows[2]}\n`;
    expect(await run([file('b.csv', both)], { identities })).toMatchObject({ recorded: 1, refused: 1 });
    expect(asked).toMatchObject([{ person: 'P7' }, { person: 'P8' }]);
    expect(await ledger.personEvents('P7')).toHaveLength(1);
  });

  test('in JSON lines too', async () => {
    const cells = rows[0]!.split(',');
    const line = JSON.stringify(Object.fromEntries(header.split(',').map((name, place) => [name, cells[place]])));
    expect(await run([file('p.jsonl', line)], { identities })).toMatchObject({
      recorded: 1,
      files: [{ kind: 'payments' }],
    });
  });

  test('are refused where nobody keeps identities', async () => {
    await expect(run([table()])).rejects.toThrow(/not a table of the mapping/);
    expect(existsSync(join(folder, 'payments.csv.refused.csv'))).toBe(false);
    const both = `psn_no,${header}\nP7,${rows[0]}\n,${rows[0]}\n`;
    expect(await run([file('b.csv', both)])).toMatchObject({ recorded: 1, refused: 1 });
  });
});
