import { writeCsv } from './csv';
import { writeHtml } from './html';
import { writeJson } from './json';
import type { Sheet, Sink } from './sheet';
import { writeXlsx } from './xlsx';

/** The forms in which a report can be had. */
export const formats = {
  json: { type: 'application/json; charset=utf-8', write: writeJson },
  csv: { type: 'text/csv; charset=utf-8', write: writeCsv },
  xlsx: { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', write: writeXlsx },
  html: { type: 'text/html; charset=utf-8', write: writeHtml },
} as const satisfies Record<string, { type: string; write: (sheet: Sheet, sink: Sink) => Promise<void> }>;

export type ReportFormat = keyof typeof formats;
export { basisLines, readable, type Basis, type Sheet, type Sink } from './sheet';
