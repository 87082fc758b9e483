import { yearOf, type DayNumber } from '../../libs/calendar';
import { poolOf, type DuplicateTrait } from '../../libs/policy/evaluation';
import type { Relation } from '../answer/answer';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';

/** The one relation that a trait tells from the others on the day; undefined where it fits none or several, or is not known. */
export function oneByTrait<T extends Relation>(
  inquiry: Inquiry,
  payments: PaymentRecord,
  relations: readonly T[],
  trait: DuplicateTrait,
  on: DayNumber,
): T | undefined {
  const fits = fitting(inquiry, payments, relations, trait, on);
  return fits.length === 1 ? fits[0] : undefined;
}

function fitting<T extends Relation>(
  inquiry: Inquiry,
  payments: PaymentRecord,
  relations: readonly T[],
  trait: DuplicateTrait,
  on: DayNumber,
): T[] {
  switch (trait) {
    case 'workplace':
      return atWork(inquiry, payments, relations, on);
    case 'school': {
      const school = schoolOn(inquiry, on);
      const there = relations.filter(({ region }) => school !== undefined && isAt(region, school));
      return there.length === 1 ? there : relations.filter(({ participation }) => participation === 'student');
    }
    case 'habitualResidence': {
      const habitual = habitualResidence(inquiry, on);
      return habitual === undefined ? [] : relations.filter(({ region }) => isAt(region, habitual));
    }
    case 'latestPayment':
      return latest(relations, (relation) => lastArrival(payments, relation, on));
  }
}

/** The relation of the running employment: the employer's own, or, of several places, the one whose employment began last. */
function atWork<T extends Relation>(
  inquiry: Inquiry,
  payments: PaymentRecord,
  relations: readonly T[],
  on: DayNumber,
): T[] {
  const employed = relations.filter(({ participation }) => participation === 'employed' || participation === undefined);
  if (employed.length <= 1) return employed;
  const ended = inquiry.facts('EmploymentEnded');
  const running = inquiry
    .facts('EmploymentStarted')
    .filter(
      ({ day, data }) =>
        day <= on && !ended.some((end) => end.data.employerId === data.employerId && end.day >= day && end.day < on),
    );
  const started = (relation: T): number | undefined => {
    const employers = new Set(
      [
        ...inquiry
          .facts('Registered')
          .filter(({ day, data }) => day <= on && data.scheme === 'employee' && data.region === relation.region)
          .map(({ data }) => data.employerId),
        ...payments.months.filter(({ region }) => region === relation.region).map(({ employerId }) => employerId),
      ].filter((id) => id !== undefined),
    );
    return running.findLast(({ data }) => employers.has(data.employerId))?.day;
  };
  return latest(employed, started);
}

/** The habitual residence on the day, as last reported. */
function habitualResidence(inquiry: Inquiry, on: DayNumber): string | undefined {
  return inquiry
    .facts('ResidenceChanged')
    .findLast(({ day, data }) => day <= on && data.habitualResidence !== undefined)?.data.habitualResidence;
}

/** The place of the school that the person attends, through the year of graduation. */
export function schoolOn(inquiry: Inquiry, on: DayNumber): string | undefined {
  const enrolled = inquiry.facts('StudentEnrolled').findLast(({ day }) => day <= on);
  if (!enrolled) return undefined;
  const graduated = inquiry.facts('StudentGraduated').find(({ day }) => day >= enrolled.day);
  return graduated && yearOf(graduated.day) < yearOf(on) ? undefined : enrolled.data.region;
}

/** A place within a pooling area is at it: codes of districts and of their city name one pool. */
function isAt(region: string, place: string): boolean {
  return poolOf(region) === poolOf(place);
}

/** The last arrival by the day of money for the relation. */
function lastArrival(payments: PaymentRecord, relation: Relation, on: DayNumber): number | undefined {
  const paid = relation.scheme === 'resident' ? payments.years : payments.months;
  const arrivals = paid
    .filter(
      ({ region, participation, arrival, refundedOn }) =>
        region === relation.region &&
        (relation.participation === undefined || participation === relation.participation) &&
        arrival <= on &&
        (refundedOn === undefined || refundedOn > on),
    )
    .map(({ arrival }) => arrival);
  return arrivals.length === 0 ? undefined : Math.max(...arrivals);
}

function latest<T>(relations: readonly T[], dayOf: (relation: T) => number | undefined): T[] {
  const dated = relations.flatMap((relation) => {
    const day = dayOf(relation);
    return day === undefined ? [] : [{ relation, day }];
  });
  const last = Math.max(...dated.map(({ day }) => day));
  return dated.filter(({ day }) => day === last).map(({ relation }) => relation);
}
