import { PassThrough } from 'node:stream';
import { stream } from 'exceljs';
import type { Column } from '../report';
import { shown } from '../words';
import { basisLines, titleOf, type Sheet, type Sink } from './sheet';

/** A workbook, written as the rows come: the table, and the basis on a second sheet. Texts are texts, never formulas. */
export async function writeXlsx(sheet: Sheet, sink: Sink): Promise<void> {
  const { report, rows, language } = sheet;
  const pipe = new PassThrough();
  const sent = forward(pipe, sink);
  const book = new stream.xlsx.WorkbookWriter({ stream: pipe, useStyles: true, useSharedStrings: false });
  const table = book.addWorksheet(report.title[language].slice(0, MOST_CHARACTERS), {
    views: [{ state: 'frozen', ySplit: 1 }],
    pageSetup: { orientation: 'landscape', fitToPage: true, fitToWidth: 1, fitToHeight: 0 },
  });
  table.columns = report.columns.map((column) => ({
    header: titleOf(column, language),
    key: column.name,
    width: column.kind === 'text' ? 28 : 16,
    ...(column.kind === 'fen'
      ? { style: { numFmt: '#,##0.00' } }
      : column.kind === 'count'
        ? { style: { numFmt: '#,##0' } }
        : {}),
  }));
  table.getRow(1).font = { bold: true };
  table.getRow(1).commit();
  for await (const row of rows) {
    table.addRow(report.columns.map((column) => value(column, row[column.name] ?? null, language))).commit();
  }
  table.commit();
  const basis = book.addWorksheet(language === 'zh' ? '说明' : 'Basis');
  basis.columns = [{ width: 14 }, { width: 80 }];
  for (const words of basisLines(sheet)) basis.addRow(words).commit();
  basis.addRow(['', report.about[language]]).commit();
  basis.commit();
  await book.commit();
  await sent;
}

/** The most characters that a sheet's name may have. */
const MOST_CHARACTERS = 31;

function value(column: Column, cell: string | number | null, language: 'zh' | 'en'): string | number | null {
  if (cell === null) return null;
  if (column.kind === 'count') return Number(cell);
  if (column.kind === 'fen') return Number(cell) / 100;
  return shown(column, cell, language);
}

async function forward(from: PassThrough, sink: Sink): Promise<void> {
  for await (const piece of from) await sink.write(piece as Uint8Array);
}
