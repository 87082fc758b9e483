import { OPEN, firstDayOf, lastDayOf, monthOf, type DayNumber, type MonthNumber } from '../../libs/calendar';
import { byStrength, enrolledDays, type CountableMonths, type CountedMonths } from '../contribution';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import type { ContributionKind, PersonRows } from './tables';
import { bit, day, month } from './written';

type Places = ReadonlyMap<readonly string[], string>;

/**
 * Contribution months as `contributionOn` counts them, each calendar month once: of what several facts give, the strongest
 * of each day. Their sum over the rows that count on a day is the answer's; the rules are those of `on`.
 */
export function contributionRows(
  inquiry: Inquiry,
  payments: PaymentRecord,
  { counted }: CountableMonths,
  on: DayNumber,
): PersonRows['contribution_months'] {
  const places = placesOf(inquiry);
  const runs = new Runs();
  const calendar: CountedMonths[] = [];
  for (const entry of counted) {
    if (entry.until <= entry.from) continue;
    if (entry.month !== undefined) calendar.push(entry);
    else runs.addAlone(entry, placeOf(entry, places));
  }
  if (!inOrder(calendar)) calendar.sort((a, b) => a.month! - b.month!);
  for (let first = 0, next = 0; first < calendar.length; first = next) {
    const entry = calendar[first]!;
    for (next = first + 1; next < calendar.length && calendar[next]!.month === entry.month; next++);
    if (next === first + 1) runs.add(entry, placeOf(entry, places), entry.from, entry.until);
    else addStrongest(runs, calendar.slice(first, next), places);
  }
  if (payments.years.length > 0)
    addResident(runs, inquiry, payments, new Set(calendar.map((entry) => entry.month!)), on);
  return runs.found.map(rowOf);
}

function inOrder(calendar: readonly CountedMonths[]): boolean {
  for (let i = 1; i < calendar.length; i++) if (calendar[i]!.month! < calendar[i - 1]!.month!) return false;
  return true;
}

function placesOf(inquiry: Inquiry): Places {
  const places = new Map<readonly string[], string>();
  for (const { events, data } of inquiry.facts('Paid')) places.set(events, data.region);
  for (const { events, data } of inquiry.facts('YearsRecognised')) places.set(events, data.region);
  for (const { events, data } of inquiry.facts('Transferred')) places.set(events, data.fromRegion);
  return places;
}

function placeOf({ events }: CountedMonths, places: Places): string | null {
  return places.get(events) ?? null;
}

/** One calendar month that several facts give: on each day the strongest that counts. */
function addStrongest(runs: Runs, given: readonly CountedMonths[], places: Places): void {
  const edges = [...new Set(given.flatMap(({ from, until }) => [from, until]))].sort((a, b) => a - b);
  const ranked = [...given].sort((a, b) => byStrength(a.kind, b.kind) || a.from - b.from);
  let standing: { entry: CountedMonths; from: DayNumber; until: DayNumber } | undefined;
  const add = () =>
    standing && runs.add(standing.entry, placeOf(standing.entry, places), standing.from, standing.until);
  for (const [index, from] of edges.entries()) {
    const entry = ranked.find((one) => one.from <= from && from < one.until);
    if (!entry) continue;
    const until = edges[index + 1] ?? OPEN;
    const goesOn =
      standing?.until === from &&
      standing.entry.kind === entry.kind &&
      placeOf(standing.entry, places) === placeOf(entry, places);
    if (goesOn) standing!.until = until;
    else {
      add();
      standing = { entry, from, until };
    }
  }
  add();
}

/** Months enrolled as a resident that nothing else gives. */
function addResident(
  runs: Runs,
  inquiry: Inquiry,
  payments: PaymentRecord,
  given: Set<MonthNumber>,
  on: DayNumber,
): void {
  for (const year of [...payments.years].sort((a, b) => a.year - b.year)) {
    const enrolled = enrolledDays(inquiry, year, on);
    if (!enrolled) continue;
    const through = monthOf(enrolled.through);
    for (let of = monthOf(enrolled.from); of <= through; of++) {
      if (given.has(of)) continue;
      const first = firstDayOf(of);
      if (first < enrolled.from || enrolled.through < lastDayOf(of)) {
        const counts = inquiry.read('years.residentPartialMonth', year.region, on);
        if (!counts.known || counts.value !== 'anyDay') continue;
      }
      given.add(of);
      const month = { kind: 'resident' as const, month: of, count: 1, purchased: false };
      runs.add(month, year.region, Math.max(first, enrolled.from), year.refundedOn ?? OPEN);
    }
  }
}

interface Months {
  kind: ContributionKind;
  month?: MonthNumber;
  count: number;
  purchased: boolean;
}

/** Months that one row holds. `days` is empty where all count from one day. */
interface Run extends Months {
  place: string | null;
  from: DayNumber;
  until: DayNumber;
  last: MonthNumber | undefined;
  days: string;
}

/** Neighbouring months that agree in everything but the day from which they count, which is the same or their own. */
class Runs {
  readonly found: Run[] = [];

  /** Months that belong to no calendar month. */
  addAlone({ kind, count, purchased, from, until }: CountedMonths, place: string | null): void {
    this.found.push({ kind, count, purchased, place, from, until, last: undefined, days: '' });
  }

  /** The next month, or the same one on other days. */
  add({ kind, month: of, purchased }: Months, place: string | null, from: DayNumber, until: DayNumber): void {
    const first = firstDayOf(of!);
    const own = first <= from && from <= lastDayOf(of!);
    const days = own ? DATES[from - first + 1]! : '';
    // Among the last few, because one month may stand in several.
    for (let i = this.found.length - 1; i >= 0 && i >= this.found.length - 4; i--) {
      const run = this.found[i]!;
      if (
        run.last === of! - 1 &&
        run.kind === kind &&
        run.place === place &&
        run.purchased === purchased &&
        run.until === until &&
        (own ? run.days !== '' : run.days === '' && run.from === from)
      ) {
        run.last = of;
        run.count++;
        run.days += days;
        return;
      }
    }
    this.found.push({ kind, month: of, count: 1, purchased, place, from, until, last: of, days });
  }
}

const DATES = Array.from({ length: 32 }, (_, date) => String(date).padStart(2, '0'));

function rowOf({ kind, place, purchased, month: first, last, count, from, until, days }: Run) {
  return {
    kind,
    place,
    months: count,
    from_month: first === undefined ? null : month(first),
    through_month: last === undefined ? null : month(last),
    counted_from: day(from),
    counted_through: until === OPEN ? null : day(until - 1),
    days: days === '' ? null : days,
    purchased: bit(purchased),
  };
}
