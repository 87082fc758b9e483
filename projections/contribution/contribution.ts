import { OPEN, firstDayOf, lastDayOf, monthOf, toDay, type DayNumber, type MonthNumber } from '../../libs/calendar';
import { poolOf, provinceOf } from '../../libs/policy/evaluation';
import type { Contribution } from '../answer/answer';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import { countableMonths, type CountableMonths } from './countable-months';
import { consecutiveOn, enrolledDays } from './insured-months';
import { DistinctMonths, MonthTally, type CountedMonths, type MonthCounts, type MonthKind } from './month-tally';

const MILITARY: ReadonlySet<MonthKind> = new Set(['militaryActual', 'militaryDeemed']);

/**
 * The contribution months of every kind on a day, as the region asked about counts them (CV-19). `actual` is the sum of
 * the three places, `total` is actual, deemed, and bought months that are not actual; `military` and `purchased` are
 * among them. What the documents leave open is left out and named.
 */
export function contributionOn(inquiry: Inquiry, payments: PaymentRecord, on: DayNumber): Contribution {
  const countable = countableMonths(inquiry, payments, on);
  const tally = tallyOn(countable, on);
  const resident = residentMonths(inquiry, payments, on, tally);
  const contribution: Contribution = {
    ...sums(tally, inquiry.region),
    doubleCounted: tally.doubleCounted + resident.dropped,
    consecutive: consecutiveOn(inquiry, payments, on),
    residentMonths: resident.months,
  };
  for (const { from, question, gap } of countable.open) if (from <= on) inquiry.undetermined(question, gap);
  explain(inquiry, contribution, countable, tally, resident.repeated, on);
  return contribution;
}

/** What counts on a day. */
export function tallyOn({ counted }: CountableMonths, on: DayNumber): MonthTally {
  const tally = new MonthTally();
  for (const entry of counted) if (entry.from <= on && on < entry.until) tally.add(entry);
  return tally;
}

/** What counts on one day after another, in order. */
export class RunningTally {
  private readonly tally: MonthCounts;
  private readonly coming: readonly CountedMonths[];
  private readonly standing: CountedMonths[] = [];
  private next = 0;

  constructor({ counted }: CountableMonths) {
    this.tally = areDistinct(counted) ? new DistinctMonths() : new MonthTally();
    this.coming = inOrder(counted) ? counted : [...counted].sort((a, b) => a.from - b.from);
  }

  /** The tally of a day that is not before the last one asked; it changes with the next. */
  on(on: DayNumber): MonthCounts {
    const { tally, coming, standing } = this;
    for (let i = standing.length - 1; i >= 0; i--) {
      if (on < standing[i]!.until) continue;
      tally.remove(standing[i]!);
      standing.splice(i, 1);
    }
    for (; this.next < coming.length && coming[this.next]!.from <= on; this.next++) {
      const entry = coming[this.next]!;
      if (entry.until <= on) continue;
      tally.add(entry);
      if (entry.until !== OPEN) standing.push(entry);
    }
    return tally;
  }
}

function inOrder(counted: readonly CountedMonths[]): boolean {
  for (let i = 1; i < counted.length; i++) if (counted[i]!.from < counted[i - 1]!.from) return false;
  return true;
}

/** Whether no calendar month is given twice, as far as their order shows it: most are paid one after the other. */
function areDistinct(counted: readonly CountedMonths[]): boolean {
  let last = -OPEN;
  for (const { month } of counted) {
    if (month === undefined) continue;
    if (month <= last) return false;
    last = month;
  }
  return true;
}

type ContributionSums = Omit<Contribution, 'doubleCounted' | 'consecutive' | 'residentMonths'>;

/** The tally by place. */
function sums(tally: MonthTally, region: string): ContributionSums {
  const { total, actual, localActual } = yearSums(tally, region);
  const outOfProvinceActual = tally.of('outOfProvinceActual');
  return {
    actual,
    localActual,
    provinceActual: actual - localActual - outOfProvinceActual,
    outOfProvinceActual,
    deemed: tally.of('deemed') + tally.of('militaryDeemed'),
    military: tally.givenAs(MILITARY),
    purchased: tally.purchased,
    total,
  };
}

/**
 * Of the tally what counts towards required years. Service recognised by the province counts as of the place where the province is
 * one pooling area.
 */
export function yearSums(
  tally: Pick<MonthCounts, 'of' | 'total'>,
  region: string,
): Pick<ContributionSums, 'total' | 'actual' | 'localActual'> {
  const recognised = tally.of('militaryActual') + tally.of('spouseActual');
  const local = tally.of('localActual');
  return {
    total: tally.total,
    actual: local + tally.of('provinceActual') + tally.of('outOfProvinceActual') + recognised,
    localActual: local + (poolOf(region) === provinceOf(region) ? recognised : 0),
  };
}

/** Months enrolled as a resident and not counted otherwise; a month that is, or that two resident relations give, is dropped. */
function residentMonths(
  inquiry: Inquiry,
  payments: PaymentRecord,
  on: DayNumber,
  tally: MonthTally,
): { months: number; dropped: number; repeated: readonly string[] } {
  const months = new Set<MonthNumber>();
  const repeated = new Set<string>();
  let dropped = 0;
  for (const year of payments.years) {
    const enrolled = enrolledDays(inquiry, year, on);
    if (!enrolled) continue;
    const through = Math.min(monthOf(enrolled.through), monthOf(on));
    for (let month = monthOf(enrolled.from); month <= through; month++) {
      const partial = firstDayOf(month) < enrolled.from || enrolled.through < lastDayOf(month);
      if (partial && !partialMonthCounts(inquiry, year.region, on)) continue;
      if (tally.has(month) || months.has(month)) {
        dropped++;
        for (const event of year.payment.events) repeated.add(event);
      } else months.add(month);
    }
  }
  let converted = 0;
  for (const { day, data } of inquiry.facts('YearsConverted')) {
    const conversion = day <= on ? inquiry.read('years.residentConversion', inquiry.region, on) : undefined;
    if (conversion?.known && conversion.value === 'byDifference') converted += data.months;
  }
  return { months: Math.max(0, months.size - converted), dropped, repeated: [...repeated] };
}

function partialMonthCounts(inquiry: Inquiry, region: string, on: DayNumber): boolean {
  const partial = inquiry.read('years.residentPartialMonth', region, on);
  if (!partial.known) inquiry.undetermined('contribution.residentMonths', partial);
  return partial.known && partial.value === 'anyDay';
}

function explain(
  inquiry: Inquiry,
  contribution: Contribution,
  { counted }: CountableMonths,
  tally: MonthTally,
  repeatedAsResident: readonly string[],
  on: DayNumber,
): void {
  const { actual, localActual, provinceActual, outOfProvinceActual, deemed, total } = contribution;
  if (total > 0) {
    const bought = total - actual - deemed;
    inquiry.because(() => ({
      claim: 'contribution.total',
      rule: ruleOf(inquiry, 'years.actual', on),
      events: eventsOf(counted, on, () => true),
      arithmetic: `${localActual} + ${provinceActual} + ${outOfProvinceActual} = ${actual}; ${[actual, deemed, ...(bought > 0 ? [bought] : [])].join(' + ')} = ${total}`,
      zh: `截至 ${toDay(on)}，职工医保缴费年限共 ${total} 个月：实际缴费 ${actual} 个月（本统筹地区 ${localActual}，省内其他 ${provinceActual}，省外 ${outOfProvinceActual}），视同缴费 ${deemed} 个月${bought > 0 ? `，另有趸缴 ${bought} 个月只计入累计年限` : ''}。`,
      en: `By ${toDay(on)} the contribution years are ${total} months: ${actual} actual (${localActual} in this pooling area, ${provinceActual} elsewhere in the province, ${outOfProvinceActual} outside it) and ${deemed} deemed${bought > 0 ? `, with ${bought} bought months that count in the total alone` : ''}.`,
    }));
  }
  if (deemed > 0) {
    inquiry.because(() => ({
      claim: 'contribution.deemed',
      rule: ruleOf(inquiry, 'years.deemed', on),
      events: eventsOf(counted, on, ({ kind }) => kind === 'deemed' || kind === 'militaryDeemed'),
      zh: `其中视同缴费年限 ${deemed} 个月。`,
      en: `Of these ${deemed} months are deemed.`,
    }));
  }
  if (contribution.military > 0) {
    inquiry.because(() => ({
      claim: 'contribution.military',
      rule: ruleOf(inquiry, 'years.military', on),
      events: eventsOf(counted, on, ({ kind }) => kind === 'militaryActual' || kind === 'militaryDeemed'),
      zh: `服现役的 ${contribution.military} 个月计入缴费年限，不与已缴费的月份重复计算。`,
      en: `${contribution.military} months of military service count, none of them beside a paid month.`,
    }));
  }
  if (contribution.purchased > 0) {
    inquiry.because(() => ({
      claim: 'contribution.purchased',
      rule: ruleOf(inquiry, 'years.lumpSumActual', on),
      events: eventsOf(counted, on, ({ purchased }) => purchased),
      zh: `一次性趸缴的 ${contribution.purchased} 个月自到账之日起计入缴费年限。`,
      en: `${contribution.purchased} months bought in a lump sum count from the day the money arrived.`,
    }));
  }
  if (contribution.doubleCounted > 0) {
    inquiry.because(() => ({
      claim: 'contribution.doubleCounted',
      rule: ruleOf(inquiry, 'years.overlap', on),
      events: [
        ...eventsOf(counted, on, ({ month }) => month !== undefined && tally.isRepeated(month)),
        ...repeatedAsResident,
      ],
      zh: `同一月份只计算一次，已剔除重复的 ${contribution.doubleCounted} 个月。`,
      en: `One calendar month counts once; ${contribution.doubleCounted} repeated months are dropped.`,
    }));
  }
}

type YearsKey = 'years.actual' | 'years.deemed' | 'years.military' | 'years.lumpSumActual' | 'years.overlap';

function ruleOf(inquiry: Inquiry, key: YearsKey, on: DayNumber): string {
  const own = inquiry.read(key, inquiry.region, on);
  if (own.rule !== undefined) return own.rule;
  const national = inquiry.readNational('years.actual', on);
  return national.rule ?? key;
}

/** The events behind what counts; entries of one event stand together. */
function eventsOf(counted: readonly CountedMonths[], on: DayNumber, fits: (entry: CountedMonths) => boolean): string[] {
  const events: string[] = [];
  let last: readonly string[] | undefined;
  for (const entry of counted) {
    if (entry.events === last || entry.from > on || on >= entry.until || !fits(entry)) continue;
    last = entry.events;
    events.push(...last);
  }
  return events;
}
