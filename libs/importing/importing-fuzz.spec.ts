import fc from 'fast-check';
import { encode } from 'iconv-lite';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEvent, fromStored, type LedgerEvent } from '../../events';
import { openEmbeddedStore, type EventStore } from '../event-store';
import { openLedger, type Ledger } from '../ledger';
import { Policies } from '../policy/evaluation';
import { RefusedFile, RefusedMapping, importFiles, loadMapping, type ImportSummary } from '.';
import { csvRecords } from './csv';
import { parts, sheetOf, zip } from './testing/archive';

/**
 * Files that nobody means, by the thousand: whatever stands in them, an import ends, every row is recorded, there already or refused
 * with its line and field, no row is recorded in part, and what is recorded is what the door lets in.
 */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);

let folder: string;
let store: EventStore;
let ledger: Ledger;
beforeAll(() => {
  // In memory where the machine has such a folder: waiting for the disk finds nothing.
  folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ledger-fuzz-'));
  store = openEmbeddedStore({ file: join(folder, 'events.sqlite') });
  ledger = openLedger({ store, policies: new Policies([]), clock: Date.now });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const mapping = loadMapping();
const HEADERS = [
  'psn_no,insutype,psn_type,insu_admdvs,emp_no,hi_type,crt_insu_date,paus_insu_date,fst_insu_ym,psn_insu_stas,insutype_retr_flag,chg_rea,opt_time',
  'psn_no,insutype,psn_type,insu_admdvs,emp_no,accrym_begn,accrym_end,arvl_date,clct_type,clct_flag,revs_flag,emp_clct_amt,psn_clct_amt,latefee,opt_time',
].map((header) => header.split(','));
const USUAL = [
  ['', '310', '1101', '211200', 'E1', '1', '2022-03-01', '', '202203', '1', '0', '', '2022-03-02 09:00:00'],
  ['', '310', '1101', '211200', 'E1', '202203', '202203', '2022-03-10', '10', '1', 'Z', '480', '120', '', '2022-03-10'],
];

let persons = 0;
const newPerson = () => `F${++persons}`;

const oddText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\uFEFF',
    '\uFFFD',
    '\uD800',
    '\uDC00x',
    '"',
    '""',
    "'",
    ',',
    '\t',
    '\r',
    '\n',
    '\r\n',
  ),
  fc.constantFrom(
    '=1+1',
    '@x',
    '-',
    'NaN',
    'Infinity',
    '1e309',
    '-1',
    '9'.repeat(400),
    '0.001',
    '١٢٣',
    '１２３',
    'null',
  ),
  fc.constantFrom(
    '2022-02-30',
    '20229999',
    '0000-00-00',
    '9999-12-31',
    '999912',
    '180001',
    '2022-03-01T25:61',
    '44621',
  ),
  fc.constantFrom('11010519491231002X', '张三', '𠮷', '<b>', '&amp;', '_xD800_', '../../x', 'constructor', '__proto__'),
  fc.constantFrom('2', '3', '4', '6401', '20', '-', '+', '0', '390', '1404', '991', '202212', '20220331', '202205'),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.integer({ min: 1, max: 40_000 }).map((length) => '9'.repeat(length)),
);

/** Mostly usual cells, a few of them odd. */
const rowOf = (table: number, length: number) =>
  fc
    .record({
      odd: fc.array(fc.tuple(fc.nat(length - 1), oddText), { maxLength: 3 }),
      cells: fc.integer({ min: -2, max: 2 }),
      same: fc.integer({ min: 0, max: 9 }),
    })
    .map(({ odd, cells: more, same }) => {
      const cells = [...USUAL[table]!];
      cells[0] = same === 0 ? `S${persons % 3}` : newPerson();
      for (const [place, text] of odd) cells[place] = text;
      if (same !== 1) return cells;
      return more < 0 ? cells.slice(0, more) : [...cells, ...cells.slice(0, more)];
    });

const table = fc.constantFrom(0, 1).chain((which) =>
  fc.record({
    table: fc.constant(which),
    header: fc
      .tuple(fc.integer({ min: 0, max: 40 }), fc.nat(HEADERS[which]!.length - 1), oddText)
      .map(([what, place, text]) => {
        const header = [...HEADERS[which]!];
        if (what === 0) header[place] = text;
        if (what === 1) header.splice(place, 1);
        if (what === 2) header.splice(place, 0, header[place]!);
        if (what === 3) header.push(text, 'refused_field', 'refused_reason');
        if (what === 4) header[place] = ` ${header[place]!} `;
        return header;
      }),
    rows: fc.array(rowOf(which, HEADERS[which]!.length), { maxLength: 6 }),
  }),
);
type Table = typeof table extends fc.Arbitrary<infer T> ? T : never;

/** What bytes suffer on their way. */
const damage = fc.array(
  fc.tuple(
    fc.constantFrom('cut', 'flip', 'insert', 'drop', 'repeat'),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom(0, 0x0a, 0x0d, 0x22, 0x2c, 0x80, 0xc3, 0xed, 0xfe, 0xff),
    fc.integer({ min: 1, max: 60 }),
  ),
  { maxLength: 3 },
);
function damaged(bytes: Buffer, how: typeof damage extends fc.Arbitrary<infer T> ? T : never): Buffer {
  let some = bytes;
  for (const [what, where, byte, length] of how) {
    const at = Math.floor(where * some.length);
    if (what === 'cut') some = some.subarray(0, at);
    if (what === 'flip' && some.length > 0) (some = Buffer.from(some))[Math.min(at, some.length - 1)]! ^= byte || 1;
    if (what === 'insert')
      some = Buffer.concat([some.subarray(0, at), Buffer.alloc(length % 4, byte), some.subarray(at)]);
    if (what === 'drop') some = Buffer.concat([some.subarray(0, at), some.subarray(at + length)]);
    if (what === 'repeat') some = Buffer.concat([some.subarray(0, at + length), some.subarray(at)]);
  }
  return some;
}
const seldom = <T>(usual: T, arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary });
const encoded = (text: string, encoding: string) =>
  encoding === 'utf-8' ? Buffer.from(text) : encode(text, encoding, { addBOM: encoding.startsWith('utf-16') });
const encodings = seldom('utf-8', fc.constantFrom('gb18030', 'utf-16le', 'latin1'));

const written = (cells: readonly string[], quoting: string) =>
  cells
    .map((cell) =>
      quoting === 'none' ? cell : quoting === 'all' || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
    )
    .join(',');

const csvFiles = fc
  .record({
    table,
    quoting: fc.constantFrom('needed', 'all', 'none'),
    newline: fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\n\r'),
    beginning: seldom('', fc.constantFrom('\uFEFF', '\n\n', ' ', '\u0000', '"')),
    encoding: encodings,
    damage: seldom([], damage),
  })
  .map(({ table: { header, rows }, quoting, newline, beginning, encoding, damage: how }) => {
    const text = beginning + [header, ...rows].map((cells) => written(cells, quoting) + newline).join('');
    return damaged(encoded(text, encoding), how);
  });

const objectOf = ({ table: which, rows }: Table) =>
  rows.map((cells) =>
    Object.fromEntries(cells.map((cell, place) => [HEADERS[which]![place] ?? `x${place}`, cell] as const)),
  );
const envelope = fc.record(
  {
    type: fc.constantFrom(
      'Registered',
      'Paid',
      'Died',
      'Voided',
      'Corrected',
      'Merged',
      'RulingRecorded',
      'Nothing',
      '',
    ),
    id: fc.constantFrom(
      'E1',
      'not an id',
      '0d7c2f55-6a0e-4b8e-9d54-1f2a3b4c5d6e',
      '0D7C2F55-6A0E-4B8E-9D54-1F2A3B4C5D6E',
    ),
    person: fc.constantFrom('S1', 'S2', '11010519491231002X', ''),
    stream: fc.constantFrom('person-S1', 'region-211200', 'x'),
    effectiveOn: fc.constantFrom('2022-03-01', '2022-02-30', 5, null),
    recordedAt: fc.constantFrom('2020-01-01', 'never', 7),
    data: fc.oneof(
      fc.constantFrom({}, { target: '0d7c2f55-6a0e-4b8e-9d54-1f2a3b4c5d6e', reason: 'x' }, { person: 'S2' }),
      fc.constant({ scheme: 'employee', region: '211200', participation: 'employed' }),
      fc.jsonValue(),
    ),
    metadata: fc.jsonValue(),
  },
  { requiredKeys: ['type'] },
);
const lineFiles = fc
  .record({
    lines: fc.array(
      fc.oneof(
        envelope.map((value) => JSON.stringify(value)),
        table.map((one) =>
          objectOf(one)
            .map((row) => JSON.stringify(row))
            .join('\n'),
        ),
        fc.json(),
        oddText,
        fc.integer({ min: 1, max: 3_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
        fc.integer({ min: 1, max: 3_000 }).map((depth) => '{"data":'.repeat(depth) + '1' + '}'.repeat(depth)),
      ),
      { maxLength: 6 },
    ),
    newline: fc.constantFrom('\n', '\r\n'),
    encoding: encodings,
    damage: seldom([], damage),
  })
  .map(({ lines, newline, encoding, damage: how }) =>
    damaged(encoded(lines.map((line) => line + newline).join(''), encoding), how),
  );

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const cellTypes = fc.constantFrom<(string | undefined)[]>('inlineStr', 'str', 's', 'n', 'b', 'e', 'd', 'x', undefined);
const sheets = fc
  .record({
    table,
    types: seldom<(string | undefined)[]>(['inlineStr'], fc.array(cellTypes, { minLength: 1, maxLength: 5 })),
    places: seldom('', fc.constantFrom('XFD', 'ZZZ', 'A', '1', 'é')),
    lines: seldom('', fc.constantFrom('0', '-1', '1e9', '99999999999', 'x')),
    style: fc.constantFrom('0', '1', '2', '-1', 'x', '99999'),
    format: fc.constantFrom('yyyy-mm-dd', '0'.repeat(300), '"', '[h]', ';;;', '\\', '@'),
    since: fc.boolean(),
    extra: seldom(
      '',
      fc.constantFrom('<!DOCTYPE x>', '<![CDATA[x]]>', '<!--', '<c', '</row>', '<v>', '&#0;&#xD800;&#9999999;'),
    ),
  })
  .map(({ table: { header, rows }, types, places, lines, style, format, since, extra }) => {
    let cell = 0;
    const cellOf = (text: string, plain: boolean) => {
      const type = plain ? 'inlineStr' : types[cell++ % types.length];
      const about = `${type === undefined ? '' : ` t="${type}"`}${plain || places === '' ? '' : ` r="${places}${cell}"`} s="${style}"`;
      return `<c${about}>${type === 'inlineStr' ? `<is><t>${escaped(text)}</t></is>` : `<v>${escaped(text)}</v>`}</c>`;
    };
    const rowXml = (cells: readonly string[], plain: boolean) =>
      `<row${plain || lines === '' ? '' : ` r="${lines}"`}>${cells.map((text) => cellOf(text, plain)).join('')}</row>`;
    const sheet = sheetOf(rowXml(header, true) + rows.map((cells) => rowXml(cells, false)).join('') + extra);
    return parts(sheet, {
      'xl/sharedStrings.xml': `<sst>${[...header, 'P1', '310'].map((text) => `<si><t>${escaped(text)}</t></si>`).join('')}</sst>`,
      'xl/styles.xml': `<styleSheet><numFmts><numFmt numFmtId="200" formatCode="${escaped(format)}"/></numFmts><cellXfs><xf/><xf numFmtId="14"/><xf numFmtId="200"/></cellXfs></styleSheet>`,
      ...(since
        ? {
            'xl/workbook.xml': `<workbook><workbookPr date1904="1"/><sheets><sheet name="x" r:id="a"/></sheets></workbook>`,
          }
        : {}),
    });
  });
const workbooks = fc
  .record({
    sheet: sheets,
    lies: seldom(
      {},
      fc.record(
        { bytes: fc.constantFrom(0, 5, 4_000_000_000), method: fc.constantFrom(0, 8, 9) },
        { requiredKeys: [] },
      ),
    ),
    without: seldom('', fc.constantFrom('xl/workbook.xml', '_rels/.rels', 'xl/worksheets/one.xml', 'xl/styles.xml')),
    swelling: fc.integer({ min: 0, max: 60 }).map((dice) => (dice === 0 ? 25_000_000 : dice < 8 ? 300_000 : 0)),
    damage: seldom([], damage),
  })
  .map(({ sheet, lies, without, swelling, damage: how }) => {
    const all: Record<string, string | Buffer> = Object.fromEntries(
      Object.entries(sheet).filter(([name]) => name !== without),
    );
    const one = all['xl/worksheets/one.xml'];
    if (swelling > 0 && one !== undefined)
      all['xl/worksheets/one.xml'] = Buffer.concat([Buffer.from(one), Buffer.alloc(swelling, ' ')]);
    return damaged(zip(all, lies), how);
  });

const terms = fc.record({
  migratedFrom: fc.constantFrom(undefined, 'core'),
  region: fc.constantFrom(undefined, '320700'),
  journal: fc.boolean(),
});

let files = 0;

/** Imports the file, twice, and holds what came of it to everything that is promised. */
async function tryOut(
  content: Buffer,
  ending: string,
  { journal, ...more }: { journal: boolean; migratedFrom?: string; region?: string },
) {
  const file = join(folder, `${++files}${ending}`);
  writeFileSync(file, content);
  const run = () =>
    importFiles({ files: [file], ledger, mapping, ...more, ...(journal ? { journal: `${file}.journal` } : {}) });
  const before = await store.head();
  let summary: ImportSummary;
  try {
    summary = await run();
  } catch (error) {
    if (!(error instanceof RefusedFile)) throw error;
    hold(
      error.message.startsWith(`${file}: `) && error.reason.length < 2_000,
      'says which file is refused, and why',
      error.message,
    );
    hold((await store.head()) === before, 'nothing is recorded of a refused file', error.message);
    return undefined;
  } finally {
    rmSync(file, { force: true });
    hold(!existsSync(`${file}.journal`), 'no journal is left');
  }
  const { rows, recorded, already, refused, events } = summary;
  hold(rows === recorded + already + refused, 'every row is accounted for', summary);
  const fresh: LedgerEvent[] = [];
  for await (const batch of store.readAll({ after: before })) for (const event of batch) fresh.push(fromStored(event));
  hold(fresh.length === events, 'as many events as it says', { events, there: fresh.length });
  for (const { id, type, stream, effectiveOn, recordedAt, data, metadata } of fresh) {
    const parsed = parseEvent({ id, type, stream, effectiveOn, recordedAt, data, metadata });
    hold(parsed.ok, 'what is recorded is what the door lets in', parsed);
  }

  const { path, list } = await refusedRows(summary);
  hold(list.length === refused, 'every refused row is in the list', { refused, list: list.length });
  for (const { field, reason } of list) {
    hold(field !== '' && /^(sheet [^]*, )?line \d+: \S/.test(reason), 'a refused row names line, field and reason', {
      field,
      reason,
    });
    hold(reason.length < 3_000, 'a reason is no copy of the row', reason.slice(0, 200));
  }
  const withEvents = new Set(fresh.map(({ stream }) => stream));
  for (const { person } of list) {
    if (/^F\d+$/.test(person) && list.length + withEvents.size === rows)
      hold(!withEvents.has(`person-${person}`), 'nothing of a refused row is recorded', person);
  }

  writeFileSync(file, content);
  const again = await run();
  hold(again.recorded === 0 && again.events === 0, 'said twice, recorded once', again);
  hold(again.rows === rows && again.refused >= refused, 'and accounted for again', { summary, again });
  if (path !== undefined) {
    const mended = await importFiles({ files: [path], ledger, mapping, ...more }).catch((error: unknown) => {
      if (error instanceof RefusedFile) return undefined;
      throw error;
    });
    hold(
      mended === undefined || mended.rows === mended.recorded + mended.already + mended.refused,
      'a list comes back',
      mended,
    );
    for (const one of [path, `${path}.refused.csv`]) rmSync(one, { force: true });
  }
  rmSync(file, { force: true });
  return summary;
}

async function refusedRows({ files: [file] }: ImportSummary) {
  const path = file!.refusedFile;
  const list: { person: string; field: string; reason: string }[] = [];
  if (path === undefined) return { path, list };
  const text = (async function* () {
    yield readFileSync(path, 'utf8').slice(1);
  })();
  for await (const records of csvRecords(text)) {
    for (const { cells } of records) list.push({ person: cells[0]!, field: cells.at(-2)!, reason: cells.at(-1)! });
  }
  return { path, list: list.slice(1) };
}

function hold(fits: boolean, what: string, found?: unknown): void {
  if (!fits)
    throw new Error(
      `${what}: ${JSON.stringify(found, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))?.slice(0, 2_000)}`,
    );
}

test.each<[string, string, fc.Arbitrary<Buffer>, number]>([
  ['CSV', '.csv', csvFiles, 3],
  ['JSON lines', '.jsonl', lineFiles, 2],
  ['workbooks', '.xlsx', workbooks, 2],
  ['one form under the name of another', '.csv', fc.oneof(workbooks, lineFiles), 0.4],
  ['one form under the name of a workbook', '.xlsx', csvFiles, 0.2],
])(
  'whatever stands in %s',
  async (_form, ending, content, share) => {
    let imported = 0;
    let recorded = 0;
    await fc.assert(
      fc.asyncProperty(content, terms, async (bytes, options) => {
        const summary = await tryOut(bytes, ending, options);
        if (summary !== undefined) imported += 1;
        recorded += summary?.recorded ?? 0;
      }),
      { numRuns: Math.ceil(RUNS * share), seed: 20220301, endOnFailure: true },
    );
    if (share > 1) expect([imported > RUNS / 4, recorded > RUNS / 10]).toEqual([true, true]);
  },
  600_000,
);

test('whatever stands in a mapping file, it is refused with its place, or serves', async () => {
  const word = fc.constantFrom(
    'tables',
    'columns',
    'scheme',
    'category',
    'kind',
    'paid',
    'reversal',
    'status',
    'fundMode',
    'x',
    '__proto__',
  );
  const value: fc.Arbitrary<string> = fc.oneof(
    fc.constantFrom(
      'employee',
      'outside',
      'psn_no',
      '[a, b]',
      '{}',
      '{ scheme: employee }',
      '&a [*a]',
      '*b',
      '!!js x',
      '~',
      '1',
      '""',
    ),
    fc.constantFrom(
      '{ person: ID }',
      '{ person: insutype }',
      '{ payments: [ID, insutype] }',
      "{ '1101': { scheme: resident } }",
      '<<: *a',
    ),
    fc.constantFrom(
      '{ payments: [] }',
      '{ constructor: { scheme: employee } }',
      `{ '${'1'.repeat(90)}': {} }`,
      '{ ? [a] : b }',
    ),
    oddText.map((text) => JSON.stringify(text)),
    oddText,
  );
  const documents = fc.record({
    lines: fc.array(
      fc.tuple(word, value).map(([name, one]) => `${name}: ${one}`),
      { maxLength: 4 },
    ),
    damage: seldom([], damage),
  });
  let served = 0;
  const file = join(folder, 'mapping.yaml');
  const csv = join(folder, 'mapped.csv');
  await fc.assert(
    fc.asyncProperty(documents, async ({ lines, damage: how }) => {
      writeFileSync(file, damaged(Buffer.from(`${lines.join('\n')}\n`), how));
      let own;
      try {
        own = loadMapping(file);
      } catch (error) {
        if (!(error instanceof RefusedMapping)) throw error;
        hold(error.message.startsWith(`${file}: `) && error.message.length < 3_000, 'says where', error.message);
        return;
      }
      served += 1;
      const rows = USUAL.map((cells) => [newPerson(), ...cells.slice(1)].join(','));
      writeFileSync(csv, [HEADERS[served % 2]!.join(','), rows[served % 2]!, ''].join('\n'));
      const summary = await importFiles({ files: [csv], ledger, mapping: own }).catch((error: unknown) => {
        if (error instanceof RefusedFile) return undefined;
        throw error;
      });
      hold(summary === undefined || summary.recorded + summary.refused === 1, 'a row is accounted for', summary);
    }),
    { numRuns: RUNS * 2, seed: 20220301, endOnFailure: true },
  );
  expect(served).toBeGreaterThan(RUNS / 10);
}, 600_000);
