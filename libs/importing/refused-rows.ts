import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { csvLine } from './csv';
import type { CellFault } from './row';
import type { SourceFile, SourceRow } from './source-file';

const FIELD = 'refused_field';
const REASON = 'refused_reason';
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * The rows of a file that became nothing, written to `<file>.refused.csv`: the row as it was, the field and the reason.
 * UTF-8 with a byte order mark, so that spreadsheets read it; corrected, it can be imported in turn. Without refused rows there is no file.
 */
export class RefusedRows {
  count = 0;
  private file: number | undefined;
  private readonly kept: number[];
  private readonly reasons = new Map<string, number>();

  constructor(
    private readonly source: SourceFile,
    readonly path: string,
  ) {
    this.kept = source.header.flatMap((name, place) => (name === FIELD || name === REASON ? [] : [place]));
    rmSync(path, { force: true });
  }

  add(row: SourceRow, { field, reason }: CellFault): void {
    this.count += 1;
    const kind = `${field}: ${reason.replace(/^got .*?; expected/, 'expected')}`;
    this.reasons.set(kind, (this.reasons.get(kind) ?? 0) + 1);
    if (this.file === undefined) {
      this.file = openSync(this.path, 'w');
      writeSync(this.file, BYTE_ORDER_MARK + csvLine([...this.pick(this.header()), FIELD, REASON]));
    }
    writeSync(this.file, csvLine([...this.pick(row.cells), field, `line ${row.line}: ${reason}`]));
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  /** What was wrong and how often, the most frequent first; without the values. */
  summary(): { reason: string; rows: number }[] {
    return [...this.reasons].map(([reason, rows]) => ({ reason, rows })).sort((a, b) => b.rows - a.rows);
  }

  private header(): readonly string[] {
    return this.source.kind === 'events' ? ['event'] : this.source.header;
  }

  private pick(cells: readonly string[]): string[] {
    const { kind, header } = this.source;
    if (kind === 'events' || cells.length > header.length) return [...cells];
    return this.kept.map((place) => cells[place] ?? '');
  }
}
