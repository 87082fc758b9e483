import type { Day, Month } from '../../libs/calendar';
import type { Participation, Scheme } from '../../events';

/** One question: about whom, which day, as known when, and how unclear clauses are to be read. */
export interface Question {
  person: string;
  /** Region whose pack rules where no relation decides otherwise; six digits. */
  region: string;
  validOn: Day;
  /** A day (its last instant), an instant or a log position. */
  knownAt: string | bigint;
  /** Choices for unclear clauses, e.g. `{ 'A-07': 'B' }`; they come before rulings and the pack's own choice. */
  readings?: Readonly<Record<string, string>>;
}

export interface Relation {
  scheme: Scheme;
  region: string;
  participation?: Participation;
}

export type WaitingCause =
  'firstTime' | 'interruption' | 'schemeSwitch' | 'transfer' | 'lateResident' | 'newborn' | 'flexible';

export type BenefitStatus = 'covered' | 'waiting' | 'pending' | 'paused' | 'notCovered' | 'undetermined';
export type BenefitBasis = 'employed' | 'flexible' | 'unemployed' | 'retiree' | 'resident';

export interface Registration extends Relation {
  status: 'normal' | 'suspended' | 'terminated';
  since: Day;
  through?: Day;
  reason?: string;
}

export interface PaymentState {
  status: 'paid' | 'due' | 'interrupted' | 'none';
  paidThrough?: Month;
}

export interface Benefit {
  status: BenefitStatus;
  scheme?: Scheme;
  region?: string;
  basis?: BenefitBasis;
  since?: Day;
  through?: Day;
  restored?: boolean;
  account?: 'usable' | 'closed';
}

export interface WaitingPeriod {
  scheme: Scheme;
  from: Day;
  through: Day;
  benefitsFrom: Day;
  cause: WaitingCause;
  rule: string;
}

export interface WaivedWaiting {
  scheme: Scheme;
  on: Day;
  cause: WaitingCause;
  rule: string;
}

export interface CoverageSpan {
  scheme: Scheme;
  region: string;
  from: Day;
  /** Absent where no end is known. */
  through?: Day;
  restored: boolean;
}

export interface Interruption {
  scheme: Scheme;
  /** Whole fee months unpaid. */
  months: number;
  from: Month;
  through: Month;
  restored: boolean;
}

/** All figures are months. `military` and `purchased` are already inside `actual` and `deemed`. */
export interface Contribution {
  actual: number;
  localActual: number;
  provinceActual: number;
  outOfProvinceActual: number;
  deemed: number;
  military: number;
  purchased: number;
  total: number;
  doubleCounted: number;
  consecutive: number;
  residentMonths: number;
}

export interface Retirement {
  statutoryAgeOn?: Day;
  requiredTotal?: number;
  requiredActual?: number;
  shortfallMonths?: number;
  conditionsMet?: boolean;
  processed: boolean;
  retireeFrom?: Day;
  contributionDue: boolean;
  options?: string[];
  lumpSum?: { months: number; baseFen?: number; totalFen?: number; accountCredit?: boolean };
  /** A person must look before the procedure is done. */
  review?: boolean;
}

export interface FeeMonthsCount {
  from: Month;
  through: Month;
  count: number;
}

export interface RefundClaim {
  basis: string;
  scheme: Scheme;
  allowed: boolean;
  feeMonths?: FeeMonthsCount;
  benefitYears?: number[];
  amountFen?: number;
  accountRecovery?: boolean;
  /** Rule that refuses. */
  reason?: string;
}

export interface BackPayment {
  allowed: boolean;
  route?: 'agency' | 'tax';
  baseFen?: number;
  perMonthFen?: number;
  totalFen?: number;
  feeMonths: FeeMonthsCount;
  accountCredit?: boolean;
  bothPartsRequired?: boolean;
  rule: string;
  reason?: string;
}

export interface LateFee {
  feeMonth: Month;
  principalFen: number;
  days: number;
  feeFen: number;
  capped: boolean;
  rule: string;
}

export interface ContributionBase {
  feeMonth: Month;
  baseFen: number;
  unitFen?: number;
  personFen?: number;
  rule: string;
}

export interface Duplicate {
  scope: 'sameScheme' | 'crossScheme' | 'crossRegion';
  relations: Relation[];
  retained?: Relation;
  others?: 'suspended' | 'terminated' | 'none';
  benefitFrom?: Relation;
  subsidyCounted?: boolean;
  rule: string;
}

export interface Stay {
  stayId: string;
  admittedOn: Day;
  dischargedOn?: Day;
  payable: boolean;
  direct: boolean;
  route?: 'direct' | 'manual';
  segments: { from: Day; through: Day; scheme: Scheme; aidClass?: string }[];
  settleByYear?: number;
  rule: string;
}

export interface AidSpan {
  aidClass: string;
  from: Day;
  through?: Day;
}

export interface PremiumDue {
  benefitYear: number;
  by?: Day;
  reason: string;
  rule: string;
}

export interface Undetermined {
  question: string;
  rule?: string;
  why: 'silent' | 'notAvailable' | 'external' | 'parked';
  needs?: string;
}

export interface Because {
  claim: string;
  rule: string;
  citation: { document: string; article: string };
  events: string[];
  arithmetic?: string;
  zh: string;
  en: string;
}

export interface ReadingUsed {
  id: string;
  choice: string;
  by: 'pack' | 'ruling' | 'question';
}

/** The answer contract: one question has one answer, everywhere. */
export interface Answer {
  person: string;
  /** Of somebody merged: all ids he has at the basis, the one he is counted under first. */
  persons?: string[];
  region: string;
  validOn: Day;
  knownAt: string;
  position: string;
  packs: { id: string; version: string; sha256: string }[];
  registrations: Registration[];
  payment: PaymentState;
  benefit: Benefit;
  waitingPeriods: WaitingPeriod[];
  waived: WaivedWaiting[];
  coverage: CoverageSpan[];
  interruptions: Interruption[];
  contribution: Contribution;
  retirement: Retirement;
  refunds: RefundClaim[];
  backPayments: BackPayment[];
  lateFees: LateFee[];
  bases: ContributionBase[];
  duplicates: Duplicate[];
  stays: Stay[];
  aid: AidSpan[];
  premiumsDue: PremiumDue[];
  place?: string;
  undetermined: Undetermined[];
  because: Because[];
  readings: ReadingUsed[];
}
