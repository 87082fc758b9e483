import { dayNumber } from '../../libs/calendar';
import type { Duplicate } from '../answer/answer';
import { timelineOf } from '../coverage';
import { asked, type Given } from '../testing/asked';
import { duplicatesOn, placeOn } from '.';

interface Case {
  region?: string;
  on: string;
  given: readonly Given[];
  readings?: Record<string, string>;
}

function ask({ region = '211200', on, given, readings }: Case): {
  item?: Duplicate;
  place?: string;
  undetermined: readonly { question: string }[];
} {
  const { inquiry, payments, undetermined } = asked({ region, validOn: on, given, readings });
  const { timeline } = timelineOf(inquiry, payments);
  const items = duplicatesOn(inquiry, payments, timeline, dayNumber(on));
  expect(items.length).toBeLessThanOrEqual(1);
  return {
    item: items[0],
    place: placeOn(inquiry, payments, timeline, dayNumber(on)),
    undetermined: undetermined(),
  };
}

const employee = (from: string, through: string, more: object = {}): Given => [
  'Paid',
  `${from}-05`,
  { scheme: 'employee', kind: 'regular', participation: 'employed', feeMonths: { from, through }, ...more },
];

const resident = (on: string, benefitYear: number, more: object = {}): Given => [
  'Paid',
  on,
  { scheme: 'resident', kind: 'annual', benefitYear, ...more },
];

describe('relations that overlap', () => {
  const both = [employee('2020-01', '2023-06'), resident('2022-11-20', 2023)];

  test.each<[string, Case, string[]]>([
    ['the last day before the resident year begins', { on: '2022-12-31', given: both }, []],
    ['its first day', { on: '2023-01-01', given: both }, ['employee', 'resident']],
    ['the last paid employee month', { on: '2023-06-30', given: both }, ['employee', 'resident']],
    ['the first unpaid one: no duplicate while it is unpaid', { on: '2023-07-01', given: both }, []],
    [
      'the employee relation is suspended',
      { on: '2023-03-16', given: [...both, ['Suspended', '2023-03-15', { scheme: 'employee', reason: 'leave' }]] },
      [],
    ],
    [
      'on the last day of it',
      { on: '2023-03-15', given: [...both, ['Suspended', '2023-03-15', { scheme: 'employee', reason: 'leave' }]] },
      ['employee', 'resident'],
    ],
    [
      'the resident relation is terminated',
      {
        on: '2023-03-15',
        given: [...both, ['Terminated', '2023-03-15', { scheme: 'resident', reason: 'duplicate' }]],
      },
      [],
    ],
    [
      'the resident year was refunded before it began',
      {
        on: '2023-02-01',
        given: [
          ...both,
          ['Refunded', '2022-12-20', { scheme: 'resident', benefitYear: 2023, amountFen: 1, basis: 'TL-7.2a' }],
        ],
      },
      [],
    ],
  ])('%s', (_, one, schemes) => {
    expect(ask(one).item?.relations.map(({ scheme }) => scheme) ?? []).toEqual(schemes);
  });

  test.each<[string, string, Duplicate['scope']]>([
    ['the same place', '211200', 'crossScheme'],
    ['a county of the same city', '211224', 'crossScheme'],
    ['another city', '210100', 'crossRegion'],
  ])('scope: %s', (_, region, scope) => {
    const given = [employee('2020-01', '2023-06'), resident('2022-11-20', 2023, { region })];
    expect(ask({ on: '2023-02-01', given }).item?.scope).toBe(scope);
  });
});

describe('an official finding', () => {
  const found: Given = [
    'DuplicateDetected',
    '2023-03-01',
    {
      scope: 'crossRegion',
      relations: [
        { scheme: 'employee', region: '211200' },
        { scheme: 'resident', region: '610100' },
      ],
    },
  ];
  const paid = employee('2020-01', '2023-06');

  test.each<[string, string, boolean]>([
    ['the day before', '2023-02-28', false],
    ['the day', '2023-03-01', true],
    ['months later, as long as nobody settles it', '2023-06-30', true],
    ['also once the own relation is no longer paid', '2023-07-01', true],
  ])('%s', (_, on, stands) => {
    expect(ask({ on, given: [paid, found] }).item !== undefined).toBe(stands);
  });

  it('names both relations once, the known one with its participation', () => {
    expect(ask({ on: '2023-03-01', given: [paid, found] }).item?.relations).toEqual([
      { scheme: 'employee', region: '211200', participation: 'employed' },
      { scheme: 'resident', region: '610100' },
    ]);
  });

  it('drops a relation that is known to have ended', () => {
    const other = resident('2022-11-20', 2023, { region: '610100' });
    const ended: Given = ['Terminated', '2023-02-01', { scheme: 'resident', region: '610100', reason: 'duplicate' }];
    expect(ask({ on: '2023-03-01', given: [paid, other, ended, found] }).item).toBeUndefined();
  });
});

describe('which relation is kept across the schemes', () => {
  test.each<[string, string, Record<string, string> | undefined, string | undefined]>([
    ['eleven months: a person decides', '2022-06', undefined, undefined],
    ['twelve', '2022-05', undefined, 'employee'],
    ['eleven, under reading B', '2022-06', { 'A-31': 'B' }, 'resident'],
    ['twelve, under reading B', '2022-05', { 'A-31': 'B' }, 'employee'],
  ])('%s', (_, from, readings, kept) => {
    const given = [employee(from, '2023-04'), resident('2022-11-20', 2023)];
    const { item, undetermined } = ask({ on: '2023-04-30', given, readings });
    expect(item?.retained?.scheme).toBe(kept);
    expect(item?.rule).toBe('TL-4.3');
    expect(undetermined.some(({ question }) => question === 'duplicates.crossScheme')).toBe(kept === undefined);
  });

  it('counts the months up to the finding, not up to the day asked about', () => {
    const found: Given = [
      'DuplicateDetected',
      '2023-02-10',
      {
        scope: 'crossScheme',
        relations: [
          { scheme: 'employee', region: '211200' },
          { scheme: 'resident', region: '211200' },
        ],
      },
    ];
    const given = [employee('2022-05', '2023-12'), resident('2022-11-20', 2023), found];
    expect(ask({ on: '2023-06-01', given }).item?.retained).toBeUndefined();
  });

  it('keeps the one that can give benefits for part-time work, whatever the relation is called', () => {
    const job: Given = ['EmploymentStarted', '2022-12-01', { employerId: 'E1', kind: 'partTime' }];
    const given = [employee('2022-12', '2023-06'), resident('2022-11-20', 2023), job];
    expect(ask({ on: '2023-02-01', given }).item).toMatchObject({
      retained: { scheme: 'employee' },
      others: 'suspended',
      rule: 'TL-4.4',
    });
  });
});

describe('one employee relation of several', () => {
  const here = employee('2020-01', '2023-06', { employerId: 'E1' });
  const there = employee('2022-01', '2023-06', { employerId: 'E2', region: '210100' });
  const job = (employerId: string, on: string): Given => ['EmploymentStarted', on, { employerId, kind: 'fullTime' }];

  test.each<[string, Given[], string | undefined]>([
    ['the running employment tells the place of work', [job('E1', '2020-01-01')], '211200'],
    ['of two running ones the later', [job('E1', '2020-01-01'), job('E2', '2022-01-01')], '210100'],
    [
      'of two, one of which ended before',
      [job('E1', '2020-01-01'), job('E2', '2022-01-01'), ['EmploymentEnded', '2023-01-31', { employerId: 'E2' }]],
      '211200',
    ],
    ['nobody knows of an employment', [], undefined],
  ])('%s', (_, jobs, kept) => {
    const { item } = ask({ on: '2023-02-01', given: [here, there, ...jobs] });
    expect(item?.retained?.region).toBe(kept);
    expect(item?.rule).toBe('TL-4.2a');
  });
});

describe('the place of a student', () => {
  const entered: Given = ['StudentEnrolled', '2025-09-01', { region: '360100' }];
  const home = (benefitYear: number, on: string) => resident(on, benefitYear, { region: '360700' });
  const school = (benefitYear: number, on: string) => resident(on, benefitYear, { participation: 'student' });
  const aided: Given = ['AidGranted', '2024-01-01', { aidClass: 'minimumLiving', region: '360700' }];

  test.each<[string, string, Given[], string | undefined]>([
    ['paid at home before entry', '2025-12-31', [home(2025, '2024-11-10'), school(2025, '2025-09-10')], '360700'],
    ['paid at home only after entry', '2025-12-31', [home(2025, '2025-09-05'), school(2025, '2025-09-10')], '360100'],
    [
      'paid outside the province before entry',
      '2025-12-31',
      [resident('2024-11-10', 2025, { region: '430100' }), school(2025, '2025-09-10')],
      '360100',
    ],
    ['the year after, paid at both', '2026-01-01', [home(2026, '2025-11-10'), school(2026, '2025-11-12')], '360100'],
    ['the year after, paid at home alone', '2026-01-01', [home(2026, '2025-11-10')], '360700'],
    [
      'an aided student, paid at both',
      '2026-01-01',
      [home(2026, '2025-11-10'), school(2026, '2025-11-12'), aided],
      '360700',
    ],
    ['nothing is paid', '2026-01-01', [], undefined],
  ])('%s', (_, on, paid, place) => {
    expect(ask({ region: '360100', on, given: [entered, ...paid] }).place).toBe(place);
  });
});
