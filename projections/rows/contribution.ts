import { OPEN, firstDayOf, lastDayOf, monthOf, type DayNumber, type MonthNumber } from '../../libs/calendar';
import { byStrength, enrolledDays, type CountableMonths, type CountedMonths } from '../contribution';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import type { ContributionKind, PersonRows } from './tables';
import { bit, day, month } from './written';

/** One month, or months without a calendar, as one row has it. */
interface Piece {
  kind: ContributionKind;
  place: string | null;
  purchased: boolean;
  month?: MonthNumber;
  count: number;
  from: DayNumber;
  until: DayNumber;
}

/** A run of months that one row holds. `days` is empty where all count from one day. */
interface Run extends Piece {
  last: MonthNumber | undefined;
  days: string;
}

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
  const pieces: Piece[] = [];
  const byMonth = new Map<MonthNumber, CountedMonths[]>();
  for (const entry of counted) {
    if (entry.until <= entry.from) continue;
    if (entry.month === undefined) pieces.push(pieceOf(entry, places));
    else {
      const given = byMonth.get(entry.month);
      if (given) given.push(entry);
      else byMonth.set(entry.month, [entry]);
    }
  }
  for (const given of byMonth.values()) {
    if (given.length === 1) pieces.push(pieceOf(given[0]!, places));
    else pieces.push(...strongest(given, places));
  }
  pieces.push(...residentPieces(inquiry, payments, byMonth, on));
  return runs(pieces).map(rowOf);
}

function placesOf(inquiry: Inquiry): Map<readonly string[], string> {
  const places = new Map<readonly string[], string>();
  for (const { events, data } of inquiry.facts('Paid')) places.set(events, data.region);
  for (const { events, data } of inquiry.facts('YearsRecognised')) places.set(events, data.region);
  for (const { events, data } of inquiry.facts('Transferred')) places.set(events, data.fromRegion);
  return places;
}

function pieceOf(entry: CountedMonths, places: ReadonlyMap<readonly string[], string>): Piece {
  const { kind, purchased, month: of, count, from, until, events } = entry;
  return { kind, place: places.get(events) ?? null, purchased, month: of, count, from, until };
}

/** One calendar month that several facts give: on each day the strongest that counts. */
function strongest(given: readonly CountedMonths[], places: ReadonlyMap<readonly string[], string>): Piece[] {
  const edges = [...new Set(given.flatMap(({ from, until }) => [from, until]))].sort((a, b) => a - b);
  const ranked = [...given].sort((a, b) => byStrength(a.kind, b.kind) || a.from - b.from);
  const pieces: Piece[] = [];
  for (const [index, from] of edges.entries()) {
    const counts = ranked.find((entry) => entry.from <= from && from < entry.until);
    if (!counts) continue;
    const piece = { ...pieceOf(counts, places), from, until: edges[index + 1] ?? OPEN };
    const last = pieces.at(-1);
    if (last && last.until === from && last.kind === piece.kind && last.place === piece.place) last.until = piece.until;
    else pieces.push(piece);
  }
  return pieces;
}

/** Months enrolled as a resident that nothing else gives. */
function residentPieces(
  inquiry: Inquiry,
  payments: PaymentRecord,
  otherwise: ReadonlyMap<MonthNumber, unknown>,
  on: DayNumber,
): Piece[] {
  const pieces: Piece[] = [];
  const seen = new Set<MonthNumber>();
  for (const year of payments.years) {
    const enrolled = enrolledDays(inquiry, year, on);
    if (!enrolled) continue;
    for (let of = monthOf(enrolled.from); of <= monthOf(enrolled.through); of++) {
      if (seen.has(of) || otherwise.has(of)) continue;
      const partial = firstDayOf(of) < enrolled.from || enrolled.through < lastDayOf(of);
      if (partial) {
        const counts = inquiry.read('years.residentPartialMonth', year.region, on);
        if (!counts.known || counts.value !== 'anyDay') continue;
      }
      seen.add(of);
      pieces.push({
        kind: 'resident',
        place: year.region,
        purchased: false,
        month: of,
        count: 1,
        from: Math.max(firstDayOf(of), enrolled.from),
        until: year.refundedOn ?? OPEN,
      });
    }
  }
  return pieces;
}

/** Neighbouring months that agree in everything but the day from which they count, which is the same or their own. */
function runs(pieces: Piece[]): Run[] {
  const found: Run[] = [];
  pieces.sort((a, b) => (a.month ?? 0) - (b.month ?? 0) || a.from - b.from);
  for (const piece of pieces) {
    if (piece.month === undefined) {
      found.push({ ...piece, last: undefined, days: '' });
      continue;
    }
    const date = piece.from - firstDayOf(piece.month) + 1;
    const own = date >= 1 && piece.from <= lastDayOf(piece.month);
    const before = lastRun(found, piece, own);
    if (!before) found.push({ ...piece, last: piece.month, days: own ? two(date) : '' });
    else {
      before.last = piece.month;
      before.count++;
      if (own) before.days += two(date);
    }
  }
  return found;
}

/** The run that the month goes on; among the last few, because one month may stand in several. */
function lastRun(found: readonly Run[], piece: Piece, own: boolean): Run | undefined {
  for (let i = found.length - 1; i >= 0 && i >= found.length - 4; i--) {
    const run = found[i]!;
    if (
      run.last === piece.month! - 1 &&
      run.kind === piece.kind &&
      run.place === piece.place &&
      run.purchased === piece.purchased &&
      run.until === piece.until &&
      (own ? run.days !== '' : run.days === '' && run.from === piece.from)
    )
      return run;
  }
  return undefined;
}

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

const DATES = Array.from({ length: 32 }, (_, date) => String(date).padStart(2, '0'));

function two(date: number): string {
  return DATES[date]!;
}
