import fc from 'fast-check';
import { stringify } from 'yaml';
import { nationalPack, packFolder, provinceHeader } from '../testing/pack-folder';
import { loadPoliciesOrThrow } from './load-policies';

interface Content {
  days: number;
  start: string;
  choice: 'A' | 'B';
  article: string;
  words: string;
  order: boolean;
}

const content: fc.Arbitrary<Content> = fc.record({
  days: fc.integer({ min: 0, max: 3 }),
  start: fc.constantFrom('payDay', 'nextDay'),
  choice: fc.constantFrom('A', 'B'),
  article: fc.constantFrom('一', '二'),
  words: fc.constantFrom('甲', '乙'),
  order: fc.boolean(),
});

/** The same content may be written with its keys in another order, in another style and with comments. */
function written({ days, start, choice, article, words, order }: Content): string {
  const wait = {
    value: { length: days, unit: 'day', first: { reading: 'A-01', A: 'payDay', B: 'nextDay' } },
    rule: 'HT-1',
  };
  const entry = { value: start, rule: 'HT-1' };
  const data = {
    rules: { 'HT-1': { article, zh: words, en: words } },
    readings: { 'A-01': choice },
    families: order
      ? { firstTime: { wait }, entry: { start: entry } }
      : { entry: { start: entry }, firstTime: { wait } },
  };
  return `${provinceHeader}${order ? '# in order\n' : ''}${stringify(data, { collectionStyle: order ? 'block' : 'any' })}`;
}

function sealOf(one: Content): string {
  const folder = packFolder({ 'CN/1.yaml': nationalPack, '990000-huangtian/2026-01-01.yaml': written(one) });
  try {
    return loadPoliciesOrThrow(folder.path).inForce('990000', '2026-01-01')!.sha256;
  } finally {
    folder.remove();
  }
}

it('the seal changes when the content does, and only then', () => {
  fc.assert(
    fc.property(content, content, (a, b) => {
      const same = JSON.stringify({ ...a, order: true }) === JSON.stringify({ ...b, order: true });
      expect(sealOf(a) === sealOf(b)).toBe(same);
    }),
    { numRuns: 60 },
  );
});

it('loading twice gives the same packs', () => {
  const folder = packFolder({ 'CN/1.yaml': nationalPack, '990000-huangtian/2026-01-01.yaml': provinceHeader });
  expect(loadPoliciesOrThrow(folder.path).packs).toEqual(loadPoliciesOrThrow(folder.path).packs);
  folder.remove();
});

it('what the country changes in words that the province uses changes its seal; other words do not', () => {
  const seal = (national: string) => {
    const folder = packFolder({
      'CN/1.yaml': national,
      '990000-huangtian/2026-01-01.yaml': written({
        days: 1,
        start: 'payDay',
        choice: 'A',
        article: '一',
        words: '甲',
        order: true,
      }),
    });
    const { sha256 } = loadPoliciesOrThrow(folder.path).inForce('990000', '2026-01-01')!;
    folder.remove();
    return sha256;
  };
  expect(seal(nationalPack.replace('次日起算', '自次日起算'))).not.toBe(seal(nationalPack));
  expect(seal(nationalPack.replace('计入, en', '算入, en'))).toBe(seal(nationalPack));
});
