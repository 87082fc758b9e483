import { closeSync, openSync, writeSync } from 'node:fs';
import { csvLine } from '../importing';
import type { ReconciliationException } from './reconcile';

const COLUMNS = [
  'line',
  'kind',
  'person',
  'scheme',
  'region',
  'field',
  'theirs',
  'ours',
  'months',
  'cause',
  'zh',
  'en',
  'rules',
  'events',
] as const;
const BYTE_ORDER_MARK = '\uFEFF';
/** What a spreadsheet would calculate, also behind blanks. */
const FORMULA = /^[\s\uFEFF]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

/** The header of exceptions as a table. */
const HEADER = BYTE_ORDER_MARK + csvLine(COLUMNS);

/** An exception as a line of that table; no cell of it is one that a spreadsheet calculates. */
function exceptionLine(exception: ReconciliationException): string {
  return csvLine(
    COLUMNS.map((name) => {
      const value = exception[name];
      if (value === undefined || value === null) return '';
      if (typeof value === 'number') return String(value);
      const text = Array.isArray(value) ? value.join(' ') : value;
      return FORMULA.test(text) ? `'${text}` : text;
    }),
  );
}

/** A list of exceptions on the disk: a table, or JSON lines. */
export class ExceptionsFile {
  private readonly file: number;
  private waiting = '';

  constructor(
    path: string,
    private readonly form: 'csv' | 'jsonl',
  ) {
    this.file = openSync(path, 'w', 0o600);
    if (form === 'csv') this.waiting = HEADER;
  }

  add(exception: ReconciliationException): void {
    this.waiting += this.form === 'csv' ? exceptionLine(exception) : `${JSON.stringify(exception)}\n`;
    if (this.waiting.length > CHARACTERS_AT_ONCE) this.flush();
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }

  private flush(): void {
    const bytes = Buffer.from(this.waiting);
    for (let at = 0; at < bytes.length;) at += writeSync(this.file, bytes, at);
    this.waiting = '';
  }
}

const CHARACTERS_AT_ONCE = 64_000;
