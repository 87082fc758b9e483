import { Workbook, stream } from 'exceljs';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parts, sheetOf, zip } from './testing/archive';
import { openSheet, BrokenWorkbook } from './workbook';

/** Workbooks as exceljs and other programs write them, and as nobody should. */

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-workbooks-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newFile = () => join(folder, `${++files}.xlsx`);

async function rowsOf(file: string, sheet?: string) {
  const opened = await openSheet(file, sheet);
  const rows: { line: number; cells: string[]; faults?: Map<number, string>; broken?: string }[] = [];
  for await (const some of opened.rows()) for (const row of some) rows.push(row);
  return { name: opened.name, rows };
}

const written = (sheet: string | Buffer, more?: Record<string, string | Buffer>, lies?: Parameters<typeof zip>[1]) => {
  const file = newFile();
  writeFileSync(file, zip(parts(sheet, more), lies));
  return file;
};

describe('cells become what a CSV would hold', () => {
  test.each<[string, unknown, string | undefined, string]>([
    ['a text', ' 铁岭 ', undefined, ' 铁岭 '],
    ['a text with signs of XML', 'a<b & "c"', undefined, 'a<b & "c"'],
    [
      'a text in several fonts',
      { richText: [{ text: '张' }, { text: '三', font: { bold: true } }] },
      undefined,
      '张三',
    ],
    ['a number', 202203, undefined, '202203'],
    ['an amount', 480.1, '0.00', '480.1'],
    ['a sum that is not exact', 0.1 + 0.2, undefined, '0.3'],
    ['a negative amount', -480, '#,##0.00"元"', '-480'],
    ['a number filled up with zeros', 2, '00', '02'],
    [
      'an identity number typed as a number, which the spreadsheet has rounded',
      110105194912310020,
      '0',
      '1.1010519491231002E+17',
    ],
    ['a day', new Date('2022-03-10T00:00:00Z'), 'yyyy-mm-dd', '2022-03-10'],
    ['a day in Chinese', new Date('2022-03-10T00:00:00Z'), 'yyyy"年"m"月"d"日"', '2022-03-10'],
    ['a day and time', new Date('2022-03-10T18:30:05Z'), 'yyyy/m/d h:mm:ss', '2022-03-10 18:30:05'],
    ['a month', new Date('2022-03-01T00:00:00Z'), 'yyyy"年"m"月"', '2022-03'],
    ['a leap day', new Date('2024-02-29T00:00:00Z'), 'm/d/yy', '2024-02-29'],
    ['a time', 0.75, 'h:mm', '18:00:00'],
    ['yes', true, undefined, 'TRUE'],
    ['a formula with its value', { formula: '1+1', result: 2 }, undefined, '2'],
    ['a formula with a text', { formula: '"a"&"b"', result: 'ab' }, undefined, 'ab'],
    ['a link', { text: 'P1', hyperlink: 'https://example.org/' }, undefined, 'P1'],
  ])('%s', async (_, value, numFmt, text) => {
    for (const streamed of [false, true]) {
      const file = newFile();
      if (streamed) {
        const book = new stream.xlsx.WorkbookWriter({ filename: file, useStyles: true, useSharedStrings: true });
        const sheet = book.addWorksheet('表');
        sheet.addRow(['a', 'b', 'c']).commit();
        const row = sheet.addRow([null, value, 'z']);
        if (numFmt !== undefined) row.getCell(2).numFmt = numFmt;
        row.commit();
        await book.commit();
      } else {
        const book = new Workbook();
        const sheet = book.addWorksheet('表');
        sheet.addRow(['a', 'b', 'c']);
        const row = sheet.addRow([null, value, 'z']);
        if (numFmt !== undefined) row.getCell(2).numFmt = numFmt;
        await book.xlsx.writeFile(file);
      }
      const { rows } = await rowsOf(file);
      expect(rows[1]!.line).toBe(2);
      expect(Array.from(rows[1]!.cells, (cell) => cell ?? '')).toEqual(['', text, 'z']);
    }
  });

  test.each<[string, string, string]>([
    ['built-in formats of days', '<c s="1"><v>44630</v></c>', '2022-03-10'],
    ['built-in formats of months', '<c s="2"><v>44630</v></c>', '2022-03'],
    ['days of the old leap year', '<c s="1"><v>59</v></c>', '1900-02-28'],
    ['an ISO date', '<c t="d"><v>2022-03-10T00:00:00</v></c>', '2022-03-10'],
    [
      'texts in place, in pieces',
      '<c t="inlineStr"><is><r><t>张</t></r><r><t>三</t></r><rPh><t>zhang</t></rPh></is></c>',
      '张三',
    ],
    ['a shared text without its reading', '<c t="s"><v>0</v></c>', '张三'],
    ['escaped characters', '<c t="str"><v>a_x000A_b&#x4E2D;</v></c>', 'a\nb中'],
    ['a style that nobody knows', '<c s="99"><v>7</v></c>', '7'],
  ])('%s', async (_, cell, text) => {
    const file = written(sheetOf(`<row>${cell}</row>`), {
      'xl/sharedStrings.xml': '<sst><si><r><t>张</t></r><r><t>三</t></r><rPh sb="0"><t>zhang san</t></rPh></si></sst>',
      'xl/styles.xml':
        '<styleSheet><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="57"/></cellXfs></styleSheet>',
    });
    expect((await rowsOf(file)).rows).toMatchObject([{ line: 1, cells: [text] }]);
  });

  test.each<[string, string, RegExp]>([
    ['an error', '<c t="e"><v>#N/A</v></c>', /the error #N\/A/],
    ['a formula without a value', '<c><f>1+1</f></c>', /formula without its value/],
    ['a shared text that is not there', '<c t="s"><v>7</v></c>', /does not hold/],
    ['a number that is none', '<c><v>12a</v></c>', /number that is none/],
  ])('%s is no value', async (_, cell, fault) => {
    const [row] = (await rowsOf(written(sheetOf(`<row r="4">${cell}</row>`)))).rows;
    expect(row).toMatchObject({ line: 4 });
    expect(row!.faults!.get(0)).toMatch(fault);
  });
});

test('the first sheet is read, or the one that is named; empty rows are passed over, lines are the sheet’s own', async () => {
  const file = newFile();
  const book = new Workbook();
  book.addWorksheet('一').getCell('B3').value = 'x';
  book.addWorksheet('二').addRow(['y']);
  await book.xlsx.writeFile(file);
  expect(await rowsOf(file)).toMatchObject({ name: '一', rows: [{ line: 3 }] });
  expect(await rowsOf(file, '二')).toMatchObject({ name: '二', rows: [{ line: 1, cells: ['y'] }] });
  await expect(rowsOf(file, '三')).rejects.toThrow(/one of its sheets "一", "二"/);
});

test('more shared texts than fit the memory are found again', async () => {
  const file = newFile();
  const book = new stream.xlsx.WorkbookWriter({ filename: file, useSharedStrings: true });
  const sheet = book.addWorksheet('s');
  const text = (row: number) => `${row}${'字'.repeat(2_000)}`;
  for (let row = 1; row <= 12_000; row++) sheet.addRow([text(row)]).commit();
  await book.commit();
  let row = 0;
  for await (const some of (await openSheet(file)).rows())
    for (const { cells } of some) if (cells[0] !== text(++row)) throw new Error(`row ${row} is another`);
  expect(row).toBe(12_000);
});

describe('a workbook is refused', () => {
  const plain = sheetOf('<row><c><v>1</v></c></row>');
  const { 'xl/worksheets/one.xml': _sheet, ...withoutSheet } = parts(plain);
  test.each<[string, () => string | Buffer, RegExp]>([
    ['that is empty', () => '', /has no end/],
    ['that is a text', () => 'psn_no,insutype\n', /has no end/],
    ['that is another archive', () => zip({ 'a.txt': 'x' }), /holds no workbook/],
    ['that is cut off', () => zip(parts(plain)).subarray(0, 300), /has no end/],
    ['whose sheet is missing', () => zip(withoutSheet), /one\.xml is missing/],
    ['that says a part is smaller than it is', () => zip(parts(plain), { bytes: 5 }), /larger than the directory says/],
    [
      'that says a part is larger than it is',
      () => zip(parts(plain), { bytes: 5_000_000 }),
      /shorter than the directory says/,
    ],
    ['whose check sum differs', () => zip(parts(plain), { crc: 7 }), /check sum/],
    ['packed in another way', () => zip(parts(plain), { method: 14 }), /unknown way/],
    ['that swells', () => zip(parts(sheetOf(`<row><c><v>1</v></c></row>${' '.repeat(40_000_000)}`))), /swells/],
    ['that declares entities', () => zip(parts(`<!DOCTYPE x [<!ENTITY a "b">]>${plain}`)), /document type/],
    ['that is not UTF-8', () => zip(parts(Buffer.from([0x3c, 0x61, 0xff, 0xfe]))), /not UTF-8/],
    ['whose sheet breaks off', () => zip(parts('<worksheet><sheetData><row><c r="A1"')), /breaks off/],
    [
      'with a text without end',
      () => zip(parts(`<worksheet>${randomText(1_500_000)}`)),
      /more than 1000000 characters/,
    ],
  ])('%s', async (_name, content, reason) => {
    const file = newFile();
    writeFileSync(file, content());
    await expect(rowsOf(file)).rejects.toThrow(reason);
    await expect(rowsOf(file)).rejects.toThrow(BrokenWorkbook);
  });

  test('whatever byte of it is changed, or it is read', async () => {
    const book = new Workbook();
    const sheet = book.addWorksheet('s');
    for (let row = 0; row < 40; row++) sheet.addRow([`P${row}`, row, new Date('2022-03-10T00:00:00Z')]);
    const whole = newFile();
    await book.xlsx.writeFile(whole);
    const bytes = readFileSync(whole);
    const file = newFile();
    let seed = 20_220_501;
    const chance = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 250; round++) {
      const changed = Buffer.from(bytes.subarray(0, chance(10) === 0 ? chance(bytes.length) : bytes.length));
      for (let change = 0; change < 1 + chance(4) && changed.length > 0; change++)
        changed[chance(changed.length)] = chance(256);
      writeFileSync(file, changed);
      await rowsOf(file).catch((error: unknown) => {
        if (!(error instanceof BrokenWorkbook)) throw new Error(`round ${round}`, { cause: error });
      });
    }
  });
});

/** Text that does not pack well. */
function randomText(length: number): string {
  let text = '';
  let seed = 7;
  while (text.length < length) text += String.fromCharCode(97 + ((seed = (seed * 48_271) % 2_147_483_647) % 26));
  return text;
}
