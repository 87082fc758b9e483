import Database from 'better-sqlite3';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedReader } from '../event-store';
import { fillLog } from './bench-log';
import { EvidenceFile, Sealer, eventsOutOfOrder, verifierOf, verifyLog, type LogVerdict } from '.';

const EVENTS = 40_000;
let folder: string;
let store: string;
let evidence: string;
let vkey: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'threads-'));
  store = join(folder, 'events.sqlite');
  evidence = join(folder, 'evidence.sqlite');
  await fillLog(store, EVENTS);
  const sealer = Sealer.open({ file: evidence, keyFile: join(folder, 'key.pem'), name: 'threads' });
  const reader = openEmbeddedReader({ file: store });
  await sealer.catchUp(reader, '2025-01-10T10:00:00.000+08:00');
  ({ vkey } = sealer);
  sealer.close();
  await reader.close();
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function change(file: string, sql: string): void {
  const database = new Database(file);
  database.exec(sql);
  database.close();
}

function inThreads(): LogVerdict {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      '-r',
      join(__dirname, '..', 'event-store', 'testing', 'register-typescript.cjs'),
      join(__dirname, 'testing', 'verify-in-threads.ts'),
      store,
      evidence,
      vkey,
    ],
    { encoding: 'utf8' },
  );
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout) as LogVerdict;
}

async function alone(): Promise<LogVerdict> {
  const reader = openEmbeddedReader({ file: store, asItStands: true });
  const file = EvidenceFile.read(evidence);
  const verdict = await verifyLog({
    reader,
    evidence: file,
    verifier: verifierOf(vkey),
    outOfOrder: (hashed) => eventsOutOfOrder(store, hashed),
  });
  file.close();
  await reader.close();
  return JSON.parse(
    JSON.stringify(verdict, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
  ) as LogVerdict;
}

describe('a log checked in threads', () => {
  it('is whole, and what was done to it is found at the seams of the stretches too', async () => {
    expect(inThreads()).toMatchObject({ intact: true, events: EVENTS, sealed: EVENTS });

    change(
      store,
      `DELETE FROM event WHERE position IN (16384, 16385);
       UPDATE event SET type = 'X' WHERE position IN (1, 32768, ${EVENTS});
       UPDATE event SET position = 60000 WHERE position = 20000`,
    );
    const verdict = inThreads();
    expect(verdict).toEqual(await alone());
    expect(verdict.findings.map(({ kind, position }) => [kind, Number(position)])).toEqual([
      ['altered', 1],
      ['missing', 16384],
      ['missing', 16385],
      ['missing', 20000],
      ['altered', 32768],
      ['altered', EVENTS],
      ['hidden', 60000],
    ]);

    change(evidence, 'DELETE FROM tile WHERE level = 0 AND n IN (63, 100)');
    const cut = inThreads();
    expect(cut).toEqual(await alone());
    expect(cut.counts).toMatchObject({ missing: 2, added: 511 });
  }, 120_000);
});
