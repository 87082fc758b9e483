import type { MonthNumber } from '../calendar';
import { wasSuspended } from '../../projections/back-payments/suspended-months';
import type { Situation } from './situation';

/** Those of the months in which the employee relation was suspended throughout: nothing was owed for them (JX-2.2). */
export function suspendedMonths({ inquiry, region }: Situation, months: readonly MonthNumber[]): MonthNumber[] {
  return months.filter((month) => wasSuspended(inquiry.history, region, month));
}
