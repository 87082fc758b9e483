import fc from 'fast-check';
import { dayNumber, endOfDay, monthNumber, toMonth } from '../../libs/calendar';
import { loadPolicies } from '../../libs/policy/loader';
import type { LedgerEvent } from '../../events';
import { historyAt } from '../history';
import { Inquiry } from '../inquiry';
import { paymentRecord } from '../payments';
import { consecutiveMonths, contributionOn, MonthTally, type CountedMonths, type MonthKind } from '.';

const { policies } = loadPolicies('policies');

type Given = [type: string, on: string, data: object];

const paid = (on: string, from: string, through = from, more: object = {}): Given => [
  'Paid',
  on,
  { scheme: 'employee', region: '211200', kind: 'regular', feeMonths: { from, through }, ...more },
];
const resident = (on: string, benefitYear: number, more: object = {}): Given => [
  'Paid',
  on,
  { scheme: 'resident', region: '211200', kind: 'annual', benefitYear, ...more },
];
const transferred = (on: string, fromRegion: string, toRegion: string, carried?: object): Given => [
  'Transferred',
  on,
  { fromRegion, toRegion, ...(carried ? { carried } : {}) },
];

function ask(given: readonly Given[], validOn: string, region = '211200', readings = {}) {
  const events = given.map(([type, effectiveOn, data], index) => ({
    id: `e${index}`,
    type,
    stream: 'person-P',
    effectiveOn,
    recordedAt: endOfDay(effectiveOn),
    data,
    metadata: {},
  })) as unknown as LedgerEvent[];
  const person = historyAt(events, endOfDay('2099-12-31'));
  const question = { person: 'P', region, validOn, knownAt: '2099-12-31', readings };
  const inquiry = new Inquiry({ question, person, regions: new Map(), policies });
  const payments = paymentRecord(person);
  return { inquiry, payments, contribution: contributionOn(inquiry, payments, dayNumber(validOn)) };
}

describe('contribution months on a day', () => {
  it.each<[string, string, number]>([
    ['the day before the money', '2022-05-04', 0],
    ['the day of the money', '2022-05-05', 1],
    ['paid ahead: the last day before its month', '2022-05-31', 1],
    ['paid ahead: the first day of its month', '2022-06-01', 2],
  ])('a fee month counts from its money and not before its month: %s', (_, on, actual) => {
    const given = [paid('2022-05-05', '2022-05'), paid('2022-05-20', '2022-06')];
    expect(ask(given, on).contribution.actual).toBe(actual);
  });

  it('the rest of a month’s money does not give the month a second time', () => {
    const given = [
      paid('2022-05-05', '2022-05', '2022-06', { settledInFull: false }),
      paid('2022-07-01', '2022-05', '2022-06'),
    ];
    expect(ask(given, '2022-06-30').contribution).toMatchObject({ actual: 2, doubleCounted: 0 });
    expect(ask(given, '2022-07-01').contribution).toMatchObject({ actual: 2, doubleCounted: 0 });
  });

  it('a recognised count without a span adds to what is paid, a span only what is not', () => {
    const given: Given[] = [
      paid('2022-05-05', '2022-01', '2022-05'),
      ['YearsRecognised', '2022-05-10', { kind: 'localActual', months: 7, region: '211200', authority: 'a' }],
      [
        'YearsRecognised',
        '2022-05-10',
        { kind: 'localActual', span: { from: '2021-11', through: '2022-02' }, region: '211281', authority: 'a' },
      ],
    ];
    expect(ask(given, '2022-05-09').contribution).toMatchObject({ actual: 5 });
    expect(ask(given, '2022-05-10').contribution).toMatchObject({ localActual: 14, doubleCounted: 2 });
  });

  it('a paid month is stronger than a deemed one, and the refund brings the deemed one back', () => {
    const given: Given[] = [
      [
        'YearsRecognised',
        '2022-04-10',
        { kind: 'deemed', span: { from: '2001-01', through: '2001-06' }, region: '211200', authority: 'a' },
      ],
      paid('2022-05-05', '2001-05', '2001-06', { kind: 'back' }),
      [
        'Refunded',
        '2022-06-01',
        {
          scheme: 'employee',
          region: '211200',
          feeMonths: { from: '2001-06', through: '2001-06' },
          amountFen: 1,
          basis: 'TL-7.1b',
        },
      ],
    ];
    expect(ask(given, '2022-05-05').contribution).toMatchObject({ actual: 2, deemed: 4, doubleCounted: 2, total: 6 });
    expect(ask(given, '2022-06-01').contribution).toMatchObject({ actual: 1, deemed: 5, doubleCounted: 1, total: 6 });
  });
});

describe('years of other pooling areas', () => {
  const elsewhere = paid('2022-03-05', '2022-01', '2022-03', { region: '210100' });

  it.each<[string, Given[], object]>([
    ['not taken in', [elsewhere], { provinceActual: 0 }],
    ['taken in', [elsewhere, transferred('2022-05-10', '210100', '211200')], { provinceActual: 3 }],
    ['a place of the other area', [elsewhere, transferred('2022-05-10', '210102', '211224')], { provinceActual: 3 }],
    [
      'by way of a third',
      [elsewhere, transferred('2022-04-10', '210100', '110100'), transferred('2022-05-10', '110100', '211200')],
      { provinceActual: 3, outOfProvinceActual: 0 },
    ],
    [
      'the way broken',
      [elsewhere, transferred('2022-05-10', '110100', '211200')],
      { provinceActual: 0, outOfProvinceActual: 0 },
    ],
    [
      'paid after the transfer',
      [paid('2022-05-11', '2022-05', '2022-05', { region: '210100' }), transferred('2022-05-10', '210100', '211200')],
      { provinceActual: 0 },
    ],
    [
      'certified, nothing known',
      [transferred('2022-05-10', '210100', '211200', { provinceActual: 9 })],
      { provinceActual: 9, total: 9 },
    ],
    [
      'certified, some known',
      [elsewhere, transferred('2022-05-10', '210100', '211200', { provinceActual: 9 })],
      { provinceActual: 9, total: 9 },
    ],
    [
      'certified less than known',
      [elsewhere, transferred('2022-05-10', '210100', '211200', { provinceActual: 2 })],
      { provinceActual: 3, total: 3 },
    ],
    [
      'certified under another word',
      [elsewhere, transferred('2022-05-10', '210100', '211200', { localActual: 3 })],
      { localActual: 0, provinceActual: 3, total: 3 },
    ],
    [
      'certified with more from outside',
      [elsewhere, transferred('2022-05-10', '210100', '211200', { provinceActual: 3, outOfProvinceActual: 4 })],
      { provinceActual: 3, outOfProvinceActual: 4, total: 7 },
    ],
    [
      'back again with a certificate over everything',
      [
        paid('2022-02-05', '2022-01', '2022-02'),
        transferred('2022-02-20', '211200', '210100'),
        paid('2022-03-05', '2022-03', '2022-03', { region: '210100' }),
        transferred('2022-05-10', '210100', '211200', { localActual: 2, provinceActual: 1 }),
      ],
      { localActual: 2, provinceActual: 1, total: 3 },
    ],
  ])('%s', (_, given, expected) => {
    expect(ask(given, '2022-06-30').contribution).toMatchObject(expected);
  });

  it('deemed months of another province come along where the document counts them, and stay open where it is silent', () => {
    const given = [transferred('2025-02-10', '110100', '360100', { deemed: 10 })];
    const jiangxi = ask(given, '2025-06-30', '360100');
    expect(jiangxi.contribution.deemed).toBe(0);
    expect(jiangxi.inquiry.trace().undetermined).toContainEqual(
      expect.objectContaining({ rule: 'JX-5.1', why: 'silent' }),
    );
    const lianyungang = ask([transferred('2025-02-10', '110100', '320700', { deemed: 10 })], '2025-06-30', '320700');
    expect(lianyungang.contribution.deemed).toBe(10);
  });
});

describe('consecutive insured months', () => {
  const broken = [
    paid('2021-01-05', '2021-01', '2021-06'),
    paid('2021-12-05', '2021-08', '2021-12'),
    paid('2022-04-10', '2021-07', '2021-07', { kind: 'back' }),
    resident('2021-12-20', 2022),
  ];

  it.each<[string, 'employee' | 'resident' | undefined, string, string, number]>([
    ['the break is open', 'employee', '2021-12', '2022-04-09', 5],
    ['the break is back-paid', 'employee', '2021-12', '2022-04-10', 12],
    ['the month itself is not insured', 'employee', '2022-01', '2022-04-10', 0],
    ['a resident year paid ahead', 'resident', '2022-04', '2022-04-10', 4],
    ['before the resident money came', 'resident', '2022-04', '2021-12-19', 0],
    ['either scheme', undefined, '2022-04', '2022-04-10', 16],
  ])('%s', (_, scheme, through, on, expected) => {
    const { inquiry, payments } = ask(broken, on);
    const question = { scheme, through: monthNumber(through), on: dayNumber(on) };
    expect(consecutiveMonths(inquiry, payments, question)).toBe(expected);
  });

  it.each<[string, string, number]>([
    ['the month of the day is paid', '2022-03-05', 3],
    ['not paid yet, and no break before the month is over', '2022-04-30', 3],
    ['a whole month unpaid', '2022-05-01', 0],
  ])('up to the day: %s', (_, on, expected) => {
    const given = [paid('2022-01-05', '2022-01'), paid('2022-02-05', '2022-02'), paid('2022-03-05', '2022-03')];
    expect(ask(given, on).contribution.consecutive).toBe(expected);
  });

  it.each<[string, string, number]>([
    ['211200', 'counted in the scheme being left', 2],
    ['360100', 'counted in either', 14],
  ])('%s: %s', (region, _, expected) => {
    const given = [resident('2023-11-20', 2024, { region }), paid('2025-01-05', '2025-01', '2025-02', { region })];
    expect(ask(given, '2025-02-28', region).contribution.consecutive).toBe(expected);
  });

  it('a newborn paid for in time is insured from birth, too late from the payment', () => {
    const born: Given = ['Identified', '2022-03-10', { sex: 'male', birthDate: '2022-03-10' }];
    const inTime = ask([born, resident('2022-06-08', 2022, { participation: 'newborn' })], '2022-07-31');
    expect(inTime.contribution).toMatchObject({ residentMonths: 5, consecutive: 5 });
    const late = ask([born, resident('2022-06-09', 2022, { participation: 'newborn' })], '2022-07-31');
    expect(late.contribution).toMatchObject({ residentMonths: 2, consecutive: 2 });
  });
});

describe('resident months', () => {
  const suspended: Given = ['Suspended', '2022-08-14', { scheme: 'resident', region: '211200', reason: 'moved' }];
  const ended: Given = ['Terminated', '2022-09-01', { scheme: 'resident', region: '211200', reason: 'duplicate' }];

  it.each<[string, Given[], string, object]>([
    ['through the month of the day', [resident('2021-11-20', 2022)], '2022-03-01', { residentMonths: 3 }],
    ['paid late', [resident('2022-05-31', 2022)], '2022-12-31', { residentMonths: 8 }],
    ['paid after its end', [resident('2023-01-10', 2022)], '2023-02-01', { residentMonths: 0 }],
    ['suspended within a month', [resident('2021-11-20', 2022), suspended], '2022-12-31', { residentMonths: 8 }],
    ['ended with the first of a month', [resident('2021-11-20', 2022), ended], '2022-12-31', { residentMonths: 8 }],
    ['known before the end', [resident('2021-11-20', 2022), ended], '2022-08-31', { residentMonths: 8 }],
    [
      'paid in two places',
      [resident('2021-11-20', 2022), resident('2021-11-21', 2022, { region: '210100' })],
      '2022-12-31',
      { residentMonths: 12, doubleCounted: 12 },
    ],
  ])('%s', (_, given, on, expected) => {
    expect(ask(given, on).contribution).toMatchObject(expected);
  });
});

describe('the tally', () => {
  const kinds: MonthKind[] = ['localActual', 'provinceActual', 'militaryDeemed', 'deemed', 'bought'];
  const entry = fc.record<CountedMonths>({
    kind: fc.constantFrom(...kinds),
    month: fc.option(fc.integer({ min: 24000, max: 24030 }), { nil: undefined }),
    from: fc.constant(0),
    until: fc.constant(1),
    count: fc.constant(1),
    purchased: fc.boolean(),
    events: fc.constant([]),
  });
  const shown = (tally: MonthTally) => [
    ...kinds.map((kind) => tally.of(kind)),
    tally.total,
    tally.purchased,
    tally.doubleCounted,
  ];

  it('does not depend on the order, and what is taken away again was never there', () => {
    fc.assert(
      fc.property(fc.array(entry), fc.array(entry), (kept, removed) => {
        const one = new MonthTally();
        for (const months of [...kept, ...removed]) one.add(months);
        for (const months of removed) one.remove(months);
        const other = new MonthTally();
        for (const months of [...kept].reverse()) other.add(months);
        expect(shown(one)).toEqual(shown(other));
      }),
    );
  });

  it('counts each calendar month once and tells the rest as dropped', () => {
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const tally = new MonthTally();
        for (const months of entries) tally.add(months);
        const calendar = new Set(entries.flatMap(({ month }) => (month === undefined ? [] : [toMonth(month)])));
        const loose = entries.filter(({ month }) => month === undefined).length;
        expect(tally.total).toBe(calendar.size + loose);
        expect(tally.total + tally.doubleCounted).toBe(entries.length);
      }),
    );
  });
});
