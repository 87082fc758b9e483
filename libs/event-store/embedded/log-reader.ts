import type Database from 'better-sqlite3';
import type { EventText, JsonObject, StoredEvent, StreamFilter, Subscription } from '../port';
import { follow, type Page, type WaitForGrowth } from './follow';
import { DamagedLog, checkFollowing, checkStream } from './log-order';

const columns = 'position, stream, revision, id, type, recorded_at, data, metadata';
const defaultBatchSize = 1000;
/** Rows looked at in one go, so that a filter that lets little through does not hold up the process. */
const scanRows = 20_000;

type Row = [number, string, number, string, string, string, string, string];

/** The reading half of the embedded store, over any connection to its file. */
export class LogReader {
  private readonly headStatement: Database.Statement<[]>;
  private readonly streamStatement: Database.Statement<[string, number, number]>;
  private readonly names: Database.Statement<[string, string, number]>;
  private readonly streams: Database.Statement<[string, string]>;
  private readonly eventStatement: Database.Statement<[number]>;
  private readonly within: Database.Statement<[number, number]>;
  private readonly scans = new Map<string, Database.Statement<unknown[]>>();
  private readonly subscriptions = new Set<Subscription>();

  constructor(
    private readonly database: Database.Database,
    private readonly waitForGrowth: WaitForGrowth,
    /** Whether a log that is out of order is read as it stands, for whoever looks for what was done to it. */
    private readonly asItStands = false,
  ) {
    this.headStatement = database.prepare<[]>('SELECT max(position) FROM event').pluck();
    this.streamStatement = database
      .prepare<[string, number, number]>(
        `SELECT ${columns} FROM event WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?`,
      )
      .raw();
    this.eventStatement = database.prepare<[number]>(`SELECT ${columns} FROM event WHERE position = ?`).raw();
    this.within = database
      .prepare<[number, number]>('SELECT count(*) FROM event WHERE position > ? AND position <= ?')
      .pluck();
    this.names = database
      .prepare<[string, string, number]>(
        'SELECT stream FROM event WHERE stream > ? AND stream < ? AND revision = 0 ORDER BY stream LIMIT ?',
      )
      .pluck();
    this.streams = database
      .prepare<[string, string]>(
        `SELECT ${columns} FROM event WHERE stream > ? AND stream <= ? ORDER BY stream, revision`,
      )
      .raw();
  }

  head(): number {
    return (this.headStatement.get() as number | null) ?? 0;
  }

  readStream(stream: string, { fromRevision = 0, limit = -1 }: { fromRevision?: number; limit?: number } = {}) {
    const events = (this.streamStatement.all(stream, fromRevision, limit) as Row[]).map(toEvent);
    if (!this.asItStands) checkStream(stream, fromRevision, events);
    return events;
  }

  streamNames({ prefix, after = '', limit }: { prefix: string; after?: string; limit: number }): string[] {
    const first = after > prefix ? after : prefix;
    return this.names.all(first, `${prefix}\u{10ffff}`, limit) as string[];
  }

  readStreams({ after, through }: { after: string; through: string }): EventText[][] {
    const streams: EventText[][] = [];
    let last: EventText[] | undefined;
    for (const row of this.streams.all(after, through) as Row[]) {
      const text = toText(row);
      if (last !== undefined && last[0]!.stream === text.stream) last.push(text);
      else streams.push((last = [text]));
    }
    if (!this.asItStands) for (const events of streams) checkStream(events[0]!.stream, 0, events);
    return streams;
  }

  eventAt(position: bigint): StoredEvent | undefined {
    const row = this.eventStatement.get(Number(position)) as Row | undefined;
    return row && toEvent(row);
  }

  async *readAll({
    after = 0n,
    filter,
    limit = Infinity,
    batchSize = defaultBatchSize,
  }: {
    after?: bigint;
    filter?: StreamFilter;
    limit?: number;
    batchSize?: number;
  } = {}): AsyncGenerator<StoredEvent[]> {
    let left = limit;
    let from = after;
    while (left > 0) {
      const page = this.page(from, filter, Math.min(batchSize, left));
      if (page.scannedTo === from) return;
      from = page.scannedTo;
      left -= page.events.length;
      if (page.events.length > 0) yield page.events;
      await new Promise(setImmediate);
    }
  }

  subscribeAll(
    { after = 0n, filter, batchSize = defaultBatchSize }: { after?: bigint; filter?: StreamFilter; batchSize?: number },
    handler: (batch: StoredEvent[]) => Promise<void>,
  ): Subscription {
    const nextPage = (from: bigint) => this.page(from, filter, batchSize);
    const subscription = follow(after, nextPage, this.waitForGrowth, handler);
    this.subscriptions.add(subscription);
    const forget = () => this.subscriptions.delete(subscription);
    subscription.closed.then(forget, forget);
    return subscription;
  }

  async stopSubscriptions(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.stop()));
  }

  /** At most `size` events after `from`; `scannedTo` equals `from` at the end of the log. */
  private page(from: bigint, filter: StreamFilter | undefined, size: number): Page {
    const { clause, values } = where(filter);
    const start = Number(from);
    // The head first: what another process appends from here on is no gap.
    const head = this.head();
    if (head <= start) return { events: [], scannedTo: from };
    const whole = clause === '';
    const end = this.asItStands && whole ? head : Math.min(start + (whole ? size : scanRows), head);
    const rows = this.scan(clause).all(start, end, ...values, size) as Row[];
    const events = rows.map(toEvent);
    const last = events.at(-1)?.position ?? from;
    const cut = whole || events.length === size;
    const scannedTo = cut ? last : BigInt(end);
    if (!this.asItStands) this.checkPage(start, whole ? end : Number(scannedTo), whole ? rows : undefined);
    return { events, scannedTo };
  }

  /** That no position of a stretch is empty. `rows` are all that was read of it, where nothing was filtered out. */
  private checkPage(start: number, end: number, rows: readonly Row[] | undefined): void {
    rows?.forEach(([position], index) => checkFollowing(start + index, position));
    const there = rows?.length ?? (this.within.get(start, end) as number);
    if (there < end - start) {
      throw new DamagedLog(`${end - start - there} of the events at positions ${start + 1} to ${end} are missing`);
    }
  }

  private scan(clause: string): Database.Statement<unknown[]> {
    let statement = this.scans.get(clause);
    if (statement === undefined) {
      statement = this.database
        .prepare<unknown[]>(
          `SELECT ${columns} FROM event WHERE position > ? AND position <= ? ${clause} ORDER BY position LIMIT ?`,
        )
        .raw();
      this.scans.set(clause, statement);
    }
    return statement;
  }
}

function where({ streamPrefixes, types }: StreamFilter = {}): { clause: string; values: string[] } {
  const conditions: string[] = [];
  const values: string[] = [];
  if (streamPrefixes !== undefined) {
    conditions.push(anyOf(streamPrefixes.map(() => 'substr(+stream, 1, length(?)) = ?')));
    values.push(...streamPrefixes.flatMap((prefix) => [prefix, prefix]));
  }
  if (types !== undefined) {
    conditions.push(anyOf(types.map(() => '+type = ?')));
    values.push(...types);
  }
  return { clause: conditions.map((condition) => `AND ${condition}`).join(' '), values };
}

function anyOf(conditions: string[]): string {
  return conditions.length === 0 ? 'FALSE' : `(${conditions.join(' OR ')})`;
}

function toText([position, stream, revision, id, type, recordedAt, data, metadata]: Row): EventText {
  return { stream, revision, position, id, type, recordedAt, data, metadata };
}

function toEvent([position, stream, revision, id, type, recordedAt, data, metadata]: Row): StoredEvent {
  return {
    id,
    type,
    recordedAt,
    data: JSON.parse(data) as JsonObject,
    metadata: JSON.parse(metadata) as JsonObject,
    stream,
    revision,
    position: BigInt(position),
  };
}
