import { cityHeader, nationalPack, packFolder, provinceHeader, type PackFolder } from '../testing/pack-folder';
import { loadPolicies, loadPoliciesOrThrow } from './load-policies';
import { RefusedPacks, type PackFault } from './pack-fault';

const CITY = '990100-zhongzhou/2026-01-01.yaml';
const PROVINCE = '990000-huangtian/2026-01-01.yaml';

const folders: PackFolder[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

function load(files: Record<string, string>) {
  const folder = packFolder({ 'CN/1.yaml': nationalPack, ...files });
  folders.push(folder);
  const result = loadPolicies(folder.path);
  return {
    ...result,
    folder,
    faults: result.faults.map((fault) => ({ ...fault, file: fault.file.slice(folder.path.length + 1) })),
  };
}

/** The fault of a province with the given text after its header; `line` counts from the first line of that text. */
function faultsOf(text: string): (Omit<PackFault, 'file'> & { line: number })[] {
  const offset = provinceHeader.split('\n').length - 1;
  return load({ [PROVINCE]: `${provinceHeader}${text}` }).faults.map(({ file: _file, ...fault }) => ({
    ...fault,
    line: fault.line - offset,
  }));
}

const rules = `rules:
  HT-1: { article: 第一条, zh: 首次参保等待, en: a first enrolment waits }
  HT-2: { article: 第二条, zh: 缴费期, en: windows }
`;

describe('a sound pack', () => {
  const text = `${provinceHeader}${rules}readings: { A-01: B }
families:
  firstTime:
    wait: { value: { length: 45, unit: day, first: { reading: A-01, A: payDay, B: nextDay } }, rule: HT-1 }
    graduateExempt: { silent: true }
    armySpouseExempt: { notAvailable: true, rule: HT-2 }
  years:
    schemeStart: { external: schemeStart, rule: HT-1, cite: { article: 第九条 } }
  newborn:
    deadline:
      - { from: 2026-01-01, through: 2026-06-30, value: { days: 60, countBirthDay: true }, rule: HT-1 }
      - { from: 2026-07-01, value: { days: 90, countBirthDay: true }, rule: HT-2 }
`;

  it('becomes settings by flat key, rules with their citation, readings with words and choice', () => {
    const { policies, faults } = load({ [PROVINCE]: text });
    const pack = policies.inForce('990100', '2026-03-01')!;

    expect(faults).toEqual([]);
    expect(pack).toMatchObject({
      id: '990000-huangtian',
      version: '2026-01-01',
      parent: 'CN',
      region: '990000',
      effectiveFrom: '2026-01-01',
      sourceStatus: 'complete',
      file: PROVINCE,
    });
    expect(pack.settings['firstTime.wait']).toEqual({
      form: 'value',
      value: { length: 45, unit: 'day', first: { reading: 'A-01', A: 'payDay', B: 'nextDay' } },
      rule: 'HT-1',
    });
    expect(pack.settings['firstTime.graduateExempt']).toEqual({ form: 'silent' });
    expect(pack.settings['firstTime.armySpouseExempt']).toEqual({ form: 'notAvailable', rule: 'HT-2' });
    expect(pack.settings['years.schemeStart']).toEqual({
      form: 'external',
      needs: 'schemeStart',
      rule: 'HT-1',
      cite: { document: '荒医保〔2025〕7号', article: '第九条' },
    });
    expect(pack.settings['newborn.deadline']).toMatchObject({
      form: 'dated',
      entries: [{ through: '2026-06-30' }, { from: '2026-07-01' }],
    });
    expect(pack.rules['HT-1']).toEqual({
      cite: { document: '荒医保〔2025〕7号', article: '第一条' },
      zh: '首次参保等待',
      en: 'a first enrolment waits',
    });
    expect(pack.readings['A-01']).toMatchObject({ choice: 'B', choices: { A: { en: 'it is' } } });
    expect(pack.readings['A-11']).toBeUndefined();
    expect(policies.inForce('990100', '2025-12-31')).toBeUndefined();
  });

  it('keeps dates as text and takes files of nothing but packs', () => {
    const { policies, faults } = load({
      [PROVINCE]: text,
      'rule-ids.json': '{}',
      '990000-huangtian/notes.txt': 'not a pack',
    });
    expect(faults).toEqual([]);
    expect(policies.packs).toHaveLength(2);
  });
});

describe('a fault names file, line, column, path, value and what was expected', () => {
  const table: [string, string, Partial<PackFault>][] = [
    [
      'an uncited value',
      'families:\n  entry:\n    start: { value: payDay, rule: HT-9 }\n',
      {
        line: 3,
        column: 35,
        path: 'families.entry.start.rule',
        value: '"HT-9"',
        expected: 'a rule declared under rules, here or in a parent',
      },
    ],
    [
      'a value without a rule',
      'families:\n  entry:\n    start: { value: payDay }\n',
      { line: 3, column: 5, path: 'families.entry.start', expected: 'the field rule' },
    ],
    [
      'an unknown key',
      `${rules}families:\n  entry:\n    strat: { silent: true }\n`,
      { line: 6, column: 5, path: 'families.entry.strat', expected: 'one of start; did you mean start?' },
    ],
    [
      'a key that no form is given for',
      'families:\n  entry:\n    start: {}\n',
      { line: 3, column: 12, path: 'families.entry.start', expected: 'one of value, silent, notAvailable, external' },
    ],
    [
      'a wrong word',
      `${rules}families:\n  entry:\n    start: { value: payday, rule: HT-1 }\n`,
      {
        line: 6,
        column: 21,
        path: 'families.entry.start.value',
        value: '"payday"',
        expected: 'one of payDay, nextDay, payMonth, nextMonth, yearStart, birth, identification',
      },
    ],
    [
      'a wrong word deep inside a reading',
      `${rules}readings: { A-01: A }\nfamilies:\n  firstTime:\n    wait:\n      value:\n        length: 30\n        unit: day\n        first: { reading: A-01, A: payDay, B: tomorrow }\n      rule: HT-1\n`,
      {
        line: 11,
        column: 47,
        path: 'families.firstTime.wait.value.first.B',
        value: '"tomorrow"',
        expected: 'one of payDay, nextDay',
      },
    ],
    [
      'a number that is none',
      `${rules}families:\n  retirement:\n    requiredTotalMale: { value: 30 years, rule: HT-1 }\n`,
      {
        line: 6,
        column: 33,
        path: 'families.retirement.requiredTotalMale.value',
        value: '"30 years"',
        expected: 'a whole number from 0 on',
      },
    ],
    [
      'a field too many',
      `${rules}families:\n  entry:\n    start: { value: payDay, rule: HT-1, silent: true }\n`,
      { line: 6, path: 'families.entry.start.silent', expected: 'one of value, rule, cite, needs, into' },
    ],
    [
      'a reading that is used and has no words',
      `${rules}families:\n  entry:\n    start: { value: { reading: A-77, A: payDay, B: nextDay }, rule: HT-1 }\n`,
      {
        line: 6,
        column: 32,
        path: 'families.entry.start.value.reading',
        value: '"A-77"',
        expected: 'a reading with its words under readingTexts, here or in a parent',
      },
    ],
    [
      'a reading that is used and not chosen',
      `${rules}families:\n  entry:\n    start: { value: { reading: A-01, A: payDay, B: nextDay }, rule: HT-1 }\n`,
      {
        line: 6,
        path: 'families.entry.start.value.reading',
        expected: 'a reading that this pack chooses under readings, such as A-01: A',
      },
    ],
    [
      'a reading that is chosen and not used',
      'readings:\n  A-01: A\n',
      {
        line: 2,
        column: 3,
        path: 'readings.A-01',
        value: '"A"',
        expected: 'a reading that a value of this pack holds',
      },
    ],
    [
      'a choice that the words do not know',
      `${rules}readings: { A-01: C }\nfamilies:\n  entry:\n    start: { value: { reading: A-01, A: payDay, B: nextDay }, rule: HT-1 }\n`,
      { line: 4, path: 'readings.A-01', value: '"C"', expected: 'a choice of A-01: A, B' },
    ],
    [
      'a value for a choice that there is not',
      `${rules}readings: { A-01: A }\nfamilies:\n  entry:\n    start: { value: { reading: A-01, A: payDay, B: nextDay, C: payDay }, rule: HT-1 }\n`,
      { line: 7, path: 'families.entry.start.value.C', expected: 'a choice of A-01: A, B' },
    ],
    [
      'a reference value nobody knows',
      `${rules}families:\n  years:\n    schemeStart: { external: schemeBegin, rule: HT-1 }\n`,
      {
        line: 6,
        path: 'families.years.schemeStart.external',
        value: '"schemeBegin"',
        expected: 'the name of a reference value: one of contract/events.md, or one declared under references',
      },
    ],
    [
      'a published length that completes nothing',
      `${rules}families:\n  firstTime:\n    wait: { external: firstTimeWaitingDays, rule: HT-1 }\n`,
      { line: 6, path: 'families.firstTime.wait.into', value: '' },
    ],
    [
      'a published length that completes half a value',
      `${rules}families:\n  firstTime:\n    wait: { external: firstTimeWaitingDays, rule: HT-1, into: { unit: day } }\n`,
      {
        line: 6,
        path: 'families.firstTime.wait.into',
        value: '{"unit":"day"}',
        expected: 'fields that become the fields length, unit, first once the published length is put in',
      },
    ],
    [
      'overlapping dated values',
      `${rules}families:\n  entry:\n    start:\n      - { from: 2026-01-01, value: payDay, rule: HT-1 }\n      - { from: 2026-07-01, value: nextDay, rule: HT-2 }\n`,
      {
        line: 8,
        column: 17,
        path: 'families.entry.start[1].from',
        value: '"2026-07-01"',
        expected: 'days that entry 1 (2026-01-01 to no end) does not rule',
      },
    ],
    [
      'a dated value that ends before it begins',
      `${rules}families:\n  entry:\n    start:\n      - { from: 2026-03-01, through: 2026-02-28, value: payDay, rule: HT-1 }\n`,
      { line: 7, path: 'families.entry.start[0].through', expected: 'a day on or after 2026-03-01' },
    ],
    [
      'a day that does not exist',
      `${rules}families:\n  entry:\n    start:\n      - { from: 2026-02-29, value: payDay, rule: HT-1 }\n`,
      {
        line: 7,
        path: 'families.entry.start[0].from',
        value: '"2026-02-29"',
        expected: 'a day that exists, YYYY-MM-DD',
      },
    ],
    [
      'a rule both inside and outside',
      `${rules}outside:\n  HT-2: { article: 第二条, zh: 在外, en: outside }\n`,
      { line: 5, column: 3, path: 'outside.HT-2', expected: 'a rule that is not under rules as well' },
    ],
    [
      'an article that YAML takes for a number',
      'rules:\n  HT-1: { article: 1.1, zh: 一, en: one }\n',
      {
        line: 2,
        column: 20,
        path: 'rules.HT-1.article',
        value: '1.1',
        expected: 'a text; quote what YAML would take for a number',
      },
    ],
    [
      'overlapping windows',
      `${rules}families:\n  resident:\n    windows:\n      value:\n        - { kind: collection, benefitYear: 2027, from: { day: 2026-09-01 }, through: { day: 2027-01-01 } }\n        - { kind: supplement, from: { day: 01-01 }, through: { day: 06-30 } }\n      rule: HT-2\n`,
      {
        line: 9,
        column: 11,
        path: 'families.resident.windows.value[1]',
        expected: 'a window that shares no day with window 1; both hold 2027-01-01',
      },
    ],
    [
      'a window that ends before it begins',
      `${rules}families:\n  resident:\n    windows: { value: [{ kind: collection, from: { day: 10-01 }, through: { year: before, day: 12-31 } }], rule: HT-2 }\n`,
      {
        line: 6,
        path: 'families.resident.windows.value[0].through',
        expected: 'a day on or after 2001-10-01, the first day of the window',
      },
    ],
    [
      'a key stated twice',
      `${rules}families:\n  entry:\n    start: { value: payDay, rule: HT-1 }\noverlay:\n  add:\n    entry:\n      start: { value: payDay, rule: HT-1 }\n`,
      {
        line: 10,
        path: 'overlay.add.entry.start',
        expected: 'entry.start once; it is stated in another part of this file',
      },
    ],
  ];

  it.each(table)('%s', (_name, text, fault) => {
    expect(faultsOf(text)).toEqual([expect.objectContaining({ severity: 'error', ...fault })]);
  });

  it('a value for a wrong choice in place of a right one', () => {
    const text = `${rules}readings: { A-01: A }\nfamilies:\n  entry:\n    start: { value: { reading: A-01, A: payDay, C: nextDay }, rule: HT-1 }\n`;
    expect(faultsOf(text).map(({ line, path, expected }) => [line, path, expected])).toEqual([
      [7, 'families.entry.start.value', 'a value for choice B of A-01'],
      [7, 'families.entry.start.value.C', 'a choice of A-01: A, B'],
    ]);
  });

  it('the header', () => {
    const header = provinceHeader
      .replace('region: "990000"', 'region: "9900"')
      .replace('source: complete', 'source: partly')
      .replace('schemes: [employee, resident]', 'schemes: []')
      .replace('document: 荒医保〔2025〕7号\n', '');
    expect(load({ [PROVINCE]: header }).faults).toEqual([
      expect.objectContaining({ file: PROVINCE, line: 1, path: '', expected: 'the field document' }),
      expect.objectContaining({
        line: 3,
        column: 9,
        path: 'region',
        value: '"9900"',
        expected: 'a region code of six digits in quotes, such as "990100"',
      }),
      expect.objectContaining({
        line: 6,
        path: 'source',
        value: '"partly"',
        expected: 'one of complete, excerpt, truncated, secondary',
      }),
      expect.objectContaining({
        line: 8,
        path: 'schemes',
        value: '[]',
        expected: 'at least one of employee, resident',
      }),
    ]);
  });

  it('text that is no YAML, and a key written twice', () => {
    expect(load({ [PROVINCE]: 'pack: [a\nversion: 1\n' }).faults[0]).toMatchObject({ severity: 'error', path: '' });
    expect(load({ [PROVINCE]: `${provinceHeader}region: "990001"\n` }).faults).toEqual([
      expect.objectContaining({ line: 10, expected: expect.stringContaining('unique') as string }),
    ]);
    expect(load({ [PROVINCE]: '' }).faults).toEqual([expect.objectContaining({ file: PROVINCE, line: 1 })]);
  });

  it('effective through a day before from', () => {
    const header = provinceHeader.replace('{ from: 2026-01-01 }', '{ from: 2026-01-01, through: 2025-12-31 }');
    expect(load({ [PROVINCE]: header }).faults).toEqual([
      expect.objectContaining({ line: 8, path: 'effective.through', expected: 'a day on or after 2026-01-01' }),
    ]);
  });

  it('a hole between windows is a warning, and the pack is used', () => {
    const text = `${provinceHeader}${rules}families:
  resident:
    windows:
      value:
        - { kind: collection, benefitYear: 2027, from: { day: 2026-09-01 }, through: { day: 2026-12-20 } }
        - { kind: supplement, benefitYear: 2027, from: { day: 2027-01-01 }, through: { day: 2027-06-30 } }
        - { kind: studentStart, benefitYear: 2027, from: { day: 2026-09-01 }, through: { day: 2026-10-31 } }
      rule: HT-2
`;
    const { policies, faults } = load({ [PROVINCE]: text });
    expect(faults).toEqual([
      expect.objectContaining({
        severity: 'warning',
        line: 18,
        path: 'families.resident.windows.value[1]',
        expected: expect.stringContaining('2026-12-21..2026-12-31 belongs to no window') as string,
      }),
    ]);
    expect(policies.inForce('990000', '2026-01-01')?.settings['resident.windows']).toBeDefined();
  });

  it('windows that meet only under one choice of a reading', () => {
    const text = `${provinceHeader}${rules}readings: { A-01: A }
families:
  resident:
    windows:
      value:
        - { kind: collection, from: { year: before, day: 10-01 }, through: { reading: A-01, A: { year: before, day: 12-31 }, B: { day: 01-15 } } }
        - { kind: supplement, from: { day: 01-01 }, through: { day: 06-30 } }
      rule: HT-2
`;
    expect(load({ [PROVINCE]: text }).faults).toEqual([
      expect.objectContaining({
        severity: 'error',
        line: 19,
        expected: 'a window that shares no day with window 1; both hold 01-01..01-15',
      }),
    ]);
  });
});

describe('inheritance', () => {
  it('refuses an unknown parent, a region below nothing, and a circle', () => {
    expect(load({ [CITY]: cityHeader }).faults).toEqual([
      expect.objectContaining({ file: CITY, line: 4, column: 11, path: 'inherits', value: '"990000-huangtian"' }),
    ]);
    expect(load({ [PROVINCE]: provinceHeader.replace('inherits: CN\n', '') }).faults).toEqual([
      expect.objectContaining({
        path: 'inherits',
        value: '',
        expected: expect.stringContaining('the national pack') as string,
      }),
    ]);
    const circle = load({
      [PROVINCE]: provinceHeader.replace('inherits: CN', 'inherits: 990100-zhongzhou'),
      [CITY]: cityHeader,
    });
    expect(circle.faults.map(({ file, line, expected }) => [file, line, expected])).toEqual([
      [
        PROVINCE,
        4,
        'a parent that does not inherit from this pack: 990000-huangtian < 990100-zhongzhou < 990000-huangtian',
      ],
      [
        CITY,
        4,
        'a parent that does not inherit from this pack: 990100-zhongzhou < 990000-huangtian < 990100-zhongzhou',
      ],
    ]);
    expect(circle.policies.packs.map(({ id }) => id)).toEqual(['CN']);
  });

  it('leaves out a pack below a refused one, and says so', () => {
    const { policies, faults } = load({ [PROVINCE]: `${provinceHeader}outsid: {}\n`, [CITY]: cityHeader });
    expect(policies.packs.map(({ id }) => id)).toEqual(['CN']);
    expect(faults.map(({ file, path }) => [file, path])).toEqual([
      [PROVINCE, 'outsid'],
      [CITY, 'inherits'],
    ]);
  });

  it('refuses a parent that is not in force when the child begins', () => {
    const early = cityHeader.replaceAll('2026-01-01', '2025-01-01');
    expect(load({ [PROVINCE]: provinceHeader, '990100-zhongzhou/2025-01-01.yaml': early }).faults).toEqual([
      expect.objectContaining({
        path: 'inherits',
        expected: expect.stringContaining('in force on 2025-01-01') as string,
      }),
    ]);
  });

  it('refuses two packs of a region over the same days; a version without an end gives way to the next', () => {
    const next = provinceHeader.replaceAll('2026-01-01', '2027-01-01');
    const ended = provinceHeader.replace('{ from: 2026-01-01 }', '{ from: 2026-01-01, through: 2027-01-01 }');
    expect(load({ [PROVINCE]: ended, '990000-huangtian/2027-01-01.yaml': next }).faults).toEqual([
      expect.objectContaining({
        file: '990000-huangtian/2027-01-01.yaml',
        line: 8,
        path: 'effective.from',
        value: '"2027-01-01"',
      }),
    ]);
    const other = provinceHeader.replace('pack: 990000-huangtian', 'pack: 990000-other');
    expect(load({ [PROVINCE]: provinceHeader, '990000-other/2026-01-01.yaml': other }).faults).toHaveLength(1);
    const { policies, faults } = load({ [PROVINCE]: provinceHeader, '990000-huangtian/2027-01-01.yaml': next });
    expect(faults).toEqual([]);
    expect(policies.inForce('990000', '2026-12-31')?.version).toBe('2026-01-01');
    expect(policies.inForce('990000', '2027-01-01')?.version).toBe('2027-01-01');
  });

  it('a city follows its province into next year by itself, and last year keeps its seal', () => {
    const province = (from: string, start: string) =>
      `${provinceHeader.replaceAll('2026-01-01', from)}${rules}families:\n  entry:\n    start: { value: ${start}, rule: HT-1 }\n`;
    const before = load({ [PROVINCE]: province('2026-01-01', 'payDay'), [CITY]: cityHeader });
    const after = load({
      [PROVINCE]: province('2026-01-01', 'payDay'),
      '990000-huangtian/2027-01-01.yaml': province('2027-01-01', 'nextDay'),
      [CITY]: cityHeader,
    });
    expect(after.faults).toEqual([]);
    const [lastYear, thisYear] = ['2026-12-31', '2027-01-01'].map((day) => after.policies.inForce('990100', day)!);
    expect(lastYear!.sha256).toBe(before.policies.inForce('990100', '2026-12-31')!.sha256);
    expect(lastYear!.settings['entry.start']).toMatchObject({ value: 'payDay' });
    expect(thisYear!.settings['entry.start']).toMatchObject({ value: 'nextDay' });
    expect([lastYear!.version, thisYear!.version]).toEqual(['2026-01-01', '2026-01-01+2027-01-01']);
    expect(after.policies.first('990100')?.effectiveFrom).toBe('2026-01-01');
  });

  it('hands down rules, readings and values, and lets the city choose a reading otherwise', () => {
    const province = `${provinceHeader}${rules}readings: { A-01: A }
families:
  entry:
    start: { value: { reading: A-01, A: payDay, B: nextDay }, rule: HT-1 }
`;
    const { policies, faults } = load({ [PROVINCE]: province, [CITY]: `${cityHeader}readings: { A-01: B }\n` });
    expect(faults).toEqual([]);
    const city = policies.inForce('990100', '2026-01-01')!;
    expect(city.readings['A-01']?.choice).toBe('B');
    expect(city.rules['HT-1']?.cite.document).toBe('荒医保〔2025〕7号');
    expect(city.statedIn['entry.start']).toBe(PROVINCE);
    expect(policies.inForce('990200', '2026-01-01')?.readings['A-01']?.choice).toBe('A');
  });

  it('refuses an id that the parent has declared already', () => {
    const city = `${cityHeader}rules:\n  HT-1: { article: 一, zh: 另一条, en: another }\n`;
    expect(load({ [PROVINCE]: `${provinceHeader}${rules}`, [CITY]: city }).faults).toEqual([
      expect.objectContaining({
        file: CITY,
        line: 11,
        path: 'rules.HT-1',
        expected: 'an id that 990000-huangtian does not declare already',
      }),
    ]);
  });
});

it('throws one error that lists every fault, and passes warnings', () => {
  const { folder } = load({ [PROVINCE]: `${provinceHeader}outsid: {}\n` });
  expect(() => loadPoliciesOrThrow(folder.path)).toThrow(RefusedPacks);
  expect(() => loadPoliciesOrThrow(folder.path)).toThrow(
    /2026-01-01\.yaml:10:1 error: outsid: found {}, expected one of pack, .*did you mean outside\?/,
  );
  folder.write('990000-other/1.yaml', provinceHeader);
  folder.write(PROVINCE, 'pack: x');
  expect(() => loadPoliciesOrThrow(folder.path)).toThrow(/990000-huangtian/);
});

it('warns when a pack does not stand where its name says', () => {
  const { policies, faults } = load({ '990000/a.yaml': provinceHeader });
  expect(faults.map(({ path, severity, expected }) => [path, severity, expected])).toEqual([
    ['pack', 'warning', 'the name of its folder, 990000'],
    ['version', 'warning', 'the name of its file, a'],
  ]);
  expect(policies.packs).toHaveLength(2);
});
