import { monthNumber, type Month } from '../calendar';
import type { LedgerEvent } from '../../events';
import { tellBiography, type Country } from './biography';
import { Chance } from './chance';
import { Life, type Horizon } from './life';
import { employerOf, placeEvents } from './places';

export interface PopulationOptions {
  /** How many persons. */
  persons: number;
  /** A whole number from 0 below 2^24: another seed, other people. */
  seed: number;
  /** Codes of the regions where they live. */
  regions: readonly string[];
  /** The months in which facts happen as they are recorded; what is older was taken over. Default 2021-01 through 2025-12. */
  from?: Month;
  through?: Month;
  /** So many persons are told at once, in the order of recording; 1 tells one after the other. Default 1000. */
  cohort?: number;
  /** Rule ids by which money may be asked back, by region. Left out: nobody asks. */
  refundBases?: Readonly<Record<string, readonly string[]>>;
}

/** The largest seed there is, and the most persons. */
export const MAX_SEED = 0xffffff;
export const MAX_PERSONS = 99_999_999;

const DEFAULTS = { from: '2021-01', through: '2025-12', cohort: 1000 };

/**
 * An invented population: careers paid month by month, gaps, switches between schemes, flexible years, children, students,
 * aid, moves, retirements, deaths, and what goes wrong in telling them: late facts, corrections, voidings. The same options
 * give the same events, byte for byte. First regions and employers, then the persons, in constant memory. `recordedAt`
 * never goes back within a stream.
 */
export function* population(options: PopulationOptions): Generator<LedgerEvent> {
  const { persons, cohort = DEFAULTS.cohort } = options;
  yield* placesOf(options);
  for (let first = 1; first <= persons; first += cohort) {
    const lives: LedgerEvent[][] = [];
    for (let number = first; number < Math.min(first + cohort, persons + 1); number++) {
      lives.push(personEvents(options, number));
    }
    yield* lives.length === 1 ? lives[0]! : merged(lives);
  }
}

/** The events of the population's regions and employers. */
export function placesOf(options: PopulationOptions): Generator<LedgerEvent> {
  return placeEvents(options.regions, horizonOf(options), options.seed);
}

/** The events of one person of the population, by his number from 1, in the order of recording. */
export function personEvents(options: PopulationOptions, number: number): LedgerEvent[] {
  const { seed, regions, refundBases = {} } = options;
  const life = new Life(personId(seed, number), new Chance(seed, number), horizonOf(options), number, seed);
  const country: Country = { regions, refundBases, employer: employerOf };
  tellBiography(life, country);
  return life.recorded();
}

/** `G7-00000042`: who it is of which population. */
export function personId(seed: number, number: number): string {
  return `G${seed}-${String(number).padStart(8, '0')}`;
}

function horizonOf({ from = DEFAULTS.from, through = DEFAULTS.through }: PopulationOptions): Horizon {
  return { from: monthNumber(from), through: monthNumber(through) };
}

/** Everybody's events in the order of recording; of one person's stream in its own. */
function merged(lives: readonly LedgerEvent[][]): LedgerEvent[] {
  const all = lives.flat();
  const order = all.map((_, index) => index);
  order.sort((a, b) => {
    const first = all[a]!.recordedAt;
    const second = all[b]!.recordedAt;
    return first < second ? -1 : first > second ? 1 : a - b;
  });
  return order.map((index) => all[index]!);
}
