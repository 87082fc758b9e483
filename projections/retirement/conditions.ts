import { dayNumber, monthOf, type DayNumber } from '../../libs/calendar';
import type { Gap, Reading } from '../../libs/policy/evaluation';
import { consecutiveMonths, countableMonths, tallyOn, type MonthKind, type MonthTally } from '../contribution';
import type { Fact } from '../history';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import { sexOf, statutoryAgeOn } from './statutory-age';

/** A procedure that is asked for and not yet recorded. */
export interface Procedure {
  on: DayNumber;
  pensionGranted?: boolean;
  legacyGroup?: string | boolean;
}

export interface Unmet {
  what: 'age' | 'years' | 'pension' | 'continuous';
  /** Left out where the document does not rule. */
  rule?: string;
}

/** What retiree benefits ask of the person, and how far he is. */
export interface Conditions {
  ageReached: boolean;
  requiredTotal?: number;
  requiredActual?: number;
  /** Months still wanting; 0 only where every requirement is known to be met. */
  shortfallMonths?: number;
  /** Left out where a requirement is not known. */
  met?: boolean;
  unmet: Unmet[];
  /** The rule decides provisionally and a person must look. */
  review: boolean;
  /** Rule of the required years. */
  rule?: string;
  /** What stays open; it matters once the age is reached. */
  gaps: { question: string; gap: { why: Gap; rule?: string; needs?: string } }[];
  arithmetic?: string;
}

/** Months that count towards required years. */
export interface Years {
  total: number;
  actual: number;
  localActual: number;
}

/** Required years as read for one person, to be held against his months. */
export interface RequiredYears {
  total: Reading<number>;
  actual: Reading<number>;
  scope: Reading<'local' | 'any'>;
  /** Years under earlier rules: actual months alone. */
  legacy: boolean;
}

/**
 * The conditions of retiree benefits on a day. Age and years are judged on the day, the months right before it and the
 * pension at the procedure, recorded or asked for. Changes nothing and reports nothing: the caller says what stays open.
 */
export function conditionsOn(
  inquiry: Inquiry,
  payments: PaymentRecord,
  sums: Years,
  on: DayNumber,
  asked?: Procedure,
): Conditions {
  const { region } = inquiry;
  const ageOn = statutoryAgeOn(inquiry);
  const retired = retirementOf(inquiry, on);
  const reachedOn = reachedBy(ageOn, retired, on);
  const conditions: Conditions = {
    ageReached: reachedOn !== undefined,
    requiredTotal: undefined,
    requiredActual: undefined,
    shortfallMonths: undefined,
    met: undefined,
    unmet: [],
    review: false,
    rule: undefined,
    gaps: [],
    arithmetic: undefined,
  };
  if (reachedOn === undefined && ageOn === undefined && !asked) {
    conditions.met = false;
    return conditions;
  }

  const rulesOn = retired ? Math.max(retired.day, inquiry.firstDay(region) ?? retired.day) : on;
  const scoped = agesRuled(inquiry, reachedOn ?? ageOn ?? on, rulesOn);
  if (scoped) {
    conditions.gaps.push({ question: 'retirement.conditionsMet', gap: scoped });
    if (!conditions.ageReached) conditions.met = false;
    return conditions;
  }
  const required = requiredYears(inquiry, rulesOn, asked?.legacyGroup ?? retired?.data.legacyGroup);
  hold(required, yearsOf(inquiry, payments, sums, on, rulesOn), conditions, inquiry.reasons);
  const shortRule = inquiry.read('retirement.procedureNeedsYears', region, rulesOn).rule ?? conditions.rule;

  if (!conditions.ageReached) conditions.unmet.push({ what: 'age', rule: conditions.rule ?? shortRule });
  if ((conditions.shortfallMonths ?? 0) > 0) {
    conditions.unmet.push({ what: 'years', rule: shortRule });
  }
  const settled =
    conditions.ageReached || asked
      ? judgeProcedure(inquiry, payments, rulesOn, asked ?? procedureOf(retired, on), conditions)
      : true;
  if (conditions.unmet.length > 0) conditions.met = false;
  else if (conditions.shortfallMonths === 0 && settled) conditions.met = true;
  return conditions;
}

/** The procedure, the first where several are recorded. */
export function retirementOf(inquiry: Inquiry, by: DayNumber): Fact<'Retired'> | undefined {
  const [retired] = inquiry.facts('Retired');
  return retired && retired.day <= by ? retired : undefined;
}

/** Required years of the person in the region asked about, under the rules of a day. */
export function requiredYears(inquiry: Inquiry, rulesOn: DayNumber, legacyGroup?: string | boolean): RequiredYears {
  const { region } = inquiry;
  if (legacyGroup !== undefined && legacyGroup !== false) {
    const legacy = inquiry.read('retirement.legacy', region, rulesOn);
    if (legacy.known) {
      const months: Reading<number> = { known: true, value: legacy.value.actualMonths, rule: legacy.rule };
      return { total: months, actual: months, scope: { known: true, value: 'any', rule: legacy.rule }, legacy: true };
    }
  }
  const sex = sexOf(inquiry);
  const total = inquiry.read(
    sex === 'female' ? 'retirement.requiredTotalFemale' : 'retirement.requiredTotalMale',
    region,
    rulesOn,
  );
  const sexMatters = sex === undefined && (total.known || total.why === 'external');
  return {
    total: sexMatters ? { known: false, why: 'external', rule: total.rule, needs: 'sex' } : total,
    actual: inquiry.read('retirement.requiredActual', region, rulesOn),
    scope: inquiry.read('retirement.actualScope', region, rulesOn),
    legacy: false,
  };
}

/** Months wanting of each requirement; undefined where it is not known. */
export function wanting(required: RequiredYears, years: Years): { total?: number; actual?: number } {
  const { total, actual, scope } = required;
  const has = required.legacy ? years.actual : years.total;
  const wantingOf = (months: number) => Math.max(0, (actual.known ? actual.value : 0) - months);
  const [local, any] = [wantingOf(years.localActual), wantingOf(years.actual)];
  return {
    total: total.known ? Math.max(0, total.value - has) : undefined,
    actual:
      actual.known && (scope.known || local === any) ? (scope.known && scope.value === 'any' ? any : local) : undefined,
  };
}

/** Why the documents do not rule a person who reached the age on that day; undefined where they do. */
export function agesRuled(
  inquiry: Inquiry,
  reachedOn: DayNumber,
  rulesOn: DayNumber,
): { why: Gap; rule?: string } | undefined {
  const from = inquiry.read('retirement.ageReachedFrom', inquiry.region, rulesOn);
  return from.known && reachedOn < dayNumber(from.value) ? { why: 'notAvailable', rule: from.rule } : undefined;
}

function reachedBy(
  ageOn: DayNumber | undefined,
  retired: Fact<'Retired'> | undefined,
  on: DayNumber,
): DayNumber | undefined {
  if (ageOn !== undefined && ageOn <= on) return ageOn;
  return retired?.day;
}

function procedureOf(retired: Fact<'Retired'> | undefined, on: DayNumber): Procedure {
  return retired ? { on: retired.day, pensionGranted: retired.data.pensionGranted } : { on };
}

function hold(required: RequiredYears, years: Years, conditions: Conditions, reasons: boolean): void {
  const { total, actual, scope } = required;
  const short = wanting(required, years);
  if (total.known) {
    conditions.requiredTotal = total.value;
    conditions.rule = total.rule;
  } else {
    conditions.rule = total.rule;
    conditions.gaps.push({ question: 'retirement.requiredTotal', gap: total });
  }
  if (actual.known) conditions.requiredActual = actual.value;
  else conditions.gaps.push({ question: 'retirement.requiredActual', gap: actual });
  if (actual.known && short.actual === undefined && !scope.known) {
    conditions.gaps.push({ question: 'retirement.actualScope', gap: scope });
  }
  if (short.total === undefined) return;
  const shortfall = Math.max(short.total, short.actual ?? 0);
  // With one requirement unknown, a shortfall of the other is certain and its absence is not.
  if (short.actual === undefined && shortfall === 0) return;
  conditions.shortfallMonths = shortfall;
  if (!reasons) return;
  const has = required.legacy ? years.actual : years.total;
  const counted = scope.known && scope.value === 'any' ? years.actual : years.localActual;
  conditions.arithmetic = `max(${conditions.requiredTotal} - ${has}, ${
    actual.known ? `${actual.value} - ${counted}, ` : ''
  }0) = ${shortfall}`;
}

const ACTUAL: ReadonlySet<MonthKind> = new Set([
  'localActual',
  'provinceActual',
  'outOfProvinceActual',
  'militaryActual',
  'spouseActual',
]);
const EVERY: ReadonlySet<MonthKind> = new Set([...ACTUAL, 'militaryDeemed', 'deemed', 'bought']);
const LOCAL: ReadonlySet<MonthKind> = new Set(['localActual']);

function yearsOf(inquiry: Inquiry, payments: PaymentRecord, sums: Years, on: DayNumber, rulesOn: DayNumber): Years {
  return inWholeYears(inquiry, rulesOn) ? wholeYears(tallyOn(countableMonths(inquiry, payments, on), on)) : sums;
}

/** Whether years are counted as whole calendar years, not in months (A-33). */
export function inWholeYears(inquiry: Inquiry, rulesOn: DayNumber): boolean {
  const count = inquiry.read('retirement.yearsCount', inquiry.region, rulesOn);
  return count.known && count.value !== 'months';
}

/** The months of whole calendar years alone. */
export function wholeYears(tally: MonthTally): Years {
  return {
    total: tally.inWholeYears(EVERY),
    actual: tally.inWholeYears(ACTUAL),
    localActual: tally.inWholeYears(LOCAL),
  };
}

/** Judges what is tested at the procedure; false where a test is stated and open. */
function judgeProcedure(
  inquiry: Inquiry,
  payments: PaymentRecord,
  rulesOn: DayNumber,
  procedure: Procedure,
  conditions: Conditions,
): boolean {
  const { region } = inquiry;
  const pension = inquiry.read('retirement.pension', region, rulesOn);
  if (pension.known && pension.value && procedure.pensionGranted === false) {
    conditions.unmet.push({ what: 'pension', rule: pension.rule });
  }
  const continuous = inquiry.read('retirement.continuousBefore', region, rulesOn);
  if (continuous.known) {
    const { months, review } = continuous.value;
    const through = monthOf(procedure.on) - 1;
    const insured = consecutiveMonths(inquiry, payments, { scheme: 'employee', through, on: procedure.on });
    conditions.review = review;
    if (insured < months) conditions.unmet.push({ what: 'continuous', rule: continuous.rule });
    return true;
  }
  // A document that does not mention the test has none; one that leaves it unclear keeps the answer open.
  if (continuous.rule === undefined) return true;
  conditions.gaps.push({ question: 'retirement.continuousBefore', gap: continuous });
  return false;
}
