import { firstDayOf, lastDayOf, monthNumber, type MonthNumber } from '../../libs/calendar';
import type { Participation } from '../../events';
import type { Fact, History } from '../history';

/** A person's place in the employee scheme in one fee month. */
export interface Standing {
  region?: string;
  participation?: Participation;
  fundMode?: 'pooledOnly' | 'withAccount';
  employerId?: string;
  /** The relation or the employment ended before the month and nothing began anew: no contribution is owed. */
  ended: boolean;
  events: string[];
}

/** What the facts up to the end of the month say: where, as whom and for which employer the person contributes. */
export function standingIn(history: History, month: MonthNumber): Standing {
  const first = firstDayOf(month);
  const last = lastDayOf(month);
  const standing: Standing = { ended: false, events: [] };
  const employments = new Set<string>();
  for (const fact of history.facts) {
    const { type, day, data } = fact as Fact;
    if (type === 'Paid') {
      enterPaid(standing, fact as Fact<'Paid'>, month, last);
      continue;
    }
    if (day > last) continue;
    switch (type) {
      case 'Registered':
        if (data.scheme !== 'employee') break;
        Object.assign(standing, {
          region: data.region,
          participation: data.participation,
          fundMode: data.fundMode ?? standing.fundMode,
          employerId: data.employerId,
          ended: false,
          events: fact.events,
        });
        break;
      case 'EmploymentStarted':
        employments.add(data.employerId);
        standing.employerId = data.employerId;
        standing.ended = false;
        break;
      case 'EmploymentEnded':
        employments.delete(data.employerId);
        if (employments.size === 0 && day < first && standing.participation !== 'flexible') standing.ended = true;
        break;
      case 'Transferred':
        standing.region = data.toRegion;
        standing.ended = false;
        break;
      case 'BaseDeclared':
        standing.ended = false;
        break;
      case 'Suspended':
        if (data.scheme === 'employee' && day < first && data.region === (standing.region ?? data.region))
          standing.ended = true;
        break;
      case 'Terminated':
        if (data.scheme === 'employee' && day <= first && data.region === (standing.region ?? data.region))
          standing.ended = true;
        break;
      case 'Retired':
      case 'Died':
        if (day < first) standing.ended = true;
        break;
      default:
    }
  }
  return standing;
}

/** A payment tells where and as whom, and one for the month itself that the relation goes on. */
function enterPaid(standing: Standing, { day, data }: Fact<'Paid'>, month: MonthNumber, last: number): void {
  if (data.scheme !== 'employee' || data.kind === 'lumpSum') return;
  const covers =
    data.feeMonths !== undefined &&
    monthNumber(data.feeMonths.from) <= month &&
    month <= monthNumber(data.feeMonths.through);
  if (!covers && day > last) return;
  if (standing.region === undefined || covers) standing.region = data.region;
  if (data.fundMode) standing.fundMode = data.fundMode;
  if (covers && data.participation) standing.participation = data.participation;
  if (covers && data.kind !== 'back' && data.kind !== 'backUnregistered') standing.ended = false;
}
