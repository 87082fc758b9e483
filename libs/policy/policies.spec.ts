import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPolicies, describeFault, readRuleIds, ruleCoverage, schemaText } from '.';

const FOLDER = join(__dirname, '../../policies');
const check = checkPolicies(FOLDER);

it('the packs of this repository have no error, and no warning but the hole that the document means', () => {
  expect(check.faults.filter(({ severity }) => severity === 'error').map(describeFault)).toEqual([]);
  expect(check.faults.map(({ path, expected }) => [path, /[-\d]+\.\.[-\d]+/.exec(expected)?.[0]])).toEqual([
    ['families.resident.windows.value[1]', '2023-12-21..2023-12-31'],
  ]);
});

it('every rule of the documents is in a pack, and expressed by a key or by code', () => {
  const { holes } = ruleCoverage(check.policies, [], readRuleIds(FOLDER));
  expect(holes.filter(({ why }) => why !== 'noCase').map(({ rule, why }) => `${rule} ${why}`)).toEqual([]);
});

it('the schema file is the one that the value types give; write it by `ledger policy schema`', () => {
  const current = readFileSync(join(FOLDER, 'pack.schema.json'), 'utf8') === schemaText();
  expect(current).toBe(true);
});

it('articles are named as a clerk reads them out', () => {
  const articles = check.policies.packs.flatMap(({ rules }) => Object.values(rules).map(({ cite }) => cite.article));
  expect(articles.filter((article) => /[^\p{Script=Han}（）()、A-Z0-9.-]/u.test(article))).toEqual([]);
});
