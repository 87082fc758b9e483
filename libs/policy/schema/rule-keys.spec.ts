import { ruleKeys } from './index';

const keys = Object.keys(ruleKeys);

it('no key is the beginning of another, and none is called like a field of a leaf', () => {
  for (const key of keys) {
    expect(keys.filter((other) => other.startsWith(`${key}.`))).toEqual([]);
    expect(
      key.split('.').filter((step) => ['value', 'silent', 'notAvailable', 'external', 'rule'].includes(step)),
    ).toEqual([]);
  }
});

it('keys of one family stand together', () => {
  const families = keys.map((key) => key.split('.')[0]);
  expect(families.filter((family, index) => family !== families[index - 1])).toEqual([...new Set(families)]);
});

it('every key has its words in both languages, and no two share them', () => {
  expect(keys.filter((_key, index) => !/\p{Script=Han}/u.test(Object.values(ruleKeys)[index]!.zh))).toEqual([]);
  for (const words of [Object.values(ruleKeys).map(({ zh }) => zh), Object.values(ruleKeys).map(({ en }) => en)]) {
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
  }
});
