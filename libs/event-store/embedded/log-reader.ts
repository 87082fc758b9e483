import type Database from 'better-sqlite3';
import type { JsonObject, StoredEvent, StreamFilter, Subscription } from '../port';
import { follow, type Page, type WaitForGrowth } from './follow';

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
  private readonly scans = new Map<string, Database.Statement<unknown[]>>();
  private readonly subscriptions = new Set<Subscription>();

  constructor(
    private readonly database: Database.Database,
    private readonly waitForGrowth: WaitForGrowth,
  ) {
    this.headStatement = database.prepare<[]>('SELECT max(position) FROM event').pluck();
    this.streamStatement = database
      .prepare<[string, number, number]>(
        `SELECT ${columns} FROM event WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?`,
      )
      .raw();
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
    return (this.streamStatement.all(stream, fromRevision, limit) as Row[]).map(toEvent);
  }

  streamNames({ prefix, after = '', limit }: { prefix: string; after?: string; limit: number }): string[] {
    const first = after > prefix ? after : prefix;
    return this.names.all(first, `${prefix}\u{10ffff}`, limit) as string[];
  }

  readStreams({ after, through }: { after: string; through: string }): StoredEvent[] {
    return (this.streams.all(after, through) as Row[]).map(toEvent);
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
    const end = clause === '' ? start + size : Math.min(start + scanRows, this.head());
    if (end <= start) return { events: [], scannedTo: from };

    const rows = this.scan(clause).all(start, end, ...values, size) as Row[];
    const events = rows.map(toEvent);
    const last = events.at(-1)?.position ?? from;
    const cut = clause === '' || events.length === size;
    return { events, scannedTo: cut ? last : BigInt(end) };
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
