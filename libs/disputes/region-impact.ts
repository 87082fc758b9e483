import { jurisdictionsOf } from '../policy/evaluation';
import type { Day } from '../calendar';
import type { EventReader } from '../event-store';
import { parseStream, type EventType, type LedgerEvent } from '../../events';
import { regionsOf } from '../../projections/grounds';
import { isIdle, type Bearing, type DayRun, type Impact } from './impact';

/** What a proposal for a region's stream would change for everyone it touches. */
export interface RegionImpact {
  region: string;
  validOn: Day;
  proposed: { id: string; stream: string; type: EventType; effectiveOn: Day }[];
  /** People whose facts name the region or one below it. */
  examined: number;
  /** Those for whom something changes, each with all of it. */
  changed: Impact[];
  /** Those who cannot be answered about, so that nothing can be said of them. */
  parked: string[];
  totals: DayTotals;
  /** The same days by who bears them, and by which rule where one says it. */
  bearing: (Bearing & DayTotals)[];
}

/** Days of everyone together. */
export interface DayTotals {
  benefitDaysGained: number;
  benefitDaysLost: number;
  waitingDaysGained: number;
  waitingDaysLost: number;
}

/** Everyone whose facts name the region or one below it, in the order in which the log first names them. */
export async function peopleOf(reader: Pick<EventReader, 'readAll'>, region: string): Promise<string[]> {
  const people = new Set<string>();
  for await (const batch of reader.readAll({ filter: { streamPrefixes: ['person-'] } })) {
    for (const { stream, data } of batch) {
      const person = parseStream(stream)?.id;
      if (person === undefined || people.has(person)) continue;
      const { data: corrected } = data as { data?: unknown };
      const said = typeof corrected === 'object' && corrected !== null ? [{ data }, { data: corrected }] : [{ data }];
      if (regionsOf(said, NOWHERE).includes(region)) people.add(person);
    }
  }
  return [...people];
}

export function emptyRegionImpact(region: string, validOn: Day, proposed: readonly LedgerEvent[]): RegionImpact {
  return {
    region,
    validOn,
    proposed: proposed.map(({ id, stream, type, effectiveOn }) => ({ id, stream, type, effectiveOn })),
    examined: 0,
    changed: [],
    parked: [],
    totals: noDays(),
    bearing: [],
  };
}

export function addToRegion(total: RegionImpact, person: string, impact: Impact | 'parked'): void {
  total.examined++;
  if (impact === 'parked') {
    total.parked.push(person);
    return;
  }
  if (isIdle(impact)) return;
  total.changed.push(impact);
  for (const { gained, lost } of impact.benefitDays) {
    addRuns(total, 'benefitDaysGained', gained);
    addRuns(total, 'benefitDaysLost', lost);
  }
  for (const { gained, lost } of impact.waitingDays) {
    addRuns(total, 'waitingDaysGained', gained);
    addRuns(total, 'waitingDaysLost', lost);
  }
}

function addRuns({ totals, bearing }: RegionImpact, figure: keyof DayTotals, runs: readonly DayRun[]): void {
  for (const { days, bearing: borne } of runs) {
    let same = bearing.find(({ who, rule }) => who === borne.who && rule === borne.rule);
    if (!same) bearing.push((same = { ...borne, ...noDays() }));
    same[figure] += days;
    totals[figure] += days;
  }
}

function noDays(): DayTotals {
  return { benefitDaysGained: 0, benefitDaysLost: 0, waitingDaysGained: 0, waitingDaysLost: 0 };
}

/** A question of `regionsOf` that names no region of its own: the country. */
const NOWHERE = jurisdictionsOf('000000')[0]!;
