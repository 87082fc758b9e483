import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Client } from 'pg';
import { startPostgres, type TestPostgres } from '../read-model/testing/postgres';
import { LocalKeys, UnknownKey, Vault, WrongKey, addKey, keepKeyFile } from '.';

const NUMBER = '11010519491231002X';
const OTHER_NUMBER = '110105194912310003';
const NAME = '欧阳测试';
const card = (number = NUMBER) => ({ kind: 'identityCard', number }) as const;
const erasing = { legalBasis: 'PIPL art. 47', actor: 'clerk-1' };

let postgres: TestPostgres;
let folder: string;
let keyFile: string;
let opened: Vault[];

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vault-'));
  keyFile = join(folder, 'vault.key');
  keepKeyFile(keyFile);
  opened = [];
});
afterEach(async () => {
  for (const vault of opened) await vault.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the plain SQL on the database behind the vault's back. */
interface Behind {
  location: string;
  query(sql: string): Promise<Record<string, unknown>[]>;
}

const databases: Record<string, () => Promise<Behind>> = {
  SQLite: async () => {
    const location = join(folder, 'vault.db');
    return {
      location,
      query: async (sql) => {
        const database = new Database(location);
        try {
          const statement = database.prepare(sql);
          return statement.reader ? (statement.all() as Record<string, unknown>[]) : (statement.run(), []);
        } finally {
          database.close();
        }
      },
    };
  },
  PostgreSQL: async () => {
    const client = new Client({ connectionString: postgres.address });
    await client.connect();
    await client.query('drop schema public cascade; create schema public');
    await client.end();
    return {
      location: postgres.address,
      query: async (sql) => {
        const behind = new Client({ connectionString: postgres.address });
        await behind.connect();
        try {
          return (await behind.query(sql)).rows as Record<string, unknown>[];
        } finally {
          await behind.end();
        }
      },
    };
  },
};

async function openVault(location: string, keys = LocalKeys.fromFile(keyFile)): Promise<Vault> {
  const vault = await Vault.open({ location, keys, clock: Date.now });
  opened.push(vault);
  return vault;
}

describe.each(Object.keys(databases))('the vault on %s', (name) => {
  let behind: Behind;
  let vault: Vault;
  beforeEach(async () => {
    behind = await databases[name]!();
    vault = await openVault(behind.location);
  });

  test('keeps a number and a name, finds the person by the number, and reads them', async () => {
    expect(await vault.put('P1', { name: NAME, document: card() })).toEqual({ outcome: 'kept', added: true });
    expect(await vault.find(card(` ${NUMBER.toLowerCase()}`))).toEqual({ person: 'P1' });
    expect(await vault.find(card('110105491231002'))).toEqual({ person: 'P1' });
    expect(await vault.find(card(OTHER_NUMBER))).toBeUndefined();
    expect(await vault.read('P1')).toEqual({
      outcome: 'read',
      identity: { person: 'P1', name: NAME, documents: [{ kind: 'identityCard', number: NUMBER }] },
    });
    expect(await vault.read('P2')).toEqual({ outcome: 'unknown' });
  });

  test('says it twice, keeps it once; another number only replaces on purpose, and the old one no longer finds him', async () => {
    await vault.put('P1', { document: card() });
    expect(await vault.put('P1', { document: card() })).toEqual({ outcome: 'alreadyKept' });
    expect(await vault.put('P1', { document: card(OTHER_NUMBER) })).toEqual({
      outcome: 'differs',
      field: 'identityCard',
    });
    expect(await vault.find(card(OTHER_NUMBER))).toBeUndefined();
    expect(await vault.put('P1', { document: card(OTHER_NUMBER), replace: true })).toEqual({
      outcome: 'kept',
      added: false,
    });
    expect(await vault.find(card())).toBeUndefined();
    expect(await vault.find(card(OTHER_NUMBER))).toEqual({ person: 'P1' });
    expect(await vault.put('P2', { document: card() })).toEqual({ outcome: 'kept', added: true });
  });

  test('holds several documents of a person; one number by GB 11643 is one number whatever shows it', async () => {
    await vault.put('P1', { document: card() });
    await vault.put('P1', { document: { kind: 'passport', number: 'E12345678' } });
    expect(await vault.find({ kind: 'passport', number: 'e12345678' })).toEqual({ person: 'P1' });
    expect(await vault.find({ kind: 'chinesePassport', number: 'E12345678' })).toBeUndefined();
    await vault.put('P3', { document: { kind: 'residencePermit', number: residence } });
    expect(await vault.find(card(residence))).toEqual({ person: 'P3' });
  });

  test('a number that another holds is refused with his id, and the case waits until it is settled', async () => {
    await vault.put('P1', { name: NAME, document: card() });
    expect(await vault.put('P2', { name: 'somebody', document: card() })).toEqual({
      outcome: 'heldByOther',
      holder: 'P1',
    });
    await vault.put('P2', { document: card() });
    expect(await vault.read('P2')).toEqual({ outcome: 'unknown' });
    expect(await vault.foundTwice()).toEqual([
      expect.objectContaining({ person: 'P2', holder: 'P1', kind: 'identityCard', times: 2 }),
    ]);
    expect(await vault.settleFoundTwice(['P1', 'P2'], 'different', 'clerk-1')).toBe(1);
    expect(await vault.foundTwice()).toEqual([]);
    expect(await vault.foundTwice({ all: true })).toMatchObject([{ settled: { as: 'different', by: 'clerk-1' } }]);
    await vault.put('P2', { document: card() });
    expect(await vault.foundTwice()).toHaveLength(1);
  });

  test('many in one transaction end as one by one: what is not kept of one hangs on nothing else', async () => {
    const outcomes = await vault.putAll([
      { person: 'P1', given: { name: NAME, document: card() } },
      { person: 'P2', given: { name: 'somebody', document: card() } },
      { person: 'P3', given: { document: card('110105194912310021') } },
      { person: 'P2', given: { document: card(OTHER_NUMBER) } },
      { person: 'P1', given: { document: card() } },
    ]);
    expect(outcomes).toMatchObject([
      { outcome: 'kept', added: true },
      { outcome: 'heldByOther', holder: 'P1' },
      { outcome: 'invalid' },
      { outcome: 'kept', added: true },
      { outcome: 'alreadyKept' },
    ]);
    expect(await vault.read('P2')).toMatchObject({ identity: { documents: [{ number: OTHER_NUMBER }] } });
    expect(await vault.read('P3')).toEqual({ outcome: 'unknown' });
    expect(await vault.foundTwice()).toMatchObject([{ person: 'P2', holder: 'P1' }]);
    expect(await vault.putAll([])).toEqual([]);
  });

  test('a dry run says the same and writes nothing', async () => {
    const dryRun = { dryRun: true };
    expect(await vault.put('P1', { document: card() }, dryRun)).toEqual({ outcome: 'kept', added: true });
    expect(await vault.find(card())).toBeUndefined();
    await vault.put('P1', { document: card() });
    expect(await vault.put('P2', { document: card() }, dryRun)).toEqual({ outcome: 'heldByOther', holder: 'P1' });
    expect(await vault.foundTwice()).toEqual([]);
    expect(await behind.query('select person from vault_person')).toEqual([{ person: 'P1' }]);
  });

  test('a faulty number is refused without being repeated', async () => {
    const outcome = await vault.put('P1', { name: '', document: card('110105194912310021') });
    expect(outcome).toMatchObject({
      outcome: 'invalid',
      faults: [{ field: 'name' }, { field: 'number', position: 18 }],
    });
    expect(JSON.stringify(outcome)).not.toContain('11010519491231');
  });

  test('two writers that give one number to two persons at once: one has it, the other is told who', async () => {
    const second = await openVault(behind.location);
    for (let round = 0; round < 10; round++) {
      const number = card(complete(`110105199001${10 + round}${100 + round}`));
      const persons = [`A${round}`, `B${round}`];
      const outcomes = await Promise.all([
        vault.put(persons[0]!, { document: number }),
        second.put(persons[1]!, { document: number }),
      ]);
      const kept = outcomes.findIndex(({ outcome }) => outcome === 'kept');
      expect(outcomes[1 - kept]).toEqual({ outcome: 'heldByOther', holder: persons[kept] });
      expect(await vault.find(number)).toEqual({ person: persons[kept] });
    }
  });

  test('nothing stands there in clear', async () => {
    await vault.put('P1', { name: NAME, document: card() });
    await vault.put('P2', { document: card() });
    const tables = [
      'vault_person',
      'vault_field',
      'vault_lookup',
      'vault_found_twice',
      'vault_secret',
      'vault_erasure',
    ];
    const all = JSON.stringify(await Promise.all(tables.map((table) => behind.query(`select * from ${table}`))));
    for (const clear of [NUMBER, NAME, Buffer.from(NUMBER).toString('base64').slice(0, 20), '19491231']) {
      expect(all).not.toContain(clear);
    }
  });

  describe('erased', () => {
    beforeEach(async () => {
      await vault.put('P1', { name: NAME, document: card() });
    });

    test('nothing finds or reads him, nothing is left to open, and saying it twice changes nothing', async () => {
      const erasure = await vault.erase('P1', erasing);
      expect(erasure).toMatchObject({ person: 'P1', ...erasing, recorded: false });
      expect(await vault.erase('P1', { legalBasis: 'another' })).toEqual(erasure);
      expect(await vault.find(card())).toBeUndefined();
      expect(await vault.read('P1')).toEqual({ outcome: 'erased', erasure });
      expect(await vault.put('P1', { document: card() })).toEqual({ outcome: 'erased' });
      expect(await behind.query('select key_id, wrapped_key from vault_person')).toEqual([
        { key_id: null, wrapped_key: null },
      ]);
      expect(await behind.query('select * from vault_field')).toEqual([]);
      expect(await behind.query('select * from vault_lookup')).toEqual([]);
    });

    test('the same number later is somebody new', async () => {
      await vault.erase('P1', erasing);
      const [found] = await vault.personsFor([card()]);
      expect(found).toMatchObject({ ok: true, made: true });
      expect(found).not.toMatchObject({ person: 'P1' });
    });

    test('the log is owed the event until it is said to be recorded', async () => {
      const erasure = await vault.erase('P1', erasing);
      expect(await vault.unrecordedErasures()).toEqual([erasure]);
      await vault.erasureRecorded('P1');
      expect(await vault.unrecordedErasures()).toEqual([]);
      expect(await vault.erasureOf('P1')).toEqual({ ...erasure, recorded: true });
    });

    test('while others write to him: whatever comes first, nothing is left behind', async () => {
      const second = await openVault(behind.location);
      for (let round = 0; round < 10; round++) {
        const person = `R${round}`;
        const document = { kind: 'passport', number: `R${round}00000` } as const;
        await Promise.all([
          vault.put(person, { document }),
          second.erase(person, erasing),
          vault.put(person, { name: NAME }),
        ]);
        expect(await vault.read(person)).toMatchObject({ outcome: 'erased' });
        expect(await vault.find(document)).toBeUndefined();
        expect(await behind.query(`select * from vault_field where person = '${person}'`)).toEqual([]);
      }
    });
  });

  describe('tampered with', () => {
    beforeEach(async () => {
      await vault.put('P1', { name: NAME, document: card() });
      await vault.put('P2', { name: '另一人', document: card(OTHER_NUMBER) });
    });

    test('a ciphertext of one person does not open for another, nor one field for another', async () => {
      await behind.query(`update vault_field set sealed = (select sealed from vault_field where person = 'P1' and field = 'name')
        where person = 'P2' and field = 'name'`);
      await expect(vault.read('P2')).rejects.toThrow(WrongKey);
      await behind.query(`update vault_field set sealed = (select sealed from vault_field where person = 'P1' and field = 'name')
        where person = 'P1' and field <> 'name'`);
      await expect(vault.read('P1')).rejects.toThrow(/document:identityCard of P1 is not what was sealed/);
      expect((await vault.check()).unreadable).toEqual([
        { person: 'P1', field: 'document:identityCard' },
        { person: 'P2', field: 'name' },
      ]);
    });

    test('a whole row of one person, data key and all, does not open under another’s id', async () => {
      await behind.query(`update vault_person set
        wrapped_key = (select wrapped_key from vault_person where person = 'P1') where person = 'P2'`);
      await behind.query(`delete from vault_field where person = 'P2'`);
      await behind.query(`insert into vault_field select 'P2', field, sealed from vault_field where person = 'P1'`);
      await expect(vault.read('P2')).rejects.toThrow(WrongKey);
      expect((await vault.check()).unreadable).toEqual([{ person: 'P2', field: 'key' }]);
    });

    test('a truncated or changed ciphertext does not open', async () => {
      const [{ sealed }] = (await behind.query(
        `select sealed from vault_field where person = 'P1' and field = 'name'`,
      )) as [{ sealed: string }];
      const bytes = Buffer.from(sealed, 'base64');
      const flipped = Buffer.from(bytes);
      flipped[bytes.length - 20]! ^= 1;
      for (const changed of [bytes.subarray(0, 20), bytes.subarray(0, bytes.length - 1), flipped, Buffer.alloc(0)]) {
        await behind.query(
          `update vault_field set sealed = '${changed.toString('base64')}' where person = 'P1' and field = 'name'`,
        );
        await expect(vault.read('P1')).rejects.toThrow(WrongKey);
      }
    });

    test('a hash that leads to another person is found by the check', async () => {
      await behind.query(`update vault_lookup set person = 'P2' where person = 'P1'`);
      expect((await vault.check()).unfindable).not.toEqual([]);
    });

    test('no error tells a name or a number', async () => {
      await behind.query(`update vault_field set sealed = 'AAAA' where person = 'P1'`);
      const error = await vault.read('P1').catch((reason: Error) => reason);
      expect(String(error) + String((error as Error).stack)).not.toMatch(/11010519491231|欧阳/);
    });
  });

  describe('keys', () => {
    test('other keys open nothing', async () => {
      await vault.put('P1', { document: card() });
      const other = join(folder, 'other.key');
      keepKeyFile(other);
      await expect(
        Vault.open({ location: behind.location, keys: LocalKeys.fromFile(other), clock: Date.now }),
      ).rejects.toThrow(UnknownKey);
    });

    test('a key that only calls itself by the name of the right one opens nothing', async () => {
      await vault.put('P1', { document: card() });
      const [{ key_id }] = (await behind.query('select key_id from vault_person')) as [{ key_id: string }];
      const liar = LocalKeys.fromText(Buffer.alloc(32, 7).toString('base64'), 'test');
      (liar as unknown as { keys: Map<string, Buffer> }).keys = new Map([[key_id, Buffer.alloc(32, 7)]]);
      await expect(openVault(behind.location, liar)).rejects.toThrow(WrongKey);
    });

    test('rotation wraps every key anew and touches no ciphertext; a server that runs on reads on', async () => {
      const persons = Array.from({ length: 25 }, (_, index) => `P${index}`);
      for (const [index, person] of persons.entries())
        await vault.put(person, { document: { kind: 'passport', number: `E${10000 + index}` } });
      await vault.erase('P3', erasing);
      const before = await behind.query('select * from vault_field order by person');
      addKey(keyFile);
      const rotating = await openVault(behind.location);
      expect(await rotating.rotate({ batch: 4 })).toBe(25);
      expect(await rotating.rotate()).toBe(0);
      expect(await behind.query('select * from vault_field order by person')).toEqual(before);
      const checked = await rotating.check();
      expect(checked).toMatchObject({ persons: 24, erased: 1, unreadable: [], unfindable: [] });
      expect(Object.values(checked.keys)).toEqual([24]);
      expect(await vault.read('P7')).toMatchObject({ outcome: 'read' });
      expect(await vault.read('P3')).toMatchObject({ outcome: 'erased' });

      const onlyNew = join(folder, 'new.key');
      writeFileSync(onlyNew, `${readFileSync(keyFile, 'utf8').trim().split('\n')[1]}\n`);
      const later = await openVault(behind.location, LocalKeys.fromFile(onlyNew));
      expect(await later.find({ kind: 'passport', number: 'E10007' })).toEqual({ person: 'P7' });
      expect(await later.read('P7')).toMatchObject({ outcome: 'read' });
    });
  });

  describe('many at once', () => {
    const rows = (count: number, from = 0) =>
      Array.from({ length: count }, (_, index) => ({
        kind: 'passport' as const,
        number: `M${1_000_000 + from + index}`,
        name: `N${from + index}`,
      }));

    test('finds who is there, makes who is not, and says which', async () => {
      await vault.put('P1', { document: { kind: 'passport', number: 'M1000003' } });
      const found = await vault.personsFor([
        ...rows(1200),
        { kind: 'passport', number: 'M1000007' },
        { kind: 'identityCard', number: '1' },
      ]);
      expect(found[3]).toEqual({ ok: true, person: 'P1', made: false });
      expect(found[1200]).toEqual(found[7]);
      expect(found[1201]).toMatchObject({ ok: false, faults: [{ field: 'number' }] });
      expect(new Set(found.flatMap((one) => (one.ok ? [one.person] : []))).size).toBe(1200);
      const again = await vault.personsFor(rows(1200));
      expect(again.every((one) => one.ok && !one.made)).toBe(true);
      const eighth = found[8] as { person: string };
      expect(await vault.read(eighth.person)).toMatchObject({
        identity: { name: 'N8', documents: [{ kind: 'passport', number: 'M1000008' }] },
      });
      expect(await vault.check()).toMatchObject({ persons: 1200, documents: 1200, unreadable: [], unfindable: [] });
    });

    test('two files at once with the same people: every number has one person', async () => {
      const second = await openVault(behind.location);
      const [one, two] = await Promise.all([vault.personsFor(rows(600)), second.personsFor(rows(600, 300).reverse())]);
      const personOf = (found: Awaited<ReturnType<Vault['personsFor']>>[number]) => (found.ok ? found.person : '');
      expect(one.slice(300).map(personOf)).toEqual([...two].reverse().slice(0, 300).map(personOf));
      expect(await vault.check()).toMatchObject({ persons: 900, documents: 900, unreadable: [], unfindable: [] });
    });

    test('writers that come upon the same people in other orders never stop each other', async () => {
      const second = await openVault(behind.location);
      const given = rows(300).map(({ kind, number }, index) => ({
        person: `P${index}`,
        given: { document: { kind, number } },
      }));
      // Whose row it is to lock and which number to take next, each begins at another end.
      const crossed = given.map(({ given: document }, index) => ({ person: `P${299 - index}`, given: document }));
      const [one, two] = await Promise.all([vault.putAll(given), second.putAll(crossed)]);
      const outcomes = new Set([...one, ...two].map(({ outcome }) => outcome));
      for (const outcome of outcomes) expect(['kept', 'alreadyKept', 'heldByOther', 'differs']).toContain(outcome);
      expect(await vault.check()).toMatchObject({ documents: 300, unreadable: [], unfindable: [] });
    });
  });
});

describe('key files', () => {
  test('are made once, for their owner alone, and only added to', () => {
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    const before = readFileSync(keyFile, 'utf8');
    expect(keepKeyFile(keyFile)).toBe(false);
    addKey(keyFile);
    expect(readFileSync(keyFile, 'utf8').startsWith(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(['vault.key']);
  });

  test('a line that is no key is named, not repeated', () => {
    appendFileSync(keyFile, 'c2hvcnQ=\n');
    expect(() => LocalKeys.fromFile(keyFile)).toThrow(/vault\.key, line 2: expected a key of 32 bytes in base64/);
    expect(() => LocalKeys.fromText('not a key', 'LEDGER_VAULT_KEY')).toThrow(
      'LEDGER_VAULT_KEY, key 1: expected a key of 32 bytes in base64 (44 characters)',
    );
  });
});

describe('files of the vault', () => {
  test('hold neither number nor name, and after an erasure not even the wrapped key', async () => {
    const location = join(folder, 'vault.db');
    const vault = await openVault(location);
    await vault.put('P1', { name: NAME, document: card() });
    const database = new Database(location, { readonly: true });
    const { wrapped_key } = database.prepare('select wrapped_key from vault_person').get() as { wrapped_key: string };
    database.close();
    const files = () =>
      ['vault.db', 'vault.db-wal'].map((name) => join(folder, name)).filter((file) => existsSync(file));
    const holds = (text: string) => files().some((file) => readFileSync(file).includes(text));
    expect(holds(wrapped_key)).toBe(true);
    expect(holds(NUMBER) || holds(NAME)).toBe(false);
    await vault.erase('P1', erasing);
    expect(holds(wrapped_key)).toBe(false);
    expect(statSync(location).mode & 0o777).toBe(0o600);
  });
});

function complete(seventeen: string): string {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, index) => total + weight * Number(seventeen[index]), 0);
  return seventeen + '10X98765432'[sum % 11]!;
}

const residence = complete('83000019900101001');
