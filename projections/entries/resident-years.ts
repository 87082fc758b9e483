import {
  dayNumber,
  firstDayOf,
  firstDayOfYear,
  lastDayOfYear,
  monthOf,
  toDay,
  yearOf,
  type DayNumber,
} from '../../libs/calendar';
import {
  jurisdictionsOf,
  sameProvince,
  type Entry,
  type Gap,
  type PaymentWindow,
  type Reading,
  type Wait,
} from '../../libs/policy/evaluation';
import type { PremiumDue, WaitingCause } from '../answer/answer';
import { consecutiveMonths } from '../contribution';
import { runBeforeSwitch } from '../contribution/insured-months';
import { isShort } from '../contribution/short-break';
import type { Break, Switched, WaitingWindow, Waiver } from '../coverage/timeline';
import { monthsEn, monthsZh, type Inquiry } from '../inquiry';
import { isCurrent, type BenefitYear, type PaymentRecord } from '../payments';
import { aidIdentities, type AidHeld } from './aid-held';
import { overLimit } from './employee-runs';
import { explainWaiver, explainWindow, startDay, windowFrom } from './waiting';

/** What one paid benefit year covers, before anything is taken away. */
export interface ResidentSpan {
  paid: BenefitYear;
  /** First covered day; undefined where the document leaves it open or gives none. */
  from?: DayNumber;
  through: DayNumber;
  open?: { question: string; gap: { why: Gap; rule?: string; needs?: string } };
  rule?: string;
  /** Days of a break before it that the premium gives back (JX-7.1). */
  restored?: { from: DayNumber; through: DayNumber; rule: string };
  /** First day the payment counts for, waiting included. */
  since?: DayNumber;
  /** A former employee's entry that ends with the next change (XA-2.1). */
  formerEmployee?: boolean;
  /** Entered without waiting from an employee relation that had ended: from that day benefits are drawn here (JX-7.1). */
  switched?: Switched;
}

export interface ResidentYears {
  spans: ResidentSpan[];
  windows: WaitingWindow[];
  waivers: Waiver[];
  breaks: Break[];
  premiumsDue: PremiumDue[];
}

interface Newborn {
  bornOn: DayNumber;
  deadline: DayNumber;
  rule: string;
  registeredLate: boolean;
}

/** What each resident payment covers: window, newborn, student, former employee, aided person, switch (CV-15, CV-22, CV-24, CV-25). */
export function residentYears(inquiry: Inquiry, payments: PaymentRecord): ResidentYears {
  const walk = new Walk(inquiry, payments);
  for (const [index, paid] of payments.years.entries()) {
    if (paid.refundedOn !== undefined) continue;
    // A year paid again at the same place begins nothing.
    const again = payments.years
      .slice(0, index)
      .some(
        (other) =>
          other.refundedOn === undefined &&
          other.year === paid.year &&
          other.region === paid.region &&
          !endedBetween(inquiry, other, paid),
      );
    if (!again) walk.take(paid);
  }
  walk.newbornPremiums();
  return walk.result;
}

/** Whether the relation that the first premium paid for was over when the second arrived. */
function endedBetween(inquiry: Inquiry, first: BenefitYear, second: BenefitYear): boolean {
  return inquiry
    .facts('Terminated')
    .some(
      ({ day, data }) =>
        data.scheme === 'resident' && data.region === first.region && first.arrival < day && day <= second.arrival,
    );
}

class Walk {
  readonly result: ResidentYears = { spans: [], windows: [], waivers: [], breaks: [], premiumsDue: [] };
  private readonly aid: AidHeld[];
  private readonly bornOn?: DayNumber;
  private readonly diedOn?: DayNumber;

  constructor(
    private readonly inquiry: Inquiry,
    private readonly payments: PaymentRecord,
  ) {
    this.aid = aidIdentities(inquiry);
    const birth = inquiry.facts('Identified').at(-1)?.data.birthDate;
    this.bornOn = birth === undefined ? undefined : dayNumber(birth);
    this.diedOn = inquiry.facts('Died').at(-1)?.day;
  }

  take(paid: BenefitYear): void {
    const { inquiry } = this;
    const { year, region, arrival } = paid;
    const span: ResidentSpan = { paid, through: lastDayOfYear(year) };
    this.result.spans.push(span);
    const firstDay = inquiry.firstDay(region);
    if (firstDay === undefined) {
      // Without a pack only the plain meaning of an annual premium remains (CV-15).
      if (arrival < firstDayOfYear(year)) this.plainYear(span);
      else this.open(span, 'resident.outside', { known: false, why: 'silent', needs: `pack:${region}` });
      return;
    }
    if (inquiry.isSettled(paid.payment, region)) {
      this.from(span, firstDayOfYear(year));
      return;
    }
    if (this.newborn(span)) return;
    if (!this.student(span)) this.general(span);
    this.graduation(span);
  }

  /** Graduation does not cut the year (JX-4.2, XA-2.3.2). */
  private graduation(span: ResidentSpan): void {
    const { paid } = span;
    if (paid.participation !== 'student') return;
    const graduated = this.inquiry.facts('StudentGraduated').find(({ day }) => yearOf(day) === paid.year);
    if (!graduated) return;
    const year = this.inquiry.read('student.graduationYear', paid.region, paid.arrival);
    if (!year.known) return;
    this.inquiry.because(() => ({
      claim: 'coverage',
      rule: year.rule,
      events: [...paid.payment.events, ...graduated.events],
      zh: `${toDay(graduated.day)} 毕业，当年待遇延续至 ${paid.year}-12-31。`,
      en: `Graduated on ${toDay(graduated.day)}; the year's benefits go on to ${paid.year}-12-31.`,
    }));
  }

  // ---- newborns ----

  private newbornOf(region: string, on: DayNumber): Newborn | Extract<Reading<never>, { known: false }> | undefined {
    if (this.bornOn === undefined) return undefined;
    const deadline = this.inquiry.read('newborn.deadline', region, on);
    if (!deadline.known) return deadline;
    const last = this.bornOn + deadline.value.days - (deadline.value.countBirthDay ? 1 : 0);
    const needs = this.inquiry.read('newborn.needsRegistration', region, on);
    const registered = this.inquiry
      .facts('Registered')
      .find(({ data }) => data.scheme === 'resident' && data.region === region);
    return {
      bornOn: this.bornOn,
      deadline: last,
      rule: deadline.rule,
      registeredLate: needs.known && needs.value && registered !== undefined && registered.day > last,
    };
  }

  /** Whether a newborn's rule decides the year. */
  private newborn(span: ResidentSpan): boolean {
    const { inquiry } = this;
    const { paid } = span;
    const { region, arrival, year } = paid;
    if (this.bornOn === undefined) return false;
    const birthYear = yearOf(this.bornOn);
    if (year < birthYear || year > birthYear + 1) return false;
    if (year === birthYear + 1 && arrival > lastDayOfYear(year)) return false;
    const newborn = this.newbornOf(region, arrival);
    if (!newborn) return false;
    if ('known' in newborn) {
      if (year !== birthYear && paid.participation !== 'newborn') return false;
      if (arrival < firstDayOfYear(year)) return false;
      this.open(span, 'newborn.deadline', newborn);
      // Whether the premium reaches back to the birth is just what is not known.
      span.since = Math.max(this.bornOn, firstDayOfYear(year));
      return true;
    }
    const inTime = arrival <= newborn.deadline && !newborn.registeredLate;
    const bornFrom = inquiry.read('newborn.bornFrom', region, arrival);
    const earlier = bornFrom.known && toDay(newborn.bornOn) < bornFrom.value;

    if (this.diedOn !== undefined && arrival >= this.diedOn && year === birthYear) {
      const death = inquiry.read('newborn.deathDeadline', region, arrival);
      if (death.known) {
        const last = newborn.bornOn + death.value.days - (death.value.countBirthDay ? 1 : 0);
        if (arrival <= last) {
          this.from(span, newborn.bornOn, death.rule);
          this.explainBirth(span, death.rule, last);
          return true;
        }
      }
    }
    if (year === birthYear) {
      if (earlier && inTime) {
        this.open(span, 'newborn.inTime', {
          known: false,
          why: 'notAvailable',
          rule: bornFrom.known ? bornFrom.rule : undefined,
        });
        span.since = newborn.bornOn;
        return true;
      }
      if (inTime) {
        const near = inquiry.read('newborn.inTimeNearYearEnd', region, arrival);
        const nearYearEnd = near.known && lastDayOfYear(birthYear) - newborn.bornOn < near.value.days;
        const entry = nearYearEnd ? near : inquiry.read('newborn.inTime', region, arrival);
        if (!entry.known) this.open(span, 'newborn.inTime', entry);
        else {
          this.from(span, newborn.bornOn, entry.rule);
          this.explainBirth(span, entry.rule, newborn.deadline);
        }
        return true;
      }
      if (arrival > lastDayOfYear(birthYear)) {
        const after = inquiry.read('newborn.birthYearAfterDeadline', region, arrival);
        if (after.known && after.value) {
          this.from(span, newborn.bornOn, after.rule);
          this.explainBirth(span, after.rule, newborn.deadline);
        } else if (!after.known) this.open(span, 'newborn.birthYearAfterDeadline', after);
        return true;
      }
      return this.lateNewborn(span, newborn);
    }
    if (inTime) {
      const next = inquiry.read('newborn.nextYear', region, arrival);
      if (!next.known) return false;
      this.from(span, firstDayOfYear(year), next.rule);
      this.inquiry.because(() => ({
        claim: 'coverage',
        rule: next.rule,
        events: paid.payment.events,
        zh: `新生儿 ${year} 年保费于 ${toDay(arrival)} 缴纳，不迟于期限 ${toDay(newborn.deadline)}，${year}-01-01 至 ${year}-12-31 享受待遇。`,
        en: `The newborn's premium of ${year} was paid on ${toDay(arrival)}, by the deadline of ${toDay(newborn.deadline)}; benefits run from ${year}-01-01 to ${year}-12-31.`,
      }));
      return true;
    }
    // Past the deadline the year after birth follows the general rules, unless the region has a rule for late newborns of any year.
    if (paid.participation !== 'newborn' || this.windowOf(paid) === 'collection') return false;
    return this.lateNewborn(span, newborn);
  }

  private lateNewborn(span: ResidentSpan, newborn: Newborn): boolean {
    const { paid } = span;
    const late = this.inquiry.read('newborn.late', paid.region, paid.arrival);
    if (!late.known) {
      this.open(span, 'newborn.late', late);
      return true;
    }
    if (late.value.birthYearOnly && paid.year !== yearOf(newborn.bornOn)) return false;
    if (this.aided(span, 'newborn')) return true;
    const registeredLate = newborn.registeredLate && paid.arrival <= newborn.deadline;
    this.apply(span, late.value, late.rule, 'newborn', {
      zh: `登记和缴费期限至 ${toDay(newborn.deadline)}（含当日）${registeredLate ? '，登记已逾期' : ''}`,
      en: `enrolment and payment were due by ${toDay(newborn.deadline)}${registeredLate ? ', and the registration came later' : ''}`,
    });
    return true;
  }

  private explainBirth(span: ResidentSpan, rule: string, deadline: DayNumber): void {
    const { paid } = span;
    const born = toDay(this.bornOn!);
    const days = paid.arrival - this.bornOn!;
    this.inquiry.because(() => ({
      claim: 'coverage',
      rule,
      events: paid.payment.events,
      arithmetic: `${born} 出生，${toDay(paid.arrival)} 缴费，出生后第 ${days} 天，期限至 ${toDay(deadline)}`,
      zh: `新生儿 ${born} 出生，${toDay(paid.arrival)} 缴费（出生后第 ${days} 天），自出生之日起享受 ${paid.year} 年待遇。`,
      en: `Born on ${born} and paid for on ${toDay(paid.arrival)}, ${days} days after birth: the benefits of ${paid.year} run from birth.`,
    }));
  }

  /** The birth-year premium that a payment in the year after birth still needs (TL-2.1.2c), as long as it is unpaid. */
  newbornPremiums(): void {
    const { inquiry, bornOn } = this;
    if (bornOn === undefined) return;
    const birthYear = yearOf(bornOn);
    if (this.payments.years.some(({ year, refundedOn }) => year === birthYear && refundedOn === undefined)) return;
    const registered = inquiry
      .facts('Registered')
      .find(({ data }) => data.scheme === 'resident' && data.participation === 'newborn');
    const started = this.payments.years.find(({ year }) => year === birthYear + 1);
    const day = started?.arrival ?? registered?.day;
    const region = started?.region ?? registered?.data.region;
    if (day === undefined || region === undefined) return;
    const newborn = this.newbornOf(region, day);
    if (!newborn || 'known' in newborn || day > newborn.deadline) return;
    const next = inquiry.read('newborn.nextYear', region, day);
    if (yearOf(day) === birthYear + 1 && started && !(next.known && next.value.requiresBirthYear)) return;
    if (yearOf(day) !== birthYear + 1 || !next.known || !next.value.requiresBirthYear) {
      const inTime = inquiry.read('newborn.inTime', region, day);
      if (inTime.known && registered) this.premiumDue(birthYear, newborn.deadline, inTime.rule, registered.events);
      return;
    }
    this.result.premiumsDue.push({
      benefitYear: birthYear,
      by: toDay(newborn.deadline),
      reason: 'newborn',
      rule: next.rule,
    });
    inquiry.because(() => ({
      claim: 'premiumsDue',
      rule: next.rule,
      events: started?.payment.events ?? registered?.events ?? [],
      zh: `新生儿在出生的下一年度参保缴费，须不迟于 ${toDay(newborn.deadline)} 补缴出生年度 ${birthYear} 年的保费，方可享受出生年度待遇。`,
      en: `Enrolled in the year after birth, the newborn also owes the premium of the birth year ${birthYear} by ${toDay(newborn.deadline)} to have that year's benefits.`,
    }));
  }

  /** A newborn who is registered and not yet paid for. */
  private premiumDue(benefitYear: number, by: DayNumber, rule: string, events: readonly string[]): void {
    this.result.premiumsDue.push({ benefitYear, by: toDay(by), reason: 'newborn', rule });
    this.inquiry.because(() => ({
      claim: 'premiumsDue',
      rule,
      events,
      zh: `新生儿已登记尚未缴费，须不迟于 ${toDay(by)} 缴纳 ${benefitYear} 年保费，方可自出生之日起享受待遇。`,
      en: `The newborn is registered and not paid for; the premium of ${benefitYear} is due by ${toDay(by)} for benefits from birth.`,
    }));
  }

  // ---- students ----

  private student(span: ResidentSpan): boolean {
    const { inquiry } = this;
    const { paid } = span;
    const { region, arrival, year } = paid;
    const enrolments = inquiry.facts('StudentEnrolled');
    const enrolled = enrolments.findLast(({ day, data }) => day <= arrival && data.region === region);
    if (paid.participation !== 'student' && !enrolled) return false;
    const start = inquiry.read('student.start', region, arrival);
    if (!start.known) return false;
    const yearStart = firstDayOfYear(year);
    const insuredThisYear = this.payments.years.some(
      (other) =>
        other !== paid &&
        other.refundedOn === undefined &&
        other.year === yearOf(arrival) &&
        enrolled !== undefined &&
        other.arrival < enrolled.day &&
        sameProvince(other.region, region),
    );
    const newEntrant =
      !insuredThisYear &&
      enrolled !== undefined &&
      yearOf(enrolled.day) === yearOf(arrival) &&
      year - yearOf(enrolled.day) <= 1;
    const fromPayment = start.value.who === 'every' || (start.value.who === 'newEntrant' && newEntrant);
    const others = start.value.others ?? 'payDayFromYearStart';
    if (!fromPayment && others === 'general') return false;
    const from = fromPayment ? startDay(start.value.start, arrival) : Math.max(arrival, yearStart);
    if (!fromPayment && arrival < yearStart && this.windowOf(paid) !== 'collection') return false;
    this.from(span, from, start.rule);
    inquiry.because(() => ({
      claim: 'coverage',
      rule: start.rule,
      events: [...paid.payment.events, ...(enrolled?.events ?? [])],
      zh: fromPayment
        ? `大学生于 ${toDay(arrival)} 完成缴费，自 ${toDay(from)} 起至 ${year}-12-31 享受居民医保待遇，不设等待期。`
        : `在校学生于 ${toDay(arrival)} 缴纳 ${year} 年保费，自 ${toDay(from)} 起至 ${year}-12-31 享受居民医保待遇。`,
      en: fromPayment
        ? `The student paid on ${toDay(arrival)}; resident benefits run from ${toDay(from)} to ${year}-12-31 without waiting.`
        : `The student paid the premium of ${year} on ${toDay(arrival)}; resident benefits run from ${toDay(from)} to ${year}-12-31.`,
    }));
    return true;
  }

  // ---- everyone ----

  private general(span: ResidentSpan): void {
    const { inquiry } = this;
    const { paid } = span;
    const { region, arrival, year } = paid;
    const yearStart = firstDayOfYear(year);
    const before = arrival < yearStart;

    const known = inquiry.read('resident.benefitYears', region, arrival);
    const announced = this.announcedWindows(region, year);
    if (
      known.known &&
      (year < known.value.from || (known.value.through !== undefined && year > known.value.through)) &&
      announced.length === 0
    ) {
      this.open(span, 'resident.windows', {
        known: false,
        why: 'external',
        rule: known.rule,
        needs: 'CollectionPeriodAnnounced',
      });
      return;
    }
    const window = this.windowOf(paid);
    const former = this.switchFrom(paid);

    if (window === 'collection') {
      const governs = former ? inquiry.read('switch.inCollection', region, arrival) : undefined;
      if (!(governs?.known && governs.value === 'switch')) {
        const entry = inquiry.read('resident.collection', region, arrival);
        if (entry.known) {
          this.apply(span, entry.value, entry.rule, 'lateResident');
          return;
        }
        if (before) {
          this.plainYear(span);
          return;
        }
      }
    }
    if (!before || window === 'collection') {
      if (this.formerEmployee(span, former)) return;
      if (former && this.switchIn(span, former)) return;
    }
    if (this.aided(span, former ? 'schemeSwitch' : 'lateResident')) return;
    if (paid.participation === 'special' && !before && window !== 'supplement') {
      const special = inquiry.read('special.entry', region, arrival);
      if (special.known && special.value.accept !== false) {
        this.apply(span, special.value, special.rule, 'lateResident');
        return;
      }
    }
    if (!before && window === undefined && this.windowOf({ ...paid, year: year + 1 }) === 'collection') {
      const next = inquiry.read('resident.duringNextCollection', region, arrival);
      if (next.known && next.value === 'collection') {
        this.from(span, arrival, next.rule);
        return;
      }
    }
    if (window === 'supplement') {
      const entry = inquiry.read('resident.supplement', region, arrival);
      if (entry.known) this.apply(span, entry.value, entry.rule, 'lateResident');
      else this.open(span, 'resident.supplement', entry);
      return;
    }
    if (window === 'studentStart') {
      this.from(span, Math.max(arrival, yearStart));
      return;
    }
    if (before) {
      const early = inquiry.read('resident.early', region, arrival);
      if (early.known) this.apply(span, early.value, early.rule, 'lateResident');
      else this.plainYear(span);
      return;
    }
    const outside = inquiry.read('resident.outside', region, arrival);
    if (outside.known) this.apply(span, outside.value, outside.rule, 'lateResident');
    else this.open(span, 'resident.outside', outside);
  }

  /** The last employee fee month before a resident payment, when the employee scheme was the last one. */
  private switchFrom(paid: BenefitYear): { last: number } | undefined {
    let last: number | undefined;
    for (const { month, arrival, kind, refundedOn } of this.payments.months) {
      if (refundedOn !== undefined || !isCurrent(kind) || arrival > paid.arrival) continue;
      if (last === undefined || month > last) last = month;
    }
    if (last === undefined) return undefined;
    const employee = last;
    const sinceThen = this.payments.years.some(
      (other) =>
        other !== paid &&
        other.refundedOn === undefined &&
        other.arrival <= paid.arrival &&
        other.year < paid.year &&
        Math.max(other.year * 12, monthOf(other.arrival)) > employee,
    );
    const renewed = this.payments.years.some(
      (other) =>
        other !== paid &&
        other.refundedOn === undefined &&
        other.arrival <= paid.arrival &&
        other.year === paid.year - 1 &&
        other.year * 12 + 11 >= employee,
    );
    return sinceThen || renewed ? undefined : { last: employee };
  }

  /** XA-2.1: whoever lost employee insurance in the year joins at any time. */
  private formerEmployee(span: ResidentSpan, former: { last: number } | undefined): boolean {
    const { inquiry } = this;
    const { paid } = span;
    const { region, arrival, year } = paid;
    const ended = [...inquiry.facts('Suspended'), ...inquiry.facts('Terminated')].filter(
      ({ data, day }) => data.scheme === 'employee' && day <= arrival && yearOf(day) >= year - 1,
    );
    const inYear = ended.some(({ day }) => yearOf(day) === year || day === lastDayOfYear(year - 1));
    const wasEmployee = former !== undefined || this.payments.months.length === 0;
    if (paid.participation !== 'formerEmployee' && !(wasEmployee && inYear)) return false;
    const entry = inquiry.read('formerEmployee.entry', region, arrival);
    if (!entry.known) return false;
    span.formerEmployee = true;
    this.apply(span, entry.value, entry.rule, 'schemeSwitch');
    return true;
  }

  private switchIn(span: ResidentSpan, former: { last: number }): boolean {
    const { inquiry } = this;
    const { paid } = span;
    const { region, arrival } = paid;
    const limit = inquiry.read('switch.limit', region, arrival);
    const minimum = inquiry.read('switch.minimum', region, arrival);
    if (!limit.known || !minimum.known) {
      if (!limit.known && limit.why === 'silent' && limit.rule === undefined) return false;
      this.open(span, 'switch', limit.known ? minimum : limit);
      return true;
    }
    const held = this.aid.filter(({ from, until }) => from <= arrival && (until === undefined || arrival < until));
    if (held.length > 0) {
      const waived = inquiry.read('aided.switchWaived', region, arrival);
      if (waived.known && waived.value) return this.aided(span, 'schemeSwitch', waived.rule);
    }
    const gap = { from: former.last + 1, through: monthOf(arrival) - 1 };
    const months = Math.max(0, gap.through - gap.from + 1);
    const long = months > 0 && !isShort(limit.value, gap, arrival);
    const through = Math.min(former.last, monthOf(arrival) - 1);
    const consecutive = consecutiveMonths(inquiry, this.payments, {
      scheme: minimum.value.scope === 'sameScheme' ? 'employee' : undefined,
      through,
      on: arrival,
    });
    const { enough, ...count } = runBeforeSwitch(consecutive, through, minimum.value);
    const keepBreak = (restored: boolean) => {
      if (months > 0) this.result.breaks.push({ scheme: 'resident', region, ...gap, restored });
    };
    if (!enough) {
      const both = inquiry.read('switch.underAndLong', region, arrival);
      if (!(long && both.known && both.value === 'long')) {
        keepBreak(false);
        const under = inquiry.read('switch.under', region, arrival);
        if (under.known) this.wait(span, under.value, under.rule, 'schemeSwitch', count);
        else this.open(span, 'switch.under', under);
        return true;
      }
    }
    if (long) {
      keepBreak(false);
      const rule = inquiry.read('switch.long', region, arrival);
      if (rule.known)
        this.wait(span, rule.value, rule.rule, 'schemeSwitch', enough ? overLimit(gap, limit.value) : count);
      else this.open(span, 'switch.long', rule);
      return true;
    }
    const short = inquiry.read('switch.short', region, arrival);
    if (!short.known) {
      keepBreak(false);
      this.open(span, 'switch.short', short);
      return true;
    }
    // The annual premium is the back-payment of a resident (JX-7.1).
    const restores = short.value.restoreGap && months > 0;
    keepBreak(restores);
    const from =
      restores || months === 0
        ? Math.max(startDay(short.value.start, arrival), firstDayOfYear(paid.year))
        : startDay(short.value.start, arrival);
    if (restores) span.restored = { from: firstDayOf(gap.from), through: from - 1, rule: short.rule };
    this.from(span, Math.max(from, firstDayOfYear(paid.year)), short.rule);
    const on = this.switchDay(paid);
    if (on !== undefined) span.switched = { on, payment: paid.payment, rule: short.rule };
    const gapZh =
      months > 0
        ? `中断 ${monthsZh(gap.from, gap.through)} 共 ${months} 个月，未超过 ${limit.value.months} 个月`
        : '没有中断';
    const gapEn =
      months > 0
        ? `a break of ${months} month(s), ${monthsEn(gap.from, gap.through)}, not over ${limit.value.months}`
        : 'no break';
    inquiry.because(() => ({
      claim: 'coverage',
      rule: short.rule,
      events: paid.payment.events,
      arithmetic: `${count.zh}；${gapZh}`,
      zh: `${count.zh}，${gapZh}；由职工医保转为居民医保不设等待期，自 ${toDay(span.from!)} 起享受待遇。`,
      en: `After ${count.en}, with ${gapEn}, the switch to the resident scheme brings no waiting; benefits run from ${toDay(span.from!)}.`,
    }));
    return true;
  }

  /** First day of the new relation after an employee relation that had ended by the payment; an employee who pays as a resident besides does not switch. */
  private switchDay({ region, arrival }: BenefitYear): DayNumber | undefined {
    const facts = ['Suspended', 'Terminated', 'Registered'] as const;
    const latest = facts
      .flatMap((type) => this.inquiry.facts(type))
      .filter(({ data, day }) => data.scheme === 'employee' && day <= arrival)
      .sort((a, b) => a.day - b.day)
      .at(-1);
    if (!latest || latest.type === 'Registered') return undefined;
    const registered = this.inquiry
      .facts('Registered')
      .findLast(({ data, day }) => data.scheme === 'resident' && data.region === region && day <= arrival);
    const after = latest.type === 'Terminated' ? latest.day : latest.day + 1;
    return Math.max(after, registered?.day ?? arrival);
  }

  // ---- aided persons ----

  /** An aided person's start; false when no rule for aided persons decides. */
  private aided(span: ResidentSpan, cause: WaitingCause, waivedBy?: string): boolean {
    const { inquiry } = this;
    const { paid } = span;
    const { region, arrival, year } = paid;
    const yearStart = firstDayOfYear(year);
    const yearEnd = lastDayOfYear(year);
    const relevant = this.aid.filter(({ from, until }) => from <= yearEnd && (until === undefined || until > arrival));
    if (relevant.length === 0) return false;
    const entries = inquiry.read('aided.entry', region, arrival);
    const heldNow = relevant.filter(({ from }) => from <= arrival);
    if (!entries.known) {
      const outside = inquiry.read('aided.outside', region, arrival);
      if (!outside.known || heldNow.length === 0 || outside.value.accept === false) return false;
      this.apply(span, outside.value, outside.rule, cause);
      return true;
    }
    let from: DayNumber | undefined;
    let by: AidHeld | undefined;
    for (const held of relevant) {
      const entry = entries.value.find(({ classes }) => classes.includes(held.aidClass));
      if (!entry) continue;
      const identified = entry.reachBack === 'identification' ? held.from : Math.max(held.from, yearStart);
      const first =
        entry.start === 'identification'
          ? identified
          : Math.max(startDay(entry.start, Math.max(arrival, held.from)), yearStart);
      if (from === undefined || first < from) {
        from = first;
        by = held;
      }
    }
    if (from === undefined || !by) return false;
    const rule = waivedBy ?? inquiry.read('aided.noWaiting', region, arrival);
    const waivingRule = typeof rule === 'string' ? rule : rule.known ? rule.rule : entries.rule;
    if (heldNow.length === 0) {
      // Identified while waiting: the waiting period ends the day before the identity counts.
      const index = this.result.windows.length;
      const outside = inquiry.read('resident.outside', region, arrival);
      if (!outside.known) return false;
      this.apply(span, outside.value, outside.rule, cause);
      const window = this.result.windows[index];
      if (!window || window.through < from) return true;
      window.through = from - 1;
      if (window.through < window.from) this.result.windows.splice(index, 1);
    }
    const waiver = { scheme: 'resident' as const, on: Math.max(arrival, by.from), cause, rule: waivingRule };
    this.result.waivers.push(waiver);
    explainWaiver(inquiry, waiver, [...paid.payment.events, ...by.events], {
      zh: '属于资助参保对象',
      en: 'being under the premium-subsidy policy',
    });
    this.from(span, from, entries.rule);
    span.since = Math.min(from, span.since ?? from);
    inquiry.because(() => ({
      claim: 'coverage',
      rule: entries.rule,
      events: [...paid.payment.events, ...by.events],
      zh: `资助参保对象自 ${toDay(from)} 起享受 ${year} 年居民医保待遇（身份认定 ${toDay(by.from)}，缴费 ${toDay(arrival)}）。`,
      en: `As an aided person (identified ${toDay(by.from)}, paid ${toDay(arrival)}) the resident benefits of ${year} run from ${toDay(from)}.`,
    }));
    return true;
  }

  // ---- windows ----

  private windowOf(paid: BenefitYear): PaymentWindow['kind'] | undefined {
    const { region, year, arrival } = paid;
    const announced = this.announcedWindows(region, year);
    const kinds = new Set(announced.map(({ kind }) => kind));
    const pack = this.inquiry.read('resident.windows', region, arrival);
    const stated = pack.known
      ? pack.value
          .filter(
            (window) => (window.benefitYear === undefined || window.benefitYear === year) && !kinds.has(window.kind),
          )
          .map((window) => ({
            kind: window.kind,
            from: boundary(window.from, year),
            through: boundary(window.through, year),
          }))
      : [];
    return [...announced, ...stated].find(({ from, through }) => from <= arrival && arrival <= through)?.kind;
  }

  private announcedWindows(
    region: string,
    year: number,
  ): { kind: PaymentWindow['kind']; from: DayNumber; through: DayNumber }[] {
    for (const jurisdiction of jurisdictionsOf(region)) {
      const announced = this.inquiry
        .regionFacts(jurisdiction, 'CollectionPeriodAnnounced')
        .filter(({ data }) => data.benefitYear === year);
      if (announced.length === 0) continue;
      const latest = new Map(announced.map((fact) => [fact.data.kind, fact]));
      return [...latest.values()].map(({ data }) => ({
        kind: data.kind,
        from: dayNumber(data.from),
        through: dayNumber(data.through),
      }));
    }
    return [];
  }

  /** The plain meaning of an annual premium paid ahead (CV-15). */
  private plainYear(span: ResidentSpan): void {
    const { paid } = span;
    this.from(span, firstDayOfYear(paid.year), 'CV-15');
    this.inquiry.because(() => ({
      claim: 'coverage',
      rule: 'CV-15',
      events: paid.payment.events,
      zh: `${paid.year} 年居民医保保费于 ${toDay(paid.arrival)} 年度开始前到账，待遇期为 ${paid.year}-01-01 至 ${paid.year}-12-31。`,
      en: `The resident premium of ${paid.year} arrived on ${toDay(paid.arrival)}, before the year began; its benefits run from ${paid.year}-01-01 to ${paid.year}-12-31.`,
    }));
  }

  // ---- outcomes ----

  private apply(
    span: ResidentSpan,
    entry: Entry,
    rule: string,
    cause: WaitingCause,
    reason?: { zh: string; en: string },
  ): void {
    const { paid } = span;
    if (entry.accept === false) {
      span.rule = rule;
      this.inquiry.because(() => ({
        claim: 'coverage',
        rule,
        events: paid.payment.events,
        zh: `${toDay(paid.arrival)} 缴纳的 ${paid.year} 年居民医保保费不在集中缴费期和补缴期内，当年不享受待遇。`,
        en: `The premium of ${paid.year} paid on ${toDay(paid.arrival)} falls in no payment period; it gives no benefits for that year.`,
      }));
      return;
    }
    if (entry.wait) {
      this.wait(span, entry.wait, rule, cause, reason);
      return;
    }
    const start = startDay(entry.start ?? 'payDay', paid.arrival, paid.year);
    const from = Math.max(start, firstDayOfYear(paid.year));
    this.from(span, from, rule);
    const inYear = from <= span.through;
    const [zh, en] = [reason ? `${reason.zh}；` : '', reason ? ` (${reason.en})` : ''];
    this.inquiry.because(() => ({
      claim: 'coverage',
      rule,
      events: paid.payment.events,
      zh: inYear
        ? `${zh}${paid.year} 年居民医保保费于 ${toDay(paid.arrival)} 到账，待遇期为 ${toDay(from)} 至 ${toDay(span.through)}。`
        : `${zh}${paid.year} 年居民医保保费于 ${toDay(paid.arrival)} 到账，待遇须自 ${toDay(from)} 起，已过当年，该年不享受待遇。`,
      en: inYear
        ? `The resident premium of ${paid.year} arrived on ${toDay(paid.arrival)}${en}; its benefits run from ${toDay(from)} to ${toDay(span.through)}.`
        : `The resident premium of ${paid.year} arrived on ${toDay(paid.arrival)}${en}; its benefits would begin on ${toDay(from)}, after the year, so there are none.`,
    }));
  }

  private wait(
    span: ResidentSpan,
    wait: Wait,
    rule: string,
    cause: WaitingCause,
    reason?: { zh: string; en: string },
  ): void {
    const { paid } = span;
    const { from, through } = windowFrom(paid.arrival, wait);
    span.since = Math.max(paid.arrival, Math.min(from, firstDayOfYear(paid.year)));
    span.from = Math.max(through + 1, firstDayOfYear(paid.year));
    span.rule = rule;
    // A year paid so early that waiting is over before it begins has no waiting to speak of (CV-15).
    if (through < firstDayOfYear(paid.year)) return;
    const window: WaitingWindow = {
      scheme: 'resident',
      region: paid.region,
      participation: paid.participation,
      from,
      through,
      cause,
      rule,
      payment: paid.payment,
    };
    this.result.windows.push(window);
    explainWindow(this.inquiry, window, wait, reason);
  }

  private from(span: ResidentSpan, day: DayNumber, rule?: string): void {
    span.from = day;
    span.since ??= day;
    if (rule !== undefined) span.rule = rule;
  }

  private open(
    span: ResidentSpan,
    question: string,
    gap: Extract<Reading<never>, { known: false }> | Reading<unknown>,
  ): void {
    if (gap.known) return;
    span.since = Math.max(firstDayOfYear(span.paid.year), Math.min(span.paid.arrival, span.through));
    span.open = { question, gap: { why: gap.why, rule: gap.rule, needs: gap.needs } };
  }
}

function boundary(at: PaymentWindow['from'], year: number): DayNumber {
  if (at.day.length === 10) return dayNumber(at.day);
  const of = at.year === 'before' ? year - 1 : year;
  return dayNumber(`${of}-${at.day}`);
}
