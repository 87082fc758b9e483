import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepToken, tokenCheck, tokenFile } from './bearer-token';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'ledger-token-')), 'data');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

describe('the token', () => {
  it('is made once, long and random, and readable by its owner alone', () => {
    const first = keepToken(folder);
    expect(first).toEqual({ token: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/), made: true });
    expect(keepToken(folder)).toEqual({ token: first.token, made: false });
    expect(statSync(tokenFile(folder)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('loses rights that others were given to it', () => {
    keepToken(folder);
    writeFileSync(tokenFile(folder), `${'t'.repeat(40)}\n`, { mode: 0o644 });
    expect(keepToken(folder).token).toBe('t'.repeat(40));
    expect(statSync(tokenFile(folder)).mode & 0o777).toBe(0o600);
  });

  it.each(['', 'short', 'two words that are long enough to be a token'])('is not %j', (text) => {
    keepToken(folder);
    writeFileSync(tokenFile(folder), text);
    expect(() => keepToken(folder)).toThrow(/holds no token/);
  });

  it('fits itself and nothing else', () => {
    const fits = tokenCheck('a'.repeat(40));
    expect([`${'a'.repeat(39)}b`, 'a', '', 'a'.repeat(41), 'a'.repeat(40)].map(fits)).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });
});
