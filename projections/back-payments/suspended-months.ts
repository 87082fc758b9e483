import { firstDayOf, lastDayOf, type MonthNumber } from '../../libs/calendar';
import type { History } from '../history';

/** Whether the employee relation in the region was suspended, or ended, throughout the month: then nothing was owed for it. */
export function wasSuspended(history: History, region: string, month: MonthNumber): boolean {
  const first = firstDayOf(month);
  const last = lastDayOf(month);
  let suspended = false;
  for (const { type, day, data } of history.facts) {
    if (day > last) break;
    if (type === 'Suspended' && data.scheme === 'employee' && data.region === region && day < first) suspended = true;
    else if (type === 'Terminated' && data.scheme === 'employee' && data.region === region && day <= first)
      suspended = true;
    else if (type === 'Registered' && data.scheme === 'employee' && data.region === region) suspended = false;
    else if (type === 'Transferred' && data.toRegion === region) suspended = false;
  }
  return suspended;
}
