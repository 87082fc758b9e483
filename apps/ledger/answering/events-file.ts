import { readFileSync } from 'node:fs';
import {
  contentKey,
  describeFaults,
  deterministicId,
  parseEvent,
  parseStream,
  registry,
  regionStream,
  type LedgerEvent,
} from '../../../events';
import { BadInput } from '../terminal';

/** The events of a JSONL file, by stream and in the order of recording. */
export interface EventsFile {
  streams: Map<string, LedgerEvent[]>;
  /** Everyone whose stream is in it. */
  people: string[];
}

interface Defaults {
  /** The person of events that name none. */
  person?: string;
  /** The region of region events that name none. */
  region?: string;
}

/**
 * Reads one envelope a line; `-` is the standard input. Ids that are left out are made from the content, so that a line that
 * stands twice is one event. Positions that are left out are given in the order of recording. Throws `BadInput` with file and line.
 */
export function readEventsFile(file: string, defaults: Defaults): EventsFile {
  const events = new Map<string, { event: LedgerEvent; line: number }>();
  textOf(file)
    .split('\n')
    .forEach((text, index) => {
      if (text.trim() === '') return;
      const line = index + 1;
      const event = eventOf(text, `${file}:${line}`, defaults);
      const same = events.get(event.id);
      if (same === undefined) events.set(event.id, { event, line });
      else if (contentKey(same.event) !== contentKey(event)) {
        throw new BadInput(`${file}:${line}: id: ${event.id} stands for another event in line ${same.line}`);
      }
    });
  return inStreams([...events.values()].map(({ event }) => event));
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw new BadInput(`--events: ${file} cannot be read: ${(error as Error).message}`);
  }
}

function eventOf(text: string, place: string, defaults: Defaults): LedgerEvent {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    throw new BadInput(`${place}: not JSON: ${(error as Error).message}`);
  }
  const parsed = parseEvent(input, {
    ...defaultStream(input, defaults),
    makeId: (event) => deterministicId(contentKey(event)),
  });
  if (!parsed.ok) throw new BadInput(`${place}: ${describeFaults(parsed.faults)}`);
  return parsed.event;
}

function defaultStream(input: unknown, { person, region }: Defaults): { person?: string; stream?: string } {
  const { type, data } = (input ?? {}) as { type?: unknown; data?: { region?: unknown } };
  const kinds =
    typeof type === 'string' && Object.hasOwn(registry, type)
      ? registry[type as keyof typeof registry].streamKinds
      : [];
  const ofRegion = kinds.includes('region') && !kinds.includes('person') && data?.region === undefined;
  return ofRegion && region !== undefined ? { stream: regionStream(region) } : { person };
}

function inStreams(events: LedgerEvent[]): EventsFile {
  const recorded = events.sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : a.recordedAt > b.recordedAt ? 1 : 0));
  const numbered = recorded.every(({ position }) => position === undefined);
  const streams = new Map<string, LedgerEvent[]>();
  recorded.forEach((event, index) => {
    if (numbered) event.position = BigInt(index + 1);
    const stream = streams.get(event.stream);
    if (stream) stream.push(event);
    else streams.set(event.stream, [event]);
  });
  const people = [...streams.keys()].flatMap((stream) => {
    const parts = parseStream(stream);
    return parts?.kind === 'person' ? [parts.id] : [];
  });
  return { streams, people };
}
