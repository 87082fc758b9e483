import Database from 'better-sqlite3';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deterministicId } from '../../events';
import { openEmbeddedReader, openEmbeddedStore, type EventReader, type NewEvent } from '../event-store';
import {
  EvidenceFile,
  Sealer,
  addToWitness,
  readCheckpoint,
  readWitness,
  verifyLog,
  verifierOf,
  type LogVerdict,
} from '.';
import { verified } from './testing/verified';

let folder: string;
let store: string;
let place: { file: string; keyFile: string };
let vkey: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'evidence-'));
  store = join(folder, 'events.sqlite');
  place = { file: join(folder, 'evidence.sqlite'), keyFile: join(folder, 'keys', 'key.pem') };
  await record(0, 700);
  await seal();
  await record(700, 300);
  await seal();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const event = (n: number): NewEvent => ({
  id: deterministicId(`event ${n}`),
  type: 'Paid',
  recordedAt: `2025-01-10T09:00:00.${String(n % 1000).padStart(3, '0')}+08:00`,
  data: { scheme: 'employee', region: '211200', kind: 'regular', unitFen: 1000 + n },
  metadata: { effectiveOn: '2025-01-10', schemaVersion: 1 },
});

/** Events of ten people in turn. */
async function record(from: number, count: number): Promise<void> {
  const opened = openEmbeddedStore({ file: store });
  const heads = new Map<string, number>();
  for (let n = from; n < from + count; n++) {
    const stream = `person-P${n % 10}`;
    const revision = heads.get(stream) ?? (await opened.readStream(stream)).length - 1;
    const outcome = await opened.append(stream, [event(n)], revision < 0 ? 'noStream' : revision);
    if (outcome.outcome !== 'appended') throw new Error(JSON.stringify(outcome));
    heads.set(stream, outcome.revision);
  }
  await opened.close();
}

async function seal(file = store, evidence = place) {
  const sealer = Sealer.open({ ...evidence, name: 'test-log' });
  ({ vkey } = sealer);
  const reader = openEmbeddedReader({ file });
  const checkpoint = await sealer.catchUp(reader, '2025-01-10T10:00:00.000+08:00');
  await reader.close();
  sealer.close();
  return checkpoint;
}

const verify = (witness?: string[]) => verified(store, place.file, vkey, witness);

/** What somebody with a database tool can do. */
function tamper(sql: string, file = store): void {
  const database = new Database(file);
  database.exec(sql);
  database.close();
}

/** An event in a stream of its own, at a position that no writer would give it. */
const PUT_AT = (position: number) =>
  `INSERT INTO event SELECT ${position}, 'person-X', 0, '${deterministicId('x')}', type, recorded_at, data, metadata FROM event WHERE position = 5`;

const first = ({ findings }: LogVerdict) => findings[0] && [findings[0].kind, Number(findings[0].position ?? -1)];

describe('a log nobody touched', () => {
  it('agrees with its evidence and its checkpoints', async () => {
    await record(1000, 5);
    expect(await verify()).toEqual({
      intact: true,
      events: 1005,
      sealed: 1000,
      sealedAt: '2025-01-10T10:00:00.000+08:00',
      unsealed: 5,
      checkpoints: 2,
      witnessed: 0,
      counts: { altered: 0, missing: 0, added: 0 },
      findings: [],
    });
  });

  it('sealed at once or bit by bit has the same root', async () => {
    const other = { file: join(folder, 'other.sqlite'), keyFile: place.keyFile };
    const whole = await seal(store, other);
    const parts = EvidenceFile.read(place.file).lastCheckpoint()!;
    expect(readCheckpoint(whole.note)!.root).toBe(readCheckpoint(parts.note)!.root);
  });

  it('is followed while it grows, and a checkpoint is signed at the end', async () => {
    const opened = openEmbeddedStore({ file: store });
    const sealer = Sealer.open(place);
    const following = sealer.follow(opened, {
      now: () => '2025-01-11T10:00:00.000+08:00',
      everyEvents: 20,
      everyMs: 1_000_000,
    });
    for (let n = 1000; n < 1050; n++) await opened.append('person-F', [event(n)], n === 1000 ? 'noStream' : n - 1001);
    while (following.checkpoint() < 1050n) await new Promise(setImmediate);
    await following.stop();
    expect(sealer.evidence.lastCheckpoint()!.size).toBe(1050);
    sealer.close();
    await opened.close();
    expect(await verify()).toMatchObject({ intact: true, sealed: 1050 });
  });

  it('is hashed once, whoever else hashes it too', async () => {
    await record(1000, 30);
    const [one, two] = [Sealer.open(place), Sealer.open(place)];
    const reader = openEmbeddedReader({ file: store });
    await Promise.all([one, two].map((sealer) => sealer.catchUp(reader, '2025-01-11T10:00:00.000+08:00')));
    one.close();
    two.close();
    await reader.close();
    expect(await verify()).toMatchObject({ intact: true, sealed: 1030 });
  });
});

describe('tampering with the log is found and named', () => {
  it.each([
    [
      'an amount is altered',
      `UPDATE event SET data = replace(data, '1411', '9411') WHERE position = 412`,
      ['altered', 412],
    ],
    [
      'the recorded time is altered',
      `UPDATE event SET recorded_at = '2024-01-10T09:00:00.000+08:00' WHERE position = 412`,
      ['altered', 412],
    ],
    [
      'metadata is altered',
      `UPDATE event SET metadata = replace(metadata, '01-10', '01-09') WHERE position = 1`,
      ['altered', 1],
    ],
    ['the type is altered', `UPDATE event SET type = 'Refunded' WHERE position = 1000`, ['altered', 1000]],
    [
      'an event is given to another person',
      `UPDATE event SET stream = 'person-X', revision = 0 WHERE position = 412`,
      ['altered', 412],
    ],
    ['an event is dropped', `DELETE FROM event WHERE position = 412`, ['missing', 412]],
    ['the first event is dropped', `DELETE FROM event WHERE position = 1`, ['missing', 1]],
    [
      'an event is dropped and the others moved up',
      `DELETE FROM event WHERE position = 412; UPDATE event SET position = position - 1 WHERE position > 412`,
      ['altered', 412],
    ],
    ['the end is cut off', `DELETE FROM event WHERE position > 900`, ['missing', 901]],
    ['everything is dropped', `DELETE FROM event`, ['missing', 1]],
    [
      'two events change places',
      `UPDATE event SET position = -1 WHERE position = 412; UPDATE event SET position = 412 WHERE position = 512; UPDATE event SET position = 512 WHERE position = -1`,
      ['altered', 412],
    ],
    [
      'two people’s events change places',
      `UPDATE event SET stream = 'person-tmp' WHERE stream = 'person-P3'; UPDATE event SET stream = 'person-P3' WHERE stream = 'person-P4'; UPDATE event SET stream = 'person-P4' WHERE stream = 'person-tmp'`,
      ['altered', 4],
    ],
    ['an event is put in before the first', PUT_AT(0), ['hidden', 0]],
    ['an event is put in far below', PUT_AT(-4_000_000_000), ['hidden', -4_000_000_000]],
    ['an event is put in far beyond the end', PUT_AT(4_000_000_000), ['hidden', 4_000_000_000]],
  ])('%s', async (_, sql, expected) => {
    tamper(sql);
    const verdict = await verify();
    expect(verdict.intact).toBe(false);
    expect(first(verdict)).toEqual(expected);
  });

  it('an event put in where positions have a gap, as they have in EventStoreDB', async () => {
    const reader = openEmbeddedReader({ file: store });
    const withGaps: Pick<EventReader, 'readAll' | 'eventAt'> = {
      eventAt: async (position) => (position % 3n === 0n ? undefined : reader.eventAt(position)),
      async *readAll(options) {
        for await (const batch of reader.readAll(options)) yield batch.filter(({ position }) => position % 3n !== 0n);
      },
    };
    const sparse = { file: join(folder, 'sparse.sqlite'), keyFile: place.keyFile };
    const sealer = Sealer.open({ ...sparse, name: 'sparse' });
    await sealer.catchUp(withGaps, '2025-01-10T10:00:00.000+08:00');
    const verifier = verifierOf(sealer.vkey);
    expect(await verifyLog({ reader: withGaps, evidence: sealer.evidence, verifier })).toMatchObject({
      intact: true,
      events: 667,
    });
    const verdict = await verifyLog({ reader, evidence: sealer.evidence, verifier });
    expect(first(verdict)).toEqual(['added', 3]);
    expect(verdict.counts).toEqual({ altered: 0, missing: 0, added: 333 });
    sealer.close();
    await reader.close();
  });

  it('spacing that changes nothing of the content is no finding', async () => {
    tamper(`UPDATE event SET data = replace(data, ',', ' , ') WHERE position = 412`);
    expect(await verify()).toMatchObject({ intact: true });
  });

  it('each of several is counted, the first one first', async () => {
    tamper(`DELETE FROM event WHERE position IN (100, 200); UPDATE event SET type = 'X' WHERE position IN (150, 300)`);
    const { counts, findings } = await verify();
    expect(counts).toEqual({ altered: 2, missing: 2, added: 0 });
    expect(findings.map(({ position }) => Number(position))).toEqual([100, 150, 200, 300]);
  });
});

describe('tampering with log and evidence together', () => {
  it('the rest of the log hashed anew does not give the signed root', async () => {
    tamper(`UPDATE event SET data = replace(data, '1801', '9801') WHERE position = 802`);
    const honest = EvidenceFile.read(place.file).checkpoints();
    rehash();
    const verdict = await verify();
    expect(first(verdict)).toEqual(['rewrittenEvidence', 701]);
    expect(verdict.findings[0]!.through).toBe(1000n);
    expect(verdict).toMatchObject({ sealed: honest[0]!.size, counts: { altered: 0 } });
  });

  it('signed anew with another key, nobody vouches for it', async () => {
    tamper(`UPDATE event SET data = replace(data, '1801', '9801') WHERE position = 802`);
    rmSync(place.file);
    const genuine = vkey;
    await seal(store, { file: place.file, keyFile: join(folder, 'keys', 'thief.pem') });
    vkey = genuine;
    expect((await verify()).findings.map(({ kind }) => kind)).toEqual(['badCheckpoint']);
  });

  it('a checkpoint with a changed character is found', async () => {
    tamper(`UPDATE checkpoint SET note = replace(note, 'signed 2025', 'signed 2024') WHERE size = 1000`, place.file);
    expect((await verify()).findings.map(({ kind }) => kind)).toEqual(['badCheckpoint']);
  });

  it('a changed hash above the events is found', async () => {
    tamper(`UPDATE tile SET hashes = zeroblob(length(hashes)) WHERE level = 1`, place.file);
    expect((await verify()).findings[0]!.kind).toBe('damagedTile');
  });

  it('evidence that was cut off lacks what its checkpoints vouch for', async () => {
    tamper(`DELETE FROM tile WHERE n = 3 AND level = 0`, place.file);
    expect((await verify()).findings.map(({ kind }) => kind)).toContain('rolledBack');
  });

  /** Writes the hashes of the altered log into the evidence, leaving the signed checkpoints, for which the key is not at hand. */
  function rehash(): void {
    const evidence = new Database(place.file);
    const checkpoints = evidence.prepare('SELECT * FROM checkpoint').all() as { size: number; note: string }[];
    evidence.close();
    const fresh = join(folder, 'fresh.sqlite');
    const database = new Database(store, { readonly: true });
    const rows = database.prepare('SELECT * FROM event ORDER BY position').all() as Record<string, string>[];
    database.close();
    const sealer = Sealer.open({ file: fresh, keyFile: join(folder, 'keys', 'thief.pem'), name: 'test-log' });
    const { evidence: file } = sealer;
    const { eventText } = jest.requireActual<typeof import('.')>('.');
    file.append(
      0,
      rows.map((row) => ({
        position: BigInt(row['position']!),
        hash: file.hasher.leaf(
          eventText({
            ...row,
            recordedAt: row['recorded_at'],
            data: JSON.parse(row['data']!) as object,
            metadata: JSON.parse(row['metadata']!) as object,
          } as never),
        ),
      })),
    );
    for (const checkpoint of checkpoints) file.keepCheckpoint(checkpoint);
    sealer.close();
    for (const suffix of ['-wal', '-shm']) rmSync(place.file + suffix, { force: true });
    copyFileSync(fresh, place.file);
  }
});

describe('a witness', () => {
  const witness = () => join(folder, 'elsewhere', 'witness.txt');

  async function witnessed(): Promise<string[]> {
    const file = join(folder, 'witness.txt');
    const evidence = EvidenceFile.read(place.file);
    for (const { note } of evidence.checkpoints()) addToWitness(file, note);
    evidence.close();
    return readWitness(file);
  }

  it('without it an older copy of store and evidence together looks whole; with it the roll-back is found', async () => {
    const copies = [store, place.file].map((file) => [file, `${file}.old`] as const);
    for (const [file, copy] of copies) copyFileSync(file, copy);
    await record(1000, 50);
    await seal();
    const notes = await witnessed();
    expect(notes).toHaveLength(3);
    for (const [file, copy] of copies) {
      for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
      copyFileSync(copy, file);
    }
    expect(await verify()).toMatchObject({ intact: true, sealed: 1000 });
    const verdict = await verify(notes);
    expect(verdict).toMatchObject({ intact: false, witnessed: 3 });
    expect(verdict.findings.map(({ kind }) => kind)).toEqual(['rolledBack']);
  });

  it('finds another history signed with the stolen key', async () => {
    const notes = await witnessed();
    tamper(`UPDATE event SET data = replace(data, '1801', '9801') WHERE position = 802`);
    for (const suffix of ['', '-wal', '-shm']) rmSync(place.file + suffix, { force: true });
    await seal();
    expect(await verify()).toMatchObject({ intact: true });
    expect(first(await verify(notes))).toEqual(['forked', 701]);
  });

  it('keeps each checkpoint once, and a file that is none is refused', async () => {
    expect(await witnessed()).toEqual(await witnessed());
    const file = join(folder, 'broken.txt');
    writeFileSync(file, `${readFileSync(join(folder, 'witness.txt'), 'utf8')}scribble\n`);
    expect(() => readWitness(file)).toThrow(/part 3 is no signed note/);
    expect(() => readWitness(witness())).toThrow();
  });
});
