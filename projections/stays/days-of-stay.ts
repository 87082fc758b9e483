import { OPEN, contains, overlaps, type DayNumber, type Span } from '../../libs/calendar';
import type { AidClass, Scheme } from '../../events';
import type { AidHeld } from '../aid';
import type { CoveredDays, OpenDays, Timeline, WaitingWindow } from '../coverage/timeline';

/** What one day of a stay belongs to. */
export interface DayState {
  covered: boolean;
  scheme?: Scheme;
  region?: string;
  aidClass?: AidClass;
}

/** Days in a row in one state. */
export interface Stretch extends Span, DayState {}

/** The person's days as a stay sees them. */
export class DaysOfStay {
  constructor(
    private readonly timeline: Timeline,
    private readonly aid: readonly AidHeld[],
  ) {}

  /** What covers the day; the employee scheme before the resident one where the documents let both. */
  coveredOn(day: DayNumber): CoveredDays | undefined {
    let found: CoveredDays | undefined;
    for (const span of this.timeline.covered) {
      if (contains(span, day) && (!found || (span.scheme === 'employee' && found.scheme === 'resident'))) found = span;
    }
    return found;
  }

  waitingOn(day: DayNumber): WaitingWindow | undefined {
    return this.timeline.windows.find((window) => contains(window, day));
  }

  pendingOn(day: DayNumber): boolean {
    return this.timeline.pending.some((span) => contains(span, day));
  }

  openOn(day: DayNumber): OpenDays | undefined {
    return this.timeline.open.find((span) => contains(span, day));
  }

  openIn(days: Span): OpenDays | undefined {
    return this.timeline.open.find((span) => overlaps(span, days));
  }

  /** Whether some relation is registered and neither suspended nor terminated; a day of death is like the day before it. */
  isNormalOn(day: DayNumber): boolean {
    const { diedOn, relations } = this.timeline;
    const tested = diedOn !== undefined && day >= diedOn ? diedOn - 1 : day;
    return (
      this.coveredOn(day)?.basis === 'retiree' ||
      relations.some(({ statuses }) =>
        statuses.some((status) => status.status === 'normal' && contains(status, tested)),
      )
    );
  }

  /** Whether a relation ended by termination, and not by death, within the days. */
  terminationIn(span: Span): { from: DayNumber; events: string[] } | undefined {
    for (const { statuses } of this.timeline.relations) {
      for (const { status, from, reason, events } of statuses)
        if (status === 'terminated' && reason !== 'death' && span.from < from && from <= span.through)
          return { from, events };
    }
    return undefined;
  }

  /** The region whose rules a stay that begins on the day follows. */
  regionOn(day: DayNumber): string | undefined {
    const covered = this.coveredOn(day) ?? this.waitingOn(day) ?? this.openOn(day);
    if (covered) return covered.region;
    const begun = this.timeline.relations.filter(({ statuses }) => statuses.some(({ from }) => from <= day));
    return begun[begun.length - 1]?.region;
  }

  /** The span cut wherever scheme, region, cover or aid identity changes. */
  stretches(span: Span): Stretch[] {
    const edges = new Set<DayNumber>([span.from]);
    const edge = ({ from, through }: Span) => {
      edges.add(from);
      if (through !== OPEN) edges.add(through + 1);
    };
    this.timeline.covered.forEach(edge);
    this.timeline.windows.forEach(edge);
    for (const { statuses } of this.timeline.relations) statuses.forEach(edge);
    this.aid.forEach(edge);
    const starts = [...edges].filter((day) => contains(span, day)).sort((a, b) => a - b);
    const stretches: Stretch[] = [];
    starts.forEach((from, index) => {
      const through = (starts[index + 1] ?? span.through + 1) - 1;
      const state = this.stateOn(from, stretches[stretches.length - 1]);
      const last = stretches[stretches.length - 1];
      if (last && agree(last, state)) last.through = through;
      else stretches.push({ from, through, ...state });
    });
    return stretches;
  }

  private stateOn(day: DayNumber, before: DayState | undefined): DayState {
    const aidClass = this.aidOn(day);
    const covered = this.coveredOn(day);
    const of = covered ?? this.waitingOn(day) ?? this.normalRelationOn(day) ?? before;
    return { covered: covered !== undefined, scheme: of?.scheme, region: of?.region, aidClass };
  }

  private normalRelationOn(day: DayNumber): { scheme: Scheme; region: string } | undefined {
    return this.timeline.relations.findLast(({ statuses }) =>
      statuses.some((status) => status.status === 'normal' && contains(status, day)),
    );
  }

  /** Of several identities the one recognised last. */
  private aidOn(day: DayNumber): AidClass | undefined {
    let latest: AidHeld | undefined;
    for (const held of this.aid) if (contains(held, day) && (!latest || held.from >= latest.from)) latest = held;
    return latest?.aidClass;
  }
}

function agree(a: DayState, b: DayState): boolean {
  return a.covered === b.covered && a.scheme === b.scheme && a.region === b.region && a.aidClass === b.aidClass;
}
