import {
  OPEN,
  dayNumber,
  firstDayOfYear,
  lastDayOfYear,
  monthNumber,
  monthOf,
  type DayNumber,
  type MonthNumber,
  type Span,
} from '../../libs/calendar';
import type { Scheme } from '../../events';
import type { RuleValues } from '../../libs/policy/evaluation';
import type { Inquiry } from '../inquiry';
import type { BenefitYear, PaymentRecord } from '../payments';
import { isShort } from './short-break';

/** Which run is asked for: its scheme (left out: either), its last month, and the day by which money must have arrived. */
export interface RunQuestion {
  scheme?: Scheme;
  through: MonthNumber;
  on: DayNumber;
}

/**
 * Consecutive insured months ending with the month `through`: months back-paid by the day count, an unfilled month
 * breaks the run. Months count wherever they were paid. 0 where the month itself is not insured.
 */
export function consecutiveMonths(inquiry: Inquiry, payments: PaymentRecord, question: RunQuestion): number {
  const { scheme, through, on } = question;
  const insured: MonthNumber[] = [];
  if (scheme !== 'resident') addEmployeeMonths(insured, inquiry, payments, on);
  if (scheme !== 'employee') addResidentMonths(insured, inquiry, payments, on);
  return runThrough(insured, through);
}

/**
 * Whether the run that ends with `through` is long enough for a switch, told in words: by months, or by whole calendar
 * years within it.
 */
export function runBeforeSwitch(
  run: number,
  through: MonthNumber,
  { months, count }: RuleValues['switch.minimum'],
): { enough: boolean; zh: string; en: string } {
  if (count === 'months') {
    const enough = run >= months;
    return {
      enough,
      zh: `转换前连续参保 ${run} 个月，${enough ? '满' : '不满'} ${months} 个月`,
      en: `${run} consecutive insured months before the switch, ${enough ? 'at least' : 'under'} ${months}`,
    };
  }
  const whole = Math.max(0, Math.floor((through + 1) / 12) - Math.ceil((through + 1 - run) / 12));
  const enough = whole * 12 >= months;
  return {
    enough,
    zh: `转换前连续参保 ${run} 个月，其中完整自然年度 ${whole} 个，${enough ? '满' : '不满'} ${months / 12} 个`,
    en: `${whole} whole calendar years in ${run} consecutive insured months before the switch, ${enough ? 'at least' : 'under'} ${months / 12}`,
  };
}

/**
 * The unbroken run up to the day: through the month of the day where it is insured, else the month before, whose break has
 * not begun (CV-23). A switch rule that counts in the scheme being left counts in the scheme of that last month.
 */
export function consecutiveOn(inquiry: Inquiry, payments: PaymentRecord, on: DayNumber): number {
  const month = monthOf(on);
  const employee: MonthNumber[] = [];
  const resident: MonthNumber[] = [];
  addEmployeeMonths(employee, inquiry, payments, on);
  addResidentMonths(resident, inquiry, payments, on);
  const last = employee.includes(month) || resident.includes(month) ? month : month - 1;
  if (resident.length === 0) return runThrough(employee, last);
  if (employee.length === 0) return runThrough(resident, last);
  const minimum = inquiry.read('switch.minimum', inquiry.region, on);
  if (minimum.known && minimum.value.scope === 'sameScheme') {
    return runThrough(employee.includes(last) ? employee : resident, last);
  }
  return runThrough([...employee, ...resident], last);
}

/** Length of the unbroken run that ends with the month; sorts the months. */
function runThrough(insured: MonthNumber[], through: MonthNumber): number {
  insured.sort((a, b) => a - b);
  let run = 0;
  for (let i = insured.length - 1; i >= 0; i--) {
    const month = insured[i]!;
    if (month === through - run) run++;
    else if (month < through - run) break;
  }
  return run;
}

function addEmployeeMonths(insured: MonthNumber[], inquiry: Inquiry, payments: PaymentRecord, on: DayNumber): void {
  for (const { month, arrival, refundedOn } of payments.months) {
    if (arrival <= on && (refundedOn === undefined || refundedOn > on)) insured.push(month);
  }
  for (const { day, data } of inquiry.facts('YearsRecognised')) {
    if (day > on || data.kind === 'deemed' || !data.span) continue;
    const through = monthNumber(data.span.through);
    for (let month = monthNumber(data.span.from); month <= through; month++) insured.push(month);
  }
}

function addResidentMonths(insured: MonthNumber[], inquiry: Inquiry, payments: PaymentRecord, on: DayNumber): void {
  for (const year of payments.years) {
    const enrolled = enrolledDays(inquiry, year, on);
    if (!enrolled) continue;
    const through = monthOf(enrolled.through);
    const from = filledFrom(inquiry, payments, year) ?? monthOf(enrolled.from);
    for (let month = from; month <= through; month++) insured.push(month);
  }
}

/**
 * The first month of the short gap that the premium of a switch into the resident scheme pays for (JX-7.1: it is the
 * back-payment, and back-paid months count, A-20). Undefined where there is no gap, or none that a rule gives back.
 */
function filledFrom(
  inquiry: Inquiry,
  payments: PaymentRecord,
  { year, region, arrival }: BenefitYear,
): MonthNumber | undefined {
  const through = monthOf(arrival) - 1;
  if (arrival < firstDayOfYear(year)) return undefined;
  let left = -Infinity;
  for (const paid of payments.months)
    if (paid.month <= through && paid.arrival < arrival && paid.refundedOn === undefined)
      left = Math.max(left, paid.month);
  if (left === -Infinity || left === through) return undefined;
  const short = inquiry.read('switch.short', region, arrival);
  const limit = inquiry.read('switch.limit', region, arrival);
  const minimum = inquiry.read('switch.minimum', region, arrival);
  if (!short.known || !short.value.restoreGap || !limit.known || !minimum.known) return undefined;
  const gap = { from: left + 1, through };
  if (!isShort(limit.value, gap, arrival)) return undefined;
  const before = { scheme: minimum.value.scope === 'sameScheme' ? ('employee' as const) : undefined, through: left };
  const run = consecutiveMonths(inquiry, payments, { ...before, on: arrival - 1 });
  return runBeforeSwitch(run, left, minimum.value).enough ? gap.from : undefined;
}

/**
 * The days of a paid benefit year on which the person is enrolled, as far as the payment and its end say: from its first
 * day, or from a later arrival, or from birth where the newborn was paid for in time, until the relation ends.
 * Undefined where there are none, or the money had not arrived or was refunded by the day.
 */
export function enrolledDays(inquiry: Inquiry, year: BenefitYear, on: DayNumber): Span | undefined {
  if (year.arrival > on || (year.refundedOn !== undefined && year.refundedOn <= on)) return undefined;
  const from = Math.max(firstDayOfYear(year.year), birthPaidInTime(inquiry, year) ?? year.arrival);
  const through = Math.min(lastDayOfYear(year.year), endOfResident(inquiry, year, on));
  return from <= through ? { from, through } : undefined;
}

function birthPaidInTime(inquiry: Inquiry, { year, region, arrival }: BenefitYear): DayNumber | undefined {
  const birthDate = inquiry.facts('Identified').findLast(({ data }) => data.birthDate !== undefined)?.data.birthDate;
  if (birthDate === undefined || +birthDate.slice(0, 4) > year) return undefined;
  const deadline = inquiry.read('newborn.deadline', region, arrival);
  if (!deadline.known) return undefined;
  const birth = dayNumber(birthDate);
  const { days, countBirthDay } = deadline.value;
  return arrival <= birth + days - (countBirthDay ? 1 : 0) ? birth : undefined;
}

/** The last day of the resident relation that the payment keeps, where it ended after the payment and by the day. */
function endOfResident(inquiry: Inquiry, { region, arrival }: BenefitYear, on: DayNumber): DayNumber {
  let last = OPEN;
  for (const fact of inquiry.history.facts) {
    if (fact.day > on) break;
    if (fact.type === 'Died') last = Math.min(last, fact.day);
    if (fact.day < arrival) continue;
    if (fact.type === 'Suspended' && fact.data.scheme === 'resident' && fact.data.region === region) {
      last = Math.min(last, fact.day);
    }
    if (fact.type === 'Terminated' && fact.data.scheme === 'resident' && fact.data.region === region) {
      last = Math.min(last, fact.day - (fact.data.reason === 'death' ? 0 : 1));
    }
    if (fact.type === 'Registered' && fact.data.scheme === 'employee') {
      const ends = inquiry.read('switch.residentEndsOnRegistration', region, fact.day);
      if (ends.known && ends.value) last = Math.min(last, fact.day - 1);
    }
  }
  return last;
}
