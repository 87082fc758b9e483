import type { Sheet, Sink } from './sheet';

/** One object: report, basis, how it came about, columns, and `rows`, a line each. Money is fen. */
export async function writeJson({ report, basis, evaluation, rows }: Sheet, sink: Sink): Promise<void> {
  const { name, title, columns } = report;
  const head = { report: name, title, basis, evaluation, columns };
  await sink.write(`${JSON.stringify(head).slice(0, -1)},"rows":[`);
  let first = true;
  let piece: string[] = [];
  for await (const row of rows) {
    piece.push(`${first ? '\n' : ',\n'}${JSON.stringify(row)}`);
    first = false;
    if (piece.length < ROWS_AT_ONCE) continue;
    await sink.write(piece.join(''));
    piece = [];
  }
  await sink.write(`${piece.join('')}\n]}\n`);
}

const ROWS_AT_ONCE = 500;
