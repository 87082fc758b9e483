import { dayNumber } from '../../libs/calendar';
import { asked, type Given } from '../testing/asked';
import { basesOn } from '.';

const TL = '211200';
const JL = '220000';
const LYG = '320700';

function bases(region: string, validOn: string, given: readonly Given[], reference = {}, readings = {}) {
  const asking = asked({ region, validOn, given, reference, readings });
  return { items: basesOn(asking.inquiry, dayNumber(validOn)), asking };
}
const baseOn = (...args: Parameters<typeof bases>) => bases(...args).items[0]?.baseFen;

describe('limits drawn from the average wage', () => {
  const declared = (lastMonthFen: number): Given[] => [
    ['BaseDeclared', '2022-06-03', { employerKind: 'stateOrgan', lastMonthFen }],
  ];
  it.each([
    ['a fen below 60 percent', 359999, 360000],
    ['exactly 60 percent', 360000, 360000],
    ['a fen above', 360001, 360001],
    ['a fen below 300 percent', 1799999, 1799999],
    ['exactly 300 percent', 1800000, 1800000],
    ['a fen above it', 1800001, 1800000],
    ['no wage at all', 0, 360000],
  ])('%s: %i becomes %i', (_, wage, wanted) =>
    expect(baseOn(TL, '2022-06-20', declared(wage), { averageMonthlyWageFen: 600000 })).toBe(wanted),
  );

  it('are compared exactly and rounded once: 60 percent of 612341 is 367404.6', () => {
    const average = { averageMonthlyWageFen: 612341 };
    expect(baseOn(TL, '2022-06-20', declared(367404), average)).toBe(367405);
    expect(baseOn(TL, '2022-06-20', declared(367405), average)).toBe(367405);
    expect(baseOn(TL, '2022-06-20', declared(367406), average)).toBe(367406);
  });

  it('come from an annual figure where only that is published', () =>
    expect(baseOn(TL, '2022-06-20', declared(0), { averageAnnualWageFen: 7200000 })).toBe(360000));
});

describe('how long a declaration stands', () => {
  it.each([
    ['the month before it', '2022-05-31', undefined],
    ['its own month, even before its day', '2022-06-01', 500000],
    ['until another', '2022-08-31', 500000],
    ['the next one', '2022-09-01', 510000],
  ])('a wage of a month: %s', (_, on, wanted) => {
    const given: Given[] = [
      ['BaseDeclared', '2022-06-03', { employerKind: 'stateOrgan', lastMonthFen: 500000 }],
      ['BaseDeclared', '2022-09-03', { employerKind: 'stateOrgan', lastMonthFen: 510000 }],
    ];
    expect(baseOn(TL, on, given, { averageMonthlyWageFen: 600000 })).toBe(wanted);
  });

  it.each([
    ['2022-12-31', 500000],
    ['2023-01-01', undefined],
  ])('an average of the year before ends with the year: %s', (on, wanted) => {
    const given: Given[] = [
      ['BaseDeclared', '2022-06-03', { employerKind: 'enterprise', priorYearAverageFen: 500000 }],
    ];
    expect(baseOn(TL, on, given, { averageMonthlyWageFen: 600000 })).toBe(wanted);
  });

  it.each([
    ['2022-03-31', undefined],
    ['2022-04-01', 500000],
    ['2023-03-31', 500000],
    ['2023-04-01', 550000],
    ['2024-03-31', 550000],
    ['2024-04-01', 605000],
  ])('in a region with cycles, for the one that begins in its year: %s', (on, wanted) =>
    expect(baseOn(JL, on, [['BaseDeclared', '2022-03-10', { priorYearAverageFen: 500000 }]])).toBe(wanted),
  );

  it('for a stated cycle before the rules existed nothing is said', () => {
    const { items, asking } = bases(JL, '2021-05-15', [
      ['BaseDeclared', '2021-02-15', { priorYearAverageFen: 500000 }],
    ]);
    expect(items).toEqual([]);
    expect(asking.undetermined()).toEqual([{ question: 'base', why: 'notAvailable' }]);
  });
});

describe('who owes nothing has no base', () => {
  const declared: Given = ['BaseDeclared', '2022-06-03', { priorYearAverageFen: 500000 }];
  it.each<[string, Given[], string, number | undefined]>([
    [
      'suspended on the last day of the month before',
      [['Suspended', '2022-07-31', { scheme: 'employee' }]],
      '2022-08-01',
      undefined,
    ],
    [
      'suspended on the first day of the month',
      [['Suspended', '2022-08-01', { scheme: 'employee' }]],
      '2022-08-15',
      500000,
    ],
    [
      'ended on the first day of the month',
      [['Terminated', '2022-08-01', { scheme: 'employee', reason: 'emigration' }]],
      '2022-08-15',
      undefined,
    ],
    [
      'ended on its second day',
      [['Terminated', '2022-08-02', { scheme: 'employee', reason: 'emigration' }]],
      '2022-08-15',
      500000,
    ],
    ['retired within the month', [['Retired', '2022-08-10']], '2022-08-31', 500000],
    ['retired the month before', [['Retired', '2022-07-31']], '2022-08-01', undefined],
    ['the resident relation ended', [['Suspended', '2022-07-31', { scheme: 'resident' }]], '2022-08-15', 500000],
    [
      'suspended, and registered anew',
      [
        ['Suspended', '2022-07-31', { scheme: 'employee' }],
        ['Registered', '2022-08-20', { scheme: 'employee', participation: 'employed' }],
      ],
      '2022-08-01',
      500000,
    ],
    [
      'the only job ended',
      [
        ['EmploymentStarted', '2022-01-01', { employerId: 'E1' }],
        ['EmploymentEnded', '2022-07-31', { employerId: 'E1' }],
      ],
      '2022-08-01',
      undefined,
    ],
    [
      'one of two jobs ended',
      [
        ['EmploymentStarted', '2022-01-01', { employerId: 'E1' }],
        ['EmploymentStarted', '2022-02-01', { employerId: 'E2' }],
        ['EmploymentEnded', '2022-07-31', { employerId: 'E1' }],
      ],
      '2022-08-01',
      500000,
    ],
  ])('%s', (_, more, on, wanted) => expect(baseOn(JL, on, [declared, ...more])).toBe(wanted));
});

describe('rates', () => {
  it('are chosen by the declaration before the relation', () => {
    const { items } = bases(
      LYG,
      '2021-06-15',
      [
        ['Registered', '2021-03-01', { scheme: 'employee', participation: 'flexible', fundMode: 'withAccount' }],
        ['BaseDeclared', '2021-03-02', { baseFen: 500000, rateOption: 'pooledOnly' }],
      ],
      { baseFloorFen: 400000, baseCeilingFen: 2000000 },
    );
    expect(items).toEqual([{ feeMonth: '2021-06', baseFen: 500000, personFen: 27500, rule: 'LYG-11.4' }]);
  });

  it('a choice of neither leaves the part open', () => {
    const { items } = bases(
      LYG,
      '2021-06-15',
      [['BaseDeclared', '2021-03-02', { employerKind: 'flexible', baseFen: 500000, rateOption: 'other' }]],
      { baseFloorFen: 400000, baseCeilingFen: 2000000 },
    );
    expect(items).toEqual([{ feeMonth: '2021-06', baseFen: 500000, rule: 'LYG-11.5' }]);
  });
});

it('a person without anything declared has no base, and nothing is asked', () => {
  const { items, asking } = bases(TL, '2022-06-15', [
    ['Paid', '2022-06-05', { scheme: 'employee', kind: 'regular', feeMonths: { from: '2022-06', through: '2022-06' } }],
  ]);
  expect(items).toEqual([]);
  expect(asking.undetermined()).toEqual([]);
});

it('every base is said in both languages, with its arithmetic', () => {
  const { asking } = bases(JL, '2023-05-15', [['BaseDeclared', '2022-01-10', { priorYearAverageFen: 500000 }]]);
  expect(asking.because()).toMatchObject([
    {
      rule: 'JL-22.4',
      events: ['e0'],
      arithmetic: '5000.00 元 × 110% = 5500.00 元',
      zh: '2023-04 至 2024-03 的基数没有申报，暂按上一周期基数 5000.00 元的 110% 确定，为 5500.00 元。',
    },
  ]);
  expect(asking.because()[0]!.en).toMatch(/110% of the base of the cycle before \(CNY 5000.00\), CNY 5500.00\.$/);
});
