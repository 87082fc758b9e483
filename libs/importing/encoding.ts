import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';

/** How the text of a file is encoded. GB18030 is the national character set; GBK and GB2312 are parts of it. */
export type Encoding = 'utf-8' | 'gb18030';

/** UTF-8 where every byte of the file fits it, else GB18030. Reads the file once, in constant memory. */
export async function detectEncoding(file: string): Promise<Encoding> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: PIECE_BYTES })) {
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    const whole = wholeCharacters(bytes);
    if (!isUtf8(bytes.subarray(0, whole))) return 'gb18030';
    rest = bytes.subarray(whole);
  }
  return isUtf8(rest) ? 'utf-8' : 'gb18030';
}

/** How many of the bytes come before the last character, which may go on: at most three of them are left. */
function wholeCharacters(bytes: Buffer): number {
  for (let at = bytes.length - 1; at >= 0 && at >= bytes.length - 3; at--) {
    const byte = bytes[at]!;
    if (byte < 0x80) return at + 1;
    if (byte >= 0xc0) return at;
  }
  return bytes.length;
}

const PIECE_BYTES = 256 * 1024;

/** The text of a file, piece by piece; a byte order mark is left out, bytes that are no character read as U+FFFD. */
export async function* textOf(file: string, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of createReadStream(file, { highWaterMark: PIECE_BYTES })) {
    yield decoder.decode(chunk as Buffer, { stream: true });
  }
  yield decoder.decode();
}
