import { LONGEST_RECORD, SHOWN_OF_TOO_LONG, tooLong } from './record-limits';

/** One line of a file of JSON lines, from 1. */
export interface JsonLine {
  line: number;
  text: string;
  /** Why the line is none. */
  broken?: string;
}

/** The lines of a text that are not blank, some at a time and in constant memory. */
export async function* jsonLines(text: AsyncIterable<string>): AsyncGenerator<JsonLine[]> {
  let rest = '';
  let line = 0;
  let passing = false;
  for await (const piece of text) {
    let fresh = piece;
    if (passing) {
      const newline = piece.indexOf('\n');
      if (newline < 0) continue;
      fresh = piece.slice(newline + 1);
      passing = false;
    }
    const whole = (rest + fresh).split('\n');
    rest = whole.pop()!;
    const lines: JsonLine[] = [];
    for (const one of whole) {
      line += 1;
      if (one.trim() !== '') lines.push({ line, text: one });
    }
    if (rest.length > LONGEST_RECORD) {
      line += 1;
      lines.push({ line, text: rest.slice(0, SHOWN_OF_TOO_LONG), broken: tooLong });
      rest = '';
      passing = true;
    }
    if (lines.length > 0) yield lines;
  }
  if (rest.trim() !== '') yield [{ line: line + 1, text: rest }];
}
