import { cityHeader, nationalPack, packFolder, provinceHeader } from '../testing/pack-folder';
import { loadPolicies } from './load-policies';

const province = `${provinceHeader}rules:
  HT-1: { article: 第一条, zh: 等待, en: waiting }
  HT-2: { article: 第二条, zh: 缴费期, en: windows }
readings: { A-01: A }
families:
  firstTime:
    wait: { value: { length: 90, unit: day, first: payDay }, rule: HT-1 }
    graduateExempt: { value: false, rule: HT-1 }
    armySpouseExempt: { value: true, rule: HT-1 }
  entry:
    start: { value: { reading: A-01, A: payDay, B: nextDay }, rule: HT-1 }
  interruption:
    long: { silent: true, rule: HT-1 }
  newborn:
    deadline: [{ from: 2026-01-01, value: { days: 90, countBirthDay: true }, rule: HT-1 }]
  resident:
    benefitYears: { value: { from: 2026 }, rule: HT-2 }
    windows:
      value:
        - { kind: collection, from: { year: before, day: 10-01 }, through: { year: before, day: 12-31 } }
        - { kind: supplement, from: { day: 01-01 }, through: { day: 06-30 } }
      rule: HT-2
    placeMustMatch: { value: [household], rule: HT-2 }
  retirement:
    requiredTotalMale: { value: 360, rule: HT-1 }
`;

const OWN_RULE = 'rules:\n  ZZ-1: { article: 一, zh: 本市规定, en: the city says }\noverlay:\n';

function city(overlay: string) {
  const folder = packFolder({
    'CN/1.yaml': nationalPack,
    '990000-huangtian/2026-01-01.yaml': province,
    '990100-zhongzhou/2026-01-01.yaml': `${cityHeader}${OWN_RULE}${overlay}`,
  });
  try {
    const { policies, faults } = loadPolicies(folder.path);
    const pack = policies.inForce('990100', '2026-01-01');
    return { settings: pack?.id === '990100-zhongzhou' ? pack.settings : undefined, pack, faults, policies };
  } finally {
    folder.remove();
  }
}

describe('add', () => {
  it('states a key that nothing above states', () => {
    const { settings, pack, faults } = city('  add:\n    waiting: { account: { value: usable, rule: ZZ-1 } }\n');
    expect(faults).toEqual([]);
    expect(settings?.['waiting.account']).toMatchObject({ value: 'usable', rule: 'ZZ-1' });
    expect(settings?.['firstTime.wait']).toMatchObject({ value: { length: 90 }, rule: 'HT-1' });
    expect(pack?.statedIn).toMatchObject({
      'waiting.account': '990100-zhongzhou/2026-01-01.yaml',
      'firstTime.wait': '990000-huangtian/2026-01-01.yaml',
    });
  });

  it.each(['value: { length: 30, unit: day, first: payDay }, rule: ZZ-1', 'silent: true'])(
    'refuses a key that is stated above (%s)',
    (leaf) => {
      const { settings, faults } = city(`  add:\n    firstTime: { wait: { ${leaf} } }\n`);
      expect(settings).toBeUndefined();
      expect(faults).toEqual([
        expect.objectContaining({
          line: 14,
          path: 'overlay.add.firstTime.wait',
          expected: 'a key that the parent does not state; firstTime.wait is inherited, write it in overlay.replace',
        }),
      ]);
    },
  );
});

describe('replace', () => {
  it.each([
    [
      'a value',
      'firstTime: { wait: { value: { length: 120, unit: day, first: nextDay }, rule: ZZ-1 } }',
      'firstTime.wait',
      { value: { length: 120 } },
    ],
    [
      'a value by silence',
      'firstTime: { wait: { silent: true, rule: ZZ-1 } }',
      'firstTime.wait',
      { form: 'silent', rule: 'ZZ-1' },
    ],
    [
      'a gap by a value',
      'interruption: { long: { value: { length: 1, unit: month, first: payDay }, rule: ZZ-1 } }',
      'interruption.long',
      { form: 'value' },
    ],
    [
      'a dated value',
      'newborn: { deadline: { value: { days: 30, countBirthDay: false }, rule: ZZ-1 } }',
      'newborn.deadline',
      { form: 'value' },
    ],
  ] as const)('takes the place of %s', (_what, leaf, key, setting) => {
    const { settings, faults } = city(`  replace:\n    ${leaf}\n`);
    expect(faults).toEqual([]);
    expect(settings?.[key]).toMatchObject(setting);
  });

  it('refuses a key that nothing above states', () => {
    expect(city('  replace:\n    waiting: { account: { value: usable, rule: ZZ-1 } }\n').faults).toEqual([
      expect.objectContaining({
        path: 'overlay.replace.waiting.account',
        expected: 'a key that the parent states; waiting.account is new here, write it in overlay.add',
      }),
    ]);
  });
});

describe('restrict', () => {
  it.each([
    ['a smaller number', 'retirement: { requiredTotalMale: { value: 300, rule: ZZ-1 } }'],
    [
      'a shorter waiting period',
      'firstTime: { wait: { value: { length: 89, unit: day, first: payDay }, rule: ZZ-1 } }',
    ],
    [
      'fewer windows',
      'resident: { windows: { value: [{ kind: collection, from: { year: before, day: 10-01 }, through: { year: before, day: 12-31 } }], rule: ZZ-1 } }',
    ],
    ['an end where there was none', 'resident: { benefitYears: { value: { from: 2026, through: 2026 }, rule: ZZ-1 } }'],
    ['a later beginning', 'resident: { benefitYears: { value: { from: 2027 }, rule: ZZ-1 } }'],
    ['an empty list', 'resident: { placeMustMatch: { value: [], rule: ZZ-1 } }'],
  ])('takes %s', (_what, leaf) => {
    expect(city(`  restrict:\n    ${leaf}\n`).faults).toEqual([]);
  });

  it.each([
    [
      'a larger number',
      'retirement: { requiredTotalMale: { value: 361, rule: ZZ-1 } }',
      'demonstrably narrower than the inherited 360',
    ],
    ['the same', 'retirement: { requiredTotalMale: { value: 360, rule: ZZ-1 } }', 'this one is the same'],
    [
      'another unit',
      'firstTime: { wait: { value: { length: 3, unit: month, first: payDay }, rule: ZZ-1 } }',
      'demonstrably narrower',
    ],
    [
      'narrower in one field, other in the next',
      'firstTime: { wait: { value: { length: 30, unit: day, first: nextDay }, rule: ZZ-1 } }',
      'demonstrably narrower',
    ],
    [
      'an item more',
      'resident: { placeMustMatch: { value: [household, residencePermit], rule: ZZ-1 } }',
      'demonstrably narrower',
    ],
    [
      'an earlier beginning',
      'resident: { benefitYears: { value: { from: 2025 }, rule: ZZ-1 } }',
      'demonstrably narrower',
    ],
    ['what can be either', 'firstTime: { armySpouseExempt: { value: false, rule: ZZ-1 } }', 'demonstrably narrower'],
    ['a reading', 'entry: { start: { value: payDay, rule: ZZ-1 } }', 'demonstrably narrower'],
    [
      'a gap',
      'interruption: { long: { value: { length: 1, unit: month, first: payDay }, rule: ZZ-1 } }',
      'a gap cannot be narrowed',
    ],
    ['a dated value', 'newborn: { deadline: { value: { days: 30, countBirthDay: true }, rule: ZZ-1 } }', 'undated'],
    ['by silence', 'firstTime: { wait: { silent: true } }', 'an undated value'],
    [
      'a key nothing states',
      'waiting: { account: { value: usable, rule: ZZ-1 } }',
      'a key whose value the parent states',
    ],
  ])('refuses %s', (_what, leaf, expected) => {
    const { settings, faults } = city(`  restrict:\n    ${leaf}\n`);
    expect(settings).toBeUndefined();
    expect(faults).toEqual([
      expect.objectContaining({ line: 14, expected: expect.stringContaining(expected) as string }),
    ]);
  });
});

describe('exempt', () => {
  it('lengthens a list of the exempted, and switches false to true', () => {
    const { settings, faults } = city(
      '  exempt:\n    resident: { placeMustMatch: { value: [residencePermit], rule: ZZ-1 } }\n    firstTime: { graduateExempt: { value: true, rule: ZZ-1 } }\n',
    );
    expect(faults).toEqual([]);
    expect(settings?.['resident.placeMustMatch']).toMatchObject({
      value: ['household', 'residencePermit'],
      rule: 'ZZ-1',
    });
    expect(settings?.['firstTime.graduateExempt']).toMatchObject({ value: true, rule: 'ZZ-1' });
  });

  it.each([
    [
      'an item that is there',
      'resident: { placeMustMatch: { value: [household], rule: ZZ-1 } }',
      '"household" is in it',
    ],
    ['no item', 'resident: { placeMustMatch: { value: [], rule: ZZ-1 } }', 'at least one item'],
    [
      'what is true already',
      'firstTime: { armySpouseExempt: { value: true, rule: ZZ-1 } }',
      'true where the parent says false',
    ],
    ['a number', 'retirement: { requiredTotalMale: { value: 1, rule: ZZ-1 } }', 'more items for an inherited list'],
    [
      'a key nothing states',
      'aided: { noWaiting: { value: true, rule: ZZ-1 } }',
      'a key whose value the parent states',
    ],
  ])('refuses %s', (_what, leaf, expected) => {
    expect(city(`  exempt:\n    ${leaf}\n`).faults).toEqual([
      expect.objectContaining({ line: 14, expected: expect.stringContaining(expected) as string }),
    ]);
  });
});

it('leaves the province as it was', () => {
  const overlaid = city('  replace:\n    firstTime: { wait: { silent: true } }\n').policies.inForce(
    '990000',
    '2026-01-01',
  );
  const plain = city('  add: {}\n').policies.inForce('990000', '2026-01-01');
  expect(overlaid?.sha256).toBe(plain?.sha256);
  expect(overlaid?.settings['firstTime.wait']).toMatchObject({ value: { length: 90 } });
});
