import { dayNumber } from '../../libs/calendar';
import { asked, type Given } from '../testing/asked';
import { backPaymentsOn } from '.';

const TL = '211200';
const JX = '360100';
const JL = '220000';

function backPayments(region: string, validOn: string, given: readonly Given[], reference = {}, readings = {}) {
  const asking = asked({ region, validOn, given, reference, readings });
  return { items: backPaymentsOn(asking.inquiry, asking.payments, dayNumber(validOn)), asking };
}
const shown = (items: ReturnType<typeof backPayments>['items']) =>
  items.map(({ allowed, route, feeMonths }) => [allowed, route, feeMonths.from, feeMonths.count]);

const asks = (on: string, kind: string, more: object): Given => [
  'BackPaymentRequested',
  on,
  { scheme: 'employee', kind, ...more },
];
const back = (on: string, from: string, through: string, more: object = {}): Given => [
  'Paid',
  on,
  { scheme: 'employee', kind: 'back', participation: 'employed', feeMonths: { from, through }, ...more },
];

describe('who assesses arrears', () => {
  it.each([
    ['2023-06', 'agency'],
    ['2023-07', 'tax'],
  ])('of %s: %s', (month, route) =>
    expect(
      shown(backPayments(JX, '2025-02-10', [asks('2025-02-10', 'registeredUnpaid', { feeMonths: [month] })]).items),
    ).toEqual([[true, route, month, 1]]),
  );

  it('months out of order and named twice make one run', () =>
    expect(
      shown(
        backPayments(JX, '2025-02-10', [
          asks('2025-02-10', 'registeredUnpaid', { feeMonths: ['2024-05', '2024-03', '2024-04', '2024-05'] }),
        ]).items,
      ),
    ).toEqual([[true, 'tax', '2024-03', 3]]));
});

describe('suspended months are no arrears', () => {
  const suspended = (on: string): Given => ['Suspended', on, { scheme: 'employee' }];
  it.each<[string, Given[], unknown[]]>([
    [
      'suspended on the last day of a month',
      [suspended('2024-03-31')],
      [
        [true, 'tax', '2024-03', 1],
        [false, undefined, '2024-04', 2],
      ],
    ],
    [
      'suspended on the first day of the next',
      [suspended('2024-04-01')],
      [
        [true, 'tax', '2024-03', 2],
        [false, undefined, '2024-05', 1],
      ],
    ],
    [
      'registered anew within a month',
      [suspended('2024-03-31'), ['Registered', '2024-05-31', { scheme: 'employee', participation: 'employed' }]],
      [
        [true, 'tax', '2024-03', 1],
        [false, undefined, '2024-04', 1],
        [true, 'tax', '2024-05', 1],
      ],
    ],
    [
      'suspended elsewhere',
      [['Suspended', '2024-03-31', { scheme: 'employee', region: '360700' }]],
      [[true, 'tax', '2024-03', 3]],
    ],
  ])('%s', (_, facts, wanted) => {
    const given = [...facts, asks('2025-02-10', 'registeredUnpaid', { feeMonths: ['2024-03', '2024-04', '2024-05'] })];
    expect(shown(backPayments(JX, '2025-02-10', given).items)).toEqual(wanted);
  });

  it('the gap before a transfer is paid by the rule on transfers', () => {
    const given: Given[] = [
      ['Suspended', '2025-02-28', { scheme: 'employee', region: '360700' }],
      ['Transferred', '2025-05-06', { fromRegion: '360700', lastPaidMonth: '2025-02' }],
      back('2025-05-08', '2025-03', '2025-04'),
    ];
    const { items } = backPayments(JX, '2025-05-31', given);
    expect(items).toMatchObject([{ allowed: true, feeMonths: { count: 2 }, rule: 'JX-6.1' }]);
    expect(items[0]).not.toHaveProperty('route');
  });
});

describe('amounts', () => {
  it.each([
    ['pooledOnly', 5, 30000],
    ['withAccount', 7, 42000],
  ])('%s: %i percent', (fundMode, _, perMonthFen) => {
    const { items } = backPayments(TL, '2022-12-01', [back('2022-11-30', '2016-07', '2016-09', { fundMode })], {
      averageMonthlyWageFen: 600000,
    });
    expect(items).toMatchObject([{ baseFen: 600000, perMonthFen, totalFen: perMonthFen * 3, accountCredit: false }]);
  });

  it('a month is rounded before the months are added', () => {
    const { items } = backPayments(
      TL,
      '2022-12-01',
      [back('2022-11-30', '2016-07', '2016-09', { fundMode: 'pooledOnly' })],
      { averageMonthlyWageFen: 600011 },
    );
    expect(items).toMatchObject([{ perMonthFen: 30001, totalFen: 90003 }]); // 30000.55
  });

  it('are left out of what is refused', () => {
    const { items } = backPayments(
      JX,
      '2025-03-10',
      [asks('2025-03-10', 'unregistered', { employment: { from: '2021-03', through: '2021-04' } })],
      { averageMonthlyWageFen: 600000, employerRatePercent: 6, personRatePercent: 2 },
    );
    expect(items).toEqual([
      {
        allowed: false,
        feeMonths: { from: '2021-03', through: '2021-04', count: 2 },
        rule: 'JX-2.1',
        reason: 'JX-2.1',
        bothPartsRequired: true,
      },
    ]);
  });
});

describe('a request and its payment are one item', () => {
  const request = asks('2022-11-01', 'registeredUnpaid', { feeMonths: ['2022-07', '2022-08'] });
  it('paid in two payments', () => {
    const { items } = backPayments(TL, '2022-12-31', [
      request,
      back('2022-11-10', '2022-07', '2022-07'),
      back('2022-12-10', '2022-08', '2022-08'),
    ]);
    expect(items).toMatchObject([{ feeMonths: { from: '2022-07', through: '2022-08', count: 2 } }]);
  });
  it('months beyond the request are an item of their own', () => {
    const { items } = backPayments(TL, '2022-12-31', [request, back('2022-11-10', '2022-07', '2022-09')]);
    expect(items.map(({ feeMonths }) => feeMonths.count)).toEqual([2, 1]);
  });
  it('months paid before anyone asked are not asked for', () => {
    const { items } = backPayments(TL, '2022-12-31', [
      back('2022-07-05', '2022-07', '2022-07', { kind: 'regular' }),
      request,
    ]);
    expect(items).toMatchObject([{ feeMonths: { from: '2022-08', count: 1 } }]);
  });
});

describe('years and benefits by the length of the break', () => {
  it.each([
    ['2022-08', 'JL-24.3'],
    ['2022-09', 'JL-24.4'],
  ])('from June 2022 through %s: %s', (through, rule) =>
    expect(backPayments(JL, '2022-12-31', [back('2022-09-20', '2022-06', through)]).items).toMatchObject([
      { rule, accountCredit: true },
    ]),
  );
});
