import { dayNumber, firstDayOf, lastDayOf, monthNumber, monthOf, toDay, type Day } from '../../libs/calendar';
import { loadPoliciesOrThrow } from '../../libs/policy/loader';
import { runScenario, scenarioFiles } from '../../libs/scenario';
import { answer, type Answer } from '../answer';
import { homeRegion, homeRegions } from '../grounds';
import type { Grounds } from '../inquiry';
import { rowsOf, type PersonRows } from '.';

const policies = loadPoliciesOrThrow('policies');

/** Every question that the scenarios ask, on the packs' own readings. */
function groundsOfScenarios(file: string): Grounds[] {
  const found: Grounds[] = [];
  runScenario(file, policies, {
    answer: (grounds) => {
      found.push(grounds);
      return {};
    },
    decide: () => ({}),
  });
  const histories = new Set<string>();
  return found.filter(({ question, person }) => {
    const one = question.region + JSON.stringify(person.facts);
    if (person.facts.length === 0 || question.readings !== undefined || histories.has(one)) return false;
    histories.add(one);
    return true;
  });
}

function rowsFor(grounds: Grounds): PersonRows {
  const { question, person, regions, employers = new Map() } = grounds;
  return rowsOf({
    person: question.person,
    region: question.region,
    history: person,
    regions,
    employers,
    policies,
    codes: [],
  });
}

/** The days about which a span may be wrong: around every fact and every edge of a row. */
function daysToAsk(grounds: Grounds, rows: PersonRows): Day[] {
  const days = new Set<number>();
  for (const { day } of grounds.person.facts) for (const near of [day - 1, day, day + 1]) days.add(near);
  for (const row of [
    ...rows.benefit,
    ...rows.coverage,
    ...rows.relations,
    ...rows.waiting_periods,
    ...rows.duplicates,
  ]) {
    for (const edge of [row.from_day, row.through_day]) {
      if (edge !== null) for (const near of [-1, 0, 1, 14]) days.add(dayNumber(edge) + near);
    }
  }
  const first = grounds.person.facts[0]!.day;
  for (const before of [1, 400, 20_000]) days.add(first - before);
  const all = [...days].filter((day) => day >= dayNumber('1900-01-01')).sort((a, b) => a - b);
  // Of a long life every so many-th day, beside the edges of what was found.
  const step = Math.ceil(all.length / 40);
  return all.filter((_, index) => index % step === 0).map((day) => toDay(day));
}

/** The region that is asked where the question names none; one who never moved is asked about as the scenario does. */
function homeOn({ question, person }: Grounds, on: Day): string {
  const homes = homeRegions(person.facts);
  return homes.length < 2 ? question.region : homeRegion(person.facts, dayNumber(on))!;
}

const holds = (row: { from_day: Day; through_day: Day | null }, on: Day) =>
  row.from_day <= on && (row.through_day === null || on <= row.through_day);

describe('the rows of a person', () => {
  const cases = scenarioFiles(['scenarios']).flatMap((file) =>
    groundsOfScenarios(file).map((grounds, index) => ({ file, index, grounds })),
  );

  it('are tried on many lives', () => expect(cases.length).toBeGreaterThan(200));

  it.each(cases)('say of each day what the answer says: $file $index', ({ grounds }) => {
    const rows = rowsFor(grounds);
    for (const on of daysToAsk(grounds, rows)) {
      const said = answer({ ...grounds, question: { ...grounds.question, validOn: on } });
      const { benefit } = answer({
        ...grounds,
        question: { ...grounds.question, validOn: on, region: homeOn(grounds, on) },
      });
      const [stored, asked] = [fromRows(rows, on), fromAnswer({ ...said, benefit })];
      if (JSON.stringify(stored) !== JSON.stringify(asked)) expect({ on, ...stored }).toEqual({ on, ...asked });
    }
  });

  it.each(cases)('add up to the contribution months of the answer: $file $index', ({ grounds }) => {
    const rows = rowsFor(grounds);
    const latest = grounds.person.facts.at(-1)!.day;
    for (const on of daysToAsk(grounds, rows).filter((day) => dayNumber(day) <= latest)) {
      // Months are counted by the rules of the last day known; where others were in force before, they may differ.
      if (policies.inForce(grounds.question.region, on) !== policies.inForce(grounds.question.region, toDay(latest)))
        continue;
      const { contribution } = answer({ ...grounds, question: { ...grounds.question, validOn: on } });
      const { actual, deemed, total, purchased } = contribution;
      expect({ on, ...monthsOn(rows, on) }).toEqual({ on, actual, deemed, total, purchased });
    }
  });

  it('are the same however often they are asked for, and never overlap in benefit', () => {
    for (const { grounds } of cases) {
      const rows = rowsFor(grounds);
      expect(rowsFor(grounds)).toEqual(rows);
      rows.benefit.forEach((row, index) => {
        const next = rows.benefit[index + 1];
        if (next) expect((row.through_day ?? '9999') < next.from_day).toBe(true);
      });
    }
  });
});

function fromRows(rows: PersonRows, on: Day) {
  const [benefit] = rows.benefit.filter((row) => holds(row, on));
  const [duplicate] = rows.duplicates.filter((row) => holds(row, on));
  return {
    benefit: benefit
      ? [benefit.status, benefit.scheme, benefit.region, benefit.basis, benefit.restored, benefit.account]
      : ['notCovered', null, null, null, 0, null],
    registrations: rows.relations
      .filter((row) => holds(row, on))
      .map((row) => [row.scheme, row.region, row.participation, row.status, row.from_day, row.through_day, row.reason]),
    waiting: rows.waiting_periods.map((row) => [row.scheme, row.from_day, row.through_day, row.cause, row.rule]),
    duplicate: duplicate && [duplicate.scope, duplicate.retained_region, duplicate.others, duplicate.rule],
    refunds: rows.refunds_due
      .filter((row) => holds(row, on))
      .map((row) => [row.scheme, row.basis, row.allowed, row.amount_fen]),
    backPayments: rows.back_payments
      .filter((row) => holds(row, on))
      .map((row) => JSON.stringify([row.allowed, row.from_month, row.through_month, row.total_fen, row.rule]))
      .sort(),
  };
}

function fromAnswer(said: Answer): ReturnType<typeof fromRows> {
  const {
    benefit,
    duplicates: [duplicate],
  } = said;
  return {
    benefit: [
      benefit.status,
      benefit.scheme ?? null,
      benefit.region ?? null,
      benefit.basis ?? null,
      benefit.restored ? 1 : 0,
      benefit.account ?? null,
    ],
    registrations: said.registrations.map((row) => [
      row.scheme,
      row.region,
      row.participation!,
      row.status,
      row.since,
      row.through ?? null,
      row.reason ?? null,
    ]),
    waiting: said.waitingPeriods.map((row) => [row.scheme, row.from, row.through, row.cause, row.rule]),
    duplicate: duplicate && [
      duplicate.scope,
      duplicate.retained?.region ?? null,
      duplicate.others ?? null,
      duplicate.rule,
    ],
    refunds: said.refunds.map((row) => [row.scheme, row.basis, row.allowed ? 1 : 0, row.amountFen ?? null]),
    backPayments: said.backPayments
      .map((row) =>
        JSON.stringify([
          row.allowed ? 1 : 0,
          row.feeMonths.from,
          row.feeMonths.through,
          row.totalFen ?? null,
          row.rule,
        ]),
      )
      .sort(),
  };
}

/** What a report adds up: spans that count whole, and months that count as they come. */
function monthsOn(rows: PersonRows, on: Day) {
  const sums = { actual: 0, deemed: 0, total: 0, purchased: 0 };
  const now = monthOf(dayNumber(on));
  const date = dayNumber(on) - firstDayOf(now) + 1;
  for (const row of rows.contribution_months) {
    if (row.kind === 'resident') continue;
    if (row.counted_from > on || (row.counted_through !== null && row.counted_through < on)) continue;
    let months = row.months;
    if (row.days !== null) {
      const first = monthNumber(row.from_month!);
      months = 0;
      for (let i = 0; i < row.months; i++) {
        if (first + i < now || (first + i === now && +row.days.slice(2 * i, 2 * i + 2) <= date)) months++;
      }
    }
    sums.total += months;
    if (/Actual$/.test(row.kind)) sums.actual += months;
    if (/eemed$/.test(row.kind)) sums.deemed += months;
    if (row.purchased) sums.purchased += months;
  }
  expect(lastDayOf(now)).toBeGreaterThanOrEqual(dayNumber(on));
  return sums;
}
