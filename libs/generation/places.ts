import { firstDayOf, firstDayOfYear, toDay, yearOfMonth, type DayNumber } from '../calendar';
import {
  employerStream,
  regionStream,
  registry,
  type EmployerEventType,
  type EventToStore,
  type LedgerEvent,
  type RegionEventType,
} from '../../events';
import { Chance } from './chance';
import { GENERATED, type Horizon } from './life';
import { collectionPeriod } from './residents';

/** Ids of numbered things of a region begin at 1; employers of a region are as many as this. */
const EMPLOYERS_A_REGION = 60;
/** Ids of regions and employers count below those of persons. */
const OF_PLACES = 0xffff;

/** An employer of the region, by a number that chance gave. */
export function employerOf(region: string, chance: number): string {
  return `E${region}${String(1 + (chance % EMPLOYERS_A_REGION)).padStart(4, '0')}`;
}

/** What regions announce and publish for the time, and their employers: recorded before anything about a person. */
export function* placeEvents(regions: readonly string[], horizon: Horizon, seed: number): Generator<LedgerEvent> {
  const place = new Places(seed);
  const firstYear = yearOfMonth(horizon.from);
  const lastYear = yearOfMonth(horizon.through);
  const opens = firstDayOf(horizon.from) - 20;
  for (const region of regions) {
    const stream = regionStream(region);
    for (const [name, value, unit] of REFERENCES) {
      const on = firstDayOfYear(firstYear);
      yield place.event('ReferenceValuePublished', stream, opens, {
        name,
        value,
        unit,
        validFrom: toDay(on),
        source: '生成',
      });
    }
    for (let year = firstYear - 1; year <= lastYear + 1; year++) {
      const period = collectionPeriod(year);
      yield place.event('CollectionPeriodAnnounced', stream, opens, period);
    }
    for (let number = 0; number < EMPLOYERS_A_REGION; number++) {
      const uscc = employerOf(region, number);
      yield place.event('EmployerRegistered', employerStream(uscc), opens, { uscc, region });
    }
  }
}

/** Invented values of what documents leave to others; some are left unpublished, so that some answers stay open. */
const REFERENCES: readonly (readonly [string, string | number | boolean, string])[] = [
  ['schemeStart', '2001-01-01', 'day'],
  ['averageMonthlyWageFen', 655000, 'fen'],
  ['averageAnnualWageFen', 7860000, 'fen'],
  ['baseFloorFen', 393000, 'fen'],
  ['baseCeilingFen', 1965000, 'fen'],
  ['employerRatePercent', 8, 'percent'],
  ['personRatePercent', 2, 'percent'],
  ['lumpSumBaseFen', 393000, 'fen'],
  ['lumpSumRatePercent', 9, 'percent'],
  ['dueOn', 25, 'date'],
];

class Places {
  private readonly chance: Chance;
  private count = 0;

  constructor(private readonly seed: number) {
    this.chance = new Chance(seed, 0);
  }

  event(type: RegionEventType | EmployerEventType, stream: string, on: DayNumber, data: object): LedgerEvent {
    this.count += 1;
    const id =
      `${hex(this.chance.word(), 8)}-${hex(this.count >>> 16, 4)}-8${hex(this.seed & 0xfff, 3)}` +
      `-8${hex((this.seed >>> 12) & 0xfff, 3)}-${hex(this.count & OF_PLACES, 4)}00000000`;
    const day = toDay(on);
    const metadata: EventToStore['metadata'] = {
      source: 'agency',
      actor: 'generator',
      migratedFrom: GENERATED,
      schemaVersion: registry[type].version,
    };
    const recordedAt = `${day}T09:00:00.000+08:00`;
    return { id, type, stream, effectiveOn: day, recordedAt, data, metadata } as unknown as LedgerEvent;
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
