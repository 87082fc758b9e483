import { dayNumber, endOfDay, isDay, toInstant, type DayNumber } from '../../libs/calendar';
import type { EventType, LedgerEvent } from '../../events';

/** An event as one basis knows it: corrected, not voided, with its day as a number and every event it rests on. */
export type Fact<T extends EventType = EventType> = T extends EventType
  ? {
      type: T;
      id: string;
      day: DayNumber;
      recordedAt: string;
      data: Extract<LedgerEvent, { type: T }>['data'];
      events: string[];
    }
  : never;

/** What one basis knows of one stream, in the order things happened (CV-17); policy-free. */
export interface History {
  facts: readonly Fact[];
  /** The same by type, each in order. */
  byType: ReadonlyMap<EventType, readonly Fact[]>;
  /** Highest log position among the events counted; 0 where events carry none. */
  position: bigint;
}

/** Up to where the log counts: an instant in the ledger's form, or a position. */
export type KnownAt = string | bigint;

/** A day, an instant with any offset, or a position, as a limit of knowledge. A bare day means its last instant. */
export function knownAtLimit(knownAt: string | bigint): KnownAt {
  if (typeof knownAt === 'bigint') return knownAt;
  if (isDay(knownAt)) return endOfDay(knownAt);
  const instant = toInstant(knownAt);
  if (instant !== undefined) return instant;
  if (/^\d+$/.test(knownAt)) return BigInt(knownAt);
  throw new RangeError(
    `not a limit of knowledge: ${JSON.stringify(knownAt)}; expected a day, an instant or a position`,
  );
}

/**
 * The history that a basis knows: events recorded up to the limit, with corrections and voidings of them applied, and
 * voidings of those in turn. Stored events are never touched: known before a correction, they read as they were.
 */
export function historyAt(events: readonly LedgerEvent[], knownAt: KnownAt): History {
  const known = events.filter((event) => isKnown(event, knownAt));
  let position = 0n;
  for (const event of known) {
    if (event.position !== undefined && BigInt(event.position) > position) position = BigInt(event.position);
  }
  return historyOfKnown(known, position);
}

/** As `historyAt`, of events that are all known; `position` is the highest among them. */
export function historyOfKnown(known: readonly LedgerEvent[], position: bigint): History {
  const amending = known.filter(({ type }) => type === 'Corrected' || type === 'Voided');
  return historyOf(amending.length === 0 ? known.map(asFact) : new Amendments(known, amending).facts(), position);
}

/** A history of given facts, put in order. */
export function historyOf(facts: readonly Fact[], position: bigint): History {
  const ordered = isInOrder(facts) ? facts : [...facts].sort(byHappening);
  return { facts: ordered, byType: grouped(ordered), position };
}

/** Whether facts stand in the order in which things happened. */
export function isInOrder(facts: readonly Fact[]): boolean {
  for (let i = 1; i < facts.length; i++) if (byHappening(facts[i - 1]!, facts[i]!) > 0) return false;
  return true;
}

/** The facts of one type, in order. */
export function factsOf<T extends EventType>(history: History, type: T): readonly Fact<T>[] {
  return (history.byType.get(type) ?? NONE) as unknown as readonly Fact<T>[];
}

const NONE: readonly Fact[] = [];

function grouped(facts: readonly Fact[]): Map<EventType, Fact[]> {
  const byType = new Map<EventType, Fact[]>();
  for (const fact of facts) {
    const list = byType.get(fact.type);
    if (list) list.push(fact);
    else byType.set(fact.type, [fact]);
  }
  // A relation ended by death tells of the death, where nothing else does.
  const told = byType.has('Died') ? undefined : byType.get('Terminated')?.find(isByDeath);
  if (told) byType.set('Died', [{ ...told, type: 'Died', data: {} } as Fact]);
  return byType;
}

function isByDeath(fact: Fact): boolean {
  return fact.type === 'Terminated' && fact.data.reason === 'death';
}

/** Whether an event was recorded by then. */
export function isKnown(event: Pick<LedgerEvent, 'recordedAt' | 'position'>, knownAt: KnownAt): boolean {
  if (typeof knownAt === 'string') return event.recordedAt <= knownAt;
  return event.position !== undefined && BigInt(event.position) <= knownAt;
}

function asFact(event: LedgerEvent): Fact {
  return {
    type: event.type,
    id: event.id,
    day: dayNumber(event.effectiveOn),
    recordedAt: event.recordedAt,
    data: event.data,
    events: [event.id],
  } as unknown as Fact;
}

/** Same-day order of CV-17: termination, registration, payment, stay; a suspension takes effect at the end of its day. */
function rankOf(type: EventType): number {
  switch (type) {
    case 'Terminated':
    case 'Died':
      return 0;
    case 'Registered':
    case 'Transferred':
      return 2;
    case 'Paid':
      return 3;
    case 'Admitted':
    case 'Discharged':
      return 5;
    case 'Suspended':
      return 6;
    default:
      return 1;
  }
}

/** The order in which things happened (CV-17). */
export function byHappening(a: Fact, b: Fact): number {
  return a.day - b.day || rankOf(a.type) - rankOf(b.type) || compare(a.recordedAt, b.recordedAt) || compare(a.id, b.id);
}

function byRecording(a: LedgerEvent, b: LedgerEvent): number {
  return compare(a.recordedAt, b.recordedAt) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Amended {
  effectiveOn: string;
  data: Record<string, unknown>;
  events: string[];
}

type Corrected = Extract<LedgerEvent, { type: 'Corrected' }>;
type Voided = Extract<LedgerEvent, { type: 'Voided' }>;

class Amendments {
  private readonly byId = new Map<string, LedgerEvent>();
  private readonly corrections = new Map<string, Corrected[]>();
  private readonly voidings = new Map<string, Voided[]>();
  private readonly voided = new Map<string, boolean>();
  private readonly amended = new Map<string, Amended>();

  constructor(known: readonly LedgerEvent[], amending: readonly LedgerEvent[]) {
    for (const event of known) this.byId.set(event.id, event);
    for (const event of [...amending].sort(byRecording)) {
      if (event.type === 'Corrected') push(this.corrections, event.data.target, event);
      if (event.type === 'Voided') push(this.voidings, event.data.target, event);
    }
  }

  facts(): Fact[] {
    const facts: Fact[] = [];
    for (const event of this.byId.values()) {
      if (event.type === 'Corrected' || event.type === 'Voided' || this.isVoided(event.id)) continue;
      const { effectiveOn, data, events } = this.amend(event);
      facts.push({
        type: event.type,
        id: event.id,
        day: dayNumber(effectiveOn),
        recordedAt: event.recordedAt,
        data,
        events,
      } as unknown as Fact);
    }
    return facts;
  }

  /** Voided by a voiding that is not itself voided. Two voidings that name each other leave both standing. */
  private isVoided(id: string): boolean {
    const settled = this.voided.get(id);
    if (settled !== undefined) return settled;
    this.voided.set(id, false);
    const voided = (this.voidings.get(id) ?? []).some((voiding) => voiding.id !== id && !this.isVoided(voiding.id));
    this.voided.set(id, voided);
    return voided;
  }

  /** The event as its standing corrections leave it: the later recorded wins, field by field; null removes a field. */
  private amend(event: LedgerEvent): Amended {
    const corrections = this.corrections.get(event.id);
    if (!corrections)
      return { effectiveOn: event.effectiveOn, data: event.data as unknown as Amended['data'], events: [event.id] };
    const settled = this.amended.get(event.id);
    if (settled) return settled;
    const result: Amended = {
      effectiveOn: event.effectiveOn,
      data: { ...(event.data as object) },
      events: [event.id],
    };
    this.amended.set(event.id, result);
    for (const correction of corrections) {
      if (correction.id === event.id || this.isVoided(correction.id)) continue;
      const { data, events } = this.amend(correction);
      if (event.type === 'Corrected') correctCorrection(result, data);
      else correct(result, data);
      result.events.push(...events);
    }
    return result;
  }
}

function correct(target: Amended, correction: Record<string, unknown>): void {
  if (typeof correction['effectiveOn'] === 'string') target.effectiveOn = correction['effectiveOn'];
  target.data = patched(target.data, correction['data']);
}

const OF_A_CORRECTION = new Set(['target', 'effectiveOn', 'data', 'reason']);

/** A correction of a correction changes what that one says of its own target. */
function correctCorrection(target: Amended, correction: Record<string, unknown>): void {
  if (typeof correction['effectiveOn'] === 'string') target.data['effectiveOn'] = correction['effectiveOn'];
  const fields = correction['data'];
  if (typeof fields !== 'object' || fields === null) return;
  const ofTarget: Record<string, unknown> = { ...((target.data['data'] as object | undefined) ?? {}) };
  for (const [key, value] of Object.entries(fields)) {
    if (key === 'data') Object.assign(ofTarget, value);
    else if (OF_A_CORRECTION.has(key)) target.data[key] = value;
    else ofTarget[key] = value;
  }
  if (Object.keys(ofTarget).length > 0) target.data['data'] = ofTarget;
}

function patched(data: Record<string, unknown>, fields: unknown): Record<string, unknown> {
  if (typeof fields !== 'object' || fields === null) return data;
  return Object.fromEntries(Object.entries({ ...data, ...fields }).filter(([, value]) => value !== null));
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
