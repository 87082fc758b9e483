/** Columns a text takes in a terminal: Chinese characters and full-width signs take two. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** The text with spaces after it up to the width. */
function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** A label in its column and what it says, further lines below what it says. */
export function labelled(label: string, lines: readonly string[], width: number): string {
  return lines.map((line, index) => `${padded(index === 0 ? label : '', width)}${line}`.trimEnd()).join('\n');
}

/** A table with its columns in line; a column of nothing is left out. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .flatMap((cell, column) => (widths[column] === 0 ? [] : [padded(cell, widths[column]!)]))
      .join('  ')
      .trimEnd(),
  );
}

/** Breaks a text into lines of at most the width: at spaces, or between Chinese characters, never before a closing sign or in a citation. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.match(PIECES) ?? []) {
    if (line !== '' && widthOf(line + piece.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    } else line += piece;
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u;
const PIECES =
  /〔[^〕]*〕|[\u2e80-\u9fff\uff00-\uff60][，。；：、！？）」』》]*|[^\s\u2e80-\u9fff\uff00-\uff60]+[，。；：、！？）」』》]*\s*|\s+/gu;
