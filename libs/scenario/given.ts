import {
  daysInMonth,
  isDay,
  isMonth,
  lastDayOf,
  monthNumber,
  toDay,
  toInstant,
  toMonth,
  yearOfMonth,
} from '../calendar';
import {
  employerStream,
  expandMonthSpan,
  fieldNames,
  parseEvent,
  parseStream,
  personStream,
  regionStream,
  registry,
  type EventType,
  type LedgerEvent,
} from '../../events';
import type { Case } from './scenario';
import { shown, type Place } from './yaml-source';

/** The events that stand when a case is asked. */
export interface Stage {
  /** By stream, each in the order of recording. */
  streams: Map<string, LedgerEvent[]>;
  /** The ids that each label of `given` stands for: several where its item repeats. */
  labels: Map<string, string[]>;
  people: string[];
  /** The last day on which one of the given events was recorded. */
  lastRecordedDay?: string;
}

const PERSON_KEYS = ['sex', 'birthDate', 'retirementCategory', 'identity', 'fundMode'];
const ITEM_KEYS = ['on', 'recorded', 'each', 'day', 'dayBefore', 'person', 'stream', 'id', 'metadata', 'tag', 'note'];
/** What people and reference values hold is known from before any scenario begins. */
const BEFORE_ALL = '1900-01-01';
const DAYS_TEXT = 'a day YYYY-MM-DD';

/** The events of a case: people and reference values first, then `given` in its order. Throws `UnreadableScenario`. */
export function stageCase(scenario: Case): Stage {
  return new Staging(scenario).stage();
}

/** A type that `given` may name. */
export function isEventType(name: string): name is EventType {
  return Object.hasOwn(registry, name);
}

/** `data` as a scenario writes it in the form of the contract: spans of months, codes without quotes. */
export function plainData(type: EventType | undefined, written: unknown): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  if (typeof written !== 'object' || written === null) return data;
  for (const [name, value] of Object.entries(written)) data[name] = plainValue(type, name, value);
  return data;
}

const SPANS = new Set(['feeMonths', 'span', 'cycle', 'employment']);
const REGIONS = new Set(['region', 'fromRegion', 'toRegion', 'household', 'residencePermit', 'habitualResidence']);

function plainValue(type: EventType | undefined, name: string, value: unknown): unknown {
  if (name === 'feeMonths' && type === 'BackPaymentRequested') return monthsOf(value);
  if (SPANS.has(name) && typeof value === 'string') return expandMonthSpan(value) ?? value;
  if (REGIONS.has(name) && typeof value === 'number') return String(value);
  if (name === 'relations' && Array.isArray(value)) return value.map((relation) => plainData(undefined, relation));
  if (name === 'retained' || name === 'data') return plainData(type, value);
  return value;
}

/** Fee months one by one, from a list or a span of them. */
function monthsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.flatMap((item) => monthsOf(item));
  const span = typeof value === 'string' ? expandMonthSpan(value) : value;
  if (typeof span !== 'object' || span === null) return [value];
  const { from, through } = span as { from: unknown; through: unknown };
  if (!isMonth(from) || !isMonth(through)) return [value];
  const months: string[] = [];
  for (let month = monthNumber(from); month <= monthNumber(through); month++) months.push(toMonth(month));
  return months;
}

class Staging {
  private readonly people = new Map<string, { fundMode?: unknown }>();
  private readonly events: LedgerEvent[] = [];
  private readonly labels = new Map<string, string[]>();
  private readonly labelled = new Map<string, { type: EventType; stream: string }>();
  private lastRecordedDay: string | undefined;
  private item = 0;
  private ofItem = 0;

  constructor(private readonly scenario: Case) {}

  stage(): Stage {
    this.addPeople();
    this.addReferences();
    for (const place of this.scenario.given) this.label(place);
    for (const place of this.scenario.given) {
      this.item += 1;
      this.ofItem = 0;
      this.add(place);
    }
    return {
      streams: this.byStream(),
      labels: this.labels,
      people: [...this.people.keys()],
      lastRecordedDay: this.lastRecordedDay,
    };
  }

  private addPeople(): void {
    const { people } = this.scenario;
    for (const name of people.keys('people')) {
      const place = people.at(name).only('a person', PERSON_KEYS);
      const { fundMode, ...identified } = (place.value ?? {}) as Record<string, unknown>;
      this.people.set(name, { fundMode });
      if (Object.keys(identified).length === 0) continue;
      const effectiveOn = isDay(identified['birthDate']) ? identified['birthDate'] : BEFORE_ALL;
      this.push(place, undefined, 'Identified', {
        stream: personStream(name),
        effectiveOn,
        recordedAt: BEFORE_ALL,
        data: identified,
      });
    }
    if (this.people.size === 0) this.people.set('P', {});
  }

  private addReferences(): void {
    const { reference, region } = this.scenario;
    for (const name of reference.keys('reference')) {
      const place = reference.at(name);
      const written = place.value;
      const data = isFields(written) ? written : { value: written };
      this.push(place, undefined, 'ReferenceValuePublished', {
        stream: regionStream(region),
        effectiveOn: BEFORE_ALL,
        recordedAt: BEFORE_ALL,
        data: { name, unit: unitOf(name), validFrom: BEFORE_ALL, source: 'scenario', ...data },
      });
    }
  }

  /** Labels are gathered first, because a correction may stand before its target. */
  private label(place: Place): void {
    if (place.at('id').absent) return;
    const name = place.at('id').text('id');
    if (this.labels.has(name)) place.at('id').fail(`id: two events are labelled ${shown(name)}`);
    this.labels.set(name, []);
    const type = this.typeOf(place);
    this.labelled.set(name, { type, stream: this.streamOf(place, type, this.dataOf(place, type)) });
  }

  private add(place: Place): void {
    const type = this.typeOf(place);
    const data = this.dataOf(place, type);
    const stream = this.streamOf(place, type, data);
    const base = { stream, data, metadata: place.at('metadata').value };
    if (!place.at('each').absent) return this.addEach(place, type, base);

    const on = this.daysOf(place, data);
    if (on.from !== on.through && data['span'] === undefined && fieldNames(type).includes('span')) {
      data['span'] = { from: on.from.slice(0, 7), through: on.through.slice(0, 7) };
    }
    const effectiveOn = data['span'] === undefined ? on.from : on.through;
    this.pushGiven(place, type, { ...base, effectiveOn, data: this.completed(type, data, effectiveOn) }, on.through);
  }

  private addEach(place: Place, type: EventType, base: { stream: string; data: Record<string, unknown> }): void {
    const each = place.at('each').text('each');
    const span = expandMonthSpan(each) ?? spanOfYears(each);
    if (!span || span.from > span.through) {
      throw place.at('each').fault(`each: expected months YYYY-MM..YYYY-MM in order, got ${shown(each)}`);
    }
    const annual = base.data['kind'] === 'annual';
    const first = monthNumber(span.from);
    const last = monthNumber(span.through);
    const starts = annual ? januaries(first, last) : Array.from({ length: last - first + 1 }, (_, i) => first + i);
    for (const month of starts) {
      const effectiveOn = this.dayIn(place, month);
      const data = { ...this.completed(type, base.data, effectiveOn), ...periodOf(type, base.data, month) };
      this.pushGiven(place, type, { ...base, effectiveOn, data }, effectiveOn);
    }
  }

  /** The day of arrival for a fee month: `day` of it, `dayBefore` of the month before, or `on` for all. */
  private dayIn(place: Place, month: number): string {
    if (!place.at('on').absent) return dayOf(place.at('on'), 'on');
    const before = place.at('dayBefore');
    const at = before.absent ? place.at('day') : before;
    const date = at.value;
    if (!Number.isInteger(date) || (date as number) < 1 || (date as number) > 31) {
      (at.absent ? place : at).fail(
        `each: expected day or dayBefore, a day of the month from 1 to 31, got ${shown(date)}`,
      );
    }
    const arrival = before.absent ? month : month - 1;
    const [year, ofYear] = toMonth(arrival).split('-') as [string, string];
    const clamped = Math.min(date as number, daysInMonth(+year, +ofYear));
    return `${year}-${ofYear}-${String(clamped).padStart(2, '0')}`;
  }

  /** `on`, a day or a span; where it is left out, the span of the event itself. */
  private daysOf(place: Place, data: Record<string, unknown>): { from: string; through: string } {
    const on = place.at('on');
    if (on.absent && isFields(data['span'])) {
      const { from, through } = data['span'] as { from: unknown; through: unknown };
      if (isMonth(from) && isMonth(through)) return daysOfMonths(from, through);
    }
    if (on.absent) place.fail(`on is missing: expected ${DAYS_TEXT}`);
    const text = on.text('on');
    const [from = '', through = from] = text.split('..');
    if (isMonth(from) && isMonth(through) && text.includes('..')) return daysOfMonths(from, through);
    if (!isDay(from) || !isDay(through) || from > through) on.fail(`on: expected ${DAYS_TEXT}, got ${shown(text)}`);
    return { from, through };
  }

  private pushGiven(place: Place, type: EventType, event: NewFact, defaultDay: string): void {
    const recorded = place.at('recorded');
    const recordedAt = recorded.absent ? defaultDay : recorded.text('recorded');
    if (toInstant(recordedAt) === undefined)
      recorded.fail(`recorded: expected ${DAYS_TEXT} or an instant, got ${shown(recordedAt)}`);
    const pushed = this.push(place, type, type, { ...event, recordedAt });
    const day = pushed.recordedAt.slice(0, 10);
    if (this.lastRecordedDay === undefined || day > this.lastRecordedDay) this.lastRecordedDay = day;
    if (!place.at('id').absent) this.labels.get(String(place.at('id').value))?.push(pushed.id);
  }

  private push(
    place: Place,
    key: string | undefined,
    type: EventType,
    event: NewFact & { recordedAt: string },
  ): LedgerEvent {
    const id = idOf(this.item, this.ofItem++);
    const parsed = parseEvent({ id, type, ...withoutAbsent(event) });
    if (!parsed.ok) {
      const { field, value, expected } = parsed.faults[0]!;
      const at = field.startsWith('data.') ? dataPlace(key === undefined ? place : place.at(key), field) : place;
      throw at.fault(`${type}: ${field}: expected ${expected}, got ${shown(value)}`);
    }
    this.events.push(parsed.event);
    return parsed.event;
  }

  private typeOf(place: Place): EventType {
    const types = place.keys('an event').filter((key) => !ITEM_KEYS.includes(key));
    const [type] = types;
    if (types.length !== 1 || type === undefined) {
      place.fail(`an event names one type of the contract beside ${ITEM_KEYS.join(', ')}; got ${shown(types)}`);
    }
    return isEventType(type) ? type : place.at(type).fail(`${shown(type)} is no event type of the contract`);
  }

  /** The data with what the scenario says once for all: its region, the person's fund mode, ids behind labels. */
  private dataOf(place: Place, type: EventType): Record<string, unknown> {
    const written = place.at(type);
    written.keys(type);
    const data = plainData(this.targetType(type, written) ?? type, written.value);
    const { region } = this.scenario;
    if (data['region'] === undefined && fieldNames(type).includes('region')) data['region'] = this.regionOf(place);
    if (type === 'Transferred') data['toRegion'] ??= region;
    if (Array.isArray(data['relations'])) {
      data['relations'] = data['relations'].map((relation: object) => ({ region, ...relation }));
    }
    if (isFields(data['retained'])) data['retained'] = { region, ...data['retained'] };
    if ((type === 'Paid' || type === 'Registered') && data['scheme'] === 'employee') {
      const fundMode = this.people.get(this.personOf(place))?.fundMode;
      if (fundMode !== undefined) data['fundMode'] ??= fundMode;
    }
    for (const name of ['target', 'reverses']) {
      if (typeof data[name] === 'string') data[name] = this.idBehind(written.at(name), data[name]);
    }
    return data;
  }

  /** Texts that no rule reads may be left out of a scenario. */
  private completed(type: EventType, data: Record<string, unknown>, on: string): Record<string, unknown> {
    switch (type) {
      case 'Suspended':
      case 'Corrected':
      case 'Voided':
      case 'Merged':
      case 'Unmerged':
        return { reason: 'not stated', ...data };
      case 'RulingRecorded':
      case 'YearsRecognised':
        return { authority: 'agency', ...data };
      case 'ReferenceValuePublished':
        return { unit: unitOf(String(data['name'])), validFrom: on, source: 'scenario', ...data };
      default:
        return data;
    }
  }

  private targetType(type: EventType, written: Place): EventType | undefined {
    return type === 'Corrected' ? this.labelled.get(String(written.at('target').value))?.type : undefined;
  }

  private idBehind(place: Place, name: string): string {
    const ids = this.labels.get(name);
    if (ids === undefined) {
      // A variant may leave the target out; the correction then has nothing to correct.
      return this.scenario.variant === undefined ? place.fail(`no event of given is labelled ${shown(name)}`) : name;
    }
    if (ids.length > 1) place.fail(`${shown(name)} labels ${ids.length} events; expected one`);
    return ids[0] ?? this.idAhead(name);
  }

  /** The id that a labelled event further down will get. */
  private idAhead(name: string): string {
    const { given } = this.scenario;
    const index = given.findIndex((place) => String(place.at('id').value) === name);
    return idOf(index + 1, 0);
  }

  private streamOf(place: Place, type: EventType, data: Record<string, unknown>): string {
    const stream = place.at('stream');
    if (!stream.absent) {
      const name = stream.text('stream');
      return parseStream(name)
        ? name
        : stream.fail(`stream: expected person-…, region-<code> or employer-…, got ${shown(name)}`);
    }
    const kinds = registry[type].streamKinds;
    if (kinds.includes('person')) {
      const target = place.at('person').absent ? this.labelled.get(labelOfTarget(place, type)) : undefined;
      return target?.stream ?? personStream(this.personOf(place, true));
    }
    if (kinds.includes('region')) return regionStream(String(data['region']));
    return employerStream(this.employerOf(place, data));
  }

  private regionOf(place: Place): string {
    const stream = place.at('stream').value;
    const parts = parseStream(stream);
    return parts?.kind === 'region' ? parts.id : this.scenario.region;
  }

  private personOf(place: Place, needed = false): string {
    const person = place.at('person');
    if (!person.absent) {
      const name = person.text('person');
      if (!this.people.has(name) && !this.scenario.otherPeople.includes(name)) {
        person.fail(`person: ${shown(name)} is none of people; expected ${[...this.people.keys()].join(', ')}`);
      }
      return name;
    }
    const only = defaultPerson([...this.people.keys()]);
    return (
      only ?? (needed ? place.fail(`person is missing: expected one of ${[...this.people.keys()].join(', ')}`) : '')
    );
  }

  private employerOf(place: Place, data: Record<string, unknown>): string {
    if (typeof data['uscc'] === 'string') return data['uscc'];
    const named = new Set(
      this.scenario.given.flatMap((item) =>
        item.keys('an event').flatMap((key) => {
          const fields = item.at(key).value as { uscc?: unknown; employerId?: unknown } | null | undefined;
          return isFields(fields) ? [fields['uscc'], fields['employerId']] : [];
        }),
      ),
    );
    named.delete(undefined);
    const [only] = named;
    return named.size === 1 ? String(only) : place.fail('stream is missing: expected employer-<uscc>');
  }

  private byStream(): Map<string, LedgerEvent[]> {
    const recorded = [...this.events].sort(
      (a, b) => compareText(a.recordedAt, b.recordedAt) || compareText(a.id, b.id),
    );
    const streams = new Map<string, LedgerEvent[]>();
    recorded.forEach((event, index) => {
      event.position = BigInt(index + 1);
      const stream = streams.get(event.stream);
      if (stream) stream.push(event);
      else streams.set(event.stream, [event]);
    });
    return streams;
  }
}

interface NewFact {
  stream: string;
  effectiveOn: string;
  data: Record<string, unknown>;
  metadata?: unknown;
}

/** The person meant where none is named: `P`, or the only one. */
export function defaultPerson(people: readonly string[]): string | undefined {
  return people.includes('P') ? 'P' : people.length === 1 ? people[0] : undefined;
}

/** Ids rise in the order of the file, so that of two facts recorded at one moment the later written comes later. */
function idOf(item: number, ofItem: number): string {
  return `00000000-0000-4000-8000-${String(item).padStart(6, '0')}${String(ofItem).padStart(6, '0')}`;
}

function periodOf(type: EventType, data: Record<string, unknown>, month: number): Record<string, unknown> {
  const names = fieldNames(type);
  const text = toMonth(month);
  if (data['kind'] === 'annual' && data['scheme'] === 'resident') return { benefitYear: yearOfMonth(month) };
  if (data['kind'] === 'annual') return { feeMonths: { from: text, through: toMonth(month + 11) } };
  if (type === 'BackPaymentRequested') return { feeMonths: [text] };
  if (names.includes('feeMonths')) return { feeMonths: { from: text, through: text } };
  return names.includes('feeMonth') ? { feeMonth: text } : {};
}

function januaries(first: number, last: number): number[] {
  const months: number[] = [];
  for (let year = yearOfMonth(first); year <= yearOfMonth(last); year++) months.push(year * 12);
  return months;
}

function spanOfYears(text: string): { from: string; through: string } | undefined {
  const match = /^(\d{4})(?:\.\.(\d{4}))?$/.exec(text);
  return match ? { from: `${match[1]}-01`, through: `${match[2] ?? match[1]}-12` } : undefined;
}

function daysOfMonths(from: string, through: string): { from: string; through: string } {
  return { from: `${from}-01`, through: toDay(lastDayOf(monthNumber(through))) };
}

function dayOf(place: Place, what: string): string {
  const day = place.text(what);
  return isDay(day) ? day : place.fail(`${what}: expected ${DAYS_TEXT}, got ${shown(day)}`);
}

function unitOf(name: string): string {
  const stem = name.split('.')[0]!;
  if (stem.endsWith('Fen')) return 'fen';
  if (stem.endsWith('Months')) return 'month';
  if (stem.endsWith('Days') || stem === 'schemeStart' || stem === 'dueOn') return 'day';
  if (stem.endsWith('Percent')) return 'percent';
  if (stem.endsWith('AgeThrough')) return 'year';
  return 'none';
}

function labelOfTarget(place: Place, type: EventType): string {
  return type === 'Corrected' || type === 'Voided' ? String(place.at(type).at('target').value) : '';
}

function dataPlace(place: Place, field: string): Place {
  return field
    .slice('data.'.length)
    .split(/[.[\]]+/)
    .reduce((at, key) => (at.at(key).value === undefined ? at : at.at(key)), place);
}

function withoutAbsent(event: object): object {
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined && value !== null));
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
