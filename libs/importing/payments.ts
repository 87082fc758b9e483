import { monthNumber, toMonth, type Month } from '../calendar';
import type { LedgerEvent, PaidData } from '../../events';
import { employerOf, factOf, isOfScheme, personOf, plainFactOf, regionOf, relationOf, type RowContext } from './fact';
import type { Row } from './row';

/** What a row of a payment extract turned out to be. A reversal is settled against what the ledger holds. */
export type PaymentFacts =
  /** `asEvent`: it stands in the file as an event, not as a row. */
  { facts: LedgerEvent[]; asEvent?: true } | { reverses: ReversedPayment };

/** The payment that a negative row takes back: to be found among the person's payments. */
export interface ReversedPayment {
  person: string;
  /** The day of the reversal. */
  on: string;
  matches(paid: PaidData): boolean;
  voiding(target: string): LedgerEvent;
}

/**
 * The events of a row of a payment feedback extract (staf_psn_clct_detl_d): money that arrived, money owed, money paid back,
 * or the negative half of a reversed pair. Throws `RefusedRow`.
 */
export function factsOfPayment(row: Row, context: RowContext): PaymentFacts {
  const person = personOf(row);
  const { scheme, participation } = relationOf(row);
  const region = regionOf(row, context);
  const kind = row.code('kind') ?? 'regular';
  if (kind === 'outside') return row.refuse('kind', 'a payment for months or a year; this one moves only amounts');

  const { feeMonths, benefitYear } = periodOf(row, scheme);
  const reversal = row.code('reversal') ?? 'standing';
  const sign = reversal === 'reversal' || kind === 'refund' ? -1 : 1;
  const unitFen = amountOf(row, 'unitYuan', sign);
  const personFen = amountOf(row, 'personYuan', sign);

  if (kind === 'refund') {
    const on = row.neededDay('arrival', 'the day of the refund');
    const amountFen = (unitFen ?? 0) + (personFen ?? 0);
    const basis = `CLCT-${row.text('kind')}`;
    const refunded = { scheme, region, feeMonths, benefitYear, amountFen, basis };
    return { facts: [factOf(row, { type: 'Refunded', person, effectiveOn: on, data: refunded }, context)] };
  }
  if (isAssessment(row)) {
    return { facts: assessments(row, person, { scheme, region, feeMonths, benefitYear, unitFen, personFen }, context) };
  }

  const on = row.neededDay('arrival', 'the day the money arrived');
  const paid = {
    scheme,
    region,
    kind: kind === 'regular' && (scheme === 'resident' || isWholeYear(feeMonths)) ? ('annual' as const) : kind,
    feeMonths,
    benefitYear,
    participation,
    employerId: employerOf(row),
    unitFen,
    personFen,
    lateFeeFen: amountOf(row, 'lateFeeYuan', sign) || undefined,
  };
  if (reversal === 'reversal') return { reverses: reversedPayment(row, person, on, paid, context) };
  const statement = { type: 'Paid' as const, person, effectiveOn: on, data: paid };
  const plain = isOfScheme(participation, scheme) && isUsualYear(benefitYear);
  return { facts: [plain ? plainFactOf(row, statement, context, textOf(paid)) : factOf(row, statement, context)] };
}

/**
 * As `JSON.stringify` has it, in half the time, for payments that are plain: words, codes, months and numbers, in which nothing needs
 * to be escaped. A test holds both to the same.
 */
function textOf(paid: PlainPayment): string {
  const { scheme, region, kind, feeMonths, benefitYear, participation, employerId, unitFen, personFen, lateFeeFen } =
    paid;
  // Joined it is one piece at once.
  return [
    `{"scheme":"${scheme}","region":"`,
    region,
    `","kind":"${kind}"`,
    feeMonths === undefined ? '' : `,"feeMonths":{"from":"${feeMonths.from}","through":"${feeMonths.through}"}`,
    benefitYear === undefined ? '' : `,"benefitYear":${benefitYear}`,
    participation === undefined ? '' : `,"participation":"${participation}"`,
    employerId === undefined ? '' : `,"employerId":"${employerId}"`,
    unitFen === undefined ? '' : `,"unitFen":${unitFen}`,
    personFen === undefined ? '' : `,"personFen":${personFen}`,
    lateFeeFen === undefined ? '' : `,"lateFeeFen":${lateFeeFen}`,
    '}',
  ].join('');
}

type PlainPayment = PaymentKey & Pick<PaidData, 'participation' | 'employerId' | 'lateFeeFen'>;

function reversedPayment(row: Row, person: string, on: string, paid: PaymentKey, context: RowContext): ReversedPayment {
  const wanted = JSON.stringify(keyOf(paid));
  return {
    person,
    on,
    matches: (data) => JSON.stringify(keyOf(data)) === wanted,
    voiding: (target) =>
      factOf(row, { type: 'Voided', person, effectiveOn: on, data: { target, reason: REVERSED } }, context),
  };
}

/** As for spans in events: a slip in a year must not become what is owed for a thousand of them. */
const LONGEST_SPAN_MONTHS = 1200;
const REVERSED = 'reversed by the collector (revs_flag -)';

interface Period {
  feeMonths?: { from: Month; through: Month };
  benefitYear?: number;
}

/** Fee months of an employee payment, the benefit year of a resident one. */
function periodOf(row: Row, scheme: string): Period {
  const from = row.neededMonth('feeFrom');
  const through = row.month('feeThrough') ?? from;
  if (through < from) return row.refuse('feeThrough', `a month not before ${from}`);
  if (monthNumber(through) - monthNumber(from) >= LONGEST_SPAN_MONTHS)
    return row.refuse('feeThrough', 'a month within 100 years of the first');
  if (scheme === 'employee') return { feeMonths: { from, through } };
  if (from.slice(0, 4) !== through.slice(0, 4))
    return row.refuse('feeThrough', `a month of ${from.slice(0, 4)}: residents pay for one calendar year`);
  return { benefitYear: +from.slice(0, 4) };
}

function amountOf(row: Row, word: 'unitYuan' | 'personYuan' | 'lateFeeYuan', sign: 1 | -1): number | undefined {
  const fen = row.fen(word);
  if (fen === undefined) return undefined;
  // Some systems write a reversed or refunded amount with its sign, some without.
  if (sign === -1) return Math.abs(fen);
  return fen < 0 ? row.refuse(word, 'an amount not below zero, unless the row is a reversal or a refund') : fen;
}

function isAssessment(row: Row): boolean {
  const state = row.code('paid');
  if (state !== undefined) return state === 'assessed';
  return row.text('paid') !== '' && row.text('arrival') === '';
}

/** What is owed, one event a fee month, with the amounts spread over the months; an odd fen falls on the last ones. */
function assessments(
  row: Row,
  person: string,
  {
    feeMonths,
    benefitYear,
    unitFen,
    personFen,
    ...relation
  }: Period & { scheme: string; region: string; unitFen?: number; personFen?: number },
  context: RowContext,
): LedgerEvent[] {
  const assess = (on: string, data: Record<string, unknown>) =>
    factOf(row, { type: 'Assessed', person, effectiveOn: on, data: { ...relation, ...data } }, context);
  if (feeMonths === undefined) return [assess(`${benefitYear}-01-01`, { benefitYear, unitFen, personFen })];
  const first = monthNumber(feeMonths.from);
  const count = monthNumber(feeMonths.through) - first + 1;
  return Array.from({ length: count }, (_, index) => {
    const feeMonth = toMonth(first + index);
    const share = (fen: number | undefined) =>
      fen === undefined ? undefined : Math.floor((fen * (index + 1)) / count) - Math.floor((fen * index) / count);
    return assess(`${feeMonth}-01`, { feeMonth, unitFen: share(unitFen), personFen: share(personFen) });
  });
}

/** A year that the door lets in whatever else is said; about any other it is asked. */
function isUsualYear(benefitYear: number | undefined): boolean {
  return benefitYear === undefined || (benefitYear >= 1900 && benefitYear < 3000);
}

function isWholeYear(feeMonths: Period['feeMonths']): boolean {
  if (feeMonths === undefined) return false;
  const { from, through } = feeMonths;
  return through.endsWith('-12') && from.endsWith('-01') && from.slice(0, 4) === through.slice(0, 4);
}

type PaymentKey = Pick<PaidData, 'scheme' | 'region' | 'kind' | 'feeMonths' | 'benefitYear' | 'unitFen' | 'personFen'>;

/** What a payment and its reversal have in common. */
function keyOf({ scheme, region, kind, feeMonths, benefitYear, unitFen = 0, personFen = 0 }: PaymentKey): unknown[] {
  return [scheme, region, kind, feeMonths?.from, feeMonths?.through, benefitYear, unitFen, personFen];
}
