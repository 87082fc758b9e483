import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyRing, keyFile } from '.';

const MINUTE = 60_000;
let folder: string;
let keys: KeyRing;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-keys-'));
  keys = new KeyRing(keyFile(folder));
});
afterEach(() => {
  keys.close();
  rmSync(folder, { recursive: true, force: true });
});

const terms = { name: 'tax-office', roles: ['integrator'] as const, regions: ['211200'], expiresAt: undefined };

describe('a key', () => {
  it('is shown once and opens what it is to open; nothing on the disk tells it', () => {
    const { key, record } = keys.add(terms, 1_000);
    expect(keys.principalOf(key, 2_000)).toEqual({
      subject: 'key:tax-office',
      roles: ['integrator'],
      regions: ['211200'],
    });
    const secret = key.split('_')[2]!;
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, name)).toString('latin1');
      expect(bytes).not.toContain(secret);
      expect(bytes).not.toContain(Buffer.from(secret, 'base64url').toString('latin1'));
    }
    expect(JSON.stringify([record, keys.list()])).not.toContain(secret);
    expect(statSync(keyFile(folder)).mode & 0o777).toBe(0o600);
  });

  it('opens nothing when a character of it is another, or its id is somebody else’s', () => {
    const { key } = keys.add(terms, 1_000);
    const { key: other } = keys.add({ ...terms, name: 'other' }, 1_000);
    const [prefix, id, secret] = key.split('_') as [string, string, string];
    const turned = (text: string) => (text.startsWith('a') ? `b${text.slice(1)}` : `a${text.slice(1)}`);
    const wrong = [
      [prefix, id, turned(secret)],
      [prefix, turned(id), secret],
      [prefix, other.split('_')[1]!, secret],
      [prefix, id, ''],
      [prefix, id, `${secret}x`],
      ['LK', id, secret],
    ];
    for (const parts of wrong) expect(keys.principalOf(parts.join('_'), 2_000)).toBeUndefined();
  });

  it('ends on its day, and when it is revoked, also by another process', () => {
    const { key } = keys.add({ ...terms, expiresAt: 10 * MINUTE }, 0);
    expect(keys.principalOf(key, 10 * MINUTE - 1)).toBeDefined();
    expect(keys.principalOf(key, 10 * MINUTE)).toBeUndefined();

    const { key: another, record } = keys.add(terms, 0);
    const elsewhere = new KeyRing(keyFile(folder));
    expect(elsewhere.principalOf(another, 1)).toBeDefined();
    expect(elsewhere.revoke(record.id, 5)).toBe(true);
    expect(elsewhere.revoke(record.id, 6)).toBe(false);
    expect(elsewhere.revoke('0000000000000000', 6)).toBe(false);
    elsewhere.close();
    expect(keys.principalOf(another, 7)).toBeUndefined();
    expect(keys.list().map(({ revokedAt }) => revokedAt)).toContain(5);
    expect(keys.principals(7)).toHaveLength(1);
  });

  it('remembers its last use to the minute', () => {
    const { key } = keys.add(terms, 0);
    for (const now of [5 * MINUTE, 5 * MINUTE + 1, 6 * MINUTE - 1]) keys.principalOf(key, now);
    expect(keys.list()[0]!.lastUsedAt).toBe(5 * MINUTE);
    keys.principalOf(key, 6 * MINUTE);
    expect(keys.list()[0]!.lastUsedAt).toBe(6 * MINUTE);
  });
});
