import fc from 'fast-check';
import {
  OPEN,
  ageOn,
  addMonthsClamped,
  countPoints,
  dayNumber,
  firstDayOf,
  firstDayOfNextMonth,
  isDay,
  isInstant,
  isMonth,
  lastDayOf,
  mergeTouching,
  monthNumber,
  monthOf,
  subtract,
  toDay,
  toInstant,
  toMonth,
  union,
  windowOfDays,
  windowOfMonths,
  type MonthWindow,
} from '.';

const anyDay = fc.integer({ min: dayNumber('1850-01-01'), max: dayNumber('2200-12-31') });
const show = (span: { from: number; through: number }) => `${toDay(span.from)}..${toDay(span.through)}`;

describe('days and months', () => {
  it('agrees with the platform calendar on every day it can name', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        expect(toDay(day)).toBe(new Date(day * 86400000).toISOString().slice(0, 10));
        expect(dayNumber(toDay(day))).toBe(day);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['2024-02-29', true],
    ['2023-02-29', false],
    ['1900-02-29', false],
    ['2000-02-29', true],
    ['2022-04-31', false],
    ['2022-13-01', false],
    ['2022-00-10', false],
    ['2022-1-10', false],
    ['2022-01-10T00:00', false],
    ['', false],
  ])('knows whether %s exists: %s', (text, real) => expect(isDay(text)).toBe(real));

  it.each([
    ['2022-12', true],
    ['2022-13', false],
    ['2022-00', false],
    ['2022-1', false],
  ])('knows whether %s is a month: %s', (text, real) => expect(isMonth(text)).toBe(real));

  it('keeps a day inside its month', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        const month = monthOf(day);
        expect(firstDayOf(month) <= day && day <= lastDayOf(month)).toBe(true);
        expect(firstDayOfNextMonth(day)).toBe(lastDayOf(month) + 1);
        expect(monthNumber(toMonth(month))).toBe(month);
      }),
    );
  });

  it.each([
    ['1965-03-01', '2025-02-28', 59],
    ['1965-03-01', '2025-03-01', 60],
    ['2004-02-29', '2023-02-28', 18],
    ['2004-02-29', '2023-03-01', 19],
  ])('a person born %s is on %s %i years old', (birth, day, age) =>
    expect(ageOn(dayNumber(birth), dayNumber(day))).toBe(age),
  );

  it('clamps a month step to the last day', () => {
    expect(toDay(addMonthsClamped(dayNumber('2024-01-31'), 1))).toBe('2024-02-29');
    expect(toDay(addMonthsClamped(dayNumber('2024-03-31'), -1))).toBe('2024-02-29');
  });
});

describe('waiting periods', () => {
  it.each([
    ['2022-05-16', 90, '2022-05-16..2022-08-13'],
    ['2022-10-12', 30, '2022-10-12..2022-11-10'],
    ['2024-02-28', 2, '2024-02-28..2024-02-29'],
    ['2022-12-31', 1, '2022-12-31..2022-12-31'],
  ])('from %s for %i days: %s', (first, days, wanted) =>
    expect(show(windowOfDays(dayNumber(first), days))).toBe(wanted),
  );

  it.each<[string, MonthWindow, string]>([
    ['2021-11-30', 'anniversary', '2021-11-30..2022-02-28'],
    ['2021-03-15', 'anniversary', '2021-03-15..2021-06-14'],
    ['2021-01-01', 'anniversary', '2021-01-01..2021-03-31'],
    ['2023-11-29', 'anniversary', '2023-11-29..2024-02-28'],
    ['2022-11-29', 'anniversary', '2022-11-29..2023-02-28'],
    ['2023-11-30', 'anniversary', '2023-11-30..2024-02-29'],
    ['2021-05-31', 'anniversary', '2021-05-31..2021-08-30'],
    ['2021-03-15', 'matchingDay', '2021-03-15..2021-06-15'],
    ['2021-11-30', 'matchingDay', '2021-11-30..2022-02-28'],
    ['2021-03-15', 'calendarMonths', '2021-03-15..2021-05-31'],
    ['2021-03-15', 'followingMonths', '2021-03-15..2021-06-30'],
  ])('from %s, three months by %s: %s', (first, kind, wanted) =>
    expect(show(windowOfMonths(dayNumber(first), 3, kind))).toBe(wanted),
  );

  it('N months then M months by anniversary is N+M months where no month end interferes', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }), (day, n, m) => {
        fc.pre(+toDay(day).slice(8) <= 28);
        const first = windowOfMonths(day, n);
        expect(windowOfMonths(first.through + 1, m).through).toBe(windowOfMonths(day, n + m).through);
      }),
    );
  });

  it('never ends before the last day of the month before the anniversary, nor after the anniversary month', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 1, max: 36 }), (day, n) => {
        const { through } = windowOfMonths(day, n);
        expect(through).toBeGreaterThanOrEqual(lastDayOf(monthOf(day) + n - 1));
        expect(through).toBeLessThanOrEqual(lastDayOf(monthOf(day) + n));
      }),
    );
  });
});

describe('spans', () => {
  const spans = fc.array(
    fc
      .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12 }))
      .map(([from, length]) => ({ from, through: from + length })),
    { maxLength: 8 },
  );
  const points = (list: { from: number; through: number }[]) => {
    const set = new Set<number>();
    for (const { from, through } of list) for (let i = from; i <= through; i++) set.add(i);
    return [...set].sort((a, b) => a - b);
  };

  it('union and subtraction agree with sets of days', () => {
    fc.assert(
      fc.property(spans, spans, (a, b) => {
        expect(points(union(a))).toEqual(points(a));
        expect(countPoints(a)).toBe(points(a).length);
        const taken = new Set(points(b));
        expect(points(union(a).flatMap((span) => subtract(span, b)))).toEqual(points(a).filter((p) => !taken.has(p)));
      }),
    );
  });

  it('joins only neighbours that agree', () => {
    const merged = mergeTouching(
      [
        { from: 1, through: 3, kind: 'a' },
        { from: 4, through: 6, kind: 'a' },
        { from: 7, through: 9, kind: 'b' },
        { from: 11, through: OPEN, kind: 'b' },
      ],
      (a, b) => a.kind === b.kind,
    );
    expect(merged.map(({ from, through, kind }) => [from, through, kind])).toEqual([
      [1, 6, 'a'],
      [7, 9, 'b'],
      [11, OPEN, 'b'],
    ]);
  });
});

describe('instants', () => {
  it.each([
    ['2022-10-14', '2022-10-14T00:00:00.000+08:00'],
    ['2022-10-14T16:30:00Z', '2022-10-15T00:30:00.000+08:00'],
    ['2022-12-31T23:59:59.9999-01:00', '2023-01-01T08:59:59.999+08:00'],
    ['2022-10-14T09:05+08:00', '2022-10-14T09:05:00.000+08:00'],
  ])('%s is recorded as %s', (text, wanted) => {
    expect(toInstant(text)).toBe(wanted);
    expect(isInstant(wanted)).toBe(true);
  });

  it.each(['2022-10-14T25:00:00Z', '2022-02-30T10:00:00Z', '2022-10-14 10:00', 'yesterday', '2022-10-14T10:00:00'])(
    'refuses %s',
    (text) => expect(toInstant(text)).toBeUndefined(),
  );
});
