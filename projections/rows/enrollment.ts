import { toMonth } from '../../libs/calendar';
import type { Timeline } from '../coverage';
import type { Inquiry } from '../inquiry';
import { runningBreak } from '../interruptions';
import type { PaymentRecord } from '../payments';
import type { PersonRows } from './tables';
import { bit, day, end, month } from './written';

export function relationRows({ relations }: Timeline): PersonRows['relations'] {
  return relations.flatMap(({ scheme, region, participation, statuses, registered }) =>
    statuses.map(({ status, reason, from, through }) => ({
      scheme,
      region,
      participation,
      status,
      reason: reason ?? null,
      from_day: day(from),
      through_day: end(through),
      registered: bit(registered !== undefined),
    })),
  );
}

/** Several triggers of one day that give the same window are one waiting period (CV-22). */
export function waitingRows({ windows }: Timeline): PersonRows['waiting_periods'] {
  const rows: PersonRows['waiting_periods'] = [];
  for (const { scheme, region, participation, cause, rule, from, through } of inOrder(windows)) {
    const [from_day, through_day] = [day(from), day(through)];
    if (rows.some((row) => row.scheme === scheme && row.from_day === from_day && row.through_day === through_day))
      continue;
    rows.push({
      scheme,
      region,
      participation,
      cause,
      rule,
      from_day,
      through_day,
      benefits_from: day(through + 1),
    });
  }
  return rows;
}

export function coverageRows({ covered }: Timeline): PersonRows['coverage'] {
  return covered.map(({ scheme, region, participation, basis, restored, from, through }) => ({
    scheme,
    region,
    participation,
    basis,
    restored: bit(restored),
    from_day: day(from),
    through_day: end(through),
  }));
}

/** Breaks that have ended, and the one that is running; after a death none runs. */
export function interruptionRows(
  inquiry: Inquiry,
  payments: PaymentRecord,
  timeline: Timeline,
): PersonRows['interruptions'] {
  const rows: PersonRows['interruptions'] = timeline.breaks.map(({ scheme, region, from, through, restored }) => ({
    scheme,
    region,
    from_month: month(from),
    through_month: month(through),
    restored: bit(restored),
  }));
  const running = runningBreak(inquiry, payments, timeline, timeline.diedOn ?? LAST_DAY);
  if (running) {
    const last = payments.months.findLast(({ month: paid }) => toMonth(paid + 1) === running.from);
    rows.push({
      scheme: running.scheme,
      region: last?.region ?? null,
      from_month: running.from,
      through_month: timeline.diedOn === undefined ? null : running.through,
      restored: bit(running.restored),
    });
  }
  return rows.sort((a, b) => (a.from_month < b.from_month ? -1 : a.from_month > b.from_month ? 1 : 0));
}

/** A day after every payment, 9999-12-31: what runs then has no end. */
const LAST_DAY = 2_932_896;

function inOrder<T extends { from: number; through: number }>(spans: readonly T[]): T[] {
  return spans.length < 2 ? [...spans] : [...spans].sort((a, b) => a.from - b.from || a.through - b.through);
}
