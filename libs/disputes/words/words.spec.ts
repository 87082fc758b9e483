import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  aidClasses,
  backPaymentKinds,
  collectionPeriodKinds,
  custodyKinds,
  duplicateScopes,
  employerKinds,
  employmentKinds,
  eventTypes,
  fundModes,
  paidKinds,
  participations,
  payers,
  schemes,
  terminationReasons,
} from '../../../events';
import { loadPoliciesOrThrow } from '../../policy';
import {
  answerWords,
  causeWords,
  changeWords,
  fieldsWords,
  monthsWords,
  speechOf,
  streamWords,
  term,
  withRegionNames,
} from '.';

const folder = join(__dirname, '..', '..', '..', 'events', 'samples');
const samples = readdirSync(folder)
  .filter((name) => /\.v\d+\.json$/.test(name))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as { type: string; data: object });
const isChinese = (text: string) => /\p{Script=Han}/u.test(text);

function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...namesIn(inner)]);
}

describe('words', () => {
  it('there are for every type of event and every word of the contract, in both languages', () => {
    const words = [
      ...eventTypes,
      ...schemes,
      ...participations,
      ...fundModes,
      ...aidClasses,
      ...paidKinds,
      ...payers,
      ...terminationReasons,
      ...duplicateScopes,
      ...backPaymentKinds,
      ...collectionPeriodKinds,
      ...custodyKinds,
      ...employerKinds,
      ...employmentKinds,
    ];
    expect(words.filter((word) => !isChinese(term(word, 'zh')))).toEqual([]);
    expect(eventTypes.filter((type) => term(type, 'en') === type)).toEqual([]);
  });

  it('there are for every field that an event may have', () => {
    const names = new Set(samples.flatMap(({ data }) => namesIn(data)));
    for (const unseen of ['birthDate', 'sex', 'identity', 'staff', 'sha256', 'packs', 'readings', 'retirementCategory'])
      names.delete(unseen);
    expect([...names].filter((name) => !isChinese(term(name, 'zh', 'field')))).toEqual([]);
  });

  it('say amounts in yuan, months in years too, and spans as spans', () => {
    const zh = { language: 'zh', region: (code: string) => `某市（${code}）` } as const;
    const data = {
      region: '211200',
      scheme: 'employee',
      unitFen: 123_456_789,
      feeMonths: { from: '2022-05', through: '2022-07' },
    };
    expect(fieldsWords(data, zh)).toBe(
      '职工医保；某市（211200）；费款所属期：2022-05 至 2022-07；单位缴费：1,234,567.89 元',
    );
    expect(fieldsWords(data, { language: 'en', region: String })).toBe(
      'employee scheme; 211200; fee months: 2022-05 to 2022-07; paid by the employer: ¥1,234,567.89',
    );
    expect([0, 1, 12, 27].map((count) => monthsWords(count, zh))).toEqual([
      '0 个月',
      '1 个月',
      '12 个月（1 年）',
      '27 个月（2 年 3 个月）',
    ]);
    expect(monthsWords(27, { language: 'en' })).toBe('27 months (2 y 3 m)');
    expect(answerWords('benefit.status', 'undetermined', zh)).toBe('未能确定');
    expect(changeWords({ at: 'contribution.total', from: 65, to: 66 }, zh)).toBe('缴费年限（月）·合计：65 → 66');
    const waiting = {
      scheme: 'employee',
      from: '2022-10-12',
      through: '2022-11-10',
      benefitsFrom: '2022-11-11',
      cause: 'interruption',
      rule: 'TL-2.2.2b',
    };
    expect(changeWords({ at: 'waitingPeriods', from: waiting }, zh)).toBe(
      '待遇等待期：不再有 职工医保，2022-10-12 至 2022-11-10，因中断缴费，2022-11-11 起享受待遇，TL-2.2.2b',
    );
  });

  it('name regions in sentences, and take nothing else for one', () => {
    const { packs } = loadPoliciesOrThrow(join(__dirname, '..', '..', '..', 'policies'));
    const [zh, en] = [speechOf(packs, 'zh'), speechOf(packs, 'en')];
    expect(withRegionNames('2022-10-20 在 211200 享受待遇。', zh)).toBe('2022-10-20 在铁岭市（211200）享受待遇。');
    expect(withRegionNames('211200 职工医保 2022-07-01 起享受待遇。', zh)).toBe(
      '铁岭市（211200）职工医保 2022-07-01 起享受待遇。',
    );
    expect(withRegionNames('On 2022-10-20 benefits are drawn in 211200.', en)).toBe(
      'On 2022-10-20 benefits are drawn in Tieling (211200).',
    );
    const plain = [
      '在 990100 享受待遇。',
      '基数 211200 元，本金 211,200.00 元，年 211200.5',
      '211200 × 7% = 14784，3020000 × 7% = 211400，1 + 211400',
      'pack:211200@2022-03-31, P2112000039',
    ];
    expect(plain.map((one) => withRegionNames(one, zh))).toEqual(plain);
    expect([streamWords('region-211200', zh), streamWords('employer-E1', en)]).toEqual([
      '铁岭市（211200）',
      'employer E1',
    ]);
    const law = { from: [], to: [], region: '211200' };
    expect(causeWords({ kind: 'pack', ...law }, zh)).toBe('政策包版本 铁岭市（211200）：— → —');
    expect(causeWords({ kind: 'region', to: '211200' }, en)).toBe('the region asked about: his own → Tieling (211200)');
  });
});
