/** One record of a CSV file, and the line on which it begins, from 1. */
export interface CsvRecord {
  line: number;
  cells: string[];
}

/**
 * The records of a CSV text (RFC 4180: commas, quotes doubled inside quotes, line ends CR LF or LF; empty lines are skipped),
 * some at a time and in constant memory. A quote that is never closed takes the rest of the text into its cell.
 */
export async function* csvRecords(text: AsyncIterable<string>): AsyncGenerator<CsvRecord[]> {
  let rest = '';
  let line = 1;
  for await (const piece of text) {
    const { records, left, lines } = readRecords(rest + piece, line, false);
    rest = left;
    line += lines;
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
  let start = 0;
  let line = firstLine;
  let quote = text.indexOf('"');
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    if (newline < 0 && !atEnd) break;
    const end = newline < 0 ? text.length : newline;
    if (quote >= 0 && quote < start) quote = text.indexOf('"', start);
    if (quote < 0 || quote >= end) {
      const whole = text.slice(start, text.charCodeAt(end - 1) === CR && end > start ? end - 1 : end);
      if (whole !== '') records.push({ line, cells: whole.split(',') });
      start = end + 1;
      line += 1;
      continue;
    }
    const quoted = readQuoted(text, start);
    if (!quoted.closed && !atEnd) break;
    records.push({ line, cells: quoted.cells });
    start = quoted.end;
    line += quoted.lines;
  }
  return { records, left: text.slice(Math.min(start, text.length)), lines: line - firstLine };
}

const CR = 13;

/** A record with quotes in it, character by character. */
function readQuoted(text: string, start: number): { cells: string[]; end: number; lines: number; closed: boolean } {
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
  return { cells, end: at, lines: lines + 1, closed: false };
}

/** A record as a line of a CSV file. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
}
