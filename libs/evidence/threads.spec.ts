import Database from 'better-sqlite3';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openEmbeddedReader, openStore } from '../event-store';
import { startTestCluster } from '../event-store/testing/node';
import { fill, fillLog } from './bench-log';
import { EvidenceFile, Sealer, verifierOf, verifyLog, type LogVerdict } from '.';
import { verified } from './testing/verified';

const EVENTS = 40_000;
/** A process that may start no threads. */
const NO_THREADS = [
  '--no-warnings',
  '--experimental-permission',
  '--allow-addons',
  '--allow-fs-read=*',
  '--allow-fs-write=*',
];
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

async function inThreads(log = store, hashes = evidence, key = vkey, flags: string[] = []): Promise<LogVerdict> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [
      ...flags,
      '-r',
      join(__dirname, '..', 'event-store', 'testing', 'register-typescript.cjs'),
      join(__dirname, 'testing', 'verify-in-threads.ts'),
      log,
      hashes,
      key,
    ],
    { encoding: 'utf8' },
  );
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout) as LogVerdict;
}

const alone = async () => plain(await verified(store, evidence, vkey));

/** As a process prints it. */
function plain(verdict: LogVerdict): LogVerdict {
  return JSON.parse(
    JSON.stringify(verdict, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
  ) as LogVerdict;
}

describe('a log checked in threads', () => {
  it('is whole, and what was done to it is found at the seams of the stretches too', async () => {
    expect(await inThreads()).toMatchObject({ intact: true, events: EVENTS, sealed: EVENTS });
    expect(await inThreads(store, evidence, vkey, NO_THREADS)).toEqual(await alone());

    change(
      store,
      `DELETE FROM event WHERE position IN (16384, 16385);
       UPDATE event SET type = 'X' WHERE position IN (1, 32768, ${EVENTS});
       UPDATE event SET position = 60000 WHERE position = 20000`,
    );
    const verdict = await inThreads();
    expect(verdict).toEqual(await alone());
    expect(await inThreads(store, evidence, vkey, NO_THREADS)).toEqual(verdict);
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
    const cut = await inThreads();
    expect(cut).toEqual(await alone());
    expect(cut.counts).toMatchObject({ missing: 2, added: 511 });
  }, 120_000);

  it('on a server is read by each thread for itself, and what differs is found at the seams too', async () => {
    const cluster = await startTestCluster();
    const address = cluster.connectionString();
    const server = openStore(address);
    await fill(server, 20_000);
    const place = { file: join(folder, 'server.sqlite'), keyFile: join(folder, 'key.pem'), name: 'server' };
    const sealer = Sealer.open(place);
    await sealer.catchUp(server, '2025-01-10T10:00:00.000+08:00');
    const key = sealer.vkey;
    sealer.close();
    const aloneThere = async () => {
      const file = EvidenceFile.read(place.file);
      const verdict = await verifyLog({ reader: server, evidence: file, verifier: verifierOf(key) });
      file.close();
      return plain(verdict);
    };
    expect(await inThreads(address, place.file, key)).toMatchObject({ intact: true, events: 20_000, sealed: 20_000 });

    // The event is gone with which a stretch begins: the server refuses to begin there.
    const { events } = cluster.log;
    const seam = events.indexOf(events.filter(({ stream }) => !stream.startsWith('$'))[64 * 256 - 1]!);
    const [gone] = events.splice(seam, 1);
    cluster.log.committed -= 1;
    const without = await inThreads(address, place.file, key);
    expect(without).toEqual(await aloneThere());
    expect(without.findings).toMatchObject([{ kind: 'missing', position: gone!.position }]);
    events.splice(seam, 0, gone!);
    cluster.log.committed += 1;

    // As if the events there had been changed: the hashes of two tiles change places, one on each side of a seam.
    change(
      place.file,
      `UPDATE tile SET n = CASE n WHEN 63 THEN -1 ELSE -2 END WHERE level = 0 AND n IN (63, 64);
       UPDATE tile SET n = CASE n WHEN -1 THEN 64 ELSE 63 END WHERE level = 0 AND n < 0`,
    );
    const verdict = await inThreads(address, place.file, key);
    expect(verdict.intact).toBe(false);
    expect(verdict).toEqual(await aloneThere());
    await server.close();
    await cluster.stop();
  }, 240_000);
});
