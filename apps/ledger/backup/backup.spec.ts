import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditTrail, KeyRing, auditFile, checkAudit, keyFile } from '../../../libs/access';
import { newEvent } from '../../../libs/event-store/testing/contract';
import { openEmbeddedReader, type StoredEvent } from '../../../libs/event-store';
import { Sealer, evidenceIn } from '../../../libs/evidence';
import { parsePlace } from '../../../libs/feeds';
import { Webhooks } from '../../../libs/feeds/webhooks';
import { openLedger, openStore } from '../../../libs/ledger';
import { loadPoliciesOrThrow } from '../../../libs/policy';
import { rebuild } from '../../../libs/read-model';
import { eraseIdentities, openVault } from '../../../libs/vault';
import { startTypeScript } from '../../../libs/event-store/testing/child-process';
import { runLedger } from '../program';

const policies = loadPoliciesOrThrow('policies');
let folder: string;
let data: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-backup-'));
  data = join(folder, 'data');
  const store = openStore(data);
  const ledger = openLedger({ store, policies, clock: Date.now });
  for (let person = 0; person < 20; person++) {
    const recorded = await ledger.recordPersonEvents(`P-${person}`, [
      {
        type: 'Registered',
        effectiveOn: '2022-05-01',
        data: { scheme: 'employee', region: '211200', participation: 'employed' },
      },
      { type: 'Died', effectiveOn: '2022-08-01' },
    ]);
    expect(recorded.outcome).toBe('recorded');
  }
  await store.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await runLedger([...args, '--lang', 'en'], {
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { status, out, err };
}
const to = (name = 'backup') => join(folder, name);
const backup = (...more: string[]) => run('backup', '--store', data, '--to', to(), ...more);
const restoredTo = (name: string) => run('restore', to(), '--to', join(folder, name));

async function eventsIn(file: string): Promise<StoredEvent[]> {
  const reader = openEmbeddedReader({ file });
  const events: StoredEvent[] = [];
  for await (const batch of reader.readAll()) events.push(...batch);
  await reader.close();
  return events;
}

describe('ledger backup and ledger restore', () => {
  it('bring the log back event by event, with everything beside it but keys', async () => {
    const store = openStore(data);
    await rebuild({ readModel: join(data, 'read-model.db'), store, policies });
    const sealer = Sealer.open(evidenceIn(data));
    await sealer.catchUp(store, '2026-01-01T00:00:00.000+08:00');
    sealer.close();
    await store.close();
    writeFileSync(join(data, 'api-token'), 'secret');
    writeFileSync(join(data, 'notes.db'), 'no database');

    const { status, out } = await backup();
    expect(status).toBe(0);
    expect(out).toContain('40 events in 20 streams');
    expect(readdirSync(to()).sort()).toEqual(['events.sqlite', 'evidence.sqlite', 'manifest.json', 'read-model.db']);
    expect(statSync(to()).mode & 0o777).toBe(0o700);

    const check = await run('restore', to(), '--check');
    expect(check).toMatchObject({ status: 0, err: '' });
    expect(check.out).toContain('The evidence fits the log: 40 events sealed');
    expect((await restoredTo('again')).status).toBe(0);
    expect(await eventsIn(join(folder, 'again', 'events.sqlite'))).toEqual(await eventsIn(join(data, 'events.sqlite')));
    const written = openStore(join(folder, 'again'));
    expect(await written.append('person-P-1', [newEvent()], 1)).toMatchObject({ outcome: 'appended', position: 41n });
    await written.close();
  });

  it('leave the read model out where it is asked', async () => {
    const store = openStore(data);
    await rebuild({ readModel: join(data, 'read-model.db'), store, policies });
    await store.close();
    expect((await backup('--without-read-model')).status).toBe(0);
    expect(readdirSync(to()).sort()).toEqual(['events.sqlite', 'manifest.json']);
  });

  it('take one moment of a store that another process goes on writing', async () => {
    const file = join(data, 'events.sqlite');
    const writer = startTypeScript('appending-process.ts', [file, 'batches']);
    const acknowledged = () => writer.lines.filter((line) => line.startsWith('ack ')).length;
    try {
      while (acknowledged() < 30) await new Promise((resolve) => setTimeout(resolve, 2));
      for (let round = 0; round < 3; round++) {
        const before = acknowledged();
        const made = await run('backup', '--store', data, '--to', to(`moment-${round}`), '--json');
        expect(made.status).toBe(0);
        const events = await eventsIn(join(to(`moment-${round}`), 'events.sqlite'));
        expect(events).toHaveLength((JSON.parse(made.out) as { events: number }).events);
        // Nothing that was acknowledged before the backup began is missing, and no batch of twenty is there in part.
        expect(events.length).toBeGreaterThanOrEqual(40 + before * 20);
        expect((events.length - 40) % 20).toBe(0);
        expect((await run('restore', to(`moment-${round}`), '--check')).out).toContain('The log is whole');
      }
      expect(writer.process.exitCode).toBeNull();
    } finally {
      writer.process.kill('SIGKILL');
      await writer.ended;
    }
  });

  it('name events that this program cannot read, and restore them all the same', async () => {
    const store = openStore(data);
    await store.append('person-OLD', [{ ...newEvent(), type: 'Frobnicated' }], 'noStream');
    await store.close();
    expect((await backup()).status).toBe(0);
    const check = await run('restore', to(), '--check');
    expect(check.status).toBe(1);
    expect(check.out).toContain('cannot read revision 0 of person-OLD');
    expect((await restoredTo('again')).status).toBe(0);
    expect(await eventsIn(join(folder, 'again', 'events.sqlite'))).toHaveLength(41);
  });

  it('overwrite nothing', async () => {
    mkdirSync(to());
    writeFileSync(join(to(), 'mine'), 'kept');
    const refused = await backup();
    expect(refused).toMatchObject({ status: 2, out: '' });
    expect(refused.err).toContain('nothing is overwritten');
    expect(readdirSync(to())).toEqual(['mine']);
    rmSync(to(), { recursive: true });
    expect((await backup()).status).toBe(0);
    const over = await run('restore', to(), '--to', data);
    expect(over.status).toBe(2);
    expect(over.err).toContain('nothing is overwritten');
    expect(readdirSync(folder).sort()).toEqual(['backup', 'data']);
  });

  it('leave nothing in place when killed midway, and clear it away the next time', async () => {
    const store = openStore(data);
    const streams = Array.from({ length: 30_000 }, (_, number) => `person-K-${number}`);
    await Promise.all(streams.map((stream) => store.append(stream, [newEvent()], 'noStream')));
    await store.close();
    const program = join(__dirname, '..', 'main.ts');
    const register = join(__dirname, '..', 'testing', 'register-typescript.cjs');
    const child = spawn(process.execPath, ['-r', register, program, 'backup', '--store', data, '--to', to()], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    // The first word of progress comes when some of the file is written.
    await new Promise((resolve) => child.stderr.once('data', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(existsSync(to())).toBe(false);
    expect(readdirSync(folder).some((name) => name.startsWith('backup.partial-'))).toBe(true);

    expect((await backup('--quiet')).status).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['backup', 'data']);
    expect((await run('restore', to(), '--check')).out).toContain('The log is whole: 30040 events');
  });

  describe('tell a backup that is not whole:', () => {
    const change = (file: string, statement: string) => {
      const database = new Database(join(to(), file));
      database.exec(statement);
      database.close();
    };
    const damaged = async (what: RegExp) => {
      const check = await run('restore', to(), '--check');
      expect(check.status).toBe(1);
      expect(check.out).toMatch(what);
      const restored = await restoredTo('never');
      expect(restored.status).toBe(1);
      expect(existsSync(join(folder, 'never'))).toBe(false);
    };
    beforeEach(async () => {
      expect((await backup('--quiet')).status).toBe(0);
    });

    it('a file that was changed', async () => {
      change('events.sqlite', "UPDATE event SET data = '{}' WHERE position = 7");
      await damaged(/events\.sqlite is not the file that was backed up/);
    });

    it('a file that is missing', async () => {
      rmSync(join(to(), 'events.sqlite'));
      await damaged(/events\.sqlite is missing/);
    });

    it('pages that were lost, in a lone copy of the store', async () => {
      const lone = join(folder, 'lone.sqlite');
      const bytes = readFileSync(join(to(), 'events.sqlite'));
      writeFileSync(lone, Buffer.concat([bytes.subarray(0, 8192), Buffer.alloc(8192, 7), bytes.subarray(16_384)]));
      const check = await run('restore', lone, '--check');
      expect(check.status).toBe(1);
      expect(check.out).toContain('is damaged');
    });

    it.each([
      ['DELETE FROM event WHERE position = 7', /position 7 is missing; 8 stands there/],
      ['DELETE FROM event WHERE position = 1', /position 1 is missing/],
      [
        "UPDATE event SET revision = 5 WHERE stream = 'person-P-3' AND revision = 1",
        /revisions of person-P-3 have a gap/,
      ],
    ])('a lone copy after %s', async (statement, told) => {
      change('events.sqlite', statement);
      const lone = join(folder, 'lone.sqlite');
      cpSync(join(to(), 'events.sqlite'), lone);
      const check = await run('restore', lone, '--check');
      expect(check.status).toBe(1);
      expect(check.out).toMatch(told);
      expect((await run('restore', lone, '--to', join(folder, 'never'))).status).toBe(1);
      expect(existsSync(join(folder, 'never'))).toBe(false);
    });
  });

  it('keep the audit trail with its head, and tell a row that was changed', async () => {
    const trail = new AuditTrail(auditFile(data));
    const noted = {
      at: '2026-01-01',
      subject: 'clerk',
      action: 'GET',
      person: 'P-1',
      basis: null,
      outcome: '200',
      correlation: 'c',
    };
    for (let row = 0; row < 3; row++) trail.note(noted);
    trail.flush();
    expect((await backup('--quiet')).status).toBe(0);
    trail.close();
    expect(readdirSync(to())).toEqual(expect.arrayContaining(['audit.head', 'audit.sqlite']));
    expect((await run('restore', to(), '--check')).status).toBe(0);
    expect((await restoredTo('again')).status).toBe(0);
    expect(checkAudit(auditFile(join(folder, 'again')))).toMatchObject({ rows: 3, faults: [] });

    const tampered = new Database(auditFile(data));
    tampered.exec('PRAGMA writable_schema = ON');
    for (const { name } of tampered.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all() as {
      name: string;
    }[])
      tampered.exec(`DROP TRIGGER "${name}"`);
    tampered.exec("UPDATE audit SET person = 'P-2' WHERE seq = 2");
    tampered.close();
    expect((await run('backup', '--store', data, '--to', to('tampered'), '--quiet')).status).toBe(0);
    const check = await run('restore', to('tampered'), '--check');
    expect(check.status).toBe(1);
    expect(check.out).toContain('audit.sqlite is damaged: row 2 is not as it was written');
  });

  describe('carry what a server keeps beside the log, without its keys,', () => {
    beforeEach(async () => {
      const keys = new KeyRing(keyFile(data));
      keys.add({ name: 'tax-office', roles: ['clerk'], regions: ['211200'], expiresAt: undefined }, Date.now());
      keys.close();
      const webhooks = new Webhooks(data);
      const wanted = { url: 'https://example.org/hook', feed: 'answers', filter: {}, createdBy: 'key:a' } as const;
      webhooks.create({ ...wanted, place: parsePlace('40')! });
      webhooks.close();
      const settings = { location: join(data, 'vault.db'), keyFile: join(data, 'vault.key'), keys: undefined };
      const { vault } = await openVault(settings, Date.now);
      for (const person of ['P-1', 'P-2']) await vault.put(person, { name: '欧阳测试' });
      const store = openStore(data);
      const ledger = openLedger({ store, policies, clock: Date.now });
      await eraseIdentities(vault, ledger, ['P-2'], { legalBasis: 'test' });
      await store.close();
      await vault.close();
    });
    const inCopy = (file: string, statement: string) => {
      const database = new Database(join(data, file));
      database.exec(statement);
      database.close();
    };

    it('and give it back as it was', async () => {
      expect((await backup('--quiet')).status).toBe(0);
      const files = readdirSync(to());
      expect(files).toEqual(expect.arrayContaining(['access.sqlite', 'feeds.db', 'vault.db']));
      expect(files.filter((name) => /key|token/.test(name))).toEqual([]);
      expect(await run('restore', to(), '--check')).toMatchObject({ status: 0, err: '' });
      expect((await restoredTo('again')).status).toBe(0);
      const again = join(folder, 'again');
      const keys = new KeyRing(keyFile(again));
      expect(keys.list()).toMatchObject([{ name: 'tax-office', roles: ['clerk'], regions: ['211200'] }]);
      keys.close();
      cpSync(join(data, 'feeds-key'), join(again, 'feeds-key'));
      const webhooks = new Webhooks(again);
      expect(webhooks.list()).toMatchObject([{ url: 'https://example.org/hook', place: parsePlace('40') }]);
      webhooks.close();
      cpSync(join(data, 'vault.key'), join(again, 'vault.key'));
      const settings = { location: join(again, 'vault.db'), keyFile: join(again, 'vault.key'), keys: undefined };
      const { vault } = await openVault(settings, Date.now);
      expect(await vault.read('P-1')).toMatchObject({ outcome: 'read', identity: { name: '欧阳测试' } });
      expect((await vault.read('P-2')).outcome).toBe('erased');
      await vault.close();
    });

    it.each([
      ['access.sqlite', `UPDATE api_key SET roles = '["king"]'`, /the key [0-9a-f]{16} has a role that this program/],
      ['access.sqlite', 'UPDATE api_key SET regions = \'"some"\'', /has regions that are none/],
      ['access.sqlite', "UPDATE api_key SET hash = x'00'", /has no hash that could open anything/],
      ['access.sqlite', 'DROP TABLE api_key', /access\.sqlite is damaged: it holds no keys/],
      [
        'feeds.db',
        "UPDATE webhook SET place = '99'",
        /feeds\.db has sent what lies at position 99, and the log ends at 41/,
      ],
      ['vault.db', 'DELETE FROM vault_erasure', /vault\.db holds P-2, whose identity was erased/],
    ])('and tell %s after %s', async (file, statement, told) => {
      inCopy(file, statement);
      expect((await backup('--quiet')).status).toBe(0);
      const check = await run('restore', to(), '--check');
      expect(check.status).toBe(1);
      expect(check.out).toMatch(told);
      expect((await restoredTo('never')).status).toBe(1);
    });
  });

  it('tell evidence that does not fit the log, even where the manifest was made to fit', async () => {
    const store = openStore(data);
    const sealer = Sealer.open(evidenceIn(data));
    await sealer.catchUp(store, '2026-01-01T00:00:00.000+08:00');
    sealer.close();
    await store.close();
    const tampered = new Database(join(data, 'events.sqlite'));
    tampered.exec(
      `UPDATE event SET data = '{"scheme":"resident","region":"211200","participation":"general"}' WHERE position = 5`,
    );
    tampered.close();
    expect((await backup('--quiet')).status).toBe(0);
    const check = await run('restore', to(), '--check');
    expect(check.status).toBe(1);
    expect(check.out).toContain('the event at position 5 is not the one that was hashed');
  });

  it('restore a lone copy of the store, as sqlite3 makes it', async () => {
    const lone = join(folder, 'copy.db');
    cpSync(join(data, 'events.sqlite'), lone);
    const done = await run('restore', lone, '--to', join(folder, 'again'));
    expect(done.status).toBe(0);
    expect(await eventsIn(join(folder, 'again', 'events.sqlite'))).toHaveLength(40);
  });

  it.each([
    [['backup', '--store', 'nowhere', '--to', 'x'], /no event store at/],
    [['backup', '--store', 'esdb://localhost:2113', '--to', 'x'], /EventStoreDB/],
    [['restore', 'nowhere', '--check'], /no backup at/],
    [['restore', '.', '--check'], /is no backup/],
    [['restore', '.'], /either --to FOLDER or --check/],
  ])('refuse %j', async (args, told) => {
    const { status, err } = await run(...args);
    expect(status).toBe(2);
    expect(err).toMatch(told);
  });
});
