import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvLine, csvRecords, type CsvRecord } from './csv';

async function read(pieces: readonly string[]): Promise<CsvRecord[]> {
  async function* text() {
    yield* pieces;
  }
  const records: CsvRecord[] = [];
  for await (const some of csvRecords(text())) {
    for (const { line, cells, broken } of some)
      records.push({ line, cells, ...(broken === undefined ? {} : { broken }) });
  }
  return records;
}

/** A text cut at some places. */
const cut = (text: string, places: readonly number[]): string[] => {
  const at = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  return at.slice(1).map((end, index) => text.slice(at[index], end));
};

const cell = fc.oneof(
  fc.constantFrom('', '2022-05', '铁岭', 'a,b', 'say "x"', 'two\nlines', 'cr\r\nlf', ' space ', '"'),
  fc.string({ maxLength: 8 }).filter((text) => !text.includes('\r')),
);

test('what is written is read again, cut wherever the pieces end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 6 }),
      async (rows, places) => {
        const text = rows.map(csvLine).join('');
        const records = await read(cut(text, places));
        expect(records.map(({ cells }) => cells)).toEqual(rows);
      },
    ),
    { numRuns: 2000 },
  );
});

test('reads as csv-parse does, lines numbered where records begin', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
      async (rows) => {
        const text = rows.map(csvLine).join('').replaceAll('\r\n', '\n');
        const theirs = parse(text, { relax_column_count: true, info: true, record_delimiter: '\n' }) as unknown as {
          record: string[];
          info: { lines: number };
        }[];
        const ours = await read([text]);
        expect(ours.map(({ cells }) => cells)).toEqual(theirs.map(({ record }) => record));
        const ends = theirs.map(({ info }) => info.lines);
        expect(ours.slice(1).map(({ line }) => line)).toEqual(ends.slice(0, -1).map((line) => line + 1));
      },
    ),
    { numRuns: 1000 },
  );
});

test.each<[string, string, string[][]]>([
  [
    'no end of line at the end',
    'a,b\n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'CR LF',
    'a,b\r\n1,2\r\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'empty lines are passed over',
    'a,b\n\n1,2\n\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['empty cells', ',\n', [['', '']]],
  ['a quote inside a cell is a quote', 'a"b,c\n', [['a"b', 'c']]],
  ['a quote that is never closed breaks its line alone', '"a,b\n1,2\n', [['"a,b'], ['1', '2']]],
  ['a quote that is never closed on the last line', 'a,b\r\n1,"2\r\n', [['a', 'b'], ['1,"2']]],
  ['a last line whose quote is closed at the very end', '"a","b"', [['a', 'b']]],
  ['nothing', '', []],
])('%s', async (_, text, cells) => {
  expect((await read([text])).map((record) => record.cells)).toEqual(cells);
});

test('lines are counted through quoted cells of several lines', async () => {
  expect((await read(['a,b\n"x\ny",2\n3,', '4\n'])).map(({ line }) => line)).toEqual([1, 2, 4]);
});

test('records too long to be any are broken, told, and passed over', async () => {
  const long = 'x'.repeat(3_000_000);
  const pieces = (text: string) => text.match(/[\s\S]{1,250000}/g)!;
  expect(await read(pieces(`a,b\n${long}\n1,2\n`))).toEqual([
    { line: 1, cells: ['a', 'b'] },
    { line: 2, cells: ['x'.repeat(1_000)], broken: expect.stringContaining('longer than') as string },
    { line: 3, cells: ['1', '2'] },
  ]);
  const open = await read(pieces(`a,b\n"1,2\n${'3,4\n'.repeat(600_000)}`));
  expect(open).toHaveLength(600_002);
  expect(open.filter(({ broken }) => broken !== undefined)).toEqual([
    { line: 2, cells: ['"1,2'], broken: 'a quote is opened and never closed' },
  ]);
});
