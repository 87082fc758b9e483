import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describeFaults, parseEvent, validateCorrection, type LedgerEvent } from '../../events';
import { historyAt } from '../../projections/history';
import { personEvents, personId, population, type PopulationOptions } from '.';

const REGIONS = ['211200', '320700', '360100', '610100', '220000'];
const FOREVER = '9999-12-31';
const options: PopulationOptions = {
  persons: 1200,
  seed: 7,
  regions: REGIONS,
  refundBases: { '211200': ['TL-7.2c'], '320700': ['LYG-35'] },
};

function hashOf(events: Iterable<LedgerEvent>): string {
  const hash = createHash('sha256');
  for (const event of events) hash.update(`${JSON.stringify(event)}\n`);
  return hash.digest('hex');
}

describe('an invented population', () => {
  const all = [...population(options)];
  const people = all.filter(({ stream }) => stream.startsWith('person-'));

  it('is the same, byte for byte, for the same seed, and another for another', () => {
    expect(hashOf(population(options))).toBe(hashOf(all));
    expect(hashOf(population({ ...options, seed: 8 }))).not.toBe(hashOf(all));
  });

  it('tells each person alike, however many there are and however they are told', () => {
    const alone = personEvents(options, 700);
    const stream = `person-${personId(options.seed, 700)}`;
    const ofStream = (events: Iterable<LedgerEvent>) => [...events].filter((event) => event.stream === stream);
    expect(ofStream(all)).toEqual(alone.filter((event) => event.stream === stream));
    expect(ofStream(population({ ...options, persons: 700, cohort: 1 }))).toEqual(ofStream(alone));
  });

  it('passes the door, event by event', () => {
    for (const event of all) {
      const parsed = parseEvent(event);
      if (!parsed.ok) throw new Error(`${event.type}: ${describeFaults(parsed.faults)}`);
      expect(parsed.event.data).toEqual(event.data);
    }
  });

  it('holds every id once', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  it('is recorded in order within each stream, and amends only what was recorded before', () => {
    const last = new Map<string, string>();
    const seen = new Map<string, LedgerEvent>();
    for (const event of all) {
      expect(event.recordedAt >= (last.get(event.stream) ?? '')).toBe(true);
      last.set(event.stream, event.recordedAt);
      if (event.type === 'Corrected' || event.type === 'Voided') {
        const target = seen.get(event.data.target);
        expect(target?.stream).toBe(event.stream);
        if (event.type === 'Corrected' && target && event.data.data)
          expect(validateCorrection(target.type, event.data.data, target.data)).toEqual([]);
      }
      seen.set(event.id, event);
    }
  });

  it('has about 25 events a person, and all that a life and its clerks bring', () => {
    const each = people.length / options.persons;
    expect(each).toBeGreaterThan(20);
    expect(each).toBeLessThan(30);
    const types = new Set(people.map(({ type }) => type));
    for (const type of [
      'Registered',
      'Paid',
      'Suspended',
      'Transferred',
      'Retired',
      'Refunded',
      'Identified',
      'Merged',
      'Died',
      'Terminated',
      'Assessed',
      'BackPaymentRequested',
      'YearsRecognised',
      'StatutoryAgeReached',
      'AidGranted',
      'StudentEnrolled',
      'UnemploymentBenefitStarted',
      'DuplicateDetected',
      'RefundRequested',
      'Admitted',
      'Corrected',
      'Voided',
    ] as const) {
      expect({ type, there: types.has(type) }).toEqual({ type, there: true });
    }
    const late = people.filter(
      ({ effectiveOn, recordedAt }) => Date.parse(recordedAt) - Date.parse(effectiveOn) > 100 * 86_400_000,
    );
    expect(late.length).toBeGreaterThan(people.length / 500);
  });

  it('makes sense to the history of every basis', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 1000 }), (number, seed) => {
        const events = personEvents({ ...options, seed }, number);
        expect(historyAt(events, `${FOREVER}T23:59:59.999+08:00`).facts.length).toBeLessThanOrEqual(events.length);
        const died = events.find(({ type }) => type === 'Died');
        if (died)
          expect(
            events.every(
              (event) => event.effectiveOn <= died.effectiveOn || event.type === 'Voided' || event.type === 'Corrected',
            ),
          ).toBe(true);
      }),
      { numRuns: 300, examples: [[11, 6]] },
    );
  });
});
