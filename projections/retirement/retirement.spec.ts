import { dayNumber, endOfDay, toDay } from '../../libs/calendar';
import { loadPolicies } from '../../libs/policy/loader';
import type { LedgerEvent } from '../../events';
import { contributionOn } from '../contribution';
import { historyAt } from '../history';
import { Inquiry } from '../inquiry';
import { paymentRecord } from '../payments';
import { conditionsOn, retireeFrom, retirementOn, statutoryAgeOn, type Procedure } from '.';

const { policies } = loadPolicies('policies');

type Given = [type: string, on: string, data: object];

const person = (data: object): Given => ['Identified', '1990-01-01', data];
const ageReached = (on: string): Given => ['StatutoryAgeReached', on, {}];
const retired = (on: string, region: string, more: object = {}): Given => ['Retired', on, { region, ...more }];
const paid = (region: string, on: string, from: string, through = from, more: object = {}): Given => [
  'Paid',
  on,
  { scheme: 'employee', region, kind: 'regular', feeMonths: { from, through }, ...more },
];

function stored(given: readonly Given[], stream: string): LedgerEvent[] {
  return given.map(([type, effectiveOn, data], index) => ({
    id: `${stream}-${index}`,
    type,
    stream,
    effectiveOn,
    recordedAt: endOfDay(effectiveOn),
    data,
    metadata: {},
  })) as unknown as LedgerEvent[];
}

function ask(
  region: string,
  given: readonly Given[],
  validOn: string,
  readings = {},
  references: Record<string, unknown> = {},
) {
  const published: Given[] = Object.entries(references).map(([name, value]) => [
    'ReferenceValuePublished',
    '1900-01-01',
    { name, value, unit: 'x', validFrom: '1900-01-01', source: 'x' },
  ]);
  const history = historyAt(stored(given, 'person-P'), endOfDay('2099-12-31'));
  const regions = new Map([[region, historyAt(stored(published, `region-${region}`), endOfDay('2099-12-31'))]]);
  const question = { person: 'P', region, validOn, knownAt: '2099-12-31', readings };
  const inquiry = new Inquiry({ question, person: history, regions, policies });
  const payments = paymentRecord(history);
  const on = dayNumber(validOn);
  const contribution = contributionOn(inquiry, payments, on);
  return {
    inquiry,
    payments,
    retiree: () => {
      const from = retireeFrom(inquiry, payments);
      return from && { day: toDay(from.day), rule: from.rule, events: from.events };
    },
    retirement: retirementOn(inquiry, payments, contribution, on),
    conditions: (asked?: Procedure) => conditionsOn(inquiry, payments, contribution, on, asked),
  };
}

describe('the statutory age (CV-20)', () => {
  it.each<[string, string, string]>([
    ['male60', '1964-12-31', '2024-12-31'],
    ['male60', '1965-01-01', '2025-02-01'],
    ['male60', '1965-04-30', '2025-05-30'],
    ['male60', '1965-05-01', '2025-07-01'],
    ['male60', '1967-05-15', '2028-01-15'],
    ['male60', '1976-08-31', '2039-07-31'],
    ['male60', '1976-09-30', '2039-09-30'],
    ['male60', '1976-10-31', '2039-10-31'],
    ['female55', '1969-12-15', '2024-12-15'],
    ['female55', '1971-04-15', '2026-08-15'],
    ['female55', '1981-09-01', '2039-09-01'],
    ['female50', '1974-12-01', '2024-12-01'],
    ['female50', '1975-01-31', '2025-02-28'],
    ['female50', '1975-04-18', '2025-06-18'],
    ['female50', '1984-10-15', '2039-09-15'],
    ['female50', '1984-11-15', '2039-11-15'],
    ['female50', '1984-12-15', '2039-12-15'],
  ])('%s born %s: %s', (retirementCategory, birthDate, expected) => {
    const { inquiry } = ask('211200', [person({ birthDate, retirementCategory })], '2025-01-01');
    expect(toDay(statutoryAgeOn(inquiry)!)).toBe(expected);
  });

  it('is taken from a later identification field by field, and a recorded day comes first', () => {
    const born = person({ sex: 'female', birthDate: '1975-04-18' });
    const category: Given = ['Identified', '2020-01-01', { sex: 'female', retirementCategory: 'female50' }];
    expect(statutoryAgeOn(ask('211200', [born], '2025-01-01').inquiry)).toBeUndefined();
    expect(toDay(statutoryAgeOn(ask('211200', [born, category], '2025-01-01').inquiry)!)).toBe('2025-06-18');
    const recorded = ask('211200', [born, category, ageReached('2024-05-01')], '2025-01-01');
    expect(toDay(statutoryAgeOn(recorded.inquiry)!)).toBe('2024-05-01');
  });
});

describe('the first day as a retiree', () => {
  const years = paid('211200', '2022-06-05', '1990-01', '2022-06');
  const man = person({ sex: 'male' });

  it.each<[string, string, Given[], object, object | undefined]>([
    [
      'by procedure: the next month',
      '360100',
      [retired('2025-07-09', '360100')],
      {},
      { day: '2025-08-01', rule: 'JX-1.1' },
    ],
    ['on the last day of a month', '360100', [retired('2025-01-31', '360100')], {}, { day: '2025-02-01' }],
    ['on the first day of a month', '360100', [retired('2025-02-01', '360100')], {}, { day: '2025-03-01' }],
    ['A-21 B', '360100', [retired('2025-07-09', '360100')], { 'A-21': 'B' }, { day: '2025-07-09' }],
    ['a procedure from before the rules', '360100', [retired('2024-12-20', '360100')], {}, { day: '2025-01-01' }],
    [
      'age and years alone where the procedure is needed',
      '360100',
      [man, years, ageReached('2025-05-05')],
      {},
      undefined,
    ],
    [
      'the day of the procedure',
      '220000',
      [retired('2022-09-20', '220000')],
      {},
      { day: '2022-09-20', rule: 'JL-27.1' },
    ],
    ['A-21 B', '220000', [retired('2022-09-30', '220000')], { 'A-21': 'B' }, { day: '2022-10-01' }],
    [
      'the day of the procedure',
      '320700',
      [retired('2021-08-31', '320700')],
      {},
      { day: '2021-08-31', rule: 'LYG-26.2' },
    ],
    [
      'age and years: the first of the month',
      '211200',
      [man, years, ageReached('2022-06-30')],
      {},
      { day: '2022-06-01', rule: 'TL-6.2a' },
    ],
    ['A-21 B', '211200', [man, years, ageReached('2022-06-30')], { 'A-21': 'B' }, { day: '2022-06-30' }],
    ['the age from before these rules', '211200', [man, years, ageReached('2021-10-31')], {}, undefined],
    ['the age without the years', '211200', [man, ageReached('2022-06-30')], {}, undefined],
    ['the years of somebody whose sex is unknown', '211200', [years, ageReached('2022-06-30')], {}, undefined],
    [
      'the procedure before the years, believed',
      '211200',
      [man, ageReached('2022-06-10'), retired('2022-08-20', '211200')],
      {},
      { day: '2022-08-01' },
    ],
    [
      'the procedure after the years: the earlier',
      '211200',
      [man, years, ageReached('2022-06-10'), retired('2022-08-20', '211200')],
      {},
      { day: '2022-06-01' },
    ],
    ['a document without employees', '610100', [retired('2024-03-01', '610100')], {}, undefined],
    [
      'the region of the procedure decides, not the one asked',
      '211200',
      [retired('2025-07-09', '360100')],
      {},
      { day: '2025-08-01' },
    ],
  ])('%s (%s)', (_, region, given, readings, expected) => {
    const { retiree } = ask(region, given, '2025-12-31', readings);
    if (expected === undefined) expect(retiree()).toBeUndefined();
    else expect(retiree()).toMatchObject(expected);
  });

  it.each(['2022-01-01', '2022-07-04', '2022-07-05', '2030-01-01'])('does not depend on the day asked: %s', (on) => {
    const given = [
      man,
      paid('211200', '2022-06-05', '1992-08', '2022-06'),
      paid('211200', '2022-07-05', '2022-07'),
      paid('211200', '2022-08-05', '2022-08'),
      ageReached('2022-06-10'),
    ];
    expect(ask('211200', given, on).retiree()).toMatchObject({ day: '2022-07-01', rule: 'TL-6.2b' });
  });

  it('is completed by a recognition too, and a month refunded before it completes nothing', () => {
    const short = paid('211200', '2022-06-05', '1992-09', '2022-06');
    const recognised: Given = [
      'YearsRecognised',
      '2022-09-14',
      { kind: 'deemed', months: 2, region: '211200', authority: 'a' },
    ];
    expect(ask('211200', [man, short, recognised, ageReached('2022-06-10')], '2022-12-31').retiree()).toMatchObject({
      day: '2022-09-01',
    });
    const refund: Given = [
      'Refunded',
      '2022-09-01',
      {
        scheme: 'employee',
        region: '211200',
        feeMonths: { from: '2022-06', through: '2022-06' },
        amountFen: 1,
        basis: 'TL-7.1b',
      },
    ];
    const refunded = ask('211200', [man, short, refund, recognised, ageReached('2022-06-10')], '2022-12-31');
    expect(refunded.retiree()).toBeUndefined();
  });

  it('stays when what was overpaid goes back afterwards', () => {
    const given: Given[] = [
      man,
      paid('211200', '2022-06-05', '1992-07', '2022-06'),
      ageReached('2022-06-10'),
      paid('211200', '2022-07-05', '2022-07'),
      [
        'Refunded',
        '2022-08-01',
        {
          scheme: 'employee',
          region: '211200',
          feeMonths: { from: '2022-06', through: '2022-07' },
          amountFen: 1,
          basis: 'TL-7.1b',
        },
      ],
    ];
    expect(ask('211200', given, '2022-12-31').retiree()).toMatchObject({ day: '2022-06-01' });
  });
});

describe('contributions due', () => {
  const insured = (region: string): Given[] => [paid(region, '2021-01-05', '2021-01', '2025-12')];

  it.each<[string, string, Given, string, boolean]>([
    ['month of the procedure', '360100', retired('2025-07-09', '360100'), '2025-07-31', true],
    ['the month after', '360100', retired('2025-07-09', '360100'), '2025-08-01', false],
    ['month of the procedure', '320700', retired('2021-08-31', '320700'), '2021-08-31', true],
    ['the month after', '320700', retired('2021-08-31', '320700'), '2021-09-01', false],
    ['the month before', '211200', retired('2022-08-20', '211200'), '2022-07-31', true],
    ['month of retirement', '211200', retired('2022-08-20', '211200'), '2022-08-01', false],
  ])('%s (%s)', (_, region, given, on, due) => {
    expect(ask(region, [...insured(region), given], on).retirement.contributionDue).toBe(due);
  });

  it.each<[string, Given[], string, boolean]>([
    ['nobody insured', [], '2022-03-01', false],
    [
      'a resident',
      [['Paid', '2021-11-05', { scheme: 'resident', region: '211200', kind: 'annual', benefitYear: 2022 }]],
      '2022-03-01',
      false,
    ],
    [
      'the last day of a suspended relation',
      [
        paid('211200', '2022-01-05', '2022-01'),
        ['Suspended', '2022-01-31', { scheme: 'employee', region: '211200', reason: 'x' }],
      ],
      '2022-01-31',
      true,
    ],
    [
      'the day after it',
      [
        paid('211200', '2022-01-05', '2022-01'),
        ['Suspended', '2022-01-31', { scheme: 'employee', region: '211200', reason: 'x' }],
      ],
      '2022-02-01',
      false,
    ],
    [
      'resumed',
      [
        paid('211200', '2022-01-05', '2022-01'),
        ['Suspended', '2022-01-31', { scheme: 'employee', region: '211200', reason: 'x' }],
        paid('211200', '2022-03-05', '2022-03'),
      ],
      '2022-03-05',
      true,
    ],
    ['the day of death', [paid('211200', '2022-01-05', '2022-01'), ['Died', '2022-02-10', {}]], '2022-02-10', true],
    ['the day after', [paid('211200', '2022-01-05', '2022-01'), ['Died', '2022-02-10', {}]], '2022-02-11', false],
  ])('%s', (_, given, on, due) => {
    expect(ask('211200', given, on).retirement.contributionDue).toBe(due);
  });
});

describe('a procedure asked for', () => {
  const woman = person({ sex: 'female' });
  const years = paid('320700', '2021-11-05', '2000-01', '2021-11');

  it.each<[string, Given[], Procedure, string[]]>([
    ['before the age', [woman, years], { on: dayNumber('2021-12-10'), pensionGranted: true }, ['age']],
    [
      'with everything',
      [woman, years, ageReached('2021-12-10')],
      { on: dayNumber('2021-12-10'), pensionGranted: true },
      [],
    ],
    [
      'without a pension',
      [woman, years, ageReached('2021-12-10')],
      { on: dayNumber('2021-12-10'), pensionGranted: false },
      ['pension'],
    ],
    [
      'too few years',
      [woman, paid('320700', '2021-11-05', '2002-01', '2021-11'), ageReached('2021-12-10')],
      { on: dayNumber('2021-12-10') },
      ['years'],
    ],
  ])('%s', (_, given, asked, unmet) => {
    const conditions = ask('320700', given, '2021-12-10').conditions(asked);
    expect(conditions.unmet.map(({ what }) => what)).toEqual(unmet);
    expect(conditions.unmet.every(({ rule }) => rule === 'LYG-26.2')).toBe(true);
  });

  it('names the rule on shortfall where the region has one of its own', () => {
    const given = [woman, paid('360100', '2025-05-05', '2025-01', '2025-05'), ageReached('2025-05-10')];
    const references = { 'requiredTotalMonths.female': 300, requiredActualMonths: 120 };
    const conditions = ask('360100', given, '2025-05-10', {}, references).conditions({ on: dayNumber('2025-05-10') });
    expect(conditions).toMatchObject({ shortfallMonths: 295, met: false, unmet: [{ what: 'years', rule: 'JX-1.3' }] });
  });
});

describe('what nobody published', () => {
  const given = [person({ sex: 'male' }), paid('360100', '2025-05-05', '1995-01', '2025-05'), ageReached('2025-05-10')];

  it('where the actual years must be paid matters only where it makes a difference', () => {
    const references = { 'requiredTotalMonths.male': 300, requiredActualMonths: 120 };
    expect(ask('360100', given, '2025-05-10', {}, references).retirement).toMatchObject({ conditionsMet: true });
    const elsewhere: Given[] = [
      person({ sex: 'male' }),
      paid('360700', '2025-03-05', '1995-01', '2025-03'),
      ['Transferred', '2025-04-10', { fromRegion: '360700', toRegion: '360100' }],
      ageReached('2025-05-10'),
    ];
    const { retirement, inquiry } = ask('360100', elsewhere, '2025-05-10', {}, references);
    expect(retirement).toMatchObject({ requiredTotal: 300, requiredActual: 120 });
    expect(retirement.conditionsMet).toBeUndefined();
    expect(inquiry.trace().undetermined).toContainEqual({
      question: 'retirement.actualScope',
      rule: 'JX-1.1',
      why: 'silent',
    });
  });

  it('is named once the age is reached, and not before or after the procedure', () => {
    const gaps = (on: string, more: Given[] = []) =>
      ask('360100', [...given, ...more], on)
        .inquiry.trace()
        .undetermined.map(({ question }) => question);
    expect(gaps('2025-05-09')).toEqual([]);
    expect(gaps('2025-05-10')).toEqual(['retirement.requiredTotal', 'retirement.requiredActual']);
    expect(gaps('2025-06-10', [retired('2025-06-10', '360100')])).toEqual([]);
  });
});
