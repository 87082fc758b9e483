import { closeSync, existsSync, ftruncateSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { csvLine } from './csv';
import type { CellFault } from './row';
import type { RowFile, SourceRow } from './source-file';

const FIELD = 'refused_field';
const REASON = 'refused_reason';
const BYTE_ORDER_MARK = '\uFEFF';

/** How far a list of refused rows has come. */
export interface RefusedSoFar {
  rows: number;
  bytes: number;
  reasons: [reason: string, rows: number][];
}

/**
 * The rows of a file that became nothing, written to `<file>.refused.csv`: the row as it was, the field and the reason.
 * UTF-8 with a byte order mark, so that spreadsheets read it; corrected, it can be imported in turn. Without refused rows there is no file.
 */
export class RefusedRows {
  count = 0;
  /** Rows that are written already are not written again. */
  muted = false;
  private bytes = 0;
  private file: number | undefined;
  private readonly kept: number[];
  private readonly reasons = new Map<string, number>();

  /** `soFar`: goes on with the list of an import that broke off, from where its journal knows it. */
  constructor(
    private readonly source: Pick<RowFile, 'header' | 'sheet'>,
    readonly path: string,
    soFar?: RefusedSoFar,
  ) {
    this.kept = source.header.flatMap((name, place) => (name === FIELD || name === REASON ? [] : [place]));
    if (soFar === undefined || soFar.rows === 0) {
      rmSync(path, { force: true });
      return;
    }
    this.file = openSync(path, 'a');
    ftruncateSync(this.file, soFar.bytes);
    this.count = soFar.rows;
    this.bytes = soFar.bytes;
    for (const [reason, rows] of soFar.reasons) this.reasons.set(reason, rows);
  }

  add(row: SourceRow, { field, reason }: CellFault): void {
    if (this.muted) return;
    this.count += 1;
    const kind = `${field}: ${reason.replace(/^got .*?; expected/, 'expected')}`;
    this.reasons.set(kind, (this.reasons.get(kind) ?? 0) + 1);
    if (this.file === undefined) {
      this.file = openSync(this.path, 'w', 0o600);
      this.write(BYTE_ORDER_MARK + csvLine([...this.pick(this.source.header), FIELD, REASON]));
    }
    const { sheet } = this.source;
    const where = sheet === undefined ? `line ${row.line}` : `sheet ${sheet}, line ${row.line}`;
    this.write(csvLine([...this.pick(row.cells), field, `${where}: ${reason}`]));
  }

  soFar(): RefusedSoFar {
    return { rows: this.count, bytes: this.bytes, reasons: [...this.reasons] };
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  /** What was wrong and how often, the most frequent first; without the values. */
  summary(): { reason: string; rows: number }[] {
    return [...this.reasons].map(([reason, rows]) => ({ reason, rows })).sort((a, b) => b.rows - a.rows);
  }

  private write(text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += writeSync(this.file!, bytes, at);
    this.bytes += bytes.length;
  }

  private pick(cells: readonly string[]): string[] {
    if (cells.length > this.source.header.length) return [...cells];
    return this.kept.map((place) => cells[place] ?? '');
  }
}

/** Whether a list of refused rows is there as far as its journal says. */
export function isThere(path: string, { rows, bytes }: RefusedSoFar): boolean {
  return rows === 0 || (existsSync(path) && statSync(path).size >= bytes);
}

/**
 * Leaves out the lists of refused rows that an earlier import of the same files wrote beside them, as a pattern such as `*.csv`
 * finds them. A list that is named without the file it comes from is one that was mended.
 */
export function withoutRefusedRows(files: readonly string[]): { files: string[]; leftOut: string[] } {
  const named = new Set(files);
  const isList = (file: string) => file.endsWith(REFUSED_ENDING) && named.has(file.slice(0, -REFUSED_ENDING.length));
  return { files: files.filter((file) => !isList(file)), leftOut: files.filter(isList) };
}

/** How the list of a file's refused rows is called: by the file, with this behind it. */
export const REFUSED_ENDING = '.refused.csv';
