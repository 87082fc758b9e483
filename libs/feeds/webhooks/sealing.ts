import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file of the key, in the data folder beside the tables that it opens. */
export const KEY_FILE = 'feeds-key';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps secrets unreadable for whoever has the tables without the key (AES-256-GCM). */
export class Sealing {
  private readonly key: Buffer;

  /** With the key in the folder, made where there is none. Throws where the file holds something else. */
  constructor(folder: string) {
    const file = join(folder, KEY_FILE);
    makeKey(file);
    this.key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
    if (this.key.length !== KEY_BYTES) {
      throw new Error(`${file} holds no key (expected ${KEY_BYTES} bytes in base64); put back the one that was there`);
    }
  }

  /** `owner` must be given again to open it, so that it cannot be put in another's place. */
  seal(secret: Buffer, owner: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** Throws where the key or the owner is another one. */
  open(sealed: Buffer, owner: string): Buffer {
    const decipher = createDecipheriv('aes-256-gcm', this.key, sealed.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(owner))
      .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new Error(
        `the secret of webhook ${owner} was sealed with another key; put back ${KEY_FILE}, or rotate it`,
        {
          cause,
        },
      );
    }
  }
}

/** Two processes that start at once get the same key. */
function makeKey(file: string): void {
  if (existsSync(file)) return;
  const draft = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
