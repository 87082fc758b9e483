import { randomUUID } from 'node:crypto';
import type { EventStore, JsonObject } from '../../port';
import { anyRevision, noStream, streamExists, type Decision, type NodeEvent, type Proposed } from './node-event';
import { encodeEvent } from './wire';

interface StreamState {
  events: NodeEvent[];
  tombstoned: boolean;
}

const keptAs = 'node';
/** What the server writes as "truncate before" when a stream is deleted softly; JSON numbers round it. */
const softlyDeleted = Number.MAX_SAFE_INTEGER;
const headerBytes = 64;

/**
 * The log behind one node or a cluster of them: EventStoreDB's decisions about appends, kept in an embedded store. Every event is
 * one record of one embedded stream, so that the node's own streams may have any name and ids may repeat between them, as there.
 */
export class NodeLog {
  /** In the order of the log. Those from `committed` on are decided but not yet durable, and nobody may see them. */
  readonly events: NodeEvent[] = [];
  committed = 0;
  private readonly streams = new Map<string, StreamState>();
  private readonly encoded = new WeakMap<NodeEvent, Buffer>();
  private readonly waiting = new Set<() => void>();
  private nextPosition = headerBytes;

  private constructor(private readonly store: EventStore) {}

  static async open(store: EventStore): Promise<NodeLog> {
    const log = new NodeLog(store);
    for await (const batch of store.readAll()) {
      for (const { data } of batch) log.place(fromRecord(data));
    }
    log.committed = log.events.length;
    return log;
  }

  /** Decides at once and in order; what it writes is durable, and seen, when `durable` resolves. */
  append(stream: string, expected: number, proposed: readonly Proposed[]): Decision {
    const refused = this.check(stream, expected, proposed);
    if (refused !== undefined) return refused;

    const wasDeleted = this.isSoftlyDeleted(stream);
    const written = this.write(stream, proposed);
    if (wasDeleted) this.setMetadata(stream, { $tb: this.lastNumber(stream) - proposed.length + 1 });
    return written;
  }

  /** Deletes softly: the events go out of sight, and the stream may be written again. */
  delete(stream: string, expected: number): Decision {
    const last = this.lastNumber(stream);
    if (this.streams.get(stream)?.tombstoned) return { decision: 'deleted' };
    if (!fits(expected, last)) return { decision: 'wrongExpectedVersion', current: last };
    return this.setMetadata(stream, { $tb: softlyDeleted });
  }

  /** Deletes for good. */
  tombstone(stream: string, expected: number): Decision {
    const last = this.lastNumber(stream);
    if (this.streams.get(stream)?.tombstoned) return { decision: 'deleted' };
    if (!fits(expected, last)) return { decision: 'wrongExpectedVersion', current: last };
    const written = this.write(stream, [systemEvent('$streamDeleted', {})]);
    this.state(stream).tombstoned = true;
    return written;
  }

  isTombstoned(stream: string): boolean {
    return this.streams.get(stream)?.tombstoned ?? false;
  }

  /** The events of the stream that may be seen, after deletion and truncation; undefined when there is no such stream. */
  visible(stream: string): NodeEvent[] | undefined {
    const events = this.streams.get(stream)?.events.filter((event) => this.isCommitted(event));
    if (events === undefined || events.length === 0) return undefined;
    const { $tb = 0, $maxCount = Infinity } = this.metadata(stream);
    if ($tb >= softlyDeleted) return undefined;
    return events.filter(({ number }) => number >= $tb && number > events.at(-1)!.number - $maxCount);
  }

  /** The bytes of the answer that carries the event. They never change, so they are made once. */
  encode(event: NodeEvent): Buffer {
    let bytes = this.encoded.get(event);
    if (bytes === undefined) {
      bytes = encodeEvent(event);
      this.encoded.set(event, bytes);
    }
    return bytes;
  }

  /** Index of the first committed event at the position or after it. */
  indexAt(position: number): number {
    let [low, high] = [0, this.committed];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.events[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Resolves when more than `count` events are committed, or when the signal aborts. */
  waitForMore(count: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || this.committed > count) return resolve();
      const wake = () => {
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  close(): Promise<void> {
    return this.store.close();
  }

  /** The server's own checks: what is idempotent, what is wrong; undefined when the append may be written. */
  private check(stream: string, expected: number, proposed: readonly Proposed[]): Decision | undefined {
    const state = this.streams.get(stream);
    if (state?.tombstoned) return { decision: 'deleted' };
    const last = this.lastNumber(stream);

    if (expected === anyRevision || expected === streamExists) {
      if (expected === streamExists && (last < 0 || this.isSoftlyDeleted(stream))) {
        return { decision: 'wrongExpectedVersion', current: last };
      }
      const found = proposed.map(({ id }) => state?.events.find((event) => event.id === id));
      if (found.length === 0 || found[0] === undefined) return undefined;
      return found.every((event) => event !== undefined)
        ? this.idempotent(found.at(-1)!)
        : { decision: 'wrongExpectedVersion', current: last };
    }

    if (expected > last) return { decision: 'wrongExpectedVersion', current: last };
    if (expected === last) return undefined;
    const there = proposed.map((_, index) => state!.events.find(({ number }) => number === expected + 1 + index));
    if (there.every((event, index) => event?.id === proposed[index]!.id)) return this.idempotent(there.at(-1)!);
    if (expected === noStream && this.isSoftlyDeleted(stream)) return undefined;
    return { decision: 'wrongExpectedVersion', current: last };
  }

  private idempotent(event: NodeEvent): Decision {
    const durable = this.isCommitted(event) ? Promise.resolve() : this.whenCommitted(event);
    return { decision: 'idempotent', last: event.number, position: event.position, durable };
  }

  private write(stream: string, proposed: readonly Proposed[]): Decision {
    const first = this.lastNumber(stream) + 1;
    const before = this.events.length;
    const written = proposed.map((event, index): NodeEvent => {
      const position = this.nextPosition;
      return this.place({ ...event, stream, number: first + index, position, createdMs: Date.now() });
    });
    const records = written.map((event) => ({
      id: randomUUID(),
      type: 'Written',
      recordedAt: '2000-01-01T00:00:00.000+08:00',
      data: toRecord(event),
      metadata: {},
    }));
    const durable = this.store.append(keptAs, records, before === 0 ? 'noStream' : before - 1).then((outcome) => {
      if (outcome.outcome !== 'appended') throw new Error(`the node's own store said ${outcome.outcome}`);
      this.committed = Math.max(this.committed, before + written.length);
      for (const wake of [...this.waiting]) wake();
    });
    const { number, position } = written.at(-1)!;
    return { decision: 'written', last: number, position, durable };
  }

  private place(event: NodeEvent): NodeEvent {
    const state = this.state(event.stream);
    this.events.push(event);
    state.events.push(event);
    if (event.type === '$streamDeleted') state.tombstoned = true;
    // Positions are places in a file there, so they leave gaps.
    this.nextPosition = event.position + headerBytes + event.data.length + event.metadata.length + event.stream.length;
    return event;
  }

  private setMetadata(stream: string, metadata: Record<string, number>): Decision {
    return this.write(`$$${stream}`, [systemEvent('$metadata', metadata)]);
  }

  private metadata(stream: string): { $tb?: number; $maxCount?: number } {
    const last = this.streams.get(`$$${stream}`)?.events.at(-1);
    return last === undefined ? {} : (JSON.parse(last.data.toString()) as { $tb?: number; $maxCount?: number });
  }

  private isSoftlyDeleted(stream: string): boolean {
    return (this.metadata(stream).$tb ?? 0) >= softlyDeleted;
  }

  private isCommitted({ position }: NodeEvent): boolean {
    return this.committed > 0 && position <= this.events[this.committed - 1]!.position;
  }

  private async whenCommitted(event: NodeEvent): Promise<void> {
    const never = new AbortController().signal;
    while (!this.isCommitted(event)) await this.waitForMore(this.committed, never);
  }

  private lastNumber(stream: string): number {
    return this.streams.get(stream)?.events.at(-1)?.number ?? -1;
  }

  private state(stream: string): StreamState {
    let state = this.streams.get(stream);
    if (state === undefined) {
      state = { events: [], tombstoned: false };
      this.streams.set(stream, state);
    }
    return state;
  }
}

function fits(expected: number, last: number): boolean {
  if (expected === anyRevision) return true;
  return expected === streamExists ? last >= 0 : expected === last;
}

function systemEvent(type: string, data: object): Proposed {
  return { id: randomUUID(), type, isJson: true, data: Buffer.from(JSON.stringify(data)), metadata: Buffer.alloc(0) };
}

function toRecord({ data, metadata, ...event }: NodeEvent): JsonObject {
  return { ...event, data: data.toString('latin1'), metadata: metadata.toString('latin1') };
}

function fromRecord(record: JsonObject): NodeEvent {
  const event = record as unknown as Omit<NodeEvent, 'data' | 'metadata'> & { data: string; metadata: string };
  return { ...event, data: Buffer.from(event.data, 'latin1'), metadata: Buffer.from(event.metadata, 'latin1') };
}
