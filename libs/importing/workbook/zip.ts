import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Transform, pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';

/** A file that is no workbook, or one that would harm whoever reads it. */
export class BrokenWorkbook extends Error {
  override readonly name = 'BrokenWorkbook';
}

/** A part of a ZIP archive as its directory describes it; a reader holds it to that. */
interface ZipEntry {
  name: string;
  method: number;
  encrypted: boolean;
  compressedBytes: number;
  bytes: number;
  crc: number;
  headerAt: number;
}

/** The parts of a ZIP archive, found through its directory at the end, so that the order of the parts does not matter. */
export interface Zip {
  has(name: string): boolean;
  /** The bytes of a part. Throws `BrokenWorkbook` where it is not there, not what the directory says, or swells without measure. */
  read(name: string): AsyncGenerator<Buffer>;
}

const LARGEST_DIRECTORY = 16_000_000;
const MOST_ENTRIES = 20_000;
/** A sheet packs to a tenth, one of the same row over and over to a hundredth; a bomb to a thousandth. */
const MOST_SWELLING = 300;
const HARMLESS_BYTES = 20_000_000;

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const IN_64 = 0xffffffff;

/** Reads the directory of a ZIP archive. Throws `BrokenWorkbook`. */
export async function openZip(file: string): Promise<Zip> {
  const handle = await open(file);
  try {
    const entries = await directoryOf(handle);
    return {
      has: (name) => entries.has(name),
      read: (name) => readEntry(file, entries.get(name), name),
    };
  } finally {
    await handle.close();
  }
}

async function directoryOf(handle: FileHandle): Promise<Map<string, ZipEntry>> {
  const { size } = await handle.stat();
  const tailAt = Math.max(0, size - 65_557);
  const tail = await bytesAt(handle, tailAt, size - tailAt);
  const endAt = lastPlaceOf(tail, END);
  if (endAt < 0 || endAt + 22 > tail.length) throw new BrokenWorkbook('the archive has no end, it was cut off');

  let count = tail.readUInt16LE(endAt + 10);
  let bytes = tail.readUInt32LE(endAt + 12);
  let at = tail.readUInt32LE(endAt + 16);
  const locator = endAt - 20;
  if (locator >= 0 && tail.readUInt32LE(locator) === LOCATOR_64) {
    const end = await bytesAt(handle, numberAt(tail, locator + 8), 56);
    if (end.length < 56 || end.readUInt32LE(0) !== END_64)
      throw new BrokenWorkbook('the end of the archive is damaged');
    count = numberAt(end, 32);
    bytes = numberAt(end, 40);
    at = numberAt(end, 48);
  }
  if (bytes > LARGEST_DIRECTORY || count > MOST_ENTRIES || at + bytes > size) {
    throw new BrokenWorkbook('the archive’s directory is larger than a workbook’s can be');
  }
  return entriesOf(await bytesAt(handle, at, bytes), count);
}

function entriesOf(directory: Buffer, count: number): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== DIRECTORY_ENTRY)
      throw new BrokenWorkbook('the archive’s directory is damaged');
    const nameBytes = directory.readUInt16LE(at + 28);
    const extraBytes = directory.readUInt16LE(at + 30);
    const next = at + 46 + nameBytes + extraBytes + directory.readUInt16LE(at + 32);
    if (next > directory.length) throw new BrokenWorkbook('the archive’s directory is damaged');
    const name = directory.toString('utf8', at + 46, at + 46 + nameBytes).replaceAll('\\', '/');
    const entry: ZipEntry = {
      name,
      encrypted: (directory.readUInt16LE(at + 8) & 1) === 1,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      compressedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      headerAt: directory.readUInt32LE(at + 42),
    };
    takeIn64(entry, directory.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes));
    entries.set(name, entry);
    at = next;
  }
  return entries;
}

/** The sizes and places beyond four gigabytes, which stand in an extra field. */
function takeIn64(entry: ZipEntry, extra: Buffer): void {
  let at = 0;
  while (at + 4 <= extra.length) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      let place = at + 4;
      for (const field of ['bytes', 'compressedBytes', 'headerAt'] as const) {
        if (entry[field] !== IN_64 || place + 8 > end || place + 8 > extra.length) continue;
        entry[field] = numberAt(extra, place);
        place += 8;
      }
    }
    at = end;
  }
}

async function* readEntry(file: string, entry: ZipEntry | undefined, name: string): AsyncGenerator<Buffer> {
  if (entry === undefined) throw new BrokenWorkbook(`the part ${name} is missing`);
  if (entry.encrypted) throw new BrokenWorkbook('the archive is protected by a password');
  if (entry.method !== 0 && entry.method !== 8)
    throw new BrokenWorkbook(`the part ${name} is packed in an unknown way`);
  const handle = await open(file);
  let start: number;
  try {
    const header = await bytesAt(handle, entry.headerAt, 30);
    if (header.length < 30 || header.readUInt32LE(0) !== LOCAL_ENTRY)
      throw new BrokenWorkbook(`the part ${name} is not where the directory says`);
    start = entry.headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await handle.close();
  }

  const unpacked = entry.method === 8 ? createInflateRaw({ chunkSize: 256 * 1024 }) : new Transform(PASS);
  if (entry.compressedBytes > 0) {
    const packed = createReadStream(file, { start, end: start + entry.compressedBytes - 1, highWaterMark: 256 * 1024 });
    // An error of either comes out of the loop below.
    pipeline(packed, unpacked, () => undefined);
  } else unpacked.end();
  const most = Math.max(HARMLESS_BYTES, entry.compressedBytes * MOST_SWELLING);
  let bytes = 0;
  let crc = 0;
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > entry.bytes) throw new BrokenWorkbook(`the part ${name} is larger than the directory says`);
      if (bytes > most) throw new BrokenWorkbook(`the part ${name} swells more than ${MOST_SWELLING}-fold`);
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof BrokenWorkbook || !isZlibError(error)) throw error;
    throw new BrokenWorkbook(`the part ${name} is damaged: ${(error as Error).message}`, { cause: error });
  } finally {
    unpacked.destroy();
  }
  if (bytes !== entry.bytes) throw new BrokenWorkbook(`the part ${name} is shorter than the directory says`);
  if (crc !== entry.crc) throw new BrokenWorkbook(`the part ${name} is damaged: its check sum differs`);
}

const PASS = {
  transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: null, chunk: Buffer) => void) {
    done(null, chunk);
  },
};

function isZlibError(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? '';
  return code.startsWith('Z_') || code === 'ERR_STREAM_PREMATURE_CLOSE';
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, length));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
  return buffer.subarray(0, bytesRead);
}

function lastPlaceOf(bytes: Buffer, signature: number): number {
  for (let at = bytes.length - 4; at >= 0; at--) if (bytes.readUInt32LE(at) === signature) return at;
  return -1;
}

function numberAt(bytes: Buffer, at: number): number {
  const number = Number(bytes.readBigUInt64LE(at));
  if (!Number.isSafeInteger(number)) throw new BrokenWorkbook('the archive’s directory is damaged');
  return number;
}
