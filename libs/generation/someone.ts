import { addMonthsClamped, firstDayOf, monthOf, type DayNumber, type MonthNumber } from '../calendar';
import type { RetirementCategory, Sex } from '../../events';
import type { Chance } from './chance';
import type { Horizon } from './life';

/** What a person is born with and grows into. */
export interface Someone {
  sex: Sex;
  birth: DayNumber;
  region: string;
  retirementCategory: RetirementCategory;
  /** The month in which he reaches the statutory age, and the day of it. */
  retiresIn: MonthNumber;
  retiresOn: DayNumber;
  /** His monthly wage, fen. */
  wageFen: number;
  /** Rather employed than a resident. */
  urban: boolean;
}

/** How many of a hundred are how old when the time begins; those below zero are born within it. */
const AGES: readonly (readonly [readonly [number, number], number])[] = [
  [[-4, -1], 4],
  [[0, 5], 6],
  [[6, 17], 13],
  [[18, 22], 8],
  [[23, 44], 31],
  [[45, 61], 25],
  [[62, 90], 13],
];

const MONTHS_OF_WORK = { male60: 60 * 12, female55: 55 * 12, female50: 50 * 12 } as const;

export function someone(chance: Chance, region: string, horizon: Horizon): Someone {
  const [youngest, oldest] = chance.weighted(AGES);
  const born = horizon.from - chance.between(youngest * 12, oldest * 12 + 11) - 1;
  const birth = firstDayOf(Math.min(born, horizon.through)) + chance.between(0, 27);
  const sex: Sex = chance.percent(51) ? 'male' : 'female';
  const retirementCategory = sex === 'male' ? 'male60' : chance.percent(35) ? 'female55' : 'female50';
  const retiresOn = addMonthsClamped(birth, MONTHS_OF_WORK[retirementCategory]);
  return {
    sex,
    birth,
    region,
    retirementCategory,
    retiresIn: monthOf(retiresOn),
    retiresOn,
    wageFen: 100 * (2800 + chance.between(0, 3200) + chance.between(0, 4000) * chance.between(0, 3)),
    urban: chance.percent(58),
  };
}

/** Whole years at the first day of the month. */
export function ageIn(someone: Someone, month: MonthNumber): number {
  return Math.floor((month - monthOf(someone.birth)) / 12);
}
