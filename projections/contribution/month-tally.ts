import { yearOfMonth, type DayNumber, type MonthNumber } from '../../libs/calendar';

/** What a month counts as, the stronger first: of a calendar month that several facts give, the strongest counts. */
const kinds = [
  'localActual',
  'provinceActual',
  'outOfProvinceActual',
  'militaryActual',
  'spouseActual',
  'militaryDeemed',
  'deemed',
  'bought',
] as const;
/** `bought` counts in the total alone: lump-sum months that are not actual. */
export type MonthKind = (typeof kinds)[number];

const rank = Object.fromEntries(kinds.map((kind, index) => [kind, index])) as Record<MonthKind, number>;

/** One calendar month, or a number of months without a calendar, that counts from one day until before another. */
export interface CountedMonths {
  kind: MonthKind;
  from: DayNumber;
  until: DayNumber;
  /** Left out: `count` months that belong to no calendar month. */
  month?: MonthNumber;
  count: number;
  purchased: boolean;
  events: readonly string[];
}

/** How many months count as what. */
export interface MonthCounts {
  add(entry: CountedMonths): void;
  remove(entry: CountedMonths): void;
  of(kind: MonthKind): number;
  readonly total: number;
}

/** Counts months of which none is given twice. */
export class DistinctMonths implements MonthCounts {
  private readonly counts = noMonths();

  add({ kind, count }: CountedMonths): void {
    this.counts[kind] += count;
  }

  remove({ kind, count }: CountedMonths): void {
    this.counts[kind] -= count;
  }

  of(kind: MonthKind): number {
    return this.counts[kind];
  }

  get total(): number {
    return sumOf(this.counts);
  }
}

/** Counts months so that one calendar month counts once, whatever gave it (CV-19). */
export class MonthTally implements MonthCounts {
  /** What each calendar month was given as; a list, the strongest first, where several facts gave it. */
  private readonly slots = new Map<MonthNumber, MonthKind | MonthKind[]>();
  private readonly counts = noMonths();
  private readonly loose = noMonths();
  /** How often a calendar month was ever given as each kind. */
  private readonly given = noMonths();
  private bought = 0;
  private dropped = 0;

  add({ kind, month, count, purchased }: CountedMonths): void {
    if (purchased) this.bought += count;
    if (month === undefined) {
      this.counts[kind] += count;
      this.loose[kind] += count;
      return;
    }
    this.given[kind]++;
    const slot = this.slots.get(month);
    if (slot === undefined) {
      this.slots.set(month, kind);
      this.counts[kind]++;
      return;
    }
    this.dropped++;
    this.counts[strongestOf(slot)]--;
    const given = typeof slot === 'string' ? [slot, kind] : [...slot, kind];
    given.sort(byStrength);
    this.slots.set(month, given);
    this.counts[given[0]!]++;
  }

  remove({ kind, month, count, purchased }: CountedMonths): void {
    if (purchased) this.bought -= count;
    if (month === undefined) {
      this.counts[kind] -= count;
      this.loose[kind] -= count;
      return;
    }
    const slot = this.slots.get(month);
    if (slot === undefined) return;
    this.counts[strongestOf(slot)]--;
    if (typeof slot === 'string' || slot.length === 1) {
      this.slots.delete(month);
      return;
    }
    slot.splice(slot.indexOf(kind), 1);
    this.dropped--;
    this.counts[slot[0]!]++;
  }

  of(kind: MonthKind): number {
    return this.counts[kind];
  }

  /** Months given as one of the kinds, whatever stronger fact they are counted by. */
  givenAs(wanted: ReadonlySet<MonthKind>): number {
    let months = 0;
    let given = false;
    for (const kind of wanted) {
      months += this.loose[kind];
      given ||= this.given[kind] > 0;
    }
    if (!given) return months;
    for (const slot of this.slots.values()) {
      if (typeof slot === 'string' ? wanted.has(slot) : slot.some((kind) => wanted.has(kind))) months++;
    }
    return months;
  }

  get total(): number {
    return sumOf(this.counts);
  }

  get purchased(): number {
    return this.bought;
  }

  /** Facts that gave a calendar month which another had given already. */
  get doubleCounted(): number {
    return this.dropped;
  }

  /** Whether several facts gave the month. */
  isRepeated(month: MonthNumber): boolean {
    return typeof this.slots.get(month) === 'object';
  }

  has(month: MonthNumber): boolean {
    return this.slots.has(month);
  }

  /** Months in calendar years of which all twelve count, and whole years of months without a calendar (A-33 B). */
  inWholeYears(counting: ReadonlySet<MonthKind>): number {
    const perYear = new Map<number, number>();
    for (const [month, slot] of this.slots) {
      if (!counting.has(strongestOf(slot))) continue;
      const year = yearOfMonth(month);
      perYear.set(year, (perYear.get(year) ?? 0) + 1);
    }
    let months = 0;
    for (const count of perYear.values()) if (count === 12) months += 12;
    let loose = 0;
    for (const kind of counting) loose += this.loose[kind];
    return months + Math.floor(loose / 12) * 12;
  }
}

function noMonths(): Record<MonthKind, number> {
  return {
    localActual: 0,
    provinceActual: 0,
    outOfProvinceActual: 0,
    militaryActual: 0,
    spouseActual: 0,
    militaryDeemed: 0,
    deemed: 0,
    bought: 0,
  };
}

function sumOf(counts: Record<MonthKind, number>): number {
  let total = 0;
  for (const kind of kinds) total += counts[kind];
  return total;
}

function strongestOf(slot: MonthKind | MonthKind[]): MonthKind {
  return typeof slot === 'string' ? slot : slot[0]!;
}

/** Orders kinds, the stronger first. */
export function byStrength(a: MonthKind, b: MonthKind): number {
  return rank[a] - rank[b];
}
