import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'api-token';
const FORM = /^[A-Za-z0-9_-]{32,128}$/;

/** Where a data folder keeps the token. */
export function tokenFile(dataFolder: string): string {
  return join(dataFolder, NAME);
}

/**
 * The token that opens the API: the one the data folder holds, or a new random one, kept readable by its owner alone.
 * Two servers that start at once get the same. Throws where the file holds something else than a token.
 */
export function keepToken(dataFolder: string): { token: string; made: boolean } {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const file = tokenFile(dataFolder);
  const made = makeToken(file);
  const token = readFileSync(file, 'utf8').trim();
  if (!FORM.test(token)) {
    throw new Error(
      `${file} holds no token (expected 32 or more letters, digits, - and _); remove it to get a new one`,
    );
  }
  chmodSync(file, 0o600);
  return { token, made };
}

/** Compares a token with the right one in a time that tells nothing of how much of it fits. */
export function tokenCheck(token: string): (given: string) => boolean {
  const wanted = digest(token);
  return (given) => timingSafeEqual(digest(given), wanted);
}

/** Writes a token beside the file and links it into place, so that the file is never there half written. */
function makeToken(file: string): boolean {
  if (existsSync(file)) return false;
  const draft = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // Some file systems have no links.
    renameSync(draft, file);
    return true;
  } finally {
    rmSync(draft, { force: true });
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
