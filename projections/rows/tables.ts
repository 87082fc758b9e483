import type { Day, Month } from '../../libs/calendar';
import type { Participation, Scheme } from '../../events';
import type { BenefitBasis, BenefitStatus, Duplicate, Undetermined, WaitingCause } from '../answer/answer';
import type { MonthKind } from '../contribution';
import {
  flag,
  flagOrNull,
  large,
  largeOrNull,
  text,
  textOrNull,
  whole,
  wholeOrNull,
  type Columns,
  type RowOf,
} from './columns';

/**
 * What stands about one person. Every row carries the person and `n`, its place among his rows of the table. Spans are
 * closed; an open end is null. No row says "now": which rows hold on a day is the question's to say.
 */
export const personTables = {
  /** Registration statuses of every relation (参保关系), known from a registration or from payments alone. */
  relations: {
    scheme: text<Scheme>(),
    region: text(),
    participation: text<Participation>(),
    status: text<'normal' | 'suspended' | 'terminated'>(),
    reason: textOrNull(),
    from_day: text<Day>(),
    through_day: textOrNull<Day>(),
    registered: flag(),
  },
  waiting_periods: {
    scheme: text<Scheme>(),
    region: text(),
    participation: text<Participation>(),
    cause: text<WaitingCause>(),
    rule: text(),
    from_day: text<Day>(),
    through_day: text<Day>(),
    benefits_from: text<Day>(),
  },
  /** Covered days, each stretch of one source. */
  coverage: {
    scheme: text<Scheme>(),
    region: text(),
    participation: text<Participation>(),
    basis: text<BenefitBasis>(),
    restored: flag(),
    from_day: text<Day>(),
    through_day: textOrNull<Day>(),
  },
  /**
   * The benefit status (待遇状态) of every day that has one, without overlap, as the region of the person's relation on the day
   * answers. Days in no span are not covered; days before any rule are undetermined, and `from_day` is then the first day there
   * is. Scheme, basis and participation are null where several relations cover and no rule says which one pays.
   */
  benefit: {
    status: text<Exclude<BenefitStatus, 'notCovered'>>(),
    scheme: textOrNull<Scheme>(),
    region: textOrNull(),
    basis: textOrNull<BenefitBasis>(),
    participation: textOrNull<Participation>(),
    restored: flag(),
    account: textOrNull<'usable' | 'closed'>(),
    from_day: text<Day>(),
    through_day: textOrNull<Day>(),
  },
  /**
   * Contribution months, each calendar month in one row at a time, as the person's home region counts them. Where `days`
   * is null the whole span counts from `counted_from` through `counted_through`. Otherwise the months count as they come:
   * `days` holds two digits a month, the day of the month from which it counts. Months without a calendar (bought,
   * certified) have null for both months. `place` is the region where they were paid or recognised, where one is known.
   */
  contribution_months: {
    kind: text<ContributionKind>(),
    place: textOrNull(),
    months: whole(),
    from_month: textOrNull<Month>(),
    through_month: textOrNull<Month>(),
    counted_from: text<Day>(),
    counted_through: textOrNull<Day>(),
    days: textOrNull(),
    purchased: flag(),
  },
  /** Whole unpaid fee months between what was paid (CV-23); an open end is a break that is still running. */
  interruptions: {
    scheme: text<Scheme>(),
    region: textOrNull(),
    from_month: text<Month>(),
    through_month: textOrNull<Month>(),
    restored: flag(),
  },
  /**
   * Retirement as it stands on a stretch of days. Figures are those of `as_of`, the last day of the stretch of which
   * something is known: before the age they are the latest known, and a forecast reads them as such.
   */
  retirement: {
    region: text(),
    from_day: text<Day>(),
    through_day: textOrNull<Day>(),
    as_of: text<Day>(),
    statutory_age_on: textOrNull<Day>(),
    age_reached: flag(),
    required_total: wholeOrNull(),
    required_actual: wholeOrNull(),
    total_months: whole(),
    actual_months: whole(),
    local_actual_months: whole(),
    shortfall_months: wholeOrNull(),
    conditions_met: flagOrNull(),
    processed: flag(),
    retiree_from: textOrNull<Day>(),
    contribution_due: flag(),
    lump_sum_fen: largeOrNull(),
    review: flag(),
  },
  /** Relations that overlap, and which one the rules keep; null where no rule says. */
  duplicates: {
    scope: text<Duplicate['scope']>(),
    /** JSON: the relations, as in the answer. */
    relations: text(),
    retained_scheme: textOrNull<Scheme>(),
    retained_region: textOrNull(),
    others: textOrNull<'suspended' | 'terminated' | 'none'>(),
    /** Officially found, and not settled. */
    detected: flag(),
    rule: text(),
    from_day: text<Day>(),
    through_day: textOrNull<Day>(),
  },
  /** Refunds asked for, each with what the rules say of it from `from_day` on; `settled_on` once the money went back or was denied. */
  refunds_due: {
    requested_on: text<Day>(),
    scheme: text<Scheme>(),
    region: text(),
    basis: text(),
    allowed: flag(),
    reason: textOrNull(),
    from_month: textOrNull<Month>(),
    through_month: textOrNull<Month>(),
    months: whole(),
    /** Years, comma between. */
    benefit_years: textOrNull(),
    amount_fen: largeOrNull(),
    settled_on: textOrNull<Day>(),
    from_day: text<Day>(),
    through_day: textOrNull<Day>(),
  },
  /** Late fees of fee months paid late, fixed on the day of arrival; of unpaid ones (`paid` 0) as they stood on `as_of`. */
  late_fees: {
    fee_month: text<Month>(),
    region: text(),
    paid: flag(),
    principal_fen: large(),
    days: whole(),
    fee_fen: large(),
    capped: flag(),
    rule: text(),
    from_day: text<Day>(),
    as_of: text<Day>(),
  },
  /** What may be paid for past months, as asked for or as paid on `from_day`. */
  back_payments: {
    allowed: flag(),
    route: textOrNull<'agency' | 'tax'>(),
    from_month: text<Month>(),
    through_month: text<Month>(),
    months: whole(),
    base_fen: largeOrNull(),
    per_month_fen: largeOrNull(),
    total_fen: largeOrNull(),
    rule: text(),
    reason: textOrNull(),
    from_day: text<Day>(),
    through_day: textOrNull<Day>(),
  },
  /** What a person must look at. `question`, `why` and `needs` are those of the answer's `undetermined`. */
  exceptions: {
    kind: text<ExceptionKind>(),
    region: textOrNull(),
    question: textOrNull(),
    rule: textOrNull(),
    why: textOrNull<Undetermined['why']>(),
    needs: textOrNull(),
    /** What conflicts, or the sender's unknown code; ids and codes only. */
    detail: textOrNull(),
    from_day: textOrNull<Day>(),
    through_day: textOrNull<Day>(),
  },
} as const satisfies Record<string, Columns>;

/** `actual` months by place; `resident` months count in no total and only where nothing else counts. */
export type ContributionKind = MonthKind | 'resident';

export type ExceptionKind =
  'paymentWithoutRegistration' | 'unknownRegion' | 'conflictingFacts' | 'unknownCode' | 'undetermined' | 'parked';

export type PersonTable = keyof typeof personTables;
export const personTableNames = Object.keys(personTables) as PersonTable[];

/** What one person's rows are, without person and place. */
export type PersonRows = { [T in PersonTable]: RowOf<(typeof personTables)[T]>[] };
