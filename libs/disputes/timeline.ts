import type { Policies } from '../policy/evaluation';
import { dayNumber, type Day } from '../calendar';
import { parseStream, personStream, type EventType, type LedgerEvent } from '../../events';
import type { Answer } from '../../projections/answer';
import { answerTo, figuresOf } from '../../projections/difference';
import { resolve, withRegion, type Material } from './material';

/** An event on the two axes. */
export interface TimelineEvent {
  id: string;
  stream: string;
  type: EventType;
  /** When it holds in the world. */
  effectiveOn: Day;
  /** When the ledger learned it. */
  recordedAt: string;
  position?: string;
  revision?: number;
  /** Days from the one to the other; below 0 where it was recorded before its day. */
  lateDays: number;
  /** The event that it corrects or voids. */
  amends?: string;
  /** The corrections and voidings that name it, whether or not they stand. */
  amendedBy: string[];
  /** Without birth date, sex, what tells of it, and identity. */
  data: object;
}

/** What the ledger held from one moment of knowledge until the next that changed it. */
export interface TimelineState extends Pick<
  Answer,
  'benefit' | 'coverage' | 'waitingPeriods' | 'interruptions' | 'registrations' | 'contribution'
> {
  knownAt: string;
  /** What was recorded at that moment. */
  events: string[];
}

/** Everything recorded about a person, and the answer's spans as each moment of knowledge left them. */
export interface Timeline {
  person: string;
  region: string;
  validOn: Day;
  events: TimelineEvent[];
  states: TimelineState[];
}

/** The timeline of a person for a question about one day, up to `now`. */
export async function timelineOf(
  material: Material,
  validOn: Day,
  region: string | undefined,
  now: string,
  policies: Policies,
): Promise<Timeline> {
  const { person, streams } = material;
  const all = [...streams.values()].flat().sort(byRecording);
  const own = all.filter(({ stream }) => stream === personStream(person) || parseStream(stream)?.kind === 'person');
  const amendedBy = new Map<string, string[]>();
  for (const event of own) {
    if (event.type !== 'Corrected' && event.type !== 'Voided') continue;
    amendedBy.set(event.data.target, [...(amendedBy.get(event.data.target) ?? []), event.id]);
  }

  const states: TimelineState[] = [];
  let said = '';
  let asked = 0;
  let lastRegion = region ?? '';
  for (const [knownAt, events] of byMoment(all)) {
    if (knownAt > now) break;
    // An answer a moment: a long life would hold up a server for a second.
    if (++asked % ANSWERS_IN_ONE_GO === 0) await new Promise(setImmediate);
    const basis = { validOn, knownAt, ...(region === undefined ? {} : { region }) };
    const answer = withRegion(person, () => answerTo(resolve(material, basis, now, policies).side));
    lastRegion = answer.region;
    const { benefit, coverage, waitingPeriods, interruptions, registrations, contribution } = answer;
    const state = { benefit, coverage, waitingPeriods, interruptions, registrations, contribution };
    const key = [...figuresOf({ ...answer, ...state }).keys()].sort().join('\n');
    if (key !== said) states.push({ knownAt, events: events.map(({ id }) => id), ...state });
    said = key;
  }
  return {
    person,
    region: lastRegion,
    validOn,
    events: own.map((event) => shown(event, amendedBy.get(event.id) ?? [])),
    states,
  };
}

const ANSWERS_IN_ONE_GO = 8;

function shown(event: LedgerEvent, amendedBy: string[]): TimelineEvent {
  const { id, stream, type, effectiveOn, recordedAt, position, revision, data } = event;
  return {
    id,
    stream,
    type,
    effectiveOn,
    recordedAt,
    ...(position === undefined ? {} : { position: String(position) }),
    ...(revision === undefined ? {} : { revision }),
    lateDays: dayNumber(recordedAt.slice(0, 10)) - dayNumber(effectiveOn),
    ...('target' in data ? { amends: data.target } : {}),
    amendedBy,
    data: withoutPersonal(data),
  };
}

/** Who somebody is is told by his id alone; the events themselves are for those who may read them. */
const PERSONAL: ReadonlySet<string> = new Set(['birthDate', 'sex', 'retirementCategory', 'identity']);

function withoutPersonal<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutPersonal) as T;
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !PERSONAL.has(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutPersonal(inner as unknown)])) as T;
}

function byMoment(events: readonly LedgerEvent[]): Map<string, LedgerEvent[]> {
  const moments = new Map<string, LedgerEvent[]>();
  for (const event of events) moments.set(event.recordedAt, [...(moments.get(event.recordedAt) ?? []), event]);
  return moments;
}

function byRecording(a: LedgerEvent, b: LedgerEvent): number {
  return a.recordedAt < b.recordedAt ? -1 : a.recordedAt > b.recordedAt ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
