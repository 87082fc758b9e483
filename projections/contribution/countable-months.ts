import { OPEN, firstDayOf, monthNumber, type DayNumber, type MonthNumber } from '../../libs/calendar';
import type { YearKind } from '../../events';
import {
  jurisdictionsOf,
  poolOf,
  sameProvince,
  type Gap,
  type Reading,
  type RuleKey,
  type RuleValues,
} from '../../libs/policy/evaluation';
import type { Fact } from '../history';
import type { Inquiry } from '../inquiry';
import { onePartOf, type PaymentRecord } from '../payments';
import type { CountedMonths, MonthKind } from './month-tally';
import { Moves, type Move } from './transfers';

/** Months that the documents leave open, from the day on which they would count. */
export interface OpenMonths {
  from: DayNumber;
  question: string;
  gap: { why: Gap; rule?: string; needs?: string };
}

export interface CountableMonths {
  counted: readonly CountedMonths[];
  open: readonly OpenMonths[];
}

/**
 * Every month that some fact gives the person, as seen from the region asked, with the days on which it counts (CV-19).
 * `rulesOn` chooses the rules that count; it does not clip the months.
 */
export function countableMonths(inquiry: Inquiry, payments: PaymentRecord, rulesOn: DayNumber): CountableMonths {
  const builder = new Builder(inquiry, rulesOn);
  builder.payments(payments);
  builder.lumpSums(payments);
  builder.recognised();
  builder.carried(payments);
  builder.military();
  builder.armySpouse();
  builder.converted();
  return { counted: builder.counted, open: builder.open };
}

type PlaceKind = 'localActual' | 'provinceActual' | 'outOfProvinceActual' | 'deemed';
/** Months that a transfer certified beyond what the ledger holds; kinds are as the receiving pool sees them. */
interface Certified {
  pool: string;
  day: DayNumber;
  kind: PlaceKind;
  count: number;
}

class Builder {
  readonly counted: CountedMonths[] = [];
  readonly open: OpenMonths[] = [];
  private readonly region: string;
  private readonly pool: string;
  private readonly moves: Moves;
  private readonly readings = new Map<RuleKey, Reading<unknown>>();

  constructor(
    private readonly inquiry: Inquiry,
    private readonly rulesOn: DayNumber,
  ) {
    this.region = inquiry.region;
    this.pool = poolOf(inquiry.region);
    this.moves = new Moves(inquiry);
  }

  payments({ months }: PaymentRecord): void {
    const incomplete = new Map<MonthNumber, { entry: CountedMonths; part?: 'unit' | 'person'; full: boolean }>();
    let part: 'unit' | 'person' | undefined;
    let payment: Fact<'Paid'> | undefined;
    let from: DayNumber | undefined;
    let kind: PlaceKind = 'localActual';
    for (const paid of months) {
      if (paid.payment !== payment) {
        payment = paid.payment;
        part = onePartOf(payment);
        kind = seenFrom(this.pool, 'localActual', paid.region);
        from = this.countsFrom(kind, paid.region, paid.arrival);
      }
      if (from === undefined) continue;
      const entry = this.push(
        kind,
        Math.max(from, firstDayOf(paid.month)),
        payment.events,
        paid.month,
        1,
        paid.refundedOn,
      );
      // The rest of a month's money does not give the month a second time, nor does its other part paid apart.
      const earlier = incomplete.get(paid.month);
      const rest = earlier && (!earlier.full || (part && earlier.part && part !== earlier.part));
      if (rest) earlier.entry.until = Math.min(earlier.entry.until, entry.from);
      if (paid.full && (rest || !part)) incomplete.delete(paid.month);
      else incomplete.set(paid.month, { entry, part, full: paid.full });
    }
  }

  lumpSums({ lumpSums }: PaymentRecord): void {
    for (const { months, region, arrival, refundedOn, payment } of lumpSums) {
      const kind = seenFrom(this.pool, 'localActual', region);
      const from = this.countsFrom(kind, region, arrival);
      if (from === undefined) continue;
      const actual = this.read('years.lumpSumActual');
      if (!actual.known) this.leaveOpen('contribution.lumpSumActual', from, actual);
      this.push(
        actual.known && actual.value ? kind : 'bought',
        from,
        payment.events,
        undefined,
        months,
        refundedOn,
        true,
      );
    }
  }

  recognised(): void {
    for (const { day, data, events } of this.inquiry.facts('YearsRecognised')) {
      const here =
        poolOf(data.region) === this.pool ||
        jurisdictionsOf(this.region).includes(data.region) ||
        namesOrigin(data.kind, data.region, this.region);
      const kind = here ? data.kind : seenFrom(this.pool, data.kind, data.region);
      const from = here ? this.recognisedHere(kind, day) : this.countsFrom(kind, data.region, day);
      if (from === undefined) continue;
      if (data.span) this.pushSpan(() => kind, from, events, data.span);
      else this.push(kind, from, events, undefined, data.months ?? 0);
    }
  }

  /** What an area certified counts only as far as it goes beyond what the ledger knows to have come along (CV-19). */
  carried(payments: PaymentRecord): void {
    const certified: Certified[] = [];
    for (const move of this.moves.all) {
      const { carried } = move.fact.data;
      if (!carried) continue;
      const known = this.knownWith(move, payments, certified);
      const kindsCarried: PlaceKind[] = ['localActual', 'provinceActual', 'outOfProvinceActual', 'deemed'];
      const excess = new Map<PlaceKind, number>();
      for (const kind of kindsCarried) excess.set(kind, Math.max(0, (carried[kind] ?? 0) - known[kind]));
      const actual = kindsCarried.slice(0, 3);
      let surplus =
        sum(actual, (kind) => excess.get(kind)!) -
        Math.max(0, sum(actual, (kind) => carried[kind] ?? 0) - sum(actual, (kind) => known[kind]));
      for (const kind of actual) {
        const less = Math.min(surplus, excess.get(kind)!);
        surplus -= less;
        excess.set(kind, excess.get(kind)! - less);
      }
      for (const [kind, count] of excess) {
        if (count === 0) continue;
        certified.push({ pool: move.to, day: move.day, kind, count });
        this.pushCertified(move, kind, count);
      }
    }
  }

  military(): void {
    for (const { day, data, events } of this.inquiry.facts('MilitaryServed')) {
      const kinds = this.splitKinds('years.military', 'contribution.military', day, 'militaryActual', 'militaryDeemed');
      if (kinds) this.pushSpan(kinds, day, events, data.span);
    }
  }

  armySpouse(): void {
    for (const { day, data, events } of this.inquiry.facts('MilitarySpouseReleased')) {
      if (!data.span) continue;
      const kinds = this.splitKinds('years.armySpouse', 'contribution.armySpouse', day, 'spouseActual', 'deemed');
      if (kinds) this.pushSpan(kinds, day, events, data.span);
    }
  }

  converted(): void {
    for (const { day, data, events } of this.inquiry.facts('YearsConverted')) {
      const conversion = this.read('years.residentConversion');
      if (!conversion.known) this.leaveOpen('contribution.residentConversion', day, conversion);
      else if (conversion.value === 'byDifference') this.push('localActual', day, events, undefined, data.months);
    }
  }

  /** An authority's finding counts; deemed months only where the document knows them. */
  private recognisedHere(kind: PlaceKind, day: DayNumber): DayNumber | undefined {
    return kind !== 'deemed' || this.allows(day, 'years.deemed') ? day : undefined;
  }

  /** From which day months recorded at a place count here; undefined where they were not taken over, or the rules do not take them. */
  private countsFrom(kind: PlaceKind, place: string, recorded: DayNumber): DayNumber | undefined {
    const from = this.moves.reaches(poolOf(place), recorded, this.pool);
    return from !== undefined && this.takesOver(kind, place, from) ? from : undefined;
  }

  private takesOver(kind: PlaceKind, place: string, from: DayNumber): boolean {
    switch (kind) {
      case 'localActual':
        return true;
      case 'provinceActual':
        return this.allows(from, 'years.withinProvince');
      case 'outOfProvinceActual':
        return this.allows(from, 'years.outOfProvinceActual');
      case 'deemed':
        return this.allows(
          from,
          sameProvince(place, this.region) ? 'years.withinProvince' : 'years.outOfProvinceDeemed',
        );
    }
  }

  private allows(
    from: DayNumber,
    key: 'years.deemed' | 'years.withinProvince' | 'years.outOfProvinceActual' | 'years.outOfProvinceDeemed',
  ): boolean {
    const allowed = this.read(key);
    if (!allowed.known) this.leaveOpen(`contribution.${key.slice('years.'.length)}`, from, allowed);
    return allowed.known && allowed.value;
  }

  private splitKinds(
    key: 'years.military' | 'years.armySpouse',
    question: string,
    from: DayNumber,
    actual: MonthKind,
    deemed: MonthKind,
  ): ((month: MonthNumber) => MonthKind) | undefined {
    const counted = this.read(key);
    if (!counted.known) {
      this.leaveOpen(question, from, counted);
      return undefined;
    }
    if (counted.value === 'deemed') return () => deemed;
    const start = this.read('years.schemeStart');
    if (!start.known) {
      this.leaveOpen(question, from, { ...start, rule: start.rule ?? counted.rule });
      return undefined;
    }
    // A month in which the scheme starts is actual.
    const startMonth = monthNumber(start.value.slice(0, 7));
    return (month) => (month < startMonth ? deemed : actual);
  }

  private knownWith(move: Move, payments: PaymentRecord, certified: readonly Certified[]): Record<PlaceKind, number> {
    const known: Record<PlaceKind, number> = { localActual: 0, provinceActual: 0, outOfProvinceActual: 0, deemed: 0 };
    const seen = new Set<MonthNumber>();
    for (const { month, region, arrival } of payments.months) {
      if (seen.has(month) || !this.moves.carries(move, poolOf(region), arrival)) continue;
      seen.add(month);
      known[seenFrom(move.to, 'localActual', region)]++;
    }
    for (const { months, region, arrival } of payments.lumpSums) {
      if (this.moves.carries(move, poolOf(region), arrival)) known[seenFrom(move.to, 'localActual', region)] += months;
    }
    for (const { day, data } of this.inquiry.facts('YearsRecognised')) {
      if (!this.moves.carries(move, poolOf(data.region), day)) continue;
      const months = data.span ? monthNumber(data.span.through) - monthNumber(data.span.from) + 1 : (data.months ?? 0);
      known[seenFrom(move.to, data.kind, data.region)] += months;
    }
    for (const { pool, day, kind, count } of certified) {
      if (this.moves.carries(move, pool, day)) known[seenFrom(move.to, kind, pool)] += count;
    }
    return known;
  }

  private pushCertified({ day, to, from: left, fact }: Move, kind: PlaceKind, count: number): void {
    const from = this.moves.reaches(to, day, this.pool);
    if (from === undefined) return;
    const here = seenFrom(this.pool, kind, to);
    if (!this.takesOver(here, to === this.pool ? left : to, from)) return;
    this.push(here, from, fact.events, undefined, count);
  }

  private pushSpan(
    kindOf: (month: MonthNumber) => MonthKind,
    from: DayNumber,
    events: readonly string[],
    span: { from: string; through: string },
  ): void {
    const through = monthNumber(span.through);
    for (let month = monthNumber(span.from); month <= through; month++) this.push(kindOf(month), from, events, month);
  }

  private push(
    kind: MonthKind,
    from: DayNumber,
    events: readonly string[],
    month: MonthNumber | undefined,
    count = 1,
    until: DayNumber = OPEN,
    purchased = false,
  ): CountedMonths {
    const entry: CountedMonths = { kind, from, until, month, count, purchased, events };
    this.counted.push(entry);
    return entry;
  }

  private leaveOpen(question: string, from: DayNumber, gap: { why: Gap; rule?: string; needs?: string }): void {
    this.open.push({ from, question, gap });
  }

  private read<K extends RuleKey>(key: K): Reading<RuleValues[K]> {
    let reading = this.readings.get(key);
    if (!reading) {
      reading = this.inquiry.read(key, this.region, this.rulesOn);
      this.readings.set(key, reading);
    }
    return reading as Reading<RuleValues[K]>;
  }
}

/** How months that a place counts as `kind` are seen from a pooling area. */
function seenFrom(pool: string, kind: YearKind, place: string): PlaceKind {
  if (kind === 'deemed' || poolOf(place) === pool) return kind;
  return kind !== 'outOfProvinceActual' && sameProvince(place, pool) ? 'provinceActual' : 'outOfProvinceActual';
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** Whether a recognition names the place where the months were paid: its kind says what that place is to the asked region. */
function namesOrigin(kind: string, region: string, asked: string): boolean {
  return sameProvince(region, asked) ? kind === 'provinceActual' : kind === 'outOfProvinceActual';
}
