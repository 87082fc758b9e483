import { OPEN, dayNumber } from '../../libs/calendar';
import type { CoveredDays, RelationRecord, Timeline, WaitingWindow } from '../coverage/timeline';
import { asked, emptyTimeline, type Given } from '../testing/asked';
import { staysOn } from '.';

const JX = '360100';
const JL = '220000';
const TL = '211200';

const day = dayNumber;
const covered = (
  region: string,
  from: string,
  through: string,
  scheme: 'employee' | 'resident' = 'employee',
): CoveredDays => ({
  scheme,
  region,
  participation: scheme === 'employee' ? 'employed' : 'general',
  basis: scheme === 'employee' ? 'employed' : 'resident',
  from: day(from),
  through: day(through),
  restored: false,
  events: [],
});
const relation = (
  region: string,
  ...statuses: [status: 'normal' | 'suspended' | 'terminated', from: string, through?: string][]
): RelationRecord => ({
  scheme: 'employee',
  region,
  participation: 'employed',
  statuses: statuses.map(([status, from, through]) => ({
    status,
    from: day(from),
    through: through ? day(through) : OPEN,
    events: [],
  })),
});
const waiting = (region: string, from: string, through: string) =>
  ({
    scheme: 'employee',
    region,
    participation: 'employed',
    from: day(from),
    through: day(through),
    cause: 'firstTime',
    rule: 'x',
    payment: {},
  }) as unknown as WaitingWindow;

const stay = (admitted: string, discharged?: string): Given[] => [
  ['Admitted', admitted, { stayId: 's' }],
  ...(discharged ? ([['Discharged', discharged, { stayId: 's' }]] as Given[]) : []),
];

function stays(
  region: string,
  given: readonly Given[],
  timeline: Partial<Timeline>,
  validOn = '2026-12-31',
  readings = {},
) {
  const asking = asked({ region, validOn, given, readings });
  return { items: staysOn(asking.inquiry, { ...emptyTimeline, ...timeline }, day(validOn)), asking };
}

describe('the day of admission decides the whole stay', () => {
  const timeline = {
    relations: [relation(JX, ['normal', '2025-03-01'])],
    windows: [waiting(JX, '2025-03-01', '2025-05-31')],
    covered: [covered(JX, '2025-06-01', '2025-12-31')],
  };
  it.each([
    ['the last day of waiting', '2025-05-31', false],
    ['the first day of benefits', '2025-06-01', true],
    ['before anything', '2025-02-28', false],
    ['the last covered day', '2025-12-31', true],
  ])('%s', (_, admitted, payable) =>
    expect(stays(JX, stay(admitted), timeline).items).toMatchObject([{ payable, direct: payable, rule: 'JX-9.1' }]),
  );

  it('before the document was in force nothing is said', () => {
    const { items, asking } = stays(JX, stay('2024-12-31', '2025-01-03'), timeline);
    expect(items).toEqual([]);
    expect(asking.undetermined()).toMatchObject([{ question: 'stay', why: 'notAvailable' }]);
  });
});

describe('the status at both ends', () => {
  const until = (last: string, from: string, status: 'suspended' | 'terminated' = 'suspended') => ({
    relations: [relation(JX, ['normal', '2020-01-01', last], [status, from])],
    covered: [covered(JX, '2020-01-01', '2025-06-30')],
  });
  it.each([
    ['discharged on the last day of the relation', '2025-06-20', true, 'JX-9.1'],
    ['discharged the day after', '2025-06-21', false, 'JX-9.2'],
  ])('%s', (_, discharged, payable, rule) =>
    expect(stays(JX, stay('2025-06-10', discharged), until('2025-06-20', '2025-06-21')).items).toMatchObject([
      { payable, rule },
    ]),
  );

  it('a month paid before the suspension does not make it normal at admission', () =>
    expect(stays(JX, stay('2025-06-25'), until('2025-06-20', '2025-06-21')).items).toMatchObject([
      { payable: false, rule: 'JX-9.2' },
    ]));

  it('even where the document leaves open what the paid month gives', () => {
    const open = [
      {
        scheme: 'employee' as const,
        region: JX,
        from: day('2025-06-21'),
        through: day('2025-06-30'),
        question: 'x',
        gap: { why: 'silent' as const },
      },
    ];
    const timeline = { ...until('2025-06-20', '2025-06-21'), covered: [covered(JX, '2020-01-01', '2025-06-20')], open };
    expect(stays(JX, stay('2025-06-25'), timeline).items).toMatchObject([{ payable: false, rule: 'JX-9.2' }]);
  });

  it('another relation that is normal makes the day normal', () => {
    const timeline = {
      relations: [
        relation(JX, ['normal', '2020-01-01', '2025-06-20'], ['suspended', '2025-06-21']),
        { ...relation(JX, ['normal', '2025-06-21']), scheme: 'resident' as const, participation: 'general' as const },
      ],
      covered: [covered(JX, '2020-01-01', '2025-06-20'), covered(JX, '2025-06-21', '2025-12-31', 'resident')],
    };
    expect(stays(JX, stay('2025-06-10', '2025-06-25'), timeline).items).toMatchObject([
      {
        payable: true,
        direct: false,
        route: 'manual',
        rule: 'JX-9.3',
        segments: [
          { from: '2025-06-10', through: '2025-06-20', scheme: 'employee' },
          { from: '2025-06-21', through: '2025-06-25', scheme: 'resident' },
        ],
      },
    ]);
  });

  it('waiting at discharge is normal, or by the other reading not (A-25)', () => {
    const timeline = {
      relations: [relation(JX, ['normal', '2020-01-01'])],
      covered: [covered(JX, '2020-01-01', '2025-06-20')],
      windows: [waiting(JX, '2025-06-21', '2025-09-20')],
    };
    expect(stays(JX, stay('2025-06-10', '2025-06-25'), timeline).items).toMatchObject([{ payable: true }]);
    expect(stays(JX, stay('2025-06-10', '2025-06-25'), timeline, '2026-01-01', { 'A-25': 'B' }).items).toMatchObject([
      { payable: false, rule: 'JX-9.2' },
    ]);
  });

  it('the day of death is as the day before', () => {
    const timeline = {
      ...until('2025-06-11', '2025-06-12', 'terminated'),
      covered: [covered(JX, '2020-01-01', '2025-06-12')],
      diedOn: day('2025-06-12'),
    };
    expect(stays(JX, stay('2025-06-05', '2025-06-12'), timeline).items).toMatchObject([
      { payable: true, segments: [{ through: '2025-06-12' }] },
    ]);
    expect(stays(JX, stay('2025-06-05', '2025-06-13'), timeline).items).toMatchObject([
      { payable: true, segments: [{ through: '2025-06-12' }] },
    ]);
  });
});

describe('where stays are paid by the day', () => {
  it.each([
    ['inside the paid days', '2022-09-05', '2022-09-10', ['2022-09-05', '2022-09-10']],
    ['past their end', '2022-09-25', '2022-10-05', ['2022-09-25', '2022-09-30']],
    ['after them', '2022-10-01', '2022-10-05', undefined],
  ])('%s', (_, admitted, discharged, wanted) => {
    const timeline = {
      relations: [relation(JL, ['normal', '2022-06-01'])],
      covered: [covered(JL, '2022-06-01', '2022-09-30')],
    };
    const [item] = stays(JL, stay(admitted, discharged), timeline).items;
    expect(item!.payable).toBe(wanted !== undefined);
    expect(item!.segments.map(({ from, through }) => [from, through])).toEqual(wanted ? [wanted] : []);
  });

  it('a gap inside the stay leaves two segments', () => {
    const timeline = { covered: [covered(JL, '2022-06-01', '2022-06-30'), covered(JL, '2022-08-01', '2022-08-31')] };
    expect(stays(JL, stay('2022-06-25', '2022-08-03'), timeline).items[0]!.segments).toMatchObject([
      { from: '2022-06-25', through: '2022-06-30' },
      { from: '2022-08-01', through: '2022-08-03' },
    ]);
  });
});

describe('where the document has no rule on stays', () => {
  it.each([
    ['every day covered', '2022-09-30', 1, 0],
    ['the last day is not', '2022-10-01', 0, 1],
  ])('%s', (_, discharged, items, gaps) => {
    const result = stays(TL, stay('2022-09-20', discharged), { covered: [covered(TL, '2022-06-01', '2022-09-30')] });
    expect(result.items).toHaveLength(items);
    expect(result.asking.undetermined()).toHaveLength(gaps);
  });

  it('a change inside leaves the route open and the rest standing', () => {
    const timeline = {
      covered: [covered(TL, '2022-06-01', '2022-09-30'), covered(TL, '2022-10-01', '2022-12-31', 'resident')],
    };
    const { items, asking } = stays(TL, stay('2022-09-20', '2022-10-02'), timeline);
    expect(items).toMatchObject([
      { payable: true, direct: false, segments: [{ scheme: 'employee' }, { scheme: 'resident' }] },
    ]);
    expect(items[0]).not.toHaveProperty('route');
    expect(asking.undetermined()).toMatchObject([{ question: 'stay.route', why: 'silent' }]);
  });
});

it('a readmission is another stay, and a discharge closes only its own', () => {
  const given: Given[] = [
    ['Admitted', '2022-09-01', { stayId: 'a' }],
    ['Discharged', '2022-09-05', { stayId: 'a' }],
    ['Admitted', '2022-09-07', { stayId: 'b' }],
  ];
  const { items } = stays(TL, given, { covered: [covered(TL, '2022-06-01', '2022-12-31')] }, '2022-09-10');
  expect(items).toMatchObject([
    { stayId: 'a', dischargedOn: '2022-09-05' },
    { stayId: 'b', segments: [{ from: '2022-09-07', through: '2022-09-10' }] },
  ]);
  expect(items[1]).not.toHaveProperty('dischargedOn');
});
