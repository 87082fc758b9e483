import { isDay, toInstant } from '../libs/calendar';
import { EventMetadata, type EventDefinition } from './envelope';
import { InvalidEvent, fault, unknownField, type Fault } from './faults';
import { DAY, EVENT_ID, PERSON_ID, isEventId, isRecord } from './fields';
import { isPersonId } from './identity';
import { registry, type LedgerEvent } from './registry';
import { STREAM_FORMS, employerStream, parseStream, personStream, regionStream } from './streams';
import { upcast } from './stored';
import { validationOf, type Validation } from './validation';
import type { EventType, StreamKind } from './words';

/** What stands where an input says nothing. */
export interface EventDefaults {
  /** The stream of an event that names none; it must be one its type may stand in. */
  stream?: string;
  /** The person of a person's event that names neither stream nor person; other events pass it by. */
  person?: string;
  recordedAt?: string;
  /** Makes the id of an event that has none. */
  makeId?: (event: Omit<LedgerEvent, 'id'>) => string;
}

export type ParsedEvent = { ok: true; event: LedgerEvent } | { ok: false; faults: Fault[] };

/**
 * Reads one envelope of the contract. Gives the event as a clean copy, its fields in the order of declaration, `recordedAt` in the
 * ledger's own form and older data brought up to today's version; or everything that is wrong, field by field. Never throws.
 * `person` may stand for `stream`; a region's event may name its stream by `data.region`, an employer's by `data.uscc`.
 */
export function parseEvent(input: unknown, defaults: EventDefaults = {}): ParsedEvent {
  try {
    return read(input, defaults);
  } catch {
    // Only an input that is more than data (a getter or proxy that throws) gets here.
    return { ok: false, faults: [fault('event', input, 'an object of plain JSON values')] };
  }
}

/** As `parseEvent`; throws `InvalidEvent` with the faults. */
export function parseEventOrThrow(input: unknown, defaults: EventDefaults = {}): LedgerEvent {
  const parsed = parseEvent(input, defaults);
  if (!parsed.ok) throw new InvalidEvent(parsed.faults);
  return parsed.event;
}

/**
 * What is wrong with the `data` of a `Corrected` for a target of this type: unknown fields, values the field does not take, a null
 * that takes a required field away. With the target's data as it stands, also whether the corrected whole makes sense.
 */
export function validateCorrection(targetType: EventType, patch: unknown, current?: object): Fault[] {
  const validation = validations.get(targetType)?.data;
  if (!validation) return [fault('target', targetType, UNKNOWN_TYPE)];
  if (!isRecord(patch)) return [fault('data.data', patch, 'an object of the changed fields')];

  const faults: Fault[] = [];
  const removed = new Set<string>();
  for (const [name, value] of Object.entries(patch)) {
    if (value !== null) continue;
    const optional = validation.isOptional(name);
    if (optional) removed.add(name);
    else if (optional === false) faults.push(fault(`data.data.${name}`, null, `a value; ${name} cannot be taken away`));
    else faults.push(unknownField('data.data', name, value, validation.fieldNames));
  }

  const changed = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== null));
  const kept = Object.entries(current ?? {}).filter(([name]) => !removed.has(name));
  const whole: Fault[] = [];
  validation.check({ ...Object.fromEntries(kept), ...changed }, 'data.data', whole);
  const missing = (found: Fault) => found.value === undefined;
  return faults.concat(
    current ? whole : whole.filter((found) => !missing(found) || changed[lastName(found)] !== undefined),
  );
}

/** The names of the fields that `data` of a type has. */
export function fieldNames(type: EventType): readonly string[] {
  return validations.get(type)!.data.fieldNames;
}

const UNKNOWN_TYPE = 'an event type of the contract, such as Registered or Paid';
const ENVELOPE_FIELDS = [
  'id',
  'type',
  'stream',
  'person',
  'effectiveOn',
  'recordedAt',
  'position',
  'revision',
  'data',
  'metadata',
];
const envelopeFields = new Set(ENVELOPE_FIELDS);
const metadataValidation = validationOf(EventMetadata);
const validations = new Map<unknown, { definition: EventDefinition<EventType, object>; data: Validation }>(
  Object.values(registry).map((definition) => [
    definition.type,
    { definition, data: validationOf(definition.dataClass) },
  ]),
);

function read(input: unknown, defaults: EventDefaults): ParsedEvent {
  if (!isRecord(input))
    return {
      ok: false,
      faults: [fault('event', input, 'an object with type, stream or person, effectiveOn and data')],
    };

  const faults: Fault[] = [];
  for (const name of Object.keys(input)) {
    if (!envelopeFields.has(name)) faults.push(unknownField('', name, input[name], ENVELOPE_FIELDS));
  }

  const known = validations.get(input.type);
  if (!known) faults.push(fault('type', input.type, UNKNOWN_TYPE));
  if (!isDay(input.effectiveOn)) faults.push(fault('effectiveOn', input.effectiveOn, DAY));

  const recordedAt = readInstant(input.recordedAt ?? defaults.recordedAt, faults);
  const metadata = readMetadata(input, faults);
  const data = known ? readData(known, input.data, metadata.schemaVersion, faults) : {};
  const stream = readStream(input, data, known?.definition.streamKinds, defaults, faults);
  const position = readPosition(input.position, faults);
  const revision = readRevision(input.revision, faults);
  if (input.id !== undefined ? !isEventId(input.id) : !defaults.makeId) faults.push(fault('id', input.id, EVENT_ID));
  if (!known || faults.length > 0) return { ok: false, faults };

  delete metadata.effectiveOn;
  metadata.schemaVersion = known.definition.version;
  const event = {
    id: input.id as string,
    type: known.definition.type,
    stream,
    effectiveOn: input.effectiveOn as string,
    recordedAt,
    ...(position === undefined ? undefined : { position }),
    ...(revision === undefined ? undefined : { revision }),
    data,
    metadata,
  } as LedgerEvent;
  if (input.id === undefined) event.id = defaults.makeId!(event);
  return { ok: true, event };
}

function readInstant(value: unknown, faults: Fault[]): string {
  const instant = typeof value === 'string' ? toInstant(value) : undefined;
  if (instant === undefined)
    faults.push(fault('recordedAt', value, 'an instant such as 2022-05-16T09:30:00+08:00, or a day'));
  return instant ?? '';
}

function readMetadata({ metadata, effectiveOn }: Record<string, unknown>, faults: Fault[]): EventMetadata {
  if (metadata === undefined) return {};
  if (!isRecord(metadata)) {
    faults.push(fault('metadata', metadata, 'an object with named fields'));
    return {};
  }
  const read: EventMetadata = metadataValidation.check(metadata, 'metadata', faults);
  if (read.effectiveOn !== undefined && read.effectiveOn !== effectiveOn) {
    faults.push(fault('metadata.effectiveOn', read.effectiveOn, 'left out, or the effectiveOn of the event'));
  }
  return read;
}

function readData(
  { definition, data: validation }: { definition: EventDefinition<EventType, object>; data: Validation },
  data: unknown,
  sentVersion: number | undefined,
  faults: Fault[],
): Record<string, unknown> {
  if (data !== undefined && !isRecord(data)) {
    faults.push(fault('data', data, `an object with the fields of ${definition.type}`));
    return {};
  }
  const version = sentVersion ?? definition.version;
  if (version > definition.version) {
    faults.push(
      fault(
        'metadata.schemaVersion',
        version,
        `at most ${definition.version}, the version of ${definition.type} known here`,
      ),
    );
    return {};
  }
  return validation.check(
    version === definition.version ? (data ?? {}) : upcast(definition, data ?? {}, version),
    'data',
    faults,
  );
}

function readStream(
  input: Record<string, unknown>,
  data: Record<string, unknown>,
  kinds: readonly StreamKind[] | undefined,
  defaults: EventDefaults,
  faults: Fault[],
): string {
  if (input.person !== undefined && !isPersonId(input.person)) {
    faults.push(fault('person', input.person, PERSON_ID));
    return '';
  }
  const ofPerson = input.person === undefined ? undefined : personStream(input.person as string);
  const stream = input.stream ?? ofPerson ?? defaults.stream ?? impliedStream(data, kinds, defaults);
  const field = input.stream === undefined && ofPerson ? 'person' : 'stream';
  const parts = parseStream(stream);
  if (!parts || (kinds && !kinds.includes(parts.kind))) {
    const wanted = (kinds ?? (['person', 'region', 'employer'] as const))
      .map((kind) => STREAM_FORMS[kind])
      .join('; or ');
    faults.push(
      fault(
        field,
        field === 'person' ? input.person : stream,
        field === 'person' ? `left out; the stream is ${wanted}` : wanted,
      ),
    );
    return '';
  }
  if (ofPerson && stream !== ofPerson) faults.push(fault('person', input.person, 'the person of the stream'));
  if (parts.kind === 'region' && data.region !== undefined && data.region !== parts.id) {
    faults.push(fault('data.region', data.region, `left out, or the region of the stream (${parts.id})`));
  }
  if (parts.kind === 'employer' && data.uscc !== undefined && data.uscc !== parts.id) {
    faults.push(fault('data.uscc', data.uscc, `the employer of the stream (${parts.id})`));
  }
  return stream as string;
}

/** The stream that the rest of the event, or the default person, stands for. */
function impliedStream(
  data: Record<string, unknown>,
  kinds: readonly StreamKind[] = [],
  defaults: EventDefaults,
): string | undefined {
  if (kinds.includes('person') && defaults.person !== undefined) return personStream(defaults.person);
  if (kinds.includes('region') && typeof data.region === 'string') return regionStream(data.region);
  if (kinds.includes('employer') && typeof data.uscc === 'string') return employerStream(data.uscc);
  return undefined;
}

function readPosition(position: unknown, faults: Fault[]): string | bigint | undefined {
  if (position === undefined || typeof position === 'bigint') return position;
  if (typeof position === 'string' && /^\d{1,20}$/.test(position)) return position;
  if (Number.isSafeInteger(position) && (position as number) >= 0) return String(position);
  faults.push(fault('position', position, 'left out, or a place in the log: a whole number'));
  return undefined;
}

function readRevision(revision: unknown, faults: Fault[]): number | undefined {
  if (revision === undefined || (Number.isSafeInteger(revision) && (revision as number) >= 0))
    return revision as number | undefined;
  faults.push(fault('revision', revision, 'left out, or a place in the stream: a whole number'));
  return undefined;
}

function lastName({ field }: Fault): string {
  return field.slice('data.data.'.length).split(/[.[]/)[0]!;
}
