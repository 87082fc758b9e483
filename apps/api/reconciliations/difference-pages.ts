import { createReadStream, statSync } from 'node:fs';
import type { ReconciliationException } from '../../../libs/reconciliation';

/** Which differences of a list are wanted. */
interface Wanted {
  kind?: string;
  cause?: string;
}

/** Some differences, and the byte of the list behind the last that was looked at; undefined where the list ends there. */
interface DifferencePage {
  items: ReconciliationException[];
  next: number | undefined;
}

/**
 * Reads differences from a list of JSON lines, from a byte on at which a line begins. Undefined where none begins there. Constant
 * memory: what is not wanted is passed over line by line.
 */
export async function readDifferences(
  file: string,
  from: number,
  { kind, cause }: Wanted,
  limit: number,
): Promise<DifferencePage | undefined> {
  const { size } = statSync(file);
  if (from > size) return undefined;
  const items: ReconciliationException[] = [];
  // The byte before a line is the end of another.
  let at = Math.max(0, from - 1);
  for await (const line of linesOf(file, at)) {
    at += line.length + 1;
    if (at === from && line.length === 0) continue;
    if (at <= from || (from > 0 && at - line.length - 1 < from)) return undefined;
    const difference = JSON.parse(line.toString('utf8')) as ReconciliationException;
    if ((kind !== undefined && difference.kind !== kind) || (cause !== undefined && difference.cause !== cause))
      continue;
    items.push(difference);
    if (items.length === limit) return { items, next: at < size ? at : undefined };
  }
  return { items, next: undefined };
}

const END_OF_LINE = 0x0a;

/** The lines from a byte on, without their ends; only the newline of ASCII ends one, whatever else a text may hold. */
async function* linesOf(file: string, from: number): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { start: from })) {
    let text = Buffer.concat([rest, chunk as Buffer]);
    for (let end = text.indexOf(END_OF_LINE); end >= 0; end = text.indexOf(END_OF_LINE)) {
      yield text.subarray(0, end);
      text = text.subarray(end + 1);
    }
    rest = text;
  }
}
