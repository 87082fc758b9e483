import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { KEY_BYTES, contextOf, seal, unseal } from '../sealing';
import { UnknownKey, WrongKey, type KeyService, type WrappedKey } from './key-service';

/** Master keys from a file or the environment, held in memory. The last one given wraps; all of them unwrap. */
export class LocalKeys implements KeyService {
  private keys: ReadonlyMap<string, Buffer>;
  private current: string;

  private constructor(private readonly load: () => Buffer[]) {
    ({ keys: this.keys, current: this.current } = named(load()));
  }

  /**
   * Keys of a file, one a line in base64, the last one current. Read again where a key is asked for that was not there before,
   * because another process may have rotated. Throws where the file is missing or a line is no key; keys are not repeated.
   */
  static fromFile(file: string): LocalKeys {
    return new LocalKeys(() => keysIn(readFileSync(file, 'utf8').split('\n'), `${file}, line `));
  }

  /** Keys of an environment variable: base64, several with commas between them, the last one current. */
  static fromText(text: string, source: string): LocalKeys {
    return new LocalKeys(() => keysIn(text.split(','), `${source}, key `));
  }

  async currentKey(): Promise<string> {
    return this.current;
  }

  /** Takes note of a key that was added since. */
  reload(): void {
    ({ keys: this.keys, current: this.current } = named(this.load()));
  }

  async wrap(dataKey: Buffer, context: string): Promise<WrappedKey> {
    const keyId = this.current;
    return { keyId, wrapped: seal(this.keys.get(keyId)!, dataKey, contextOf('data key', keyId, context)) };
  }

  async unwrap({ keyId, wrapped }: WrappedKey, context: string): Promise<Buffer> {
    if (!this.keys.has(keyId)) this.reload();
    const key = this.keys.get(keyId);
    if (key === undefined) throw new UnknownKey(keyId);
    const dataKey = unseal(key, wrapped, contextOf('data key', keyId, context));
    if (dataKey?.length !== KEY_BYTES) {
      throw new WrongKey(`the data key for ${context} is not what was sealed with the master key ${keyId}`);
    }
    return dataKey;
  }
}

/**
 * Makes a key file with one new key, readable by its owner alone, and says whether it did; an existing file is left as it is.
 * Two processes that start at once get the same, and the file is never there half written.
 */
export function keepKeyFile(file: string): boolean {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (existsSync(file)) return false;
  const draft = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    write(draft, 'wx', newLine());
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Adds a new key to the end of the file, where it becomes the current one. Nothing that stands there is touched, so no key is lost. */
export function addKey(file: string): void {
  const before = readFileSync(file, 'utf8');
  write(file, 'a', `${before === '' || before.endsWith('\n') ? '' : '\n'}${newLine()}`);
}

function newLine(): string {
  return `${randomBytes(KEY_BYTES).toString('base64')}\n`;
}

function write(file: string, flags: 'wx' | 'a', text: string): void {
  const descriptor = openSync(file, flags, 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function keysIn(lines: readonly string[], place: string): Buffer[] {
  const keys = lines.flatMap((line, index) => {
    const written = line.trim();
    if (written === '' || written.startsWith('#')) return [];
    const key = Buffer.from(written, 'base64');
    if (key.length !== KEY_BYTES || key.toString('base64') !== written) {
      throw new Error(`${place}${index + 1}: expected a key of ${KEY_BYTES} bytes in base64 (44 characters)`);
    }
    return [key];
  });
  if (keys.length === 0) throw new Error(`${place}1: expected a key of ${KEY_BYTES} bytes in base64, found none`);
  return keys;
}

function named(keys: readonly Buffer[]): { keys: Map<string, Buffer>; current: string } {
  const byId = new Map(keys.map((key) => [idOf(key), key]));
  return { keys: byId, current: idOf(keys.at(-1)!) };
}

/** The same key has the same id wherever it comes from, and the id tells nothing of it. */
function idOf(key: Buffer): string {
  return createHash('sha256').update('enrollment-ledger vault key id\0').update(key).digest('hex').slice(0, 16);
}
