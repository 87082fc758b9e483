import { firstDayOf, lastDayOf, toDay, type DayNumber, type Month, type MonthNumber } from '../calendar';
import {
  personStream,
  registry,
  type DataOf,
  type LedgerEvent,
  type PaidData,
  type PersonEventType,
  type Source,
} from '../../events';
import type { Chance } from './chance';

/** The time in which facts happen and are recorded. */
export interface Horizon {
  from: MonthNumber;
  through: MonthNumber;
}

/** Where an invented population is marked as such: nobody's history was migrated from anywhere. */
export const GENERATED = 'generated';

/** How often what is told goes wrong, in percent. */
const LATE = 3;
const VERY_LATE = 0.8;
const CORRECTED = 0.9;
const PAID_TWICE = 0.5;
const UNKNOWN_CODE = 0.15;

interface Telling {
  source?: Source;
  /** Days until it is recorded; left out: what chance says. */
  delay?: number;
  /** The stream of another record of the same person. */
  stream?: string;
}

type Data<T extends PersonEventType> = { [K in keyof DataOf<T>]: DataOf<T>[K] };

/** What the ledger learns of one person: facts with the time at which each was recorded, mistakes and their repair among them. */
export class Life {
  /** In the order of telling; `recorded` puts them in the order of recording. */
  private told: LedgerEvent[] = [];
  private readonly lastDay: DayNumber;
  private ended = Infinity;

  constructor(
    readonly person: string,
    readonly chance: Chance,
    readonly horizon: Horizon,
    private readonly number: number,
    private readonly seed: number,
  ) {
    this.lastDay = lastDayOf(horizon.through);
  }

  /** Whether he has died by the end of the month. */
  isOver(month: MonthNumber): boolean {
    return month > this.horizon.through || lastDayOf(month) >= this.ended;
  }

  /** A fact, unless it is recorded after the horizon or happens after his death. */
  tell<T extends PersonEventType>(
    type: T,
    on: DayNumber,
    data: Data<T>,
    telling: Telling = {},
  ): LedgerEvent | undefined {
    if (on > this.ended) return undefined;
    return this.keep(type, on, data, this.recordingDay(on, telling), telling);
  }

  /** A payment; now and then recorded late, with a mistake that is put right, or twice. */
  pay(on: DayNumber, data: Omit<PaidData, 'kind'> & { kind?: PaidData['kind'] }): void {
    const paid = { ...data, kind: data.kind ?? 'regular' } as PaidData;
    if (this.chance.percent(PAID_TWICE)) {
      const twice = this.tell('Paid', on + 1, paid, { source: 'tax' });
      this.tell('Paid', on, paid, { source: 'tax' });
      if (twice) this.amend('Voided', twice, { target: twice.id, reason: 'recorded twice' }, 3, 40);
      return;
    }
    if (!this.chance.percent(CORRECTED)) {
      this.tell('Paid', on, paid, { source: 'tax' });
      return;
    }
    const misread = this.tell('Paid', on + this.chance.between(1, 25), paid, { source: 'tax' });
    if (!misread) return;
    const correction = { target: misread.id, effectiveOn: toDay(on), reason: 'day of arrival misread' };
    const corrected = this.amend('Corrected', misread, correction, 5, 300);
    if (corrected && this.chance.percent(8)) {
      this.amend('Voided', corrected, { target: corrected.id, reason: 'the first reading was right' }, 5, 90);
    }
  }

  /** What is told of a later month is not believed: the registration was a mistake from the start. */
  takeBack(event: LedgerEvent | undefined, reason: string): void {
    if (event) this.amend('Voided', event, { target: event.id, reason }, 5, 120);
  }

  /** What was to happen to him later has not happened, and nothing of it was put right. */
  die(on: DayNumber): void {
    this.tell('Died', on, {}, { source: 'police' });
    this.ended = on;
    const last = toDay(on);
    const untold = new Set<string>();
    for (const event of [...this.told]) {
      const amending = event.type === 'Voided' || event.type === 'Corrected';
      if (amending ? untold.has(event.data.target) : event.effectiveOn > last) untold.add(event.id);
    }
    if (untold.size > 0) this.told = this.told.filter(({ id }) => !untold.has(id));
  }

  /** Everything in the order of recording. */
  recorded(): LedgerEvent[] {
    return this.told.sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : a.recordedAt > b.recordedAt ? 1 : 0));
  }

  private amend<T extends 'Corrected' | 'Voided'>(
    type: T,
    target: LedgerEvent,
    data: Data<T>,
    first: number,
    last: number,
  ): LedgerEvent | undefined {
    const day = this.recordingDays.get(target.id)! + this.chance.between(first, last);
    return this.keep(type, day, data, day, { source: 'agency', stream: target.stream });
  }

  private readonly recordingDays = new Map<string, DayNumber>();

  private keep<T extends PersonEventType>(
    type: T,
    on: DayNumber,
    data: Data<T>,
    recordedOn: DayNumber,
    { source = 'agency', stream = personStream(this.person) }: Telling,
  ): LedgerEvent | undefined {
    const { chance } = this;
    const time = chance.between(8 * 3600, 18 * 3600 - 1);
    const millis = chance.between(0, 999);
    const id = this.nextId();
    const unknownCode = chance.percent(UNKNOWN_CODE);
    if (recordedOn > this.lastDay) return undefined;
    const clock = `${two(Math.floor(time / 3600))}:${two(Math.floor(time / 60) % 60)}:${two(time % 60)}`;
    const metadata: Record<string, unknown> = { source, actor: 'generator', migratedFrom: GENERATED };
    if (unknownCode && type === 'Registered') metadata['exceptions'] = ['psn_type=1799'];
    metadata['schemaVersion'] = registry[type].version;
    const event = {
      id,
      type,
      stream,
      effectiveOn: toDay(on),
      recordedAt: `${toDay(recordedOn)}T${clock}.${String(millis).padStart(3, '0')}+08:00`,
      data,
      metadata,
    } as unknown as LedgerEvent;
    this.recordingDays.set(id, recordedOn);
    this.told.push(event);
    return event;
  }

  private recordingDay(on: DayNumber, { delay }: Telling): DayNumber {
    const { chance } = this;
    if (delay !== undefined) return on + delay;
    if (chance.percent(VERY_LATE)) return on + chance.between(100, 500);
    if (chance.percent(LATE)) return on + chance.between(20, 90);
    return on + chance.between(0, 2);
  }

  /** Unique by person, place and seed, and spread as ids are that a machine draws. */
  private nextId(): string {
    const spread = hex(this.chance.word(), 8);
    const place = hex(this.told.length & 0xffff, 4);
    return `${spread}-${place}-8${hex(this.seed & 0xfff, 3)}-8${hex((this.seed >>> 12) & 0xfff, 3)}-${hex(this.number, 12)}`;
  }
}

/** The fee months of one month or of a run of them. */
export function feeMonths(from: Month, through: Month = from): { from: Month; through: Month } {
  return { from, through };
}

/** A day of the month that chance chooses between two dates, at most the 28th. */
export function dayIn(chance: Chance, month: MonthNumber, first = 1, last = 28): DayNumber {
  return firstDayOf(month) + chance.between(first, last) - 1;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
