import { createReadStream } from 'node:fs';

/** How the text of a file is encoded. GB18030 is the national character set; GBK and GB2312 are parts of it. */
export type Encoding = 'utf-8' | 'gb18030';

/** UTF-8 where every byte of the file fits it, else GB18030. Reads the file once, in constant memory. */
export async function detectEncoding(file: string): Promise<Encoding> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(file)) utf8.decode(chunk as Buffer, { stream: true });
    utf8.decode();
    return 'utf-8';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'gb18030';
    throw error;
  }
}

/** The text of a file, piece by piece; a byte order mark is left out, bytes that are no character read as U+FFFD. */
export async function* textOf(file: string, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    yield decoder.decode(chunk as Buffer, { stream: true });
  }
  yield decoder.decode();
}
