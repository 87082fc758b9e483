import { firstDayOfYear, yearOf, type DayNumber } from '../../libs/calendar';
import { sameProvince } from '../../libs/policy/evaluation';
import type { Relation } from '../answer/answer';
import { aidHeldOn } from '../entries/aid-held';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import { schoolOn } from './traits';

export interface StudentPlace {
  region: string;
  rule: string;
  events: string[];
}

/**
 * Where a student with several resident relations draws benefits, by the rules for students: the place held before entry
 * for the year of entry (JX-4.1), where an aid identity was recognised (JX-4.3, XA-2.3.1b), otherwise the school's place
 * from the year after entry (JX-4.2). Undefined where none of them speaks of the relations.
 */
export function studentPlace(
  inquiry: Inquiry,
  payments: PaymentRecord,
  relations: readonly Relation[],
  on: DayNumber,
): StudentPlace | undefined {
  const residents = relations.filter(({ scheme }) => scheme === 'resident');
  const enrolled = inquiry.facts('StudentEnrolled').findLast(({ day }) => day <= on);
  if (!enrolled || residents.length < relations.length) return undefined;
  const school = schoolOn(inquiry, on);
  if (school === undefined) return undefined;

  const aided = inquiry.read('student.aidedPlace', school, on);
  const recognised = aidHeldOn(inquiry, on).find(({ region }) =>
    residents.some((relation) => relation.region === region),
  );
  if (aided.known && recognised) {
    return { region: recognised.region, rule: aided.rule, events: [...recognised.events] };
  }
  const entry = inquiry.read('student.entryPlace', school, on);
  if (!entry.known) return undefined;
  const year = yearOf(enrolled.day);
  if (entry.value === 'earlierPlaceInProvince' && yearOf(on) === year) {
    const earlier = payments.years.find(
      (paid) =>
        paid.year === year &&
        paid.arrival < enrolled.day &&
        (paid.refundedOn === undefined || paid.refundedOn > on) &&
        sameProvince(paid.region, school) &&
        residents.some(({ region }) => region === paid.region),
    );
    if (earlier) {
      return {
        region: earlier.region,
        rule: entry.rule,
        events: [...enrolled.events, ...earlier.payment.events],
      };
    }
  }
  const there = residents.find(({ region }) => region === school);
  const later = inquiry.read('student.graduationYear', school, on);
  if (!there) return undefined;
  const afterEntry = on >= firstDayOfYear(year + 1) && later.known;
  return { region: school, rule: afterEntry ? later.rule : entry.rule, events: [...enrolled.events] };
}
