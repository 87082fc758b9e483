import fc from 'fast-check';
import { asked, type Given } from '../../projections/testing/asked';
import { decide, type Command, type Decision } from '.';

interface Case {
  region: string;
  on: string;
  given?: readonly Given[];
  reference?: Record<string, string | number | boolean>;
  readings?: Record<string, string>;
}

function decideFor(
  { region, on, given = [], reference, readings }: Case,
  type: Command['type'],
  data: object,
): Decision {
  const { inquiry } = asked({ region, validOn: on, given, reference, readings });
  const named = type === 'Transfer' ? { toRegion: region, ...data } : { region, ...data };
  return decide({ type, data: named } as Command, inquiry.grounds, on);
}

/** What a decision says in one word: the rule that refuses, or `yes`, with `?` where a person must look. */
function told(decision: Decision): string {
  const word = decision.accepted ? (decision.events.length === 0 ? 'already' : 'yes') : decision.rule;
  return decision.review ? `${word} ?` : word;
}

const TIELING = '211200';
const JIANGXI = '360100';
const XIAN = '610100';
const JILIN = '220100';
const LIANYUNGANG = '320700';

const paid = (from: string, through: string, on: string, more: object = {}): Given => [
  'Paid',
  on,
  { scheme: 'employee', kind: 'regular', participation: 'employed', feeMonths: { from, through }, ...more },
];
const premium = (benefitYear: number, on: string, more: object = {}): Given => [
  'Paid',
  on,
  { scheme: 'resident', kind: 'annual', benefitYear, ...more },
];
const stopped = (on: string): Given => ['Suspended', on, { scheme: 'employee', reason: 'job ended' }];

describe('a flexible worker who paid as a resident', () => {
  const flexible = { scheme: 'employee', participation: 'flexible' };

  test.each<[string, string, Given[], object, string]>([
    ['before the premium arrives', '2025-02-28', [premium(2025, '2025-03-01')], flexible, 'yes'],
    ['on the day it arrives', '2025-03-01', [premium(2025, '2025-03-01')], flexible, 'JX-3.3'],
    ['on the last day of the year', '2025-12-31', [premium(2025, '2024-11-01')], flexible, 'JX-3.3'],
    ['on the first day of the next', '2026-01-01', [premium(2025, '2024-11-01')], flexible, 'yes'],
    [
      'late in the year, for the next one',
      '2025-12-20',
      [premium(2025, '2024-11-01')],
      { ...flexible, firstFeeMonth: '2026-01' },
      'yes',
    ],
    ['paid elsewhere', '2025-05-12', [premium(2025, '2024-11-01', { region: '430100' })], flexible, 'JX-3.3'],
    [
      'stopped in the year before',
      '2025-05-12',
      [premium(2025, '2024-11-01'), stopped('2024-12-31')],
      flexible,
      'JX-3.3',
    ],
    ['stopped in the year', '2025-05-12', [premium(2025, '2024-11-01'), stopped('2025-01-01')], flexible, 'JX-3.3 ?'],
  ])('%s', (_, on, given, data, answer) => {
    expect(told(decideFor({ region: JIANGXI, on, given }, 'Register', data))).toBe(answer);
  });

  it('is refused by no region that does not say so', () => {
    const one = { region: LIANYUNGANG, on: '2022-05-12', given: [premium(2022, '2021-11-01')] };
    expect(told(decideFor(one, 'Register', flexible))).toBe('yes ?');
  });
});

describe('what a flexible worker pays', () => {
  const pay = (from: string, through: string) => ({
    scheme: 'employee',
    kind: 'annual',
    participation: 'flexible',
    feeMonths: { from, through },
  });
  const wasEmployed = [paid('2020-01', '2025-03', '2025-03-05'), stopped('2025-03-31')];

  test.each<[string, string, Given[], object, string]>([
    ['the whole year', '2025-01-08', [], pay('2025-01', '2025-12'), 'yes'],
    ['the whole year, late', '2025-09-08', [], pay('2025-01', '2025-12'), 'yes'],
    ['eleven months', '2025-01-08', [], pay('2025-01', '2025-11'), 'JX-3.1'],
    ['one month', '2025-01-08', [], pay('2025-01', '2025-01'), 'JX-3.1'],
    ['the rest after a stop', '2025-04-08', wasEmployed, pay('2025-04', '2025-12'), 'yes'],
    ['less than the rest', '2025-05-08', wasEmployed, pay('2025-05', '2025-12'), 'yes ?'],
    ['a month that the employer paid', '2025-04-08', wasEmployed, pay('2025-03', '2025-12'), 'JX-3.1'],
    ['the rest, not to December', '2025-04-08', wasEmployed, pay('2025-04', '2025-11'), 'JX-3.1'],
    ['the rest of the year after the stop', '2026-04-08', wasEmployed, pay('2026-04', '2026-12'), 'JX-3.1'],
    ['a first entry in mid-year', '2025-06-08', [], pay('2025-06', '2025-12'), 'yes ?'],
    [
      'the same year twice',
      '2025-02-08',
      [['Paid', '2025-01-08', pay('2025-01', '2025-12')]],
      pay('2025-01', '2025-12'),
      'already',
    ],
  ])('%s', (_, on, given, data, answer) => {
    expect(told(decideFor({ region: JIANGXI, on, given }, 'Pay', data))).toBe(answer);
  });

  it('is not asked of a region that is paid by the month', () => {
    const one = { region: JILIN, on: '2022-08-20', given: [] };
    expect(told(decideFor(one, 'Pay', pay('2022-09', '2022-09')))).toBe('yes');
  });
});

describe('a new employee relation beside an old one', () => {
  const employed = { scheme: 'employee', participation: 'employed', employerId: 'E2' };
  const old: Given[] = [
    ['Registered', '2020-01-01', { scheme: 'employee', participation: 'employed', employerId: 'E1', firstTime: false }],
    paid('2020-01', '2022-09', '2022-08-25', { employerId: 'E1' }),
  ];

  test.each<[string, string, string, Given[], string]>([
    ['still normal', JILIN, '2022-09-10', old, 'JL-20.1'],
    ['on the last day before a suspension', JILIN, '2022-09-10', [...old, stopped('2022-09-10')], 'JL-20.1'],
    ['on the first day after it', JILIN, '2022-10-01', [...old, stopped('2022-09-30')], 'yes'],
    ['to be suspended later, on record', JILIN, '2022-09-10', [...old, stopped('2022-09-30')], 'JL-20.1'],
    ['still normal, and the document silent', TIELING, '2022-09-10', old, 'yes ?'],
    ['suspended, where the document is silent', TIELING, '2022-09-11', [...old, stopped('2022-09-10')], 'yes'],
  ])('%s', (_, region, on, given, answer) => {
    expect(told(decideFor({ region, on, given }, 'Register', employed))).toBe(answer);
  });

  test.each<[string, string, string | undefined, string, string | undefined]>([
    ['the month has begun: not assessed again', '2022-09-20', '2022-09', 'yes', '2022-10'],
    ['the month after it: nothing is paid yet', '2022-09-20', '2022-10', 'yes', '2022-10'],
    ['no month named: the running one', '2022-09-20', undefined, 'yes', '2022-10'],
    ['a paid month that has not begun', '2022-08-31', '2022-09', 'JL-20.2', undefined],
    ['no month named, the next one paid ahead', '2022-08-31', undefined, 'JL-20.2', undefined],
    ['on its first day it has begun', '2022-09-01', '2022-09', 'yes', '2022-10'],
  ])('paid before the suspension: %s', (_, on, firstFeeMonth, answer, month) => {
    const given = [...old, stopped('2022-08-28')];
    const data = firstFeeMonth === undefined ? employed : { ...employed, firstFeeMonth };
    const decision = decideFor({ region: JILIN, on, given }, 'Register', data);
    expect(told(decision)).toBe(answer);
    const [registered] = decision.accepted ? decision.events : [];
    expect((registered?.data as { firstFeeMonth?: string } | undefined)?.firstFeeMonth).toBe(month);
  });
});

describe('money for a resident year', () => {
  const at = (on: string, more: Partial<Case> = {}): Case => ({
    region: XIAN,
    on,
    given: [['ResidenceChanged', '2020-01-01', { household: XIAN }], premium(2023, '2022-10-10')],
    ...more,
  });
  const pay = { scheme: 'resident', kind: 'annual', benefitYear: 2024 };

  test.each<[string, Case, object, string]>([
    ['the last day of collection', at('2023-12-20'), pay, 'yes'],
    ['the day after', at('2023-12-21'), pay, 'XA-1.3c'],
    ['the last day of the year', at('2023-12-31'), pay, 'XA-1.3c'],
    ['the same day under reading B', at('2023-12-31', { readings: { 'A-17': 'B' } }), pay, 'yes'],
    ['the first day of the supplement', at('2024-01-01'), pay, 'yes'],
    ['its last day', at('2024-06-30'), pay, 'yes'],
    ['the day after it', at('2024-07-01'), pay, 'XA-1.3c'],
    ['a special person', at('2024-07-01'), { ...pay, participation: 'special' }, 'yes ?'],
    ['the year is paid', at('2023-10-10'), { ...pay, benefitYear: 2023 }, 'already'],
  ])('%s', (_, one, data, answer) => {
    expect(told(decideFor(one, 'Pay', data))).toBe(answer);
  });

  it('is not refused where the document says nothing of periods', () => {
    expect(told(decideFor({ region: JIANGXI, on: '2025-08-01' }, 'Pay', { ...pay, benefitYear: 2025 }))).toBe('yes');
  });
});

describe('a refund', () => {
  const flexibleYear: Given = [
    'Paid',
    '2025-01-08',
    {
      scheme: 'employee',
      kind: 'annual',
      participation: 'flexible',
      feeMonths: { from: '2025-01', through: '2025-12' },
      personFen: 480000,
    },
  ];
  const job: Given = ['Registered', '2025-06-03', { scheme: 'employee', participation: 'employed', employerId: 'E1' }];
  const work = paid('2025-06', '2025-06', '2025-06-10', { employerId: 'E1' });
  const asks = { scheme: 'employee', basis: 'JX-3.4' };

  it('gives what the basis gives, in fen', () => {
    const decision = decideFor({ region: JIANGXI, on: '2025-06-25', given: [flexibleYear, job, work] }, 'Refund', asks);
    expect(decision).toMatchObject({
      accepted: true,
      rule: 'JX-3.4',
      events: [
        {
          type: 'Refunded',
          effectiveOn: '2025-06-25',
          data: { basis: 'JX-3.4', feeMonths: { from: '2025-06', through: '2025-12' }, amountFen: 280000 },
        },
      ],
    });
  });

  test.each<[string, Case, object, string]>([
    ['nobody joined through an employer', { region: JIANGXI, on: '2025-06-25', given: [flexibleYear] }, asks, 'JX-3.4'],
    [
      'refunded before',
      {
        region: JIANGXI,
        on: '2025-07-25',
        given: [
          flexibleYear,
          job,
          work,
          [
            'Refunded',
            '2025-07-01',
            { ...asks, feeMonths: { from: '2025-06', through: '2025-12' }, amountFen: 280000 },
          ],
        ],
      },
      asks,
      'already',
    ],
    ['a basis of another region', { region: LIANYUNGANG, on: '2022-07-25' }, asks, 'yes ?'],
  ])('%s', (_, one, data, answer) => {
    expect(told(decideFor(one, 'Refund', data))).toBe(answer);
  });
});

describe('any command', () => {
  const day = fc
    .integer({ min: 0, max: 700 })
    .map((n) => new Date(Date.UTC(2024, 0, 1) + n * 86400000).toISOString().slice(0, 10));
  const region = fc.constantFrom(TIELING, JIANGXI, XIAN, JILIN, LIANYUNGANG, '510100');
  const scheme = fc.constantFrom('employee', 'resident');
  const facts = fc.array(
    fc.oneof(
      fc.tuple(fc.constant('Registered'), day, scheme.map(registered)),
      fc.tuple(
        fc.constant('Suspended'),
        day,
        scheme.map((one) => ({ scheme: one, reason: 'job ended' })),
      ),
      fc.tuple(
        fc.constant('Terminated'),
        day,
        scheme.map((one) => ({ scheme: one, reason: 'duplicate' })),
      ),
      fc.tuple(fc.constant('StatutoryAgeReached'), day, fc.constant({})),
      fc.tuple(fc.constant('Retired'), day, fc.constant({})),
      fc.tuple(fc.constant('Paid'), day, fc.constantFrom(...payments())),
    ),
    { maxLength: 8 },
  ) as fc.Arbitrary<Given[]>;
  const command = fc.constantFrom<[Command['type'], object]>(
    ['Register', registered('employee')],
    ['Register', { scheme: 'employee', participation: 'flexible' }],
    ['Register', registered('resident')],
    ['Suspend', { scheme: 'employee', reason: 'job ended' }],
    ['Terminate', { scheme: 'resident', reason: 'emigration' }],
    ['Transfer', { fromRegion: '110100' }],
    ['Retire', { pensionGranted: true }],
    ['Pay', { scheme: 'resident', kind: 'annual', benefitYear: 2025 }],
    ['RequestBackPayment', { scheme: 'employee', kind: 'registeredUnpaid', feeMonths: ['2025-02'] }],
  );

  function registered(of: string): object {
    return of === 'employee'
      ? { scheme: of, participation: 'employed', employerId: 'E1' }
      : { scheme: of, participation: 'general' };
  }

  function payments(): object[] {
    return [
      { scheme: 'resident', kind: 'annual', benefitYear: 2025 },
      {
        scheme: 'employee',
        kind: 'regular',
        participation: 'employed',
        feeMonths: { from: '2024-01', through: '2025-06' },
      },
      {
        scheme: 'employee',
        kind: 'annual',
        participation: 'flexible',
        feeMonths: { from: '2025-01', through: '2025-12' },
      },
    ];
  }

  it('is decided, said twice changes nothing, and a refusal names a rule', () => {
    fc.assert(
      fc.property(region, day, facts, command, (where, on, given, [type, data]) => {
        const decision = decideFor({ region: where, on, given }, type, data);
        if (!decision.accepted) {
          expect(decision.rule).toMatch(/^[A-Z]{2,3}-/);
          expect(decision.zh.length * decision.en.length).toBeGreaterThan(0);
          return;
        }
        const after = decision.events.map((event): Given => [event.type, event.effectiveOn, event.data]);
        const again = decideFor({ region: where, on, given: [...given, ...after] }, type, data);
        expect(again).toMatchObject({ accepted: true, events: [] });
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 300) },
    );
  });
});
