import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { Request } from 'express';
import { RefusedMapping, loadMapping, type Mapping } from '../../../libs/importing';
import { Problem, faultOf, invalidInput } from '../http/problem';

/** A file as it was sent, now on the server's disk. */
export interface ReceivedFile {
  /** As its sender called it, for people; without folders. */
  name: string;
  /** Where it is now, ending as its kind of file must. */
  path: string;
}

const KINDS: Readonly<Record<string, string>> = {
  'text/csv': '.csv',
  'application/csv': '.csv',
  'application/x-ndjson': '.jsonl',
  'application/ndjson': '.jsonl',
  'application/jsonl': '.jsonl',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': '.xlsx',
};
const ENDINGS: Readonly<Record<string, string>> = {
  '.csv': '.csv',
  '.jsonl': '.jsonl',
  '.ndjson': '.jsonl',
  '.xlsx': '.xlsx',
};

/** What is taken, in words. */
const readableTypes = `multipart/form-data, ${Object.keys(KINDS).join(', ')}`;

/** Whether the body is a form with files in it. */
function isForm(request: Request): boolean {
  return mediaType(request) === 'multipart/form-data';
}

/** Writes the body to a file of the folder, by its media type. Throws where it has another, is empty, too large or cut short. */
async function receiveBody(request: Request, folder: string, maxBytes: number, name: string): Promise<ReceivedFile> {
  const ending = KINDS[mediaType(request)];
  if (ending === undefined || (request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Problem(
      'unsupported-media-type',
      `Send the file uncompressed, as one of ${readableTypes}.`,
      {},
      { Accept: readableTypes },
    );
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);

  if (request.readableEnded) throw new Error('the body was read before it came to the import');
  const path = join(folder, `1${ending}`);
  const size = await writeBody(request, path, maxBytes);
  if (size === 0) throw invalidInput([faultOf('body', undefined, 'a file with at least one line')]);
  return { name: shownName(name) || `body${ending}`, path };
}

/** The ending under which the importer knows a file of this name. Throws where it knows none. */
function endingOf(name: string): string {
  const ending = ENDINGS[extname(name).toLowerCase()];
  if (ending === undefined)
    throw invalidInput([faultOf('file', extname(name), 'a file ending in .csv, .xlsx, .jsonl or .ndjson')]);
  return ending;
}

/** A file of a form, as multer leaves it on the disk. */
export interface FormFile {
  fieldname: string;
  originalname: string;
  path: string;
  size: number;
}

/** What came with a request: files of facts, and how to read them. */
export interface Received {
  files: ReceivedFile[];
  /** An agency's own columns and codes. */
  mapping?: string;
}

const MAPPING_BYTES = 1_000_000;

/**
 * The files of a request in the folder, under names that the importer knows: the body itself, or those of a form, whose part
 * `mapping` is a mapping rather than facts. Throws where they cannot be taken; what is in the folder is then the caller's to remove.
 */
export async function receiveFiles(
  request: Request,
  sent: readonly FormFile[],
  { folder, maxBytes, name }: { folder: string; maxBytes: number; name: string },
): Promise<Received> {
  if (!isForm(request)) return { files: [await receiveBody(request, folder, maxBytes, name)] };
  try {
    const mappings = sent.filter(({ fieldname }) => fieldname === 'mapping');
    const facts = sent.filter(({ fieldname }) => fieldname !== 'mapping');
    if (mappings.length > 1 || mappings.some(({ size }) => size > MAPPING_BYTES))
      throw invalidInput([faultOf('mapping', undefined, `one mapping of up to ${MAPPING_BYTES} bytes`)]);
    if (facts.length === 0) throw invalidInput([faultOf('file', undefined, 'at least one file in the form')]);
    const files = facts.map(({ originalname, path, size }, index) => {
      const ending = endingOf(originalname);
      if (size === 0) throw invalidInput([faultOf('file', ending, 'a file with at least one line')]);
      const place = join(folder, `${index + 1}${ending}`);
      renameSync(path, place);
      return { name: shownName(originalname), path: place };
    });
    const [own] = mappings;
    if (own === undefined) return { files };
    const mapping = join(folder, 'mapping.yaml');
    renameSync(own.path, mapping);
    return { files, mapping };
  } catch (error) {
    for (const { path } of sent) rmSync(path, { force: true });
    throw error;
  }
}

/** The national mapping, or the one that was sent laid over it. Throws where it cannot be used. */
export function mappingOf(file: string | undefined): Mapping {
  try {
    return loadMapping(file);
  } catch (error) {
    if (!(error instanceof RefusedMapping)) throw error;
    const where = error.path === '' ? 'mapping' : `mapping.${error.path}`;
    throw invalidInput([
      { field: where.slice(0, 100), value: null, expected: `a mapping: ${error.reason.slice(0, 500)}` },
    ]);
  }
}

/** A name fit to be shown and stored, whatever was sent for one. */
function shownName(name: string): string {
  return basename(name.replaceAll('\\', '/'))
    .replace(/[\p{C}"<>|:*?/\\]/gu, '')
    .slice(0, 100);
}

function tooLarge(maxBytes: number): Problem {
  return new Problem('too-large', `The file is larger than ${maxBytes} bytes; import it with the command line.`);
}

/** Writes the body to the file and gives its size. By hand, because a pipeline that fails tears down the socket its answer needs. */
function writeBody(request: Request, path: string, maxBytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const file = createWriteStream(path, { mode: 0o600, flags: 'wx' });
    let size = 0;
    const fail = (error: Error) => {
      request.removeAllListeners('data').resume();
      file.destroy();
      reject(error);
    };
    const cutShort = () => fail(new Problem('malformed-request', 'The body ended before it was whole.'));
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) fail(tooLarge(maxBytes));
      else if (!file.write(chunk)) {
        request.pause();
        file.once('drain', () => request.resume());
      }
    });
    request.on('end', () => file.end());
    request.on('error', cutShort);
    request.on('close', () => {
      if (!request.readableEnded) cutShort();
    });
    file.on('error', fail);
    file.on('finish', () => resolve(size));
  });
}

function mediaType(request: Request): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
}
