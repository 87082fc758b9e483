import { contains, monthOf, toDay, yearOf, type DayNumber } from '../../libs/calendar';
import type { Relation } from '../answer/answer';
import type { RelationRecord, Timeline } from '../coverage/timeline';
import type { Fact } from '../history';
import type { Inquiry } from '../inquiry';
import type { BenefitYear, FeeMonth, PaymentRecord } from '../payments';
import { isSame } from './official';

/**
 * Relations that are normal and whose month or year is paid on the day (TL-4.1), and those of an open official finding
 * that the ledger does not know to have ended. An employer's unpaid month makes no duplicate (TL-2.2.4); nor does a
 * student's relation of the year of entry, where the document says so (TL-8.3).
 */
export function overlapOn(
  inquiry: Inquiry,
  payments: PaymentRecord,
  timeline: Timeline,
  on: DayNumber,
  finding: Fact<'DuplicateDetected'> | undefined,
): Relation[] {
  const shown: Relation[] = timeline.relations.filter(
    (relation) => isNormalOn(relation, on) && isPaidOn(relation, payments, timeline, on),
  );
  shown.push(...paidAlone(inquiry, payments, timeline, on));
  const found = (finding?.data.relations ?? []).filter(
    (relation) =>
      !shown.some((known) => isSame(known, relation)) &&
      !timeline.relations.some((known) => isSame(known, relation) && !isNormalOn(known, on)),
  );
  const relations = [...shown, ...found];
  return relations.length < 2 ? relations : withoutEntryYear(inquiry, relations, on);
}

/**
 * Relations that nothing but their payments shows, because the same months or the same year are paid elsewhere too: by the
 * town and by the school, in two cities. Normal until a suspension or termination says otherwise (CV-25).
 */
function paidAlone(inquiry: Inquiry, payments: PaymentRecord, timeline: Timeline, on: DayNumber): Relation[] {
  const month = monthOf(on);
  const year = yearOf(on);
  const alone: Relation[] = [];
  const take = (scheme: Relation['scheme'], { region, participation, arrival, refundedOn }: FeeMonth | BenefitYear) => {
    if (arrival > on || (refundedOn !== undefined && refundedOn <= on)) return;
    const relation: Relation = { scheme, region, participation };
    const isKnown = (known: Relation) => isSame(known, relation);
    if (timeline.relations.some(isKnown) || alone.some(isKnown)) return;
    if (!hasEnded(inquiry, relation, arrival, on)) alone.push(relation);
  };
  for (const paid of payments.months) if (paid.month === month) take('employee', paid);
  for (const paid of payments.years) if (paid.year === year) take('resident', paid);
  return alone;
}

function hasEnded(inquiry: Inquiry, { scheme, region }: Relation, arrival: DayNumber, on: DayNumber): boolean {
  const ends = (data: Relation) => data.scheme === scheme && data.region === region;
  return (
    inquiry.facts('Suspended').some(({ day, data }) => ends(data) && day >= arrival && day < on) ||
    inquiry.facts('Terminated').some(({ day, data }) => ends(data) && day > arrival && day <= on)
  );
}

function isNormalOn({ statuses }: RelationRecord, on: DayNumber): boolean {
  return statuses.some(({ status, from, through }) => status === 'normal' && from <= on && on <= through);
}

function isPaidOn(relation: RelationRecord, payments: PaymentRecord, timeline: Timeline, on: DayNumber): boolean {
  const own = (paid: { region: string; participation: string; refundedOn?: DayNumber }) =>
    paid.region === relation.region &&
    paid.participation === relation.participation &&
    (paid.refundedOn === undefined || paid.refundedOn > on);
  if (relation.scheme === 'resident') {
    return payments.years.some((paid) => own(paid) && paid.year === yearOf(on) && paid.arrival <= on);
  }
  const month = monthOf(on);
  const months = payments.months.filter(own);
  const running = months.some(
    (paid) =>
      paid.month === month &&
      // A relation that goes on is paid within the month; a new one from its first arrival.
      (paid.arrival <= on ||
        (monthOf(paid.arrival) === month &&
          months.some((earlier) => earlier.month === month - 1 && earlier.arrival <= on))),
  );
  return running || asRetiree(relation, timeline, on);
}

function asRetiree({ scheme, region }: RelationRecord, timeline: Timeline, on: DayNumber): boolean {
  return timeline.covered.some(
    (days) => days.basis === 'retiree' && days.scheme === scheme && days.region === region && contains(days, on),
  );
}

/** TL-8.3: what a student joins in the year of entry is no duplicate. */
function withoutEntryYear(inquiry: Inquiry, relations: Relation[], on: DayNumber): Relation[] {
  const enrolled = inquiry.facts('StudentEnrolled').findLast(({ day }) => day <= on);
  if (!enrolled || yearOf(enrolled.day) !== yearOf(on)) return relations;
  const rule = inquiry.read('duplicates.entryYear', inquiry.region, on);
  const joined = relations.find(
    ({ scheme, region, participation }) =>
      scheme === 'resident' && (participation === 'student' || region === enrolled.data.region),
  );
  if (!rule.known || !joined) return relations;
  inquiry.because(() => ({
    claim: 'duplicates',
    rule: rule.rule,
    events: enrolled.events,
    zh: `学生 ${toDay(enrolled.day)} 入学，入学当年参加居民医保不属于重复参保。`,
    en: `The student entered on ${toDay(enrolled.day)}; a resident relation joined in the year of entry is no duplicate.`,
  }));
  return relations.filter((relation) => relation !== joined);
}
