import { OPEN, contains, dayNumber, firstDayOf, monthNumber, type DayNumber, type Span } from '../../libs/calendar';
import type { Participation } from '../../events';
import type { Benefit } from '../answer/answer';
import { benefitOn } from '../benefit';
import type { Timeline } from '../coverage';
import type { Inquiry } from '../inquiry';
import type { PersonRows } from './tables';
import { bit, day, end } from './written';

type Row = PersonRows['benefit'][number];

/** Days that are asked of one region, that of the person's relation: the first home's all before the second, each other's from `from`. */
export interface Home {
  inquiry: Inquiry;
  timeline: Timeline;
  from: DayNumber;
}

/** The first day there is: a status that holds from it has no beginning. */
export const FIRST_DAY = '1800-01-01';

/**
 * The benefit status of every day, before the first fact as well: asked on each day on which it may change, of the region that
 * an answer would be asked of on that day. `homes` are in order, the first from its beginning.
 */
export function benefitRows(homes: readonly Home[]): PersonRows['benefit'] {
  const rows: Row[] = [];
  let standing: Row | undefined;
  let until: DayNumber = -OPEN;
  for (const [index, { inquiry, timeline, from: moved }] of homes.entries()) {
    const begins = index === 0 ? dayNumber(FIRST_DAY) : moved;
    const ends = homes[index + 1]?.from;
    const days = changes(inquiry, timeline).filter((on) => on > begins && (ends === undefined || on < ends));
    days.unshift(begins);
    for (const [place, from] of days.entries()) {
      const next = days[place + 1] ?? ends;
      const benefit = benefitOn(inquiry, timeline, from);
      if (benefit.status === 'notCovered') continue;
      const row = rowOf(benefit, participationOn(timeline, benefit, from), from, next === undefined ? OPEN : next - 1);
      if (standing && until === from && agree(standing, row)) standing.through_day = row.through_day;
      else rows.push((standing = row));
      until = next ?? OPEN;
    }
  }
  return rows;
}

function changes(inquiry: Inquiry, timeline: Timeline): DayNumber[] {
  const days = new Set<DayNumber>();
  const regions = new Set<string>([inquiry.region]);
  const { covered, paused, windows, open, pending, diedOn } = timeline;
  for (const spans of [covered, paused, windows, open, pending] as (readonly (Span & { region: string })[])[]) {
    for (const { from, through, region } of spans) {
      days.add(from);
      if (through !== OPEN) days.add(through + 1);
      regions.add(region);
    }
  }
  if (diedOn !== undefined) days.add(diedOn + 1);
  for (const region of regions) {
    const first = inquiry.firstDay(region);
    if (first !== undefined) days.add(first);
  }
  for (const { day: arrival, data } of inquiry.facts('Paid')) {
    if (data.kind === 'backUnregistered' && data.feeMonths) {
      days.add(firstDayOf(monthNumber(data.feeMonths.from)));
      days.add(firstDayOf(monthNumber(data.feeMonths.through) + 1));
    }
    // The fund mode of the latest payment says what becomes of the personal account while waiting.
    if (data.fundMode !== undefined && windows.some((window) => contains(window, arrival))) days.add(arrival);
  }
  return [...days].sort((a, b) => a - b);
}

function participationOn(timeline: Timeline, { scheme, region }: Benefit, on: DayNumber): Participation | null {
  if (scheme === undefined) return null;
  for (const spans of [timeline.covered, timeline.windows, timeline.open, timeline.pending]) {
    for (const span of spans) {
      if (span.scheme === scheme && span.region === region && span.participation !== undefined && contains(span, on))
        return span.participation;
    }
  }
  return null;
}

function rowOf(benefit: Benefit, participation: Participation | null, from: DayNumber, through: DayNumber): Row {
  return {
    status: benefit.status as Row['status'],
    scheme: benefit.scheme ?? null,
    region: benefit.region ?? null,
    basis: benefit.basis ?? null,
    participation,
    restored: bit(benefit.restored === true),
    account: benefit.account ?? null,
    from_day: day(from),
    through_day: end(through),
  };
}

function agree(a: Row, b: Row): boolean {
  return (
    a.status === b.status &&
    a.scheme === b.scheme &&
    a.region === b.region &&
    a.basis === b.basis &&
    a.participation === b.participation &&
    a.restored === b.restored &&
    a.account === b.account
  );
}
