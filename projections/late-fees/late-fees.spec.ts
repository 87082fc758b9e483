import { dayNumber } from '../../libs/calendar';
import { asked, type Given } from '../testing/asked';
import { lateFeesOn } from '.';

const JL = '220000';
const LYG = '320700';
const TL = '211200';

const paid = (on: string, month: string, more: object = {}): Given => [
  'Paid',
  on,
  {
    scheme: 'employee',
    kind: 'regular',
    participation: 'employed',
    feeMonths: { from: month, through: month },
    unitFen: 60000,
    personFen: 20000,
    ...more,
  },
];

function fees(region: string, validOn: string, given: readonly Given[], reference = {}, readings = {}) {
  const asking = asked({ region, validOn, given, reference, readings });
  return { items: lateFeesOn(asking.inquiry, asking.payments, dayNumber(validOn)), asking };
}
const daysOf = (...args: Parameters<typeof fees>) => fees(...args).items.map(({ days }) => days);

describe('from the month after the fee month', () => {
  it.each([
    ['prepaid', '2022-06-25', []],
    ['the first day of the fee month', '2022-07-01', []],
    ['its last day', '2022-07-31', []],
    ['the first day of the month after', '2022-08-01', [1]],
    ['the second', '2022-08-02', [2]],
    ['over a leap day', '2024-03-01', [579]],
  ])('%s', (_, on, wanted) => expect(daysOf(JL, '2030-01-01', [paid(on, '2022-07')])).toEqual(wanted));

  it('December runs into the next year', () =>
    expect(daysOf(JL, '2030-01-01', [paid('2023-01-01', '2022-12')])).toEqual([1]));

  it('a late payment is not known to be late before it arrives', () =>
    expect(daysOf(JL, '2022-08-09', [paid('2022-08-10', '2022-07')])).toEqual([]));

  it.each([
    [1999, '2028-01-20', { days: 1999, feeFen: 59970, capped: false }],
    [2000, '2028-01-21', { days: 2000, feeFen: 60000, capped: true }],
    [2001, '2028-01-22', { days: 2001, feeFen: 60000, capped: true }],
  ])('on day %i', (_, on, wanted) =>
    expect(fees(JL, '2030-01-01', [paid(on, '2022-07')]).items).toMatchObject([wanted]),
  );

  it('before the rules existed nothing is due and nothing is asked', () => {
    const { items, asking } = fees(JL, '2023-01-01', [paid('2021-08-20', '2021-07', { kind: 'back' })]);
    expect(items).toEqual([]);
    expect(asking.undetermined()).toEqual([]);
  });

  it('a month of before, paid since, is late under them', () =>
    expect(daysOf(JL, '2023-01-01', [paid('2022-06-10', '2022-04')])).toEqual([41]));
});

describe('a payment for several months', () => {
  it('spreads its amount evenly, rounding each month by itself', () => {
    const { items } = fees(JL, '2022-12-31', [
      paid('2022-10-01', '2022-07', {
        kind: 'back',
        feeMonths: { from: '2022-07', through: '2022-09' },
        unitFen: 100000,
      }),
    ]);
    // 33333.33 a month: 62 days 1033.33, 31 days 516.67, 1 day 16.67
    expect(items.map(({ principalFen, days, feeFen }) => [principalFen, days, feeFen])).toEqual([
      [33333, 62, 1033],
      [33333, 31, 517],
      [33333, 1, 17],
    ]);
  });

  it('lists the months in order whatever the order of arrival', () => {
    const { items } = fees(JL, '2022-12-31', [paid('2022-10-01', '2022-08'), paid('2022-11-01', '2022-07')]);
    expect(items.map(({ feeMonth }) => feeMonth)).toEqual(['2022-07', '2022-08']);
  });
});

describe('from the day after the due day', () => {
  const may = (on: string) => [paid(on, '2021-05')];
  it.each([
    ['before it', '2021-05-24', []],
    ['on it', '2021-05-25', []],
    ['the day after', '2021-05-26', [1]],
  ])('%s', (_, on, wanted) => expect(daysOf(LYG, '2021-12-31', may(on), { dueOn: 25 })).toEqual(wanted));

  it('counts the whole fee, or by the other reading the employer’s part without the day of arrival', () => {
    expect(fees(LYG, '2021-12-31', may('2021-05-27'), { dueOn: 25 }).items).toMatchObject([
      { principalFen: 80000, days: 2, feeFen: 80 },
    ]);
    expect(fees(LYG, '2021-12-31', may('2021-05-27'), { dueOn: 25 }, { 'A-10': 'B' }).items).toMatchObject([
      { principalFen: 60000, days: 1, feeFen: 30 },
    ]);
  });

  it('a day that the month does not have is its last', () => {
    expect(daysOf(LYG, '2021-12-31', [paid('2021-02-28', '2021-02')], { dueOn: 31 })).toEqual([]);
    expect(daysOf(LYG, '2021-12-31', [paid('2021-03-01', '2021-02')], { dueOn: 31 })).toEqual([1]);
  });

  it('an assessed due day comes before a published one, and may lie before the fee month', () => {
    const given: Given[] = [
      ['Assessed', '2021-04-10', { scheme: 'employee', feeMonth: '2021-05', dueOn: '2021-04-20' }],
      paid('2021-04-22', '2021-05'),
    ];
    expect(daysOf(LYG, '2021-12-31', given, { dueOn: 25 })).toEqual([2]);
  });

  it('a published date says nothing of later months', () => {
    const { items, asking } = fees(LYG, '2021-12-31', [paid('2021-06-29', '2021-06')], { dueOn: '2021-05-25' });
    expect(items).toEqual([]);
    expect(asking.undetermined()).toEqual([]);
  });

  it.each([
    ['within its month nobody asks', '2021-05-31', 0],
    ['after it the due day is missed', '2021-06-01', 1],
  ])('without any due day: %s', (_, on, gaps) => {
    const { items, asking } = fees(LYG, '2021-12-31', may(on));
    expect(items).toEqual([]);
    expect(asking.undetermined()).toHaveLength(gaps);
  });
});

describe('what is assessed and unpaid', () => {
  const assessed: Given = [
    'Assessed',
    '2022-06-20',
    { scheme: 'employee', feeMonth: '2022-07', unitFen: 60000, personFen: 20000 },
  ];
  it.each([
    ['2022-07-31', []],
    ['2022-08-01', [1]],
    ['2022-08-15', [15]],
  ])('runs to the day asked about: %s', (on, wanted) => expect(daysOf(JL, on, [assessed])).toEqual(wanted));

  it('stands still once it is paid', () =>
    expect(daysOf(JL, '2022-12-31', [assessed, paid('2022-08-03', '2022-07', { unitFen: undefined })])).toEqual([3]));
});

it('where the document is silent a back-payment asks, an ordinary one does not', () => {
  expect(fees(TL, '2022-12-31', [paid('2022-08-20', '2022-07')]).asking.undetermined()).toEqual([]);
  expect(fees(TL, '2022-12-31', [paid('2022-08-20', '2022-07', { kind: 'back' })]).asking.undetermined()).toEqual([
    { question: 'lateFee', why: 'silent', rule: 'TL-7.3' },
  ]);
});

it('says the days and the cap in words', () => {
  const { asking } = fees(JL, '2022-08-15', [
    paid('2022-08-15', '2015-12', { kind: 'backUnregistered', unitFen: 30000 }),
  ]);
  expect(asking.because()).toMatchObject([
    {
      rule: 'JL-19.4',
      arithmetic:
        '2015-12 所属期自次月 2016-01-01 起至到账日 2022-08-15 共 2419 天，按日万分之5 计 300.00 元 × 5/10000 × 2419 = 362.85 元，封顶 300.00 元',
    },
  ]);
});
