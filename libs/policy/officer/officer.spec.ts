import {
  checkPolicies,
  coverageMarkdown,
  diffPacks,
  findPack,
  loadPoliciesOrThrow,
  readRuleIds,
  ruleCoverage,
  scaffold,
  showInForce,
  stillSilent,
} from '..';
import { ruleKeys } from '../schema';
import { nationalPack, packFolder, provinceHeader } from '../testing/pack-folder';

const PROVINCE = '990000-huangtian/2026-01-01.yaml';
const NEXT = '990000-huangtian/2027-01-01.yaml';

const province = `${provinceHeader}rules:
  HT-1: { article: 第一条, zh: 首次参保等待, en: a first enrolment waits }
  HT-2: { article: 第二条, zh: 退休, en: retirement, by: retirement }
  HT-3: { article: 第三条, zh: 没人用的规定, en: a rule | nobody uses }
outside:
  HT-4: { article: 第四条, zh: 医疗费用, en: costs of care }
readings: { A-01: A }
families:
  firstTime:
    wait: { value: { length: 45, unit: day, first: { reading: A-01, A: payDay, B: nextDay } }, rule: HT-1, cite: { article: 附件 } }
    graduateExempt: { silent: true }
    armySpouseExempt: { silent: true, rule: HT-1 }
  years:
    schemeStart: { external: schemeStart, rule: HT-2 }
  entry:
    start:
      - { from: 2026-01-01, through: 2026-06-30, value: payDay, rule: HT-1 }
      - { from: 2026-08-01, notAvailable: true }
`;

const folder = packFolder({
  'CN/1.yaml': nationalPack,
  [PROVINCE]: province,
  [NEXT]: province
    .replaceAll('2026-01-01', '2027-01-01')
    .replace('length: 45', 'length: 30')
    .replace('readings: { A-01: A }', 'readings: { A-01: B }')
    .replace('  HT-3: { article: 第三条, zh: 没人用的规定, en: a rule | nobody uses }\n', '')
    .replace('graduateExempt: { silent: true }', 'graduateExempt: { value: true, rule: HT-1 }')
    .replace('from: 2027-01-01, through: 2026-06-30', 'from: 2026-01-01, through: 2026-06-30'),
});
const policies = loadPoliciesOrThrow(folder.path);

afterAll(() => folder.remove());

describe('what is in force', () => {
  const shown = (day: string) =>
    Object.fromEntries(showInForce(policies, '990100', day).keys.map((key) => [key.key, key]));

  it('names every key, with value, readings, rule, citation and file', () => {
    const keys = shown('2026-03-01');
    expect(Object.keys(keys)).toEqual(Object.keys(ruleKeys));
    expect(keys['firstTime.wait']).toMatchObject({
      zh: '首次参保等待期',
      form: 'value',
      value: { length: 45, unit: 'day', first: 'payDay' },
      readings: [{ id: 'A-01', choice: 'A', en: 'Whether the payment day is the first day of the waiting period' }],
      rule: { id: 'HT-1', citation: { document: '荒医保〔2025〕7号', article: '附件' }, en: 'a first enrolment waits' },
      file: PROVINCE,
    });
  });

  it('names the gaps apart', () => {
    const keys = shown('2026-03-01');
    expect(keys['firstTime.graduateExempt']).toMatchObject({ form: 'silent' });
    expect(keys['years.schemeStart']).toMatchObject({ form: 'external', needs: 'schemeStart', rule: { id: 'HT-2' } });
    expect(keys['newborn.deadline']).toEqual({
      key: 'newborn.deadline',
      zh: '新生儿参保期限',
      en: 'Days after birth that count as in time',
      unit: 'day',
      form: 'unstated',
      readings: [],
    });
  });

  it('follows dated values to the day', () => {
    expect(shown('2026-06-30')['entry.start']).toMatchObject({
      form: 'value',
      from: '2026-01-01',
      through: '2026-06-30',
    });
    expect(shown('2026-07-01')['entry.start']).toMatchObject({ form: 'unstated' });
    expect(shown('2026-08-01')['entry.start']).toMatchObject({ form: 'notAvailable', from: '2026-08-01' });
  });

  it('shows the national pack by its own code', () => {
    expect(showInForce(policies, '000000', '2026-01-01')).toMatchObject({ pack: { id: 'CN' }, firstDay: '1900-01-01' });
    expect(showInForce(policies, '000000', '1899-12-31').pack).toBeUndefined();
  });

  it('says when nothing rules yet, and where nothing ever does', () => {
    expect(showInForce(policies, '990100', '2025-12-31')).toEqual({
      region: '990100',
      day: '2025-12-31',
      firstDay: '2026-01-01',
      keys: [],
    });
    expect(showInForce(policies, '110000', '2026-01-01')).toEqual({ region: '110000', day: '2026-01-01', keys: [] });
  });
});

it('finds a pack by every name an officer would use', () => {
  for (const name of ['990000-huangtian', '990000', '990000-huangtian@2027-01-01', NEXT, `policies/${NEXT}`])
    expect(findPack(policies, name)?.version).toBe('2027-01-01');
  expect(findPack(policies, '990000-huangtian@2026-01-01')?.version).toBe('2026-01-01');
  expect(findPack(policies, '990321')?.id).toBe('990000-huangtian');
  expect(findPack(policies, 'atlantis')).toBeUndefined();
  expect(findPack(policies, '880000')).toBeUndefined();
});

it('tells two packs apart, by header, key, reading and rule', () => {
  const [a, b] = ['2026-01-01', '2027-01-01'].map((version) => findPack(policies, `990000-huangtian@${version}`)!);
  expect(
    diffPacks(a!, b!).map(({ part, name, before, after }) => [part, name, before !== undefined, after !== undefined]),
  ).toEqual([
    ['header', 'effectiveFrom', true, true],
    ['key', 'firstTime.wait', true, true],
    ['key', 'firstTime.graduateExempt', true, true],
    ['reading', 'A-01', true, true],
    ['rule', 'HT-3', true, false],
  ]);
  expect(diffPacks(a!, a!)).toEqual([]);
});

describe('a scaffold', () => {
  const parent = findPack(policies, 'CN')!;
  const made = scaffold({
    region: '990300',
    slug: 'dongzhou',
    name: { zh: '东洲市', en: 'Dongzhou\'s "new" city' },
    document: '东洲: 2026',
    effectiveFrom: '2026-05-01',
    schemes: ['resident'],
    parent,
  });

  it('loads as it stands, every key silent', () => {
    const other = packFolder({ 'CN/1.yaml': nationalPack, [made.file]: made.yaml });
    const check = checkPolicies(other.path);
    other.remove();
    expect(check).toMatchObject({ faults: [], errors: 0, warnings: 0 });
    const pack = findPack(check.policies, '990300')!;
    expect(pack.name.en).toBe('Dongzhou\'s "new" city');
    expect(Object.values(pack.settings).every(({ form }) => form === 'silent')).toBe(true);
    expect(stillSilent(pack).flatMap(({ keys }) => keys)).toEqual(Object.keys(ruleKeys));
  });

  it('says in words what each key asks, and which families are silent', () => {
    expect(made.file).toBe('990300-dongzhou/2026-05-01.yaml');
    expect(made.yaml).toContain(
      '# 新生儿参保期限 (day): the fields days, countBirthDay\n    deadline: { silent: true }',
    );
    expect(made.yaml).toContain('# Still silent: resident, newborn, student');
  });

  it('leaves out what the parent states, and refuses nothing of it', () => {
    const below = scaffold({
      region: '990100',
      slug: 'zhongzhou',
      name: { zh: '中洲市', en: 'Zhongzhou' },
      document: '中洲',
      effectiveFrom: '2026-05-01',
      schemes: ['employee'],
      parent: findPack(policies, '990000-huangtian@2026-01-01')!,
    });
    expect(below.yaml).not.toContain('schemeStart');
    folder.write(below.file, below.yaml);
    expect(checkPolicies(folder.path).faults).toEqual([]);
  });
});

it('a silent key with the rule that shows the silence is no longer open', () => {
  const open = stillSilent(findPack(policies, '990000-huangtian@2026-01-01')!);
  expect(open.find(({ family }) => family === 'firstTime')).toEqual({
    family: 'firstTime',
    keys: ['firstTime.graduateExempt'],
    of: 3,
  });
});

describe('coverage', () => {
  const cases = [
    { scenario: 'HT-S1', rules: ['HT-1', 'HT-9'] },
    { scenario: 'HT-S2', rules: ['HT-1'] },
    { scenario: 'HT-S3' },
  ];
  const coverage = ruleCoverage(policies, cases, { '990000-huangtian': ['HT-1', 'HT-4', 'HT-7'] });

  it('says of each rule where it is expressed and which cases show it', () => {
    const rows = Object.fromEntries(coverage.rows.map((row) => [row.rule, row]));
    expect(rows['HT-1']).toMatchObject({
      document: '荒医保〔2025〕7号',
      article: '第一条',
      packFile: NEXT,
      keys: ['firstTime.wait', 'firstTime.armySpouseExempt', 'entry.start', 'firstTime.graduateExempt'],
      cases: ['HT-S1', 'HT-S2'],
    });
    expect(rows['HT-2']).toMatchObject({ keys: ['years.schemeStart'], by: 'retirement', cases: [] });
    expect(rows['HT-3']).toMatchObject({ keys: [], packFile: PROVINCE });
    expect(rows['HT-4']).toMatchObject({ outside: 'costs of care' });
  });

  it('names the holes: no case, not expressed, in no pack, unknown', () => {
    expect(coverage.holes).toEqual([
      { rule: 'HT-2', why: 'noCase', where: NEXT },
      { rule: 'HT-3', why: 'noCase', where: PROVINCE },
      { rule: 'HT-3', why: 'notExpressed', where: PROVINCE },
      { rule: 'HT-7', why: 'notInAnyPack', where: '990000-huangtian' },
      { rule: 'HT-9', why: 'unknownRule', where: 'HT-S1' },
    ]);
  });

  it('is written as a page', () => {
    const page = coverageMarkdown(coverage);
    expect(page).toContain('4 rules: 3 inside the ledger, 1 outside; 5 holes.');
    expect(page).toContain('| HT-3 | no key and no code expresses it |');
    expect(page).toContain('## 荒医保〔2025〕7号');
    expect(page).toContain('没人用的规定<br>a rule \\| nobody uses');
    expect(page).toContain('| HT-4 | 第四条 | 医疗费用<br>costs of care | outside the ledger |');
  });
});

it('reads the list of rule ids beside the packs', () => {
  expect(readRuleIds(folder.path)).toEqual({});
  folder.write('rule-ids.json', '{ "990000-huangtian": ["HT-1"] }');
  expect(readRuleIds(folder.path)).toEqual({ '990000-huangtian': ['HT-1'] });
  folder.write('rule-ids.json', '{ "990000-huangtian": "HT-1" }');
  expect(() => readRuleIds(folder.path)).toThrow('expected an object of lists of rule ids, by pack');
});
