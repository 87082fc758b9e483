import { LONGEST_RECORD, SHOWN_OF_TOO_LONG, tooLong } from './record-limits';

/** One record of a CSV file, and the line on which it begins, from 1. */
export interface CsvRecord {
  line: number;
  cells: string[];
  /** Why the record is none: its line then stands in one cell. */
  broken?: string;
  /** Known to hold no U+FFFD. */
  readable?: boolean;
}

/** A record without quotes: cut into cells whenever they are asked for, so that one that waits holds its place alone. */
class PlainRecord implements CsvRecord {
  constructor(
    readonly line: number,
    /** The text in which it stands, from `start` until `end`. */
    private readonly text: string,
    private readonly start: number,
    private readonly end: number,
    readonly readable: boolean,
  ) {}

  /** As `split(',')`, which takes half as long again. */
  get cells(): string[] {
    const record = this.text.slice(this.start, this.end);
    const cells: string[] = [];
    let from = 0;
    for (let comma = record.indexOf(','); comma >= 0; comma = record.indexOf(',', from)) {
      cells.push(record.slice(from, comma));
      from = comma + 1;
    }
    cells.push(record.slice(from));
    return cells;
  }
}

/**
 * The records of a CSV text (RFC 4180: commas, quotes doubled inside quotes, line ends CR LF or LF; empty lines are skipped),
 * some at a time and in constant memory. A quote that is never closed, or not within the longest record, breaks its line alone.
 */
export async function* csvRecords(text: AsyncIterable<string>): AsyncGenerator<CsvRecord[]> {
  let rest = '';
  let line = 1;
  let passing = false;
  for await (const piece of text) {
    let fresh = piece;
    if (passing) {
      const newline = piece.indexOf('\n');
      if (newline < 0) continue;
      fresh = piece.slice(newline + 1);
      line += 1;
      passing = false;
    }
    const { records, left, lines } = readRecords(rest + fresh, line, false);
    rest = left;
    line += lines;
    if (rest.length > LONGEST_RECORD) {
      records.push({ line, cells: [rest.slice(0, SHOWN_OF_TOO_LONG)], broken: tooLong });
      rest = '';
      passing = true;
    }
    if (records.length > 0) yield records;
  }
  const { records } = readRecords(rest, line, true);
  if (records.length > 0) yield records;
}

/** The records that are whole; what is left is the beginning of the next one. */
function readRecords(
  text: string,
  firstLine: number,
  atEnd: boolean,
): { records: CsvRecord[]; left: string; lines: number } {
  const records: CsvRecord[] = [];
  const readable = !text.includes('\uFFFD');
  let start = 0;
  let line = firstLine;
  let quote = text.indexOf('"');
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    if (newline < 0 && !atEnd) break;
    const end = newline < 0 ? text.length : newline;
    if (quote >= 0 && quote < start) quote = text.indexOf('"', start);
    const plain = quote < 0 || quote >= end;
    const quoted = plain ? undefined : readQuoted(text, start, atEnd);
    if (quoted?.closed) {
      records.push({ line, cells: quoted.cells });
      start = quoted.end;
      line += quoted.lines;
      continue;
    }
    if (!plain && !atEnd && text.length - start <= LONGEST_RECORD) break;
    const last = text.charCodeAt(end - 1) === CR && end > start ? end - 1 : end;
    if (!plain) records.push({ line, cells: [text.slice(start, last)], broken: 'a quote is opened and never closed' });
    else if (last > start) records.push(new PlainRecord(line, text, start, last, readable));
    start = end + 1;
    line += 1;
  }
  return { records, left: text.slice(Math.min(start, text.length)), lines: line - firstLine };
}

const CR = 13;

/** A record with quotes in it, character by character; not closed where the text ends inside a quote or before the line does. */
function readQuoted(
  text: string,
  start: number,
  atEnd: boolean,
): { cells: string[]; end: number; lines: number; closed: boolean } {
  const cells: string[] = [];
  let cell = '';
  let inside = false;
  let lines = 0;
  let at = start;
  for (; at < text.length; at++) {
    const character = text[at]!;
    if (inside) {
      if (character === '\n') lines += 1;
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else inside = false;
    } else if (character === '"' && cell === '') inside = true;
    else if (character === ',') {
      cells.push(cell);
      cell = '';
    } else if (character === '\n') {
      cells.push(cell.endsWith('\r') ? cell.slice(0, -1) : cell);
      return { cells, end: at + 1, lines: lines + 1, closed: true };
    } else cell += character;
  }
  cells.push(cell.endsWith('\r') && !inside ? cell.slice(0, -1) : cell);
  return { cells, end: at, lines: lines + 1, closed: atEnd && !inside };
}

/** A record as a line of a CSV file. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
}
