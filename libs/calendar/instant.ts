import { dayNumber, isDay, toDay, type Day } from './day';

/**
 * An instant of recording in Asia/Shanghai, `YYYY-MM-DDTHH:mm:ss.sss+08:00`. The form is fixed, so instants order as text
 * and their first ten characters are the local day.
 */
export type Instant = string;

const OWN_FORM = /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}\+08:00$/;
const INSTANT_PATTERN = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})$/;

/** Whether the text is an instant in the ledger's own form. */
export function isInstant(text: unknown): text is Instant {
  return typeof text === 'string' && toInstant(text) === text;
}

/** The ledger's form of an ISO 8601 instant with any offset, or of a bare day (its first instant); undefined when it is neither. */
export function toInstant(text: string): Instant | undefined {
  if (OWN_FORM.test(text) && isDay(text.slice(0, 10))) return text;
  if (isDay(text)) return `${text}T00:00:00.000+08:00`;
  const match = INSTANT_PATTERN.exec(text);
  if (!match || !isDay(match[1])) return undefined;
  const hours = +match[2]!;
  const minutes = +match[3]!;
  const seconds = +(match[4] ?? '0');
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const offset = offsetMinutes(match[6]!);
  if (offset === undefined) return undefined;
  const total = hours * 60 + minutes - offset + 8 * 60;
  const dayShift = Math.floor(total / 1440);
  const ofDay = total - dayShift * 1440;
  const millis = (match[5] ?? '').padEnd(3, '0').slice(0, 3);
  const day = toDay(dayNumber(match[1]) + dayShift);
  return `${day}T${two(Math.floor(ofDay / 60))}:${two(ofDay % 60)}:${two(seconds)}.${millis}+08:00`;
}

/** The last instant of a day: a bare day in `knownAt` means this. */
export function endOfDay(day: Day): Instant {
  return `${day}T23:59:59.999+08:00`;
}

/** The local day of an instant. */
export function dayOfInstant(instant: Instant): Day {
  return instant.slice(0, 10);
}

function offsetMinutes(text: string): number | undefined {
  if (text === 'Z') return 0;
  const hours = +text.slice(1, 3);
  const minutes = +text.slice(4, 6);
  if (hours > 23 || minutes > 59) return undefined;
  return (text[0] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
