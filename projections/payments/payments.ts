import { monthNumber, type DayNumber, type MonthNumber } from '../../libs/calendar';
import type { FundMode, PaidKind, Participation, Scheme } from '../../events';
import { factsOf, type Fact, type History } from '../history';

/** One fee month (费款所属期) of the employee scheme for which money arrived (CV-3). */
export interface FeeMonth {
  month: MonthNumber;
  region: string;
  participation: Participation;
  kind: PaidKind;
  arrival: DayNumber;
  fundMode?: FundMode;
  employerId?: string;
  /** Principal and any late fee are complete. */
  full: boolean;
  refundedOn?: DayNumber;
  payment: Fact<'Paid'>;
}

/** One benefit year of the resident scheme for which money arrived. */
export interface BenefitYear {
  year: number;
  region: string;
  participation: Participation;
  arrival: DayNumber;
  refundedOn?: DayNumber;
  payment: Fact<'Paid'>;
}

/** Months bought at once at retirement (趸缴); they belong to no calendar month. */
export interface LumpSum {
  months: number;
  region: string;
  arrival: DayNumber;
  refundedOn?: DayNumber;
  payment: Fact<'Paid'>;
}

/** Everything paid, in order of arrival, then of fee month. */
export interface PaymentRecord {
  months: readonly FeeMonth[];
  years: readonly BenefitYear[];
  lumpSums: readonly LumpSum[];
}

/** A payment that counts as current in CV-22: not one that makes up for the past. */
export function isCurrent(kind: PaidKind): boolean {
  return kind === 'regular' || kind === 'annual';
}

/** The one part of the money that a payment holds, the employer's or the person's; undefined where it holds both or says neither. */
export function onePartOf({ data: { unitFen = 0, personFen = 0 } }: Fact<'Paid'>): 'unit' | 'person' | undefined {
  if (unitFen > 0 === personFen > 0) return undefined;
  return unitFen > 0 ? 'unit' : 'person';
}

/** What was paid and not refunded, expanded to fee months and benefit years. */
export function paymentRecord(history: History): PaymentRecord {
  const months: FeeMonth[] = [];
  const years: BenefitYear[] = [];
  const lumpSums: LumpSum[] = [];
  const registrations = factsOf(history, 'Registered');

  for (const payment of factsOf(history, 'Paid')) {
    const { data } = payment;
    if (data.scheme === 'resident') {
      if (data.benefitYear !== undefined) {
        years.push({
          year: data.benefitYear,
          region: data.region,
          participation: data.participation ?? registeredAs(registrations, payment) ?? 'general',
          arrival: payment.day,
          payment,
        });
      }
      continue;
    }
    if (data.kind === 'lumpSum') {
      const bought = data.monthsBought ?? (data.feeMonths ? spanLength(data.feeMonths) : 0);
      lumpSums.push({ months: bought, region: data.region, arrival: payment.day, payment });
      continue;
    }
    if (!data.feeMonths) continue;
    const participation = data.participation ?? registeredAs(registrations, payment) ?? 'employed';
    const through = monthNumber(data.feeMonths.through);
    for (let month = monthNumber(data.feeMonths.from); month <= through; month++) {
      months.push({
        month,
        region: data.region,
        participation,
        kind: data.kind,
        arrival: payment.day,
        fundMode: data.fundMode,
        employerId: data.employerId,
        full: data.settledInFull !== false,
        payment,
      });
    }
  }
  for (const refund of factsOf(history, 'Refunded')) takeBack(refund, months, years, lumpSums);
  return { months, years, lumpSums };
}

function takeBack(refund: Fact<'Refunded'>, months: FeeMonth[], years: BenefitYear[], lumpSums: LumpSum[]): void {
  const { scheme, region, feeMonths, benefitYear, reverses } = refund.data;
  const fits = (entry: { region: string; payment: Fact<'Paid'>; refundedOn?: DayNumber }) =>
    entry.refundedOn === undefined &&
    entry.region === region &&
    (reverses === undefined || entry.payment.id === reverses);

  if (scheme === 'resident') {
    for (const year of years) {
      if (fits(year) && (benefitYear === undefined || year.year === benefitYear)) year.refundedOn = refund.day;
    }
    return;
  }
  if (feeMonths) {
    const through = monthNumber(feeMonths.through);
    for (let month = monthNumber(feeMonths.from); month <= through; month++) {
      // Of a month paid twice the flexible worker's own payment goes back, else the one that arrived last.
      const paid = months.filter((entry) => entry.month === month && fits(entry));
      const returned = paid.find(({ participation }) => participation === 'flexible') ?? paid[paid.length - 1];
      if (returned) returned.refundedOn = refund.day;
    }
    return;
  }
  if (reverses === undefined) return;
  for (const entry of [...months, ...lumpSums]) if (fits(entry)) entry.refundedOn = refund.day;
}

function registeredAs(registrations: readonly Fact<'Registered'>[], payment: Fact<'Paid'>): Participation | undefined {
  const { scheme, region } = payment.data;
  const own = registrations.filter(({ data }) => data.scheme === (scheme as Scheme) && data.region === region);
  return (own.findLast(({ day }) => day <= payment.day) ?? own[0])?.data.participation;
}

function spanLength(span: { from: string; through: string }): number {
  return monthNumber(span.through) - monthNumber(span.from) + 1;
}
