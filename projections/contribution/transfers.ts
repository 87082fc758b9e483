import type { DayNumber } from '../../libs/calendar';
import { poolOf } from '../../libs/policy/evaluation';
import type { Fact } from '../history';
import type { Inquiry } from '../inquiry';

/** A move between pooling areas; moves within one pool are none. */
export interface Move {
  day: DayNumber;
  from: string;
  to: string;
  fact: Fact<'Transferred'>;
}

/** The person's moves between pooling areas, in order: years recorded in a pool go along with every later move out of it. */
export class Moves {
  readonly all: readonly Move[];

  constructor(inquiry: Inquiry) {
    this.all = inquiry
      .facts('Transferred')
      .map((fact) => ({ day: fact.day, from: poolOf(fact.data.fromRegion), to: poolOf(fact.data.toRegion), fact }))
      .filter(({ from, to }) => from !== to);
  }

  /** From which day what a pool recorded on a day counts in the other pool; undefined where it was never taken there. */
  reaches(pool: string, recorded: DayNumber, target: string): DayNumber | undefined {
    if (pool === target) return recorded;
    let at = pool;
    for (const { day, from, to } of this.all) {
      if (day < recorded || from !== at) continue;
      at = to;
      if (at === target) return day;
    }
    return undefined;
  }

  /** Whether what a pool recorded on a day went along with the move. */
  carries(move: Move, pool: string, recorded: DayNumber): boolean {
    let at = pool;
    for (const other of this.all) {
      if (other === move) return recorded <= move.day && at === move.from;
      if (other.day >= recorded && other.from === at) at = other.to;
    }
    return false;
  }
}
