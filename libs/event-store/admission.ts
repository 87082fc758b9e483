import type { AppendOutcome, NewEvent } from './port';
import { WrittenEvent } from './written-event';

/**
 * One append is at most this many bytes as `sizeOf` counts them, in every adapter, so that a ledger can move between stores.
 * EventStoreDB's own limit is 1 MiB; the rest is room for what the adapter adds.
 */
export const maxAppendBytes = 1_000_000;
const bytesPerEvent = 128;
const maxDepth = 100;
const maxNameLength = 250;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const recordedAtForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00$/;
const unfitForName = /[\u0000-\u001f\u007f]|\p{Surrogate}/u;

/** An event that may enter a log: checked, and its data and metadata as JSON text. */
export type AdmittedEvent = Pick<WrittenEvent, 'id' | 'type' | 'recordedAt' | 'dataText' | 'metadataText'>;

type Refused = Extract<AppendOutcome, { outcome: 'refused' }>;
export type Admission = { admitted: AdmittedEvent[] } | { refused: Refused };

class Unfit extends Error {}

/**
 * Checks and serialises a batch before any store sees it: what JSON would alter or choke on is refused by path,
 * so is a batch over the limit. Whether an id appears twice in it is left to `repeatedId`.
 */
export function admit(stream: string, events: readonly NewEvent[], limitBytes = maxAppendBytes): Admission {
  if (events.length === 0) return refuse('empty', `append to ${stream}: the batch has no events`);
  try {
    checkName('stream', stream);
    const admitted: AdmittedEvent[] = [];
    let length = 0;
    for (let index = 0; index < events.length; index++) {
      const event = admitOne(events[index]!, index, admitted[index - 1]);
      length += event.dataText.length + event.metadataText.length + 2 * event.type.length + bytesPerEvent;
      admitted.push(event);
    }
    // A character takes three bytes at most, so that few batches have to be counted out.
    const bytes = 3 * length <= limitBytes ? 0 : admitted.reduce((sum, event) => sum + sizeOf(event), 0);
    if (bytes > limitBytes) {
      return refuse(
        'tooLarge',
        `append to ${stream}: ${events.length} events of ${bytes} bytes together; at most ${limitBytes} fit one append`,
      );
    }
    return { admitted };
  } catch (error) {
    if (error instanceof Unfit) return refuse('notSerialisable', `append to ${String(stream)}: ${error.message}`);
    throw error;
  }
}

/** The bytes an event counts against `maxAppendBytes`. */
function sizeOf(event: AdmittedEvent): number {
  return (
    Buffer.byteLength(event.dataText) + Buffer.byteLength(event.metadataText) + 2 * event.type.length + bytesPerEvent
  );
}

/** `before`: what need not be looked at again where it is the same. */
function admitOne(event: NewEvent, index: number, before: AdmittedEvent | undefined): AdmittedEvent {
  const { type, recordedAt } = event;
  const id = event instanceof WrittenEvent ? event.id : idOf(event, index);
  if (type !== before?.type) checkName(`events[${index}].type`, type);
  if (recordedAt !== before?.recordedAt && (typeof recordedAt !== 'string' || !recordedAtForm.test(recordedAt))) {
    const found = typeof recordedAt === 'string' ? String(recordedAt).slice(0, 40) : describe(recordedAt);
    throw new Unfit(`events[${index}].recordedAt is ${found}; expected YYYY-MM-DDTHH:mm:ss.sss+08:00`);
  }
  if (event instanceof WrittenEvent) return event;
  checkObject(`events[${index}].data`, event.data);
  checkObject(`events[${index}].metadata`, event.metadata);
  const reserved = Object.keys(event.metadata).find((key) => key.startsWith('$') || key.startsWith('~'));
  if (reserved !== undefined) {
    throw new Unfit(`events[${index}].metadata has the key ${reserved}; keys beginning with $ or ~ belong to stores`);
  }
  return new WrittenEvent(id, type, recordedAt, JSON.stringify(event.data), JSON.stringify(event.metadata));
}

function idOf({ id }: NewEvent, index: number): string {
  if (typeof id !== 'string' || !uuid.test(id)) {
    throw new Unfit(`events[${index}].id is ${describe(id)}; expected a UUID`);
  }
  return id.toLowerCase();
}

function checkName(path: string, name: unknown): void {
  if (typeof name !== 'string' || name === '' || name.length > maxNameLength) {
    throw new Unfit(`${path} is ${describe(name)}; expected a name of 1 to ${maxNameLength} characters`);
  }
  if (name.startsWith('$')) throw new Unfit(`${path} begins with $; such names belong to stores`);
  if (unfitForName.test(name)) throw new Unfit(`${path} has a control character or half of a character`);
}

function checkObject(path: string, value: unknown): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Unfit(`${path} is ${describe(value)}; expected an object`);
  }
  // Finding out where a fault lies is left to a second look.
  if (!isJson(value, 1)) checkJson(value, [path]);
}

/** Whether `checkJson` would find no fault. */
function isJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth > maxDepth || (!Array.isArray(value) && !isPlain(value))) return false;
  if (Array.isArray(value)) {
    // Not `every`: it passes over holes.
    for (const item of value) if (!isJson(item, depth + 1)) return false;
    return true;
  }
  for (const key of Object.keys(value)) {
    const inner = (value as Record<string, unknown>)[key];
    if (inner !== undefined && !isJson(inner, depth + 1)) return false;
  }
  return true;
}

/** An undefined property counts as absent, as JSON has it; everything else that JSON would change is unfit. */
function checkJson(value: unknown, trail: (string | number)[]): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (!Number.isFinite(value)) throw new Unfit(`${pathOf(trail)} is ${value}; expected a finite number`);
      return;
    case 'object':
      break;
    default:
      throw new Unfit(`${pathOf(trail)} is ${describe(value)}; expected a JSON value`);
  }
  if (value === null) return;
  if (trail.length > maxDepth) {
    throw new Unfit(`${pathOf(trail).slice(0, 100)}… lies deeper than ${maxDepth} levels, or contains itself`);
  }

  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      trail.push(index);
      checkJson(value[index], trail);
      trail.pop();
    }
    return;
  }
  if (!isPlain(value)) throw new Unfit(`${pathOf(trail)} is ${describe(value)}; expected a plain object`);
  for (const key of Object.keys(value)) {
    const inner = (value as Record<string, unknown>)[key];
    if (inner === undefined) continue;
    trail.push(key);
    checkJson(inner, trail);
    trail.pop();
  }
}

function pathOf(trail: (string | number)[]): string {
  return trail
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}

// Root prototypes are recognised by having none themselves: objects may come from another realm (a worker, a test sandbox).
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  const root = prototype === null || Object.getPrototypeOf(prototype) === null;
  return root && typeof (value as { toJSON?: unknown }).toJSON !== 'function';
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return `an object of ${value.constructor?.name ?? 'unknown class'}`;
  return `a ${typeof value}`;
}

/** An id that appears twice in the batch, which conflicts with itself. */
export function repeatedId(events: readonly AdmittedEvent[]): string | undefined {
  if (events.length === 1) return undefined;
  const seen = new Set<string>();
  for (const { id } of events) {
    if (seen.has(id)) return id;
    seen.add(id);
  }
  return undefined;
}

function refuse(reason: 'tooLarge' | 'notSerialisable' | 'empty', message: string): Admission {
  return { refused: { outcome: 'refused', reason, message } };
}
