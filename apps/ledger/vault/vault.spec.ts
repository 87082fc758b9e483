import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledger } from '../testing/ledger-process';

const NUMBER = '11010519491231002X';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-vault-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const vault = (args: string[], input = '') => ledger(['vault', ...args, '--store', folder], { input });

test('a person’s identity is kept, found, shown, rotated, erased and checked', () => {
  expect(vault(['put', 'P1', '--kind', '01', '--name'], `${NUMBER}\n欧阳测试\n`)).toMatchObject({ status: 0 });
  expect(vault(['put', 'P2', '--kind', '01'], NUMBER)).toMatchObject({
    status: 1,
    out: expect.stringContaining('P1 holds this document') as string,
  });
  expect(vault(['find', '--kind', 'identityCard'], NUMBER)).toMatchObject({ status: 0, out: 'P1\n' });
  expect(vault(['show', 'P1'])).toMatchObject({ status: 0, out: `欧阳测试\nidentityCard ${NUMBER}\n` });
  expect(vault(['rotate'])).toMatchObject({ status: 0, out: '2 keys wrapped anew\n' });
  expect(readFileSync(join(folder, 'vault.key'), 'utf8').trim().split('\n')).toHaveLength(2);
  expect(vault(['erase', 'P1', '--legal-basis', 'PIPL art. 47'])).toMatchObject({ status: 0 });
  expect(vault(['show', 'P1'])).toMatchObject({ status: 1, out: expect.stringContaining('erased') as string });
  expect(vault(['find', '--kind', '01'], NUMBER).status).toBe(1);
  const checked = vault(['check', '--json']);
  expect(checked.status).toBe(0);
  expect(JSON.parse(checked.out)).toMatchObject({ persons: 0, erased: 1, unrecorded: [], notErased: [] });
});

test('what is wrong is said without the number', () => {
  const wrong = vault(['put', 'P3', '--kind', '01'], '110105194912310021');
  expect(wrong).toMatchObject({ status: 2, err: expect.stringContaining('校验码应为X') as string });
  const asPerson = vault(['show', NUMBER]);
  expect(asPerson.status).toBe(2);
  expect(wrong.err + asPerson.err).not.toMatch(/1101051949/);
  expect(vault(['number', '--kind', 'creditCode'], '91350100M000100Y43').status).toBe(0);
});
