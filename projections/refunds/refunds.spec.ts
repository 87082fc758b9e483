import { dayNumber } from '../../libs/calendar';
import type { Timeline, WaitingWindow } from '../coverage/timeline';
import { asked, emptyTimeline, type Given } from '../testing/asked';
import { refundsOn } from '.';

const TL = '211200';
const XA = '610100';
const day = dayNumber;

function refunds(
  region: string,
  given: readonly Given[],
  timeline: Partial<Timeline> = {},
  readings = {},
  validOn = '2026-12-31',
) {
  const asking = asked({ region, validOn, given, readings });
  return { items: refundsOn(asking.inquiry, asking.payments, { ...emptyTimeline, ...timeline }, day(validOn)), asking };
}
const asks = (on: string, basis: string, scheme: 'employee' | 'resident', more: object = {}): Given => [
  'RefundRequested',
  on,
  { basis, scheme, ...more },
];
const year = (on: string, benefitYear: number, more: object = {}): Given => [
  'Paid',
  on,
  { scheme: 'resident', kind: 'annual', benefitYear, ...more },
];
const employed: Given = ['Registered', '2022-12-01', { scheme: 'employee', participation: 'employed' }];

describe('a resident year before its benefits begin', () => {
  it.each([
    ['the last day before', '2022-12-31', true],
    ['the first day of benefits', '2023-01-01', false],
  ])('asked on %s', (_, on, allowed) => {
    const { items } = refunds(TL, [
      year('2022-11-20', 2023),
      employed,
      asks(on, 'TL-7.2a', 'resident', { benefitYear: 2023 }),
    ]);
    expect(items).toMatchObject([allowed ? { allowed, benefitYears: [2023] } : { allowed, reason: 'TL-7.2d' }]);
  });

  it('days that the employee scheme covers do not put off the beginning', () => {
    const given = [
      year('2022-11-20', 2023),
      employed,
      asks('2023-01-01', 'TL-7.2a', 'resident', { benefitYear: 2023 }),
    ];
    const after = {
      scheme: 'resident' as const,
      region: TL,
      participation: 'general' as const,
      basis: 'resident' as const,
      from: day('2023-02-01'),
      through: day('2023-12-31'),
      restored: false,
      events: ['e0'],
    };
    expect(refunds(TL, given, { covered: [after] }).items).toMatchObject([{ allowed: false, reason: 'TL-7.2d' }]);
  });

  it.each([
    ['the last day of waiting', '2022-08-07', true],
    ['the day benefits begin', '2022-08-08', false],
  ])('waiting cut short by a termination keeps its length: %s', (_, on, allowed) => {
    const given: Given[] = [
      year('2022-05-10', 2022),
      ['Registered', '2022-06-01', { scheme: 'employee', participation: 'employed' }],
      ['Terminated', '2022-06-10', { scheme: 'resident', reason: 'employeeRegistered' }],
      asks(on, 'TL-7.2a', 'resident'),
    ];
    const cut = {
      scheme: 'resident',
      region: TL,
      from: day('2022-05-10'),
      through: day('2022-06-09'),
      rule: 'TL-2.1.1b',
      payment: { id: 'e0', day: day('2022-05-10') },
    };
    expect(refunds(TL, given, { windows: [cut as unknown as WaitingWindow] }).items).toMatchObject([{ allowed }]);
  });

  it('without a year named, the coming one goes back and the running one stays', () => {
    const { items } = refunds(TL, [
      year('2021-11-20', 2022),
      year('2022-11-20', 2023),
      employed,
      asks('2022-12-20', 'TL-7.2a', 'resident'),
    ]);
    expect(items).toMatchObject([{ allowed: true, benefitYears: [2023] }]);
  });

  it.each<[string, Given, boolean]>([
    ['the year was paid twice', year('2022-12-05', 2023), true],
    ['another region was paid', year('2022-12-05', 2023, { region: '210100' }), true],
    ['another region was paid for another year', year('2022-12-05', 2024, { region: '210100' }), false],
    ['the office found a duplicate', ['DuplicateDetected', '2022-12-05', { relations: [], scope: 'sameScheme' }], true],
    [
      'a fee month was paid in the employee scheme',
      [
        'Paid',
        '2022-12-05',
        { scheme: 'employee', kind: 'regular', feeMonths: { from: '2022-12', through: '2022-12' } },
      ],
      true,
    ],
    [
      'the relation was ended as a duplicate',
      ['Terminated', '2022-12-05', { scheme: 'resident', reason: 'duplicate' }],
      true,
    ],
    ['he moved', ['ResidenceChanged', '2022-12-05', {}], false],
  ])('cause: %s', (_, cause, allowed) => {
    const { items } = refunds(TL, [
      year('2022-11-20', 2023),
      cause,
      asks('2022-12-20', 'TL-7.2a', 'resident', { benefitYear: 2023 }),
    ]);
    expect(items).toMatchObject([allowed ? { allowed } : { allowed, reason: 'TL-7.2a' }]);
  });

  it('an employee relation that ended before the request is no cause', () => {
    const given: Given[] = [
      year('2022-11-20', 2023),
      employed,
      ['Suspended', '2022-12-10', { scheme: 'employee' }],
      asks('2022-12-20', 'TL-7.2a', 'resident'),
    ];
    expect(refunds(TL, given).items).toMatchObject([{ allowed: false, reason: 'TL-7.2a' }]);
  });

  it.each([
    ['the end counts', 'A', true],
    ['the application counts', 'B', false],
  ])('ended before, asked after: %s', (_, choice, allowed) => {
    const given: Given[] = [
      year('2023-10-15', 2024),
      ['Registered', '2023-12-11', { scheme: 'employee', participation: 'employed' }],
      ['Terminated', '2023-12-31', { scheme: 'resident', reason: 'employeeRegistered' }],
      asks('2024-01-05', 'XA-6.4b', 'resident', { benefitYear: 2024 }),
    ];
    expect(refunds(XA, given, {}, { 'A-16': choice }).items).toMatchObject([{ allowed }]);
  });
});

describe('employee fee months', () => {
  const months = (from: string, through: string, more: object = {}): Given => [
    'Paid',
    `${from}-05`,
    { scheme: 'employee', kind: 'annual', participation: 'flexible', feeMonths: { from, through }, ...more },
  ];

  it('a request for some of the months gets those of them that are due', () => {
    const given: Given[] = [
      months('2023-01', '2023-12'),
      ['Registered', '2023-05-25', { scheme: 'employee', participation: 'employed' }],
      asks('2023-06-01', 'TL-7.1c', 'employee', { feeMonths: { from: '2023-03', through: '2023-07' } }),
    ];
    expect(refunds(TL, given).items).toMatchObject([{ feeMonths: { from: '2023-05', through: '2023-07', count: 3 } }]);
  });

  it('amounts stay open where a payment carries none, and are rounded once', () => {
    const with100 = (more: object): Given[] => [
      months('2023-01', '2023-07', more),
      ['Registered', '2023-05-25', { scheme: 'employee', participation: 'employed' }],
      asks('2023-06-01', 'TL-7.1c', 'employee'),
    ];
    expect(refunds(TL, with100({})).items[0]).not.toHaveProperty('amountFen');
    // 3/7 of 1000 fen is 428.57; of 999 fen it is 428.14, where months rounded one by one would give 3 x 143
    expect(refunds(TL, with100({ personFen: 1000 })).items).toMatchObject([{ amountFen: 429 }]);
    expect(refunds(TL, with100({ personFen: 600, unitFen: 399 })).items).toMatchObject([{ amountFen: 428 }]);
  });

  it.each<[string, Given[], object]>([
    [
      'open sentence',
      [['CustodyStarted', '2023-10-31', { kind: 'sentence' }]],
      { from: '2023-10', through: '2023-12', count: 3 },
    ],
    [
      'two sentences',
      [
        ['CustodyStarted', '2023-02-01', { kind: 'sentence' }],
        ['CustodyEnded', '2023-02-28', { kind: 'sentence' }],
        ['CustodyStarted', '2023-09-30', { kind: 'sentence' }],
        ['CustodyEnded', '2023-10-01', { kind: 'sentence' }],
      ],
      { from: '2023-02', through: '2023-09', count: 2 },
    ],
  ])('%s', (_, custody, feeMonths) => {
    const given: Given[] = [months('2023-01', '2023-12'), ...custody, asks('2023-12-20', 'TL-7.1e', 'employee')];
    expect(refunds(TL, given).items).toMatchObject([{ allowed: true, feeMonths, accountRecovery: true }]);
  });

  it('a basis of the other scheme is none', () => {
    const { items, asking } = refunds(TL, [months('2023-01', '2023-12'), asks('2023-06-01', 'TL-7.2a', 'employee')]);
    expect(items).toEqual([]);
    expect(asking.undetermined()).toEqual([{ question: 'refund', why: 'silent' }]);
  });
});

it('a request of tomorrow is not judged today', () =>
  expect(
    refunds(TL, [year('2022-11-20', 2023), asks('2022-12-20', 'TL-7.2c', 'resident')], {}, {}, '2022-12-19').items,
  ).toEqual([]));

it('looking for the basis uses no reading of another', () => {
  const { asking } = refunds(TL, [
    ['Died', '2022-12-01'],
    year('2022-11-20', 2023),
    asks('2022-12-20', 'TL-7.2c', 'resident'),
  ]);
  expect(asking.inquiry.trace().readings).toEqual([]);
});
