import type { Day } from '../../libs/calendar';
import type { Policies } from '../../libs/policy/evaluation';
import { recordKeepingEventTypes, type EventType, type LedgerEvent } from '../../events';
import { knownAtLimit } from '../history';
import type { Side } from './side';

/** Something in which two sides differ, and which may be why their answers do. */
export type Cause = FactCause | AmendmentCause | RulingCause | PackCause | ReadingCause | DayCause | RegionCause;

interface OfEvent {
  event: string;
  stream: string;
  type: EventType;
  effectiveOn: Day;
  recordedAt: string;
  /** Whether the second side knows it and the first does not, or the other way round. */
  applied: 'added' | 'removed';
}

/** `lateFact`: it had happened by the earlier basis, and was recorded after it. `newFact`: it happened after it as well. */
export interface FactCause extends OfEvent {
  kind: 'lateFact' | 'newFact';
}
export interface AmendmentCause extends OfEvent {
  kind: 'correction' | 'voiding';
  /** The event it amends. */
  target: string;
}
export interface RulingCause extends OfEvent {
  kind: 'ruling';
  reading: string;
  choice: string;
}
/** Other versions of a jurisdiction's pack. */
export interface PackCause {
  kind: 'pack';
  region: string;
  from: PackVersion[];
  to: PackVersion[];
}
interface PackVersion {
  id: string;
  version: string;
  sha256: string;
}
/** A choice that the question makes for an unclear clause; absent where it leaves it to rulings and the pack. */
export interface ReadingCause {
  kind: 'reading';
  reading: string;
  from?: string;
  to?: string;
}
/** Another day is asked about. */
export interface DayCause {
  kind: 'day';
  from: Day;
  to: Day;
}
/** Another region is asked about; absent where the question leaves it to the person's relation. */
export interface RegionCause {
  kind: 'region';
  from?: string;
  to?: string;
}

/**
 * Everything in which the sides differ: applied together to the first they make the second. Questions, packs and rulings
 * come first, then facts in the order of recording.
 */
export function causesBetween(from: Side, to: Side): Cause[] {
  const here = new Set(from.events.map(({ id }) => id));
  const there = new Set(to.events.map(({ id }) => id));
  const added = to.events.filter(({ id, type }) => !here.has(id) && !aboutTheRecord.has(type));
  const removed = from.events.filter(({ id, type }) => !there.has(id) && !aboutTheRecord.has(type));
  const knownBy = lastKnownDay(added.length > 0 || removed.length === 0 ? from : to);
  const events = [
    ...removed.map((event) => causeOf(event, 'removed', knownBy)),
    ...added.map((event) => causeOf(event, 'added', knownBy)),
  ].sort((a, b) => compare(a.recordedAt, b.recordedAt) || compare(a.event, b.event));
  return [...ofQuestions(from, to), ...ofPacks(from.policies, to.policies), ...events];
}

const aboutTheRecord: ReadonlySet<EventType> = new Set(recordKeepingEventTypes);

function ofQuestions({ question: from }: Side, { question: to }: Side): Cause[] {
  const causes: Cause[] = [];
  if (from.validOn !== to.validOn) causes.push({ kind: 'day', from: from.validOn, to: to.validOn });
  if (from.region !== to.region) {
    causes.push({
      kind: 'region',
      ...(from.region ? { from: from.region } : {}),
      ...(to.region ? { to: to.region } : {}),
    });
  }
  const readings = new Set([...Object.keys(from.readings ?? {}), ...Object.keys(to.readings ?? {})]);
  for (const reading of [...readings].sort()) {
    const [before, after] = [from.readings?.[reading], to.readings?.[reading]];
    if (before === after) continue;
    causes.push({
      kind: 'reading',
      reading,
      ...(before === undefined ? {} : { from: before }),
      ...(after === undefined ? {} : { to: after }),
    });
  }
  return causes;
}

function ofPacks(from: Policies, to: Policies): PackCause[] {
  if (from === to) return [];
  const regions = new Set([...from.packs, ...to.packs].map(({ region }) => region));
  return [...regions].sort().flatMap((region): PackCause[] => {
    const [before, after] = [from, to].map(({ packs }) => packs.filter((pack) => pack.region === region));
    const seals = [before!, after!].map((packs) => packs.map(({ sha256 }) => sha256).join());
    if (seals[0] === seals[1]) return [];
    const [a, b] = [before!, after!].map((packs) => packs.map(({ id, version, sha256 }) => ({ id, version, sha256 })));
    return [{ kind: 'pack', region, from: a!, to: b! }];
  });
}

function causeOf(event: LedgerEvent, applied: 'added' | 'removed', knownBy: Day): Cause & OfEvent {
  const { id, stream, type, effectiveOn, recordedAt } = event;
  const common: OfEvent = { event: id, stream, type, effectiveOn, recordedAt, applied };
  switch (event.type) {
    case 'Corrected':
      return { kind: 'correction', ...common, target: event.data.target };
    case 'Voided':
      return { kind: 'voiding', ...common, target: event.data.target };
    case 'RulingRecorded':
      return { kind: 'ruling', ...common, reading: event.data.reading, choice: event.data.choice };
    default:
      return { kind: effectiveOn <= knownBy ? 'lateFact' : 'newFact', ...common };
  }
}

/** The last day that the side can know of: its limit, or of a position the day on which its last event was recorded. */
function lastKnownDay({ question: { knownAt }, events }: Side): Day {
  const limit = knownAtLimit(knownAt);
  if (typeof limit === 'string') return limit.slice(0, 10);
  return events.reduce((last, { recordedAt }) => (recordedAt > last ? recordedAt : last), '').slice(0, 10);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
