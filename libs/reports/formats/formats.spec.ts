import { Workbook } from 'exceljs';
import { formats, type ReportFormat } from '.';
import { column, type Report, type Row } from '../report';

const report: Report = {
  name: 'trial',
  title: { zh: '试验 <b>', en: 'Trial <b>' },
  about: { zh: '试验', en: 'A trial & more' },
  columns: [
    column.person(),
    column.word('line', '项目', 'Line'),
    column.text('detail', '说明', 'Detail'),
    column.region(),
    column.count('persons', '人数', 'Persons'),
    column.fen('feeFen', '金额', 'Fee'),
  ],
  rows: () => none(),
};
async function* none(): AsyncGenerator<Row> {
  yield* [];
}

const HOSTILE = [
  '=1+1',
  '+86',
  '-2',
  '@SUM(A1)',
  '\t=1',
  ' =1',
  '\r=1',
  '＝1+1',
  '"a",b',
  'line\nbreak',
  '<script>alert(1)</script>',
  '=HYPERLINK("x","y")',
];

async function written(format: ReportFormat, rows: Row[], language: 'zh' | 'en' = 'en'): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  await formats[format].write(
    {
      report,
      basis: { validOn: '2024-01-31', knownAt: '2024-02-01' },
      evaluation: { from: 'log', position: 12, behind: '0', evaluatedAnew: 3 },
      rows: (async function* () {
        yield* rows;
      })(),
      language,
      regionName: (code) => `Somewhere <${code}>`,
    },
    { write: async (piece) => void pieces.push(Buffer.from(piece as string)) },
  );
  return Buffer.concat(pieces);
}

const row = (detail: string): Row => ({
  person: 'P1',
  line: 'entry',
  detail,
  region: '990100',
  persons: -1234,
  feeFen: -5,
});

describe('the forms of a report', () => {
  it('JSON says the basis and holds every row', async () => {
    const read = JSON.parse((await written('json', HOSTILE.map(row))).toString()) as { rows: Row[]; basis: object };
    expect(read.basis).toEqual({ validOn: '2024-01-31', knownAt: '2024-02-01' });
    expect(read.rows).toEqual(HOSTILE.map(row));
    expect((JSON.parse((await written('json', [])).toString()) as { rows: Row[] }).rows).toEqual([]);
  });

  it('CSV opens with no cell that a spreadsheet would calculate', async () => {
    const text = (await written('csv', HOSTILE.map(row))).toString();
    expect(text.startsWith('\uFEFFPerson,Line,Detail,Region,Persons,Fee\r\n')).toBe(true);
    const cells = [...text.slice(1).matchAll(/(?:^|,|\r\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map(
      (match) => match[1] ?? match[2] ?? '',
    );
    for (const cell of cells) if (!/^-?\d+(\.\d+)?$/.test(cell)) expect(cell).not.toMatch(/^[\s\uFEFF]*[=+\-@＝]/);
    expect(text).toContain('P1,entry,"\'=HYPERLINK(""x"",""y"")",990100,-1234,-0.05\r\n');
  });

  it('XLSX keeps texts as texts and money as numbers, and tells the basis', async () => {
    const book = new Workbook();
    const bytes = await written('xlsx', HOSTILE.map(row), 'zh');
    await book.xlsx.load(bytes as unknown as ArrayBuffer);
    const [table, basis] = book.worksheets;
    expect(table!.getRow(1).getCell(2).value).toBe('项目');
    HOSTILE.forEach((detail, index) => {
      const cell = table!.getRow(index + 2).getCell(3);
      expect(cell.formula).toBeUndefined();
      expect(String(cell.value).trim()).toBe(detail.trim());
      expect(table!.getRow(index + 2).getCell(4).value).toBe('990100');
      expect(table!.getRow(index + 2).getCell(5).value).toBe(-1234);
      expect(table!.getRow(index + 2).getCell(6).value).toBe(-0.05);
    });
    expect(table!.getRow(2).getCell(2).value).toBe('新增');
    expect(basis!.getColumn(2).values).toContain('2024-02-01');
  });

  it('the page lets nothing in that a browser would run', async () => {
    const page = (await written('html', HOSTILE.map(row))).toString();
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<b>');
    expect(page).toContain('&#60;script&#62;');
    expect(page).toContain('Trial &#60;b&#62;');
    expect(page).toContain('3 persons evaluated anew');
    expect(page).toContain('<td>Somewhere &#60;990100&#62;</td>');
    expect((await written('html', [], 'zh')).toString()).toContain('没有记录');
  });
});
