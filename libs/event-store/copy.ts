import { maxAppendBytes } from './admission';
import { canonicalJson } from './fingerprint';
import type { AppendOutcome, EventReader, EventStore, NewEvent, StoredEvent } from './port';

export interface CopyProgress {
  /** `comparing` what the target holds already, `copying`, or `verifying` what was copied. */
  phase: 'comparing' | 'copying' | 'verifying';
  /** Events done in this phase. */
  events: number;
}

export interface CopyResult {
  /** Events both logs hold now, each compared: id, stream, revision, type, recorded time, data and metadata. */
  events: number;
  /** Of these, how many this run appended. */
  copied: number;
}

const progressEvery = 1_000;
const eventsPerAppend = 500;
/** Room for what admission counts beside the text. */
const bytesPerAppend = maxAppendBytes / 2;
const triesWhenUnknown = 5;

/**
 * Copies a log event by event, with ids, recorded times, revisions and order, up to where the source ends when the copy begins.
 * The target must be empty or hold the beginning of the source, such as an earlier copy that was broken off: that is compared
 * first, and the copy goes on where it ends. At the end everything appended is read back and compared.
 * `inFlight` appends are on their way at once; more than one keeps the order only where the target writes in the order it is
 * asked, as the embedded store does. Throws at the first difference, naming the event; nothing is ever deleted.
 */
export async function copyLog(
  from: EventReader,
  to: EventStore,
  options: { onProgress?: (progress: CopyProgress) => void; inFlight?: number } = {},
): Promise<CopyResult> {
  const report = reporter(options.onProgress);
  const end = await from.head();

  const there = await compare(from, to, { source: 0n, target: 0n }, end, 'atMostSource', (n) => report('comparing', n));
  const copied = await copyRest(from, to, there.source, end, options.inFlight ?? 1, (n) => report('copying', n));
  const rest = await compare(from, to, there, end, 'equal', (n) => report('verifying', n));
  if (rest.events !== copied) throw new Error(`${copied} events were copied, but ${rest.events} can be read back`);
  return { events: there.events + rest.events, copied };
}

interface Place {
  source: bigint;
  target: bigint;
}

/** Walks both logs side by side from a place on, to the end of the shorter one or of both. */
async function compare(
  from: EventReader,
  to: EventReader,
  start: Place,
  end: bigint,
  wanted: 'atMostSource' | 'equal',
  onEvent: (events: number) => void,
): Promise<Place & { events: number }> {
  const sources = eventsAfter(from, start.source, end);
  const targets = eventsAfter(to, start.target);
  const place = { ...start, events: 0 };
  try {
    for (;;) {
      const copy = await targets.next();
      if (copy.done && wanted === 'atMostSource') return place;
      const original = await sources.next();
      if (copy.done && original.done) return place;
      if (copy.done)
        throw new Error(`event ${nameOf(original.value as StoredEvent)} of the source is missing in the target`);
      if (original.done)
        throw new Error(`the target holds event ${nameOf(copy.value)}, and the source ended before it`);
      if (contentOf(original.value) !== contentOf(copy.value)) {
        throw new Error(`the target holds event ${nameOf(copy.value)} where the source has ${nameOf(original.value)}`);
      }
      place.source = original.value.position;
      place.target = copy.value.position;
      onEvent(++place.events);
    }
  } finally {
    await sources.return(undefined);
    await targets.return(undefined);
  }
}

async function copyRest(
  from: EventReader,
  to: EventStore,
  after: bigint,
  end: bigint,
  inFlight: number,
  onEvent: (events: number) => void,
): Promise<number> {
  let copied = 0;
  const underWay: Promise<void>[] = [];
  for await (const run of runsOfOneStream(eventsAfter(from, after, end))) {
    const appending = appendRun(to, run).then(() => {
      run.forEach(() => onEvent(++copied));
    });
    // Awaited below, in order; a failure meanwhile is not unhandled.
    appending.catch(() => undefined);
    underWay.push(appending);
    if (underWay.length >= inFlight) await underWay.shift();
  }
  await Promise.all(underWay);
  return copied;
}

async function appendRun(to: EventStore, run: readonly StoredEvent[]): Promise<void> {
  const { stream, revision } = run[0]!;
  const events = run.map(({ id, type, recordedAt, data, metadata }): NewEvent => ({
    id,
    type,
    recordedAt,
    data,
    metadata,
  }));
  let outcome: AppendOutcome | undefined;
  for (let attempt = 0; attempt < triesWhenUnknown; attempt++) {
    outcome = await to.append(stream, events, revision === 0 ? 'noStream' : revision - 1);
    if (outcome.outcome === 'appended' || outcome.outcome === 'alreadyAppended') return;
    if (outcome.outcome !== 'unknown') break;
  }
  const cause = outcome?.outcome === 'unknown' ? outcome.cause : undefined;
  throw new Error(`event ${nameOf(run[0]!)} could not be copied: ${outcome?.outcome}; run the copy again to go on`, {
    cause,
  });
}

/** Events that follow on each other in one stream, as many as one append takes. */
async function* runsOfOneStream(events: AsyncIterable<StoredEvent>): AsyncGenerator<StoredEvent[]> {
  let run: StoredEvent[] = [];
  let bytes = 0;
  for await (const event of events) {
    const size = Buffer.byteLength(JSON.stringify([event.data, event.metadata]));
    const follows = run.length > 0 && run[0]!.stream === event.stream;
    if (run.length > 0 && (!follows || run.length === eventsPerAppend || bytes + size > bytesPerAppend)) {
      yield run;
      run = [];
      bytes = 0;
    }
    run.push(event);
    bytes += size;
  }
  if (run.length > 0) yield run;
}

async function* eventsAfter(log: EventReader, after: bigint, end?: bigint): AsyncGenerator<StoredEvent, undefined> {
  for await (const batch of log.readAll({ after })) {
    for (const event of batch) {
      if (end !== undefined && event.position > end) return undefined;
      yield event;
    }
  }
  return undefined;
}

function contentOf({ id, type, recordedAt, data, metadata, stream, revision }: StoredEvent): string {
  return canonicalJson([id, type, recordedAt, data, metadata, stream, revision]);
}

function nameOf({ id, stream, revision }: StoredEvent): string {
  return `${id} (${stream}, revision ${revision})`;
}

function reporter(onProgress: ((progress: CopyProgress) => void) | undefined) {
  return (phase: CopyProgress['phase'], events: number) => {
    if (events % progressEvery === 0) onProgress?.({ phase, events });
  };
}
