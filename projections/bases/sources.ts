import { OPEN, firstDayOf, monthNumber, monthOf, yearOf, type DayNumber, type MonthNumber } from '../../libs/calendar';
import type { EmployerKind } from '../../events';
import type { Fact } from '../history';
import type { Inquiry } from '../inquiry';
import { cycleOfYear } from './cycle';

interface Source {
  day: DayNumber;
  /** Fee months for which it stands unless something later does. */
  from: MonthNumber;
  until: MonthNumber;
  events: string[];
}

/** What a base may come from: a declaration, or the wage of a new hire's first month. */
export type BaseSourceFact =
  | (Source & {
      type: 'declaration';
      kind?: EmployerKind;
      wages: { lastMonth?: number; priorYear?: number; currentMonth?: number; declared?: number };
      exclusionsFen?: number;
      rateOption?: string | number;
    })
  | (Source & { type: 'hire'; wageFen: number; through: MonthNumber });

export function standsIn({ from, until }: BaseSourceFact, month: MonthNumber): boolean {
  return from <= month && month <= until;
}

/**
 * Declarations and hires in order. A declaration stands for the cycle it names; else, in a region with cycles, for the one
 * that begins in its year; else an average of the year before stands to the end of the year, a month's wage until another.
 */
export function sourcesOf(inquiry: Inquiry, region: string, day: DayNumber, cycles: boolean): BaseSourceFact[] {
  const sources: BaseSourceFact[] = [];
  const cycle = cycles ? inquiry.read('base.cycle', region, day) : undefined;
  const ofYear = (year: number) => (cycle?.known ? cycleOfYear(year, cycle.value) : undefined);

  for (const fact of inquiry.history.facts) {
    if (fact.type === 'BaseDeclared') sources.push(declarationOf(fact as Fact<'BaseDeclared'>, ofYear));
    else if (fact.type === 'EmploymentStarted' && fact.data.firstMonthWageFen !== undefined) {
      const hire = fact as Fact<'EmploymentStarted'>;
      const wageFen = hire.data.firstMonthWageFen!;
      sources.push(cycle ? hireOf(inquiry, region, day, hire, wageFen, ofYear) : firstWageOf(hire, wageFen));
    }
  }
  return sources;
}

function declarationOf(
  { day, data, events }: Fact<'BaseDeclared'>,
  ofYear: (year: number) => { from: MonthNumber; through: MonthNumber } | undefined,
): BaseSourceFact {
  const wages = {
    lastMonth: data.lastMonthFen,
    priorYear: data.priorYearAverageFen,
    currentMonth: data.currentMonthFen,
    declared: data.baseFen,
  };
  const stated = data.cycle && { from: monthNumber(data.cycle.from), through: monthNumber(data.cycle.through) };
  const cycle = stated ?? ofYear(yearOf(day));
  const month = monthOf(day);
  const yearly = data.priorYearAverageFen !== undefined;
  return {
    type: 'declaration',
    day,
    from: cycle?.from ?? month,
    until: cycle?.through ?? (yearly ? yearOf(day) * 12 + 11 : OPEN),
    events,
    kind: data.employerKind,
    wages,
    exclusionsFen: data.exclusionsFen,
    rateOption: data.rateOption,
  };
}

/** Where a document has no rule for new hires, the first month's wage is what is known of the wage, to the end of the year. */
function firstWageOf({ day, events }: Fact<'EmploymentStarted'>, wageFen: number): BaseSourceFact {
  return {
    type: 'declaration',
    day,
    from: monthOf(day),
    until: yearOf(day) * 12 + 11,
    events,
    wages: { currentMonth: wageFen },
  };
}

function hireOf(
  inquiry: Inquiry,
  region: string,
  day: DayNumber,
  fact: Fact<'EmploymentStarted'>,
  wageFen: number,
  ofYear: (year: number) => { from: MonthNumber; through: MonthNumber } | undefined,
): BaseSourceFact {
  const from = monthOf(fact.day);
  const thisYear = ofYear(yearOf(fact.day))!;
  const cycle = thisYear.from <= from ? thisYear : ofYear(yearOf(fact.day) - 1)!;
  const rule = inquiry.read('base.newHire', region, Math.max(day, firstDayOf(from)));
  const yearEnd = yearOf(fact.day) * 12 + 11;
  const through = rule.known && rule.value.through === 'yearEnd' ? Math.min(yearEnd, cycle.through) : cycle.through;
  return { type: 'hire', day: fact.day, from, until: cycle.through, through, events: fact.events, wageFen };
}
