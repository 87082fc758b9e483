import { contributionYears, retirementForecast } from './contribution';
import { insured, waiting } from './insured';
import { late } from './late';
import { arrears, refunds } from './money';
import { movement, movementByMonth } from './movement';
import type { Report } from './report';
import { duplicates, exceptionCounts, exceptions } from './work-lists';

/** Every report there is. */
export const reports: readonly Report[] = [
  insured,
  waiting,
  movement,
  movementByMonth,
  late,
  contributionYears,
  retirementForecast,
  arrears,
  refunds,
  duplicates,
  exceptionCounts,
  exceptions,
];

export function reportNamed(name: string): Report | undefined {
  return reports.find((report) => report.name === name);
}
