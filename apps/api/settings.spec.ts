import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidSettings, installation, readSettings, unknownSettings } from './settings';

const folder = mkdtempSync(join(tmpdir(), 'ledger-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function faultsOf(environment: Record<string, string>): string[] {
  try {
    readSettings(environment, folder);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error;
    return error.faults.map(({ name }) => name);
  }
}

describe('settings', () => {
  it('have defaults that keep the server to this machine', () => {
    expect(readSettings({}, folder)).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      samples: true,
      lang: 'zh',
      data: join(installation(), 'data'),
      store: { kind: 'embedded', location: join(installation(), 'data') },
      policies: join(installation(), 'policies'),
    });
  });

  it('take paths from where the server is started, and an empty one for none', () => {
    const settings = readSettings({ LEDGER_DATA: 'here', EVENTSTORE_URL: '', LEDGER_LANG: '' }, folder);
    expect(settings).toMatchObject({
      data: join(folder, 'here'),
      store: { location: join(folder, 'here') },
      lang: 'zh',
    });
  });

  it.each([
    ['embedded:other', { kind: 'embedded', location: join(folder, 'other') }],
    ['embedded:/var/ledger.db', { kind: 'embedded', location: '/var/ledger.db' }],
    ['esdb://localhost:2113?tls=false', { kind: 'eventstoredb', url: 'esdb://localhost:2113?tls=false' }],
    ['esdb+discover://a:1,b:2', { kind: 'eventstoredb', url: 'esdb+discover://a:1,b:2' }],
  ])('know the store %s', (url, store) => {
    expect(readSettings({ EVENTSTORE_URL: url }, folder).store).toEqual(store);
  });

  it('that are wrong are all named at once', () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const wrong = {
      LEDGER_DATA: file,
      LEDGER_PORT: '80800',
      LEDGER_HOST: 'no host',
      LEDGER_SAMPLES: 'no',
      LEDGER_LANG: 'de',
      LEDGER_POLICIES: join(folder, 'nowhere'),
      EVENTSTORE_URL: 'http://user:secret@host',
      LEDGER_BODY_BYTES: '1e6',
      LEDGER_IMPORT_BYTES: '-1',
      LEDGER_LOG_LEVEL: 'loud',
      LEDGER_SHUTDOWN_SECONDS: 'soon',
      LEDGER_PROJECTOR: 'yes',
      LEDGER_SHARD: '2/2',
      LEDGER_AUDIT_SECONDS: '1.5',
      LEDGER_VERIFY_HOURS: 'daily',
      LEDGER_LAG_SECONDS: '0',
    };
    expect(faultsOf(wrong).sort()).toEqual(Object.keys(wrong).sort());
    expect(() => readSettings(wrong, folder)).not.toThrow(/secret/);
  });

  it.each(['0', '65535'])('take the port %s', (port) => expect(faultsOf({ LEDGER_PORT: port })).toEqual([]));
  it.each(['-1', '65536', '80a', ' 80', '8080.0'])('refuse the port %j', (port) =>
    expect(faultsOf({ LEDGER_PORT: port })).toEqual(['LEDGER_PORT']),
  );

  it('notice a name that is none', () => {
    expect(unknownSettings({ LEDGER_PROT: '80', LEDGER_PORT: '80', PATH: '/bin' })).toEqual(['LEDGER_PROT']);
  });
});
