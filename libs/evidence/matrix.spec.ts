import Database from 'better-sqlite3';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedReader, openEmbeddedStore } from '../event-store';
import { fillLog } from './bench-log';
import { newSigningKey } from './signature-schemes';
import { Sealer } from '.';
import { verified } from './testing/verified';

/** What somebody can do to the files as files: put back, cut, overwrite, exchange. Nothing of it may pass for whole. */
let folder: string;
let store: string;
let place: { file: string; keyFile: string; name: string };
let vkey: string;
const NOW = '2025-01-10T10:00:00.000+08:00';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'matrix-'));
  store = join(folder, 'events.sqlite');
  place = { file: join(folder, 'evidence.sqlite'), keyFile: join(folder, 'key.pem'), name: 'matrix' };
  await fillLog(store, 2_000);
  await seal();
  plain(store);
  plain(place.file);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Everything of a database in its one file. */
function plain(file: string): void {
  const database = new Database(file);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
}

async function seal(): Promise<void> {
  const sealer = Sealer.open(place);
  const reader = openEmbeddedReader({ file: store });
  try {
    await sealer.catchUp(reader, NOW);
    ({ vkey } = sealer);
  } finally {
    sealer.close();
    await reader.close();
  }
}

const verify = () => verified(store, place.file, vkey);

const payment = () => ({
  id: '00000000-0000-4000-8000-00000000abcd',
  type: 'Paid',
  recordedAt: NOW,
  data: { scheme: 'employee' },
  metadata: { effectiveOn: '2025-01-10', schemaVersion: 1 },
});

async function append(stream: string): Promise<void> {
  const opened = openEmbeddedStore({ file: store });
  await opened.append(stream, [payment()], 'noStream');
  await opened.close();
  plain(store);
}

describe('the store put back to an older copy', () => {
  it('is found while the evidence is of today, and nothing is signed on top of it', async () => {
    const copy = join(folder, 'yesterday.sqlite');
    copyFileSync(store, copy);
    await append('person-later');
    await seal();
    plain(place.file);
    copyFileSync(copy, store);
    const { findings } = await verify();
    expect(findings).toMatchObject([
      { kind: 'missing', position: 2001n, en: expect.stringContaining('older copy') as string },
    ]);
    await expect(seal()).rejects.toThrow('the event at position 2001 is not the one that was hashed last');

    // Something else recorded at its place does not hide it.
    await append('person-other');
    expect((await verify()).findings[0]).toMatchObject({ kind: 'altered', position: 2001n });
    await expect(seal()).rejects.toThrow('nothing was signed');
  });

  it('a follower does not go on on top of it', async () => {
    const database = new Database(store);
    database.exec('DELETE FROM event WHERE position > 1900');
    database.close();
    const opened = openEmbeddedStore({ file: store });
    const sealer = Sealer.open(place);
    const following = sealer.follow(opened, { now: () => NOW });
    await opened.append('person-next', [payment()], 'noStream');
    // The follower waits at the end of what it knows; growing past it is what it refuses.
    for (let n = 0; n < 120; n++)
      await opened.append(
        `person-n${n}`,
        [{ ...payment(), id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` }],
        'noStream',
      );
    await expect(following.closed).rejects.toThrow('nothing was signed');
    sealer.close();
    await opened.close();
    expect((await verify()).findings[0]).toMatchObject({ kind: 'altered', position: 1901n });
  });
});

describe('the evidence file', () => {
  it.each([0.02, 0.2, 0.5, 0.8, 0.97])('cut to %d of its length does not pass for whole', async (share) => {
    const whole = readFileSync(place.file).length;
    truncateSync(place.file, Math.floor((whole * share) / 512) * 512 + 100);
    const outcome = await verify().then(
      ({ intact }) => (intact ? 'whole' : 'found'),
      (error: Error) => error.message,
    );
    expect(outcome).not.toBe('whole');
    expect(outcome).toMatch(/found|damaged|malformed|not a database|cut/);
  });

  it('with any stretch overwritten does not pass for whole, unless nothing stood there', async () => {
    const whole = readFileSync(place.file);
    for (let at = 0; at < whole.length; at += 1_777) {
      const bytes = Buffer.from(whole);
      const stretch = bytes.subarray(at, at + 40);
      if (stretch.every((byte) => byte === 0)) continue;
      stretch.forEach((byte, index) => (stretch[index] = byte ^ 0xff));
      writeFileSync(place.file, bytes);
      const before = await verify().then(
        (verdict) => verdict,
        () => undefined,
      );
      // What is whole all the same must say the same: free space, or a counter of SQLite's own.
      if (before?.intact) expect(before).toMatchObject({ events: 2_000, sealed: 2_000, checkpoints: 1 });
    }
    writeFileSync(place.file, whole);
    expect(await verify()).toMatchObject({ intact: true });
  });

  it('taken away is said to be missing, never made anew by the check', async () => {
    rmSync(place.file);
    await expect(verify()).rejects.toThrow('there is no evidence file');
    expect(existsSync(place.file)).toBe(false);
  });

  it('replaced by that of another log is another log’s', async () => {
    const genuine = vkey;
    const other = { ...place, file: join(folder, 'other.sqlite'), name: 'another' };
    const sealer = Sealer.open(other);
    const reader = openEmbeddedReader({ file: store });
    await sealer.catchUp(reader, NOW);
    sealer.close();
    await reader.close();
    plain(other.file);
    copyFileSync(other.file, place.file);
    vkey = genuine;
    expect((await verify()).findings.map(({ kind }) => kind)).toEqual(['badCheckpoint']);
  });
});

describe('the key file', () => {
  it('exchanged, damaged or taken away signs nothing', async () => {
    await append('person-later');
    const genuine = readFileSync(place.keyFile, 'utf8');
    writeFileSync(place.keyFile, newSigningKey());
    await expect(seal()).rejects.toThrow('is not signed with the key in');
    writeFileSync(place.keyFile, genuine.replace(/[A-Za-z0-9+/]{8}(?=\n-----END)/, 'AAAAAAAA'));
    await expect(seal()).rejects.toThrow();
    writeFileSync(place.keyFile, 'no key');
    await expect(seal()).rejects.toThrow('expected an Ed25519 or SM2 private key');
    rmSync(place.keyFile);
    await expect(seal()).rejects.toThrow('there is no key');
    expect(existsSync(place.keyFile)).toBe(false);
    writeFileSync(place.keyFile, genuine);
    await seal();
    expect(await verify()).toMatchObject({ intact: true, sealed: 2_001 });
  });
});

it('a store cut or overwritten as a file does not pass for whole', async () => {
  const whole = readFileSync(store);
  for (const share of [0.1, 0.5, 0.9]) {
    writeFileSync(store, whole.subarray(0, Math.floor(whole.length * share)));
    const outcome = await verify().then(
      ({ intact }) => intact,
      () => false,
    );
    expect(outcome).toBe(false);
  }
  writeFileSync(store, whole);
  expect(await verify()).toMatchObject({ intact: true });
});
