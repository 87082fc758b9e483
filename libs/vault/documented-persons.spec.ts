import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore } from '../event-store';
import { importFiles, loadMapping, type Authority } from '../importing';
import { openLedger } from '../ledger';
import { loadPoliciesOrThrow } from '../policy';
import { writeFileSync } from 'node:fs';
import { DocumentedPersons, LocalKeys, Vault, keepKeyFile } from '.';

/** A vault and a ledger of nobody, in a folder of their own. */
async function emptyPlace() {
  const folder = mkdtempSync(join(tmpdir(), 'documented-'));
  keepKeyFile(join(folder, 'vault.key'));
  const keys = LocalKeys.fromFile(join(folder, 'vault.key'));
  const vault = await Vault.open({ location: join(folder, 'vault.db'), keys, clock: Date.now });
  const store = openEmbeddedStore({ file: join(folder, 'events.sqlite') });
  const ledger = openLedger({ store, policies: loadPoliciesOrThrow('policies'), clock: Date.now });
  return { folder, vault, store, ledger };
}

test('a file that tells persons by their documents is recorded under ids, and no event holds number or name', async () => {
  const { folder, vault, store, ledger } = await emptyPlace();
  const head =
    'psn_no,certno,psn_cert_type,psn_name,insutype,psn_type,insu_admdvs,accrym_begn,accrym_end,arvl_date,revs_flag';
  const row = (person: string, number: string, month: string) =>
    `${person},${number},01,张三,310,1101,211200,${month},${month},2022-06-10,Z`;
  const file = join(folder, 'payments.csv');
  const [first, second] = ['11010519491231002X', '110105194912310003'];
  writeFileSync(
    file,
    [
      head,
      row('', first, '202203'),
      row('', first, '202204'),
      row('P7', second, '202203'),
      row('P8', second, '202203'),
      row('', '110105194912310021', '202203'),
      row(first, first, '202203'),
      row(':', first, '202203'),
      '',
    ].join('\n'),
  );
  const run = () =>
    importFiles({ files: [file], ledger, mapping: loadMapping(), identities: new DocumentedPersons(vault) });
  expect(await run()).toMatchObject({ rows: 7, recorded: 3, refused: 4 });
  expect(await run()).toMatchObject({ rows: 7, recorded: 0, already: 3, refused: 4 });
  const found = (await vault.find({ kind: 'identityCard', number: first })) as { person: string };
  expect(await ledger.personEvents(found.person)).toHaveLength(2);
  expect(await vault.find({ kind: 'identityCard', number: second })).toEqual({ person: 'P7' });
  expect(await vault.foundTwice()).toMatchObject([{ person: 'P8', holder: 'P7' }]);
  for await (const batch of store.readAll()) {
    const text = batch.map(({ stream, data, metadata }) => JSON.stringify([stream, data, metadata])).join();
    expect(text).not.toMatch(/张三|1101051949/);
  }
  await vault.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a refused row', () => {
  const head =
    'psn_no,certno,psn_cert_type,psn_name,insutype,psn_type,insu_admdvs,accrym_begn,accrym_end,arvl_date,revs_flag,opt_time';
  const [one, two, three, four] = [
    '11010519491231002X',
    '110105194912310003',
    '110105194912310038',
    '110105194912310046',
  ];
  const row = (person: string, number: string, region: string, { arrival = '2022-06-10', flag = 'Z' } = {}) =>
    `${person},${number},01,张三,310,1101,${region},202203,202203,${arrival},${flag},${flag === 'Z' ? '2022-07-01' : '2022-07-02'}`;
  const rows = [
    head,
    row('', one!, '211200', { arrival: 'soon' }),
    row('P1', one!, '211200', { arrival: 'soon' }),
    row('', two!, '320700'),
    row('P2', two!, '320700'),
    // What takes a payment back may stand before it; nothing was ever paid for the second one.
    row('', three!, '211200', { flag: '-' }),
    row('', three!, '211200'),
    row('', four!, '211200', { flag: '-' }),
    row('P4', four!, '211200', { flag: '-' }),
    '',
  ];
  const ofOwnRegion: Authority = {
    overStream: async (_stream, facts) =>
      facts.map((fact) =>
        (fact.data as { region?: string }).region !== '320700' ? undefined : { field: 'region', reason: 'not yours' },
      ),
  };

  test.each([
    ['as it comes', undefined],
    ['in the order of another system', 'core'],
  ])('leaves nothing in the vault, %s', async (_, migratedFrom) => {
    const { folder, vault, store, ledger } = await emptyPlace();
    const file = join(folder, 'payments.csv');
    writeFileSync(file, rows.join('\n'));
    const run = (persons: ConstructorParameters<typeof DocumentedPersons>[0], onNew?: () => void) =>
      importFiles({
        files: [file],
        ledger,
        mapping: loadMapping(),
        identities: new DocumentedPersons(persons, { onNew }),
        authority: ofOwnRegion,
        migratedFrom,
      });
    expect(await run(vault)).toMatchObject({ rows: 8, recorded: 2, refused: 6 });
    expect(await vault.check()).toMatchObject({ persons: 1, documents: 1 });
    const known = await Promise.all(
      [one, two, three, four].map((number) => vault.find({ kind: 'identityCard', number: number! })),
    );
    expect(known.map((person) => person !== undefined)).toEqual([false, false, true, false]);
    const events = await ledger.personEvents((known[2] as { person: string }).person);
    expect(events.map(({ type }) => type)).toEqual(['Paid', 'Voided']);
    expect(await run(vault)).toMatchObject({ rows: 8, recorded: 0, already: 2, refused: 6 });

    const trial = vault.trial();
    let made = 0;
    await run(trial, () => (made += 1));
    trial.close();
    expect(made).toBe(0);
    await vault.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
});

test('persons with a number of their own and a document are kept together, and end as one by one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'documented-'));
  keepKeyFile(join(folder, 'vault.key'));
  const keys = LocalKeys.fromFile(join(folder, 'vault.key'));
  const open = (name: string) => Vault.open({ location: join(folder, name), keys, clock: Date.now });
  const [together, alone] = [await open('together.db'), await open('alone.db')];
  const numbers = ['11010519491231002X', '110105194912310003', '110105194912310038'];
  const row = (person: string, number: string, name?: string) => ({
    person,
    certificate: number,
    ...(name === undefined ? {} : { name }),
  });
  const rows = [
    row('P1', numbers[0]!, '张三'),
    row('P2', numbers[0]!, '李四'), // another holds it
    row('P2', numbers[1]!), // nothing of the row before is kept of him
    row('P1', numbers[0]!.toLowerCase(), '张三丰'), // the name that is kept stays
    row('P1', numbers[2]!), // he has another
    row('P3', '110105194912310021'), // no such number
    row('P1', numbers[0]!, '张三'),
  ];
  let transactions = 0;
  const counted = {
    personsFor: together.personsFor.bind(together),
    put: (...given: Parameters<Vault['put']>) => ((transactions += 1), together.put(...given)),
    putAll: (...given: Parameters<Vault['putAll']>) => ((transactions += 1), together.putAll(...given)),
    find: together.find.bind(together),
  };
  const found = async (vault: ConstructorParameters<typeof DocumentedPersons>[0], ahead: boolean) => {
    const persons = new DocumentedPersons(vault);
    if (ahead) await persons.ahead(rows);
    const told = [];
    for (const one of rows) told.push(await persons.personOf(one));
    return told;
  };
  const wanted = await found(alone, false);
  expect(wanted.map((one) => (typeof one === 'string' ? one : one.field))).toEqual([
    'P1',
    'certno',
    'P2',
    'P1',
    'certno',
    'certno',
    'P1',
  ]);
  expect(await found(counted, true)).toEqual(wanted);
  // All of them in one, and the name that differs once more without it.
  expect(transactions).toBe(2);
  expect(await found(counted, true)).toEqual(wanted);
  for (const person of ['P1', 'P2', 'P3']) expect(await together.read(person)).toEqual(await alone.read(person));
  const twice = async (vault: Vault) => (await vault.foundTwice()).map(({ person, holder }) => [person, holder]);
  expect(await twice(together)).toEqual(await twice(alone));
  // A document that another row asks about without a number of its own goes to whoever comes first.
  const persons = new DocumentedPersons(together);
  const unknown = '110105194912310046';
  const both = [{ certificate: unknown }, row('P9', unknown)];
  await persons.ahead(both);
  expect(await persons.personOf(both[0]!)).not.toBe('P9');
  expect(await persons.personOf(both[1]!)).toMatchObject({ field: 'certno' });
  await together.close();
  await alone.close();
  rmSync(folder, { recursive: true, force: true });
});
