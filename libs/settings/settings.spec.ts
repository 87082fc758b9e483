import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SettingsReader, installation, readPlaces, readProjecting } from '.';

const folder = mkdtempSync(join(tmpdir(), 'ledger-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('where things are', () => {
  it('is beside the program where nothing is said', () => {
    expect(readPlaces(new SettingsReader({}), folder)).toEqual({
      data: join(installation(), 'data'),
      store: { kind: 'embedded', location: join(installation(), 'data') },
      databaseUrl: undefined,
      policies: join(installation(), 'policies'),
    });
  });

  it('is refused all at once, and no password is repeated', () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const reader = new SettingsReader({
      LEDGER_DATA: file,
      LEDGER_POLICIES: join(folder, 'nowhere'),
      EVENTSTORE_URL: 'http://user:secret@host',
      DATABASE_URL: 'postgres://user:secret@:x/',
    });
    readPlaces(reader, folder);
    expect(reader.faults.map(({ name }) => name).sort()).toEqual(
      ['DATABASE_URL', 'EVENTSTORE_URL', 'LEDGER_DATA', 'LEDGER_POLICIES'].sort(),
    );
    expect(JSON.stringify(reader.faults)).not.toContain('secret');
  });
});

describe('a projector', () => {
  it.each([
    ['', '0/1'],
    ['0/2', '0/2'],
    ['1/2', '1/2'],
    ['12/16', '12/16'],
  ])('takes the share %j', (given, shard) => {
    const reader = new SettingsReader({ LEDGER_SHARD: given });
    expect(readProjecting(reader).shard).toBe(shard);
    expect(reader.faults).toEqual([]);
  });

  it.each(['2/2', '1', '1/0', '-1/2', 'a/b', '1/2/3', ' 0/2'])('refuses the share %j', (given) => {
    const reader = new SettingsReader({ LEDGER_SHARD: given });
    readProjecting(reader);
    expect(reader.faults).toMatchObject([{ name: 'LEDGER_SHARD', value: given }]);
  });
});
