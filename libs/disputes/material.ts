import type { Ledger } from '../ledger';
import { RegionNeeded } from '../ledger';
import type { Policies } from '../policy/evaluation';
import { employerStream, personStream, regionStream, type LedgerEvent } from '../../events';
import { dayNumber } from '../calendar';
import type { Side } from '../../projections/difference';
import { FOREVER, UnknownRegion, employersOf, homeRegion, namedInMerges, regionsOf } from '../../projections/grounds';
import { historyAt, knownAtLimit, type KnownAt } from '../../projections/history';
import type { Basis } from './basis';
import { lawOf, type Law } from './law';

/** Everything recorded that any basis of one person's question may rest on, whole streams of it. */
export interface Material {
  person: string;
  streams: ReadonlyMap<string, readonly LedgerEvent[]>;
}

/** A basis with what stands behind it. `knownAt` is settled, also where the basis left it out. */
export interface Resolved {
  basis: Basis & { knownAt: string | bigint };
  side: Side;
  law: Law;
}

/** The country, which has no stream of its own. */
const NATIONAL = '000000';

/** Reads the person's stream, those of everyone ever merged with him, and with them, and the regions and employers that any of it names. */
export async function gather(
  ledger: Ledger,
  person: string,
  regions: readonly (string | undefined)[],
): Promise<Material | undefined> {
  const own = await ledger.personEvents(person);
  if (own.length === 0) return undefined;
  const streams = new Map<string, readonly LedgerEvent[]>([[personStream(person), own]]);
  for (const events of streams.values()) {
    for (const stream of mergedStreams(events)) {
      if (!streams.has(stream)) streams.set(stream, await ledger.streamEvents(stream));
    }
  }
  const asked = regions.flatMap((region) => (region === undefined ? [] : [{ data: { region } }]));
  for (const stream of namedStreams([...streams.values()].flat(), asked)) {
    if (!streams.has(stream)) streams.set(stream, await ledger.streamEvents(stream));
  }
  return { person, streams };
}

/** The material as the log held it at a position; undefined where it held nothing of the person yet. */
export function upTo({ person, streams }: Material, head: bigint): Material | undefined {
  const held = new Map(
    [...streams].map(([stream, events]) => [
      stream,
      events.filter(({ position }) => position !== undefined && BigInt(position) <= head),
    ]),
  );
  return held.get(personStream(person))!.length === 0 ? undefined : { person, streams: held };
}

/** The streams of everyone whom the events ever named in a merge. */
export function mergedStreams(events: readonly LedgerEvent[]): string[] {
  return namedInMerges(events).map(personStream);
}

/** The streams of regions and employers that events name, corrections of them included. */
export function namedStreams(events: readonly LedgerEvent[], more: readonly { data: object }[] = []): string[] {
  const said = events.flatMap((event): { data: object }[] => {
    const corrected = event.type === 'Corrected' ? event.data.data : undefined;
    return [event, ...(corrected === undefined ? [] : [{ data: corrected }])];
  });
  return [...regionsOf([...said, ...more], NATIONAL).map(regionStream), ...employersOf(said).map(employerStream)];
}

/** The side of a comparison that a basis makes of the material. `now` stands in for a `knownAt` that is left out. */
export function resolve(material: Material, basis: Basis, now: string, policies: Policies): Resolved {
  const { person, streams } = material;
  const knownAt = basis.knownAt ?? now;
  const limit = knownAtLimit(knownAt);
  const law = lawOf(basis, limit, policies, streams);
  const { validOn, region, readings } = basis;
  const laterRegion = (persons: readonly string[]) => {
    const theirs = persons.flatMap((one) => streams.get(personStream(one)) ?? []);
    return homeRegion(historyAt(theirs, FOREVER).facts, dayNumber(validOn));
  };
  return {
    basis: { ...basis, knownAt },
    law,
    side: {
      question: {
        person,
        validOn,
        knownAt,
        ...(region === undefined ? {} : { region }),
        laterRegion,
        ...(readings === undefined ? {} : { readings }),
      },
      events: [...streams.values()].flatMap((events) => knownEvents(events, limit, basis.as === 'knownNow')),
      policies: law.policies,
    },
  };
}

/** Runs with a question that may name no region; where none can be found, the one error that callers know. */
export function withRegion<T>(person: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof UnknownRegion) throw new RegionNeeded(person);
    throw error;
  }
}

/** The events known at the limit, and under today's law also the rulings known today with what amends them. */
function knownEvents(events: readonly LedgerEvent[], limit: KnownAt, rulingsOfToday: boolean): LedgerEvent[] {
  const rulings = new Set(
    rulingsOfToday ? events.filter(({ type }) => type === 'RulingRecorded').map(({ id }) => id) : [],
  );
  if (rulings.size > 0) {
    for (const event of events) {
      if ((event.type === 'Corrected' || event.type === 'Voided') && rulings.has(event.data.target))
        rulings.add(event.id);
    }
  }
  return events.filter(
    ({ id, recordedAt, position }) =>
      rulings.has(id) ||
      (typeof limit === 'string' ? recordedAt <= limit : position !== undefined && BigInt(position) <= limit),
  );
}
