import { OPEN, dayNumber, type Day, type DayNumber, type MonthNumber } from '../calendar';
import type { EventType, Scheme } from '../../events';
import { poolOf, type Reading, type RuleKey, type RuleValues } from '../policy/evaluation';
import { timelineOf, type RelationRecord, type Timeline } from '../../projections/coverage';
import { historyOf, type Fact } from '../../projections/history';
import { Inquiry, type Grounds } from '../../projections/inquiry';
import { paymentRecord, type BenefitYear, type FeeMonth, type PaymentRecord } from '../../projections/payments';
import type { Findings } from './findings';

/** Where a person stands when something is asked for: what the ledger knows on the day, under the region's rules. */
export class Situation {
  readonly on: DayNumber;
  readonly inquiry: Inquiry;
  readonly payments: PaymentRecord;
  private drawn: Timeline | undefined;

  constructor(
    readonly grounds: Grounds,
    readonly region: string,
    readonly day: Day,
  ) {
    this.on = dayNumber(day);
    this.inquiry = new Inquiry({ ...grounds, question: { ...grounds.question, region, validOn: day } });
    this.payments = paymentRecord(grounds.person);
  }

  get timeline(): Timeline {
    return (this.drawn ??= timelineOf(this.inquiry, this.payments).timeline);
  }

  /** The rule in force; where the document does not say, undefined, and a finding in these words. */
  ruled<K extends RuleKey>(
    key: K,
    findings: Findings,
    words: { zh: string; en: string },
  ): Extract<Reading<RuleValues[K]>, { known: true }> | undefined {
    const rule = this.inquiry.read(key, this.region, this.on);
    if (rule.known) return rule;
    findings.silent(key, words);
    return undefined;
  }

  /** Whether the event is on record for the day, of the same scheme and region. */
  isSaid(type: 'Suspended' | 'Terminated', { scheme, region }: { scheme: Scheme; region: string }): boolean {
    return this.inquiry
      .facts(type)
      .some(({ day, data }) => day === this.on && data.scheme === scheme && data.region === region);
  }

  /** Relations that are normal on the day; the last day of a suspended one is (CV-17). */
  normal(scheme: Scheme): RelationRecord[] {
    return this.timeline.relations.filter(
      (relation) =>
        relation.scheme === scheme &&
        relation.statuses.some(
          ({ status, from, through }) => status === 'normal' && from <= this.on && this.on <= through,
        ),
    );
  }

  /** Relations that are normal on the day with no end known. */
  standing(scheme: Scheme): RelationRecord[] {
    return this.timeline.relations.filter(
      (relation) =>
        relation.scheme === scheme &&
        relation.statuses.some(
          ({ status, from, through }) => status === 'normal' && from <= this.on && through === OPEN,
        ),
    );
  }

  /** The fee month as paid by the day and not refunded. */
  paidMonth(month: MonthNumber): FeeMonth | undefined {
    return this.payments.months.find((paid) => paid.month === month && this.stands(paid));
  }

  paidYears(year: number): BenefitYear[] {
    return this.payments.years.filter((paid) => paid.year === year && this.stands(paid));
  }

  stands({ arrival, refundedOn }: { arrival: DayNumber; refundedOn?: DayNumber }): boolean {
    return arrival <= this.on && refundedOn === undefined;
  }

  /** The same person with one more fact, as if what is asked for had happened on the day. */
  supposing(type: EventType, data: object): Situation {
    const supposed = {
      type,
      id: SUPPOSED,
      day: this.on,
      recordedAt: `${this.day}T23:59:59.999+08:00`,
      data,
      events: [],
    } as unknown as Fact;
    const { facts, position } = this.grounds.person;
    const person = historyOf([...facts, supposed], position);
    return new Situation({ ...this.grounds, person }, this.region, this.day);
  }
}

/** Id of the fact that a supposition adds. */
export const SUPPOSED = 'supposed';

/** Whether a place lies in the pooling area of another. */
export function samePool(a: string | undefined, b: string): boolean {
  return a !== undefined && poolOf(a) === poolOf(b);
}
