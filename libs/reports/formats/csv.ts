import type { Cell, Column } from '../report';
import { shown, yuan } from '../words';
import { titleOf, type Sheet, type Sink } from './sheet';

/**
 * A table in UTF-8 with a byte order mark, as spreadsheets want it; the basis stands in the file's name and in the other
 * forms. A text that a spreadsheet would take for a formula begins with an apostrophe.
 */
export async function writeCsv({ report, rows, language }: Sheet, sink: Sink): Promise<void> {
  const { columns } = report;
  await sink.write(`\uFEFF${line(columns.map((column) => titleOf(column, language)))}`);
  let piece: string[] = [];
  for await (const row of rows) {
    piece.push(line(columns.map((column) => text(column, row[column.name] ?? null, language))));
    if (piece.length < ROWS_AT_ONCE) continue;
    await sink.write(piece.join(''));
    piece = [];
  }
  await sink.write(piece.join(''));
}

const ROWS_AT_ONCE = 500;
/** What makes a spreadsheet calculate; also behind blanks that it passes over. */
const FORMULA = /^[\s\uFEFF]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

function text(column: Column, cell: Cell, language: 'zh' | 'en'): string {
  if (cell === null) return '';
  if (column.kind === 'count') return String(cell);
  if (column.kind === 'fen') return yuan(Number(cell));
  const words = shown(column, cell, language);
  return FORMULA.test(words) ? `'${words}` : words;
}

function line(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
}
