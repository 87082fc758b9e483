import { firstDayOf, lastDayOf, type MonthNumber } from '../calendar';
import type { Situation } from './situation';

/** Those of the months on no day of which an employee relation of the region was normal, although one is known. */
export function suspendedMonths(at: Situation, months: readonly MonthNumber[]): MonthNumber[] {
  const statuses = at.timeline.relations
    .filter(({ scheme, region }) => scheme === 'employee' && region === at.region)
    .flatMap((relation) => relation.statuses);
  const within = (month: MonthNumber, normal: boolean) =>
    statuses.some(
      ({ status, from, through }) =>
        (status === 'normal') === normal && from <= lastDayOf(month) && firstDayOf(month) <= through,
    );
  return months.filter((month) => within(month, false) && !within(month, true));
}
