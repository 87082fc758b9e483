import type { DayNumber } from '../../libs/calendar';
import type { Relation } from '../answer/answer';
import type { Fact } from '../history';
import type { Inquiry } from '../inquiry';

export type Settlement = Fact<'DuplicateElected'> | Fact<'DuplicateResolved'>;

/** Relations are the same when they agree in all that both name. */
export function isSame(a: Relation, b: Relation): boolean {
  return (
    a.scheme === b.scheme &&
    a.region === b.region &&
    (a.participation === undefined || b.participation === undefined || a.participation === b.participation)
  );
}

/** The last choice or decision by the day that speaks of these relations and keeps one of them. */
export function settlementOf(inquiry: Inquiry, relations: readonly Relation[], on: DayNumber): Settlement | undefined {
  const settled: Settlement[] = [...inquiry.facts('DuplicateElected'), ...inquiry.facts('DuplicateResolved')];
  return settled
    .sort((a, b) => a.day - b.day || (a.recordedAt < b.recordedAt ? -1 : 1))
    .findLast(
      ({ day, data }) =>
        day <= on &&
        relations.some((relation) => isSame(relation, data.retained)) &&
        relations.filter((relation) => data.relations.some((named) => isSame(named, relation))).length > 1,
    );
}

/** The last finding by the day that nobody has settled by then. */
export function findingOn(inquiry: Inquiry, on: DayNumber): Fact<'DuplicateDetected'> | undefined {
  const resolved = inquiry.facts('DuplicateResolved');
  return inquiry
    .facts('DuplicateDetected')
    .findLast(
      (found) =>
        found.day <= on &&
        !resolved.some(
          ({ day, data }) =>
            day >= found.day &&
            day <= on &&
            data.relations.some((relation) => found.data.relations.some((named) => isSame(named, relation))),
        ),
    );
}
