import { contains, monthOf, type DayNumber, type MonthNumber } from '../../libs/calendar';
import type { Reading, RuleKey, KeepByTrait, OthersFate } from '../../libs/policy/evaluation';
import type { Relation } from '../answer/answer';
import { consecutiveMonths } from '../contribution/insured-months';
import { aidHeldOn } from '../entries/aid-held';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import { isSame, settlementOf } from './official';
import { studentPlace } from './student';
import { oneByTrait } from './traits';

export interface Case {
  inquiry: Inquiry;
  payments: PaymentRecord;
  relations: readonly Relation[];
  /** Who gives the benefits of the day. */
  payer?: Relation;
  on: DayNumber;
  /** Day of the official finding; the day asked about where there is none. */
  foundOn: DayNumber;
}

/** Which relation is kept and what becomes of the others; `retained` left out where no rule says. */
export interface Verdict {
  retained?: Relation;
  others?: OthersFate;
  rule: string;
  events: readonly string[];
  arithmetic?: string;
  /** Kept for its months of employee insurance. */
  byMonths?: boolean;
}

/** The person's choice or the office's decision first, then the region's rules for relations of these schemes. */
export function verdictOn(one: Case): Verdict {
  return settled(one) ?? payerOnly(one) ?? (isCrossScheme(one) ? crossScheme(one) : sameScheme(one));
}

/** The verdict where no rule keeps a relation: the gap is named, the ban on double benefits stands (LYG-39, TL-4.1). */
function open(
  one: Case,
  family: RuleKey | 'habitualResidence',
  gap: Omit<Extract<Reading<never>, { known: false }>, 'known'>,
): Verdict {
  const ban = one.inquiry.read('duplicates.noDoubleBenefit', one.inquiry.region, one.on);
  const rule = gap.rule ?? ban.rule;
  one.inquiry.undetermined(family, { why: gap.why, ...(rule === undefined ? {} : { rule }), needs: gap.needs });
  return { rule: rule ?? 'CV-16', events: [] };
}

function settled(one: Case): Verdict | undefined {
  const { inquiry, relations, on } = one;
  const settlement = settlementOf(inquiry, relations, on);
  if (!settlement) return undefined;
  const retained = relations.find((relation) => isSame(relation, settlement.data.retained))!;
  const election = inquiry.read('duplicates.election', inquiry.region, settlement.day);
  const others = inquiry.read('duplicates.othersBecome', inquiry.region, settlement.day);
  const pause = inquiry.read('duplicates.crossRegionPause', inquiry.region, settlement.day);
  const ban = inquiry.read('duplicates.noDoubleBenefit', inquiry.region, settlement.day);
  const elected = settlement.type === 'DuplicateElected';
  const first = elected
    ? [election, others, ban]
    : [settlement.data.scope === 'crossRegion' ? pause : others, others, ban];
  const fate = elected && election.known ? election.value.others : others.known ? others.value : undefined;
  return {
    retained,
    ...(fate === undefined ? {} : { others: fate }),
    rule: first.find(({ known }) => known)?.rule ?? 'CV-16',
    events: settlement.events,
  };
}

/** XA-6.3: the order says who pays, and every relation stands as it is. */
function payerOnly({ inquiry, on, payer }: Case): Verdict | undefined {
  const others = inquiry.read('duplicates.othersBecome', inquiry.region, on);
  if (!others.known || others.value !== 'none') return undefined;
  const order = inquiry.read('duplicates.benefitOrder', inquiry.region, on);
  if (!payer)
    inquiry.undetermined('duplicates.benefitOrder', { why: 'external', rule: order.rule, needs: 'habitualResidence' });
  return { others: 'none', rule: order.known ? order.rule : others.rule, events: [] };
}

function isCrossScheme({ relations }: Case): boolean {
  return relations.some(({ scheme }) => scheme !== relations[0]!.scheme);
}

// ---- one scheme ----

function sameScheme(one: Case): Verdict {
  const { inquiry, payments, relations, on } = one;
  const { region } = inquiry;
  if (relations[0]!.scheme === 'employee') {
    const onePlace = relations.every((relation) => relation.region === relations[0]!.region);
    const both = inquiry.read('duplicates.flexibleEmployed', region, on);
    const employed = relations.filter(({ participation }) => participation === 'employed');
    if (onePlace && both.known && employed.length === 1) {
      const { others } = both.value;
      return { retained: employed[0], ...(others === undefined ? {} : { others }), rule: both.rule, events: [] };
    }
    return byTrait(one, 'duplicates.employeeTwice');
  }
  const place = studentPlace(inquiry, payments, relations, on);
  const there = place && relations.filter((relation) => relation.region === place.region);
  if (place && there?.length === 1) {
    const others = inquiry.read('duplicates.othersBecome', region, on);
    return {
      retained: there[0],
      ...(others.known ? { others: others.value } : {}),
      rule: place.rule,
      events: place.events,
    };
  }
  const isStudents = relations.some(({ participation }) => participation === 'student');
  const student = inquiry.read('duplicates.student', region, on);
  return isStudents && student.known
    ? (aidedStudent(one, student.value) ?? byTrait(one, 'duplicates.student'))
    : byTrait(one, 'duplicates.residentTwice');
}

/** TL-4.2d: a student of a listed aid class may choose the place of recognition; until then the school's place is kept. */
function aidedStudent(one: Case, student: KeepByTrait): Verdict | undefined {
  const { inquiry, payments, relations, on } = one;
  const rule = inquiry.read('duplicates.aidedStudent', inquiry.region, on);
  if (!rule.known) return undefined;
  const held = aidHeldOn(inquiry, on).find(
    ({ aidClass, region }) =>
      rule.value.classes.includes(aidClass) && relations.some((relation) => relation.region === region),
  );
  const school = oneByTrait(inquiry, payments, relations, 'school', on);
  if (!held || !school || school.region === held.region) return undefined;
  inquiry.because(() => ({
    claim: 'duplicates',
    rule: rule.rule,
    events: held.events,
    zh: `该学生可以选择在身份认定地 ${held.region} 参保。`,
    en: `The student may choose the place that recognised the identity, ${held.region}.`,
  }));
  return { retained: school, others: student.others, rule: rule.rule, events: held.events };
}

function byTrait(
  one: Case,
  key: 'duplicates.employeeTwice' | 'duplicates.residentTwice' | 'duplicates.student',
): Verdict {
  const { inquiry, payments, relations, on } = one;
  const rule = inquiry.read(key, inquiry.region, on);
  if (!rule.known) return open(one, key, rule);
  for (const trait of rule.value.keep) {
    const retained = oneByTrait(inquiry, payments, relations, trait, on);
    if (retained) return { retained, others: rule.value.others, rule: rule.rule, events: [] };
  }
  return open(one, key, { why: 'external', rule: rule.rule, needs: rule.value.keep[0] });
}

// ---- across the schemes ----

function crossScheme(one: Case): Verdict {
  const { inquiry, relations, payer, on, foundOn } = one;
  const rule = inquiry.read('duplicates.crossScheme', inquiry.region, foundOn);
  if (!rule.known) return open(one, 'duplicates.crossScheme', rule);

  const employees = relations.filter(({ scheme }) => scheme === 'employee');
  const residents = relations.filter(({ scheme }) => scheme === 'resident');
  const months = employeeMonths(one, rule.value.count);
  const arithmetic =
    rule.value.months === 0
      ? undefined
      : `连续参加职工医保 ${months} 个月，${months >= rule.value.months ? '满' : '不满'} ${rule.value.months} 个月`;
  const kept = (among: readonly Relation[], family: 'duplicates.employeeTwice' | 'duplicates.residentTwice') =>
    among.length === 1 ? among[0] : byTrait({ ...one, relations: among }, family).retained;

  if (months >= rule.value.months) {
    const retained = kept(employees, 'duplicates.employeeTwice');
    return { retained, others: rule.value.others, rule: rule.rule, events: [], arithmetic, byMonths: true };
  }
  const flexible = inquiry.read('duplicates.flexibleWork', inquiry.region, on);
  if (flexible.known && isFlexibleWork(one, employees) && payer) {
    return { retained: payer, others: flexible.value.others, rule: flexible.rule, events: [], arithmetic };
  }
  if (rule.value.under === 'resident') {
    const retained = kept(residents, 'duplicates.residentTwice');
    return { retained, others: rule.value.others, rule: rule.rule, events: [], arithmetic };
  }
  return {
    ...open(one, 'duplicates.crossScheme', { why: 'silent', rule: rule.rule, needs: 'DuplicateElected' }),
    arithmetic,
  };
}

/** Months of employee insurance up to the finding: without a break, or any. */
function employeeMonths({ inquiry, payments, foundOn }: Case, count: 'consecutive' | 'any'): number {
  const month = monthOf(foundOn);
  if (count === 'any') {
    const paid = payments.months.filter(
      (entry) => entry.month <= month && entry.arrival <= foundOn && entry.refundedOn === undefined,
    );
    return new Set<MonthNumber>(paid.map((entry) => entry.month)).size;
  }
  const through = (last: MonthNumber) =>
    consecutiveMonths(inquiry, payments, { scheme: 'employee', through: last, on: foundOn });
  return through(month) || through(month - 1);
}

/** Part-time, temporary or flexible work (非全日制、临时性等灵活就业形式). */
function isFlexibleWork({ inquiry, on }: Case, employees: readonly Relation[]): boolean {
  if (employees.every(({ participation }) => participation === 'flexible')) return true;
  const ended = inquiry.facts('EmploymentEnded');
  const running = inquiry.facts('EmploymentStarted').filter(({ day, data }) =>
    contains(
      {
        from: day,
        through: ended.find((end) => end.day >= day && end.data.employerId === data.employerId)?.day ?? on,
      },
      on,
    ),
  );
  return running.length > 0 && running.every(({ data }) => data.kind !== 'fullTime');
}
