import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore } from '../event-store';
import { importFiles, loadMapping } from '../importing';
import { openLedger } from '../ledger';
import { loadPoliciesOrThrow } from '../policy';
import { writeFileSync } from 'node:fs';
import { DocumentedPersons, LocalKeys, Vault, keepKeyFile } from '.';

test('a file that tells persons by their documents is recorded under ids, and no event holds number or name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'documented-'));
  keepKeyFile(join(folder, 'vault.key'));
  const keys = LocalKeys.fromFile(join(folder, 'vault.key'));
  const vault = await Vault.open({ location: join(folder, 'vault.db'), keys, clock: Date.now });
  const store = openEmbeddedStore({ file: join(folder, 'events.sqlite') });
  const ledger = openLedger({ store, policies: loadPoliciesOrThrow('policies'), clock: Date.now });
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
