import { jurisdictionsOf, type Policies } from '../policy/evaluation';
import type { Day } from '../calendar';
import type { Warning } from '../ledger';
import { parseStream, type EventType } from '../../events';
import { regionsOf } from '../../projections/grounds';
import type { Bearing, DayRun, Impact } from './impact';

/** What is proposed for a region: events of its stream, or the packs as they would be. */
export interface RegionProposal {
  validOn: Day;
  events?: readonly unknown[];
  policies?: Policies;
  /** Who of those touched is asked about; left out: everyone. */
  among?: (person: string) => Promise<boolean>;
}

/** What a proposal for a region would change, told as it is found out. Nothing of it is recorded. */
export type RegionImpactStep =
  | RegionImpactBegun
  | { kind: 'changed'; impact: Impact }
  /** Somebody who cannot be answered about, so that nothing can be said of him. */
  | { kind: 'parked'; person: string }
  /** `people` are the ids found so far that name the region or one below it in their facts; all of them once anybody is examined. */
  | { kind: 'progress'; examined: number; people: number }
  | RegionImpactDone;

/** The first word. */
export interface RegionImpactBegun {
  kind: 'begun';
  region: string;
  validOn: Day;
  knownAt: string;
  /** Where the region's stream stands; absent where it has no event. Recording with it as the expected revision records only what was looked at. */
  revision?: number;
  proposed: { id: string; stream: string; type: EventType; effectiveOn: Day }[];
  /** What of it settles nothing as the packs stand; absent where there is none. */
  warnings?: Warning[];
}

/** The last word. */
export interface RegionImpactDone {
  kind: 'done';
  /** People who were asked about; one with several ids is one. */
  examined: number;
  changed: number;
  parked: number;
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

/** Adds everyone whose events name the region or one below it, in the order in which the log first names them. */
export function addPeople(
  people: Set<string>,
  events: readonly { stream: string; data: object }[],
  region: string,
): void {
  for (const { stream, data } of events) {
    const person = parseStream(stream)?.id;
    if (person === undefined || people.has(person)) continue;
    const { data: corrected } = data as { data?: unknown };
    const said = typeof corrected === 'object' && corrected !== null ? [{ data }, { data: corrected }] : [{ data }];
    if (regionsOf(said, NOWHERE).includes(region)) people.add(person);
  }
}

/** The sum of what a proposal would change for each. */
export function nobodyYet(): RegionImpactDone {
  return { kind: 'done', examined: 0, changed: 0, parked: 0, totals: noDays(), bearing: [] };
}

/** Adds what it would change for one more. */
export function addImpact(sum: RegionImpactDone, { benefitDays, waitingDays }: Impact): void {
  sum.changed++;
  for (const { gained, lost } of benefitDays) {
    addRuns(sum, 'benefitDaysGained', gained);
    addRuns(sum, 'benefitDaysLost', lost);
  }
  for (const { gained, lost } of waitingDays) {
    addRuns(sum, 'waitingDaysGained', gained);
    addRuns(sum, 'waitingDaysLost', lost);
  }
}

function addRuns({ totals, bearing }: RegionImpactDone, figure: keyof DayTotals, runs: readonly DayRun[]): void {
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
