import type Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import type { FeedName, Filter, Item } from '../item';
import { parsePlace, placeText, type Place } from '../place';
import { Sealing } from './sealing';
import { newSecret, secretBytes, secretText } from './signature';
import { openTables } from './webhook-tables';

/** `unverified`: the receiver has not yet said that he wants it · `paused`: by somebody, or because of `reason`. */
export type WebhookState = 'unverified' | 'active' | 'paused';

/** A subscription. Its secret is told once, when it is made. */
export interface Webhook {
  id: string;
  url: string;
  feed: FeedName;
  filter: Filter;
  state: WebhookState;
  /** Why it is paused, where the ledger did it: `gone`, `failing`, `beyondLog`. */
  reason?: string;
  /** Everything up to here has been taken from the feed. */
  place: Place;
  /** Rises when what is sent, or where to, is changed. */
  version: number;
  /** Milliseconds since 1970, as every time here. */
  createdAt: number;
  createdBy: string;
  /** Messages that the receiver took. */
  delivered: number;
  deliveredAt?: number;
  failedAt?: number;
  failure?: string;
  /** Since when no message at all has been taken, where that is so. */
  failingSince?: number;
  /** Until when the secret before the last rotation signs too. */
  oldSecretUntil?: number;
  /** Messages on their way, and messages that are parked with those behind them. */
  waiting: number;
  parked: number;
}

/** A subscription that is wanted. */
export interface NewWebhook {
  url: string;
  feed: FeedName;
  filter: Filter;
  /** Nothing up to here is sent. */
  place: Place;
  createdBy: string;
  /** Left out: a new one. */
  secret?: string;
}

/** A request that may be sent again: what names it, and what it asks. */
export interface NamedRequest {
  key: string;
  asked: string;
}

/** What a request made; `again` where it did so before, the secret then only while it is still the first one. */
export interface MadeOnce {
  webhook: Webhook;
  secret?: string;
  again: boolean;
}

/** A message on its way. */
export interface Message {
  n: number;
  item: string;
  lane: string;
  body: string;
  attempts: number;
}

/** The first message of a lane that is parked. */
export interface ParkedMessage {
  n: number;
  item: string;
  lane: string;
  attempts: number;
  failure: string;
  failedAt: number;
  /** Later messages of the lane, which wait for it. */
  behind: number;
}

/** What became of one attempt to deliver a message. */
export type Outcome =
  | { n: number; became: 'delivered' }
  | { n: number; became: 'retrying'; failure: string; due: number }
  | { n: number; became: 'parked'; failure: string };

/** Thrown by writes of a process that may no longer send. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

interface Row {
  id: string;
  url: string;
  feed: FeedName;
  filter: string;
  state: WebhookState;
  reason: string | null;
  place: string;
  version: number;
  created_at: number;
  created_by: string;
  delivered: number;
  delivered_at: number | null;
  failed_at: number | null;
  failure: string | null;
  failing_since: number | null;
  old_secret: Buffer | null;
  old_until: number;
  waiting: number;
  parked: number;
}

const LEASE = 'sending';

const select = `SELECT w.*,
  (SELECT count(*) FROM message WHERE webhook = w.id AND state = 'ready')
    + (SELECT count(*) FROM message WHERE webhook = w.id AND state = 'retrying') AS waiting,
  (SELECT count(*) FROM message WHERE webhook = w.id AND state = 'parked') AS parked FROM webhook AS w`;

/**
 * The subscriptions of a data folder and what is on its way to them. Several processes may have it open; what is written is
 * on disk. Messages of one lane are sent in order: one that fails holds up those behind it, and nobody else's.
 */
export class Webhooks {
  private readonly database: Database.Database;
  private readonly sealing: Sealing;
  private readonly statements = new Map<string, Database.Statement<unknown[]>>();

  constructor(
    folder: string,
    private readonly clock: () => number = Date.now,
  ) {
    this.sealing = new Sealing(folder);
    this.database = openTables(folder);
  }

  /** Makes a subscription that is yet to be verified; gives its secret, for the only time. */
  create(wanted: NewWebhook): { webhook: Webhook; secret: string } {
    const id = randomUUID();
    const secret = wanted.secret ?? newSecret();
    this.statement(
      `INSERT INTO webhook (id, url, feed, filter, state, place, secret, created_at, created_by)
          VALUES (?, ?, ?, ?, 'unverified', ?, ?, ?, ?)`,
    ).run(
      id,
      wanted.url,
      wanted.feed,
      JSON.stringify(wanted.filter),
      placeText(wanted.place),
      this.sealed(secret, id),
      this.clock(),
      wanted.createdBy,
    );
    return { webhook: this.find(id)!, secret };
  }

  /**
   * As `create`, for a request that may be sent again: then none is made, and the secret is given where it is still the first one.
   * Undefined where the request's key named something else before.
   */
  createOnce(request: NamedRequest, wanted: NewWebhook): MadeOnce | undefined {
    const create = this.database.transaction((): MadeOnce | undefined => {
      const before = this.madeBy(request);
      if (before !== undefined) return before === 'another' ? undefined : before;
      const made = this.create(wanted);
      this.statement('INSERT INTO request VALUES (?, ?, ?)').run(request.key, request.asked, made.webhook.id);
      return { ...made, again: false };
    });
    return create.immediate();
  }

  /** What a request made when it came before, or that its key named another one; undefined where it is new. */
  madeBy({ key, asked }: NamedRequest): MadeOnce | 'another' | undefined {
    const before = this.statement('SELECT asked, webhook FROM request WHERE key = ?').get(key) as
      { asked: string; webhook: string } | undefined;
    if (before === undefined) return undefined;
    return before.asked === asked ? { ...this.asMade(before.webhook), again: true } : 'another';
  }

  private asMade(id: string): { webhook: Webhook; secret?: string } {
    const { secret, old_secret } = this.statement('SELECT secret, old_secret FROM webhook WHERE id = ?').get(id) as {
      secret: Buffer;
      old_secret: Buffer | null;
    };
    const first = old_secret === null ? { secret: secretText(this.sealing.open(secret, id)) } : {};
    return { webhook: this.find(id)!, ...first };
  }

  list(): Webhook[] {
    return (this.statement(`${select} ORDER BY w.created_at, w.id`).all() as Row[]).map((row) => this.webhookOf(row));
  }

  find(id: string): Webhook | undefined {
    const row = this.statement(`${select} WHERE w.id = ?`).get(id) as Row | undefined;
    return row && this.webhookOf(row);
  }

  /** Changes what is given; another address must be verified anew. False where there is no such subscription. */
  change(id: string, { url, filter }: { url?: string; filter?: Filter }): boolean {
    return this.database.transaction(() => {
      const run = (set: string, value: string) =>
        this.statement(`UPDATE webhook SET ${set}, version = version + 1 WHERE id = @id`).run({ value, id });
      if (url !== undefined) run("state = CASE url WHEN @value THEN state ELSE 'unverified' END, url = @value", url);
      if (filter !== undefined) run('filter = @value', JSON.stringify(filter));
      return this.find(id) !== undefined;
    })();
  }

  /** Verified, paused, or set going again. */
  setState(id: string, state: WebhookState, reason?: string): boolean {
    const set = this.statement(
      'UPDATE webhook SET state = ?, reason = ?, failing_since = NULL, version = version + 1 WHERE id = ?',
    );
    return set.run(state, reason ?? null, id).changes === 1;
  }

  /** Removes the subscription and everything on its way to it. */
  remove(id: string): boolean {
    return this.statement('DELETE FROM webhook WHERE id = ?').run(id).changes === 1;
  }

  /** A new secret, told for the only time; until then the one before it signs too. */
  rotate(id: string, { secret = newSecret(), oldForMs }: { secret?: string; oldForMs: number }): string | undefined {
    const rotated = this.statement(
      'UPDATE webhook SET old_secret = secret, old_until = ?, secret = ? WHERE id = ?',
    ).run(this.clock() + oldForMs, this.sealed(secret, id), id);
    return rotated.changes === 1 ? secret : undefined;
  }

  /** The secrets that sign now, the newest first. */
  secretsOf(id: string): Buffer[] {
    const row = this.statement('SELECT secret, old_secret, old_until FROM webhook WHERE id = ?').get(id) as
      { secret: Buffer; old_secret: Buffer | null; old_until: number } | undefined;
    if (!row) return [];
    const old = row.old_secret !== null && row.old_until > this.clock() ? [row.old_secret] : [];
    return [row.secret, ...old].map((sealed) => this.sealing.open(sealed, id));
  }

  /** Sends everything behind the place once more, what was delivered and what is parked alike. The place may not lie ahead. */
  replay(id: string, place: Place): boolean {
    return this.database.transaction(() => {
      this.statement('DELETE FROM message WHERE webhook = ? AND position > ?').run(id, Number(place.position));
      const moved = this.statement('UPDATE webhook SET place = ?, version = version + 1 WHERE id = ?');
      return moved.run(placeText(place), id).changes === 1;
    })();
  }

  /** What is parked, the first of each lane, after one of them. */
  parked(id: string, after: number, limit: number): ParkedMessage[] {
    return this.statement(
      `SELECT m.n, m.item, m.lane, m.attempts, m.failure, m.failed_at AS failedAt,
            (SELECT count(*) FROM message AS b WHERE b.webhook = m.webhook AND b.lane = m.lane AND b.n > m.n) AS behind
          FROM message AS m WHERE m.webhook = ? AND m.state = 'parked' AND m.failure IS NOT NULL AND m.n > ? ORDER BY m.n LIMIT ?`,
    ).all(id, after, limit) as ParkedMessage[];
  }

  /** Sends what is parked once more, of one lane or of all; gives how many messages. */
  retry(id: string, lane?: string): number {
    const only = lane === undefined ? '' : 'AND lane = ?';
    return this.statement(
      `UPDATE message SET state = 'ready', attempts = 0, due = 0, failure = NULL
          WHERE webhook = ? AND state = 'parked' ${only}`,
    ).run(...[id, ...(lane === undefined ? [] : [lane])]).changes;
  }

  /** Gives up a message that is parked; those behind it go on. */
  discard(id: string, n: number): boolean {
    return this.database.transaction(() => {
      const lane = this.database
        .prepare(
          "DELETE FROM message WHERE webhook = ? AND n = ? AND state = 'parked' AND failure IS NOT NULL RETURNING lane",
        )
        .pluck()
        .get(id, n) as string | undefined;
      if (lane !== undefined) this.retry(id, lane);
      return lane !== undefined;
    })();
  }

  /** Queues the items and moves on to the place, if it still stands at `from`; gives whether it does. Throws `LeaseLost`. */
  enqueue(holder: string, id: string, from: Place, items: readonly Item[], place: Place): boolean {
    return this.sending(holder, () => {
      const moved = this.database
        .prepare('UPDATE webhook SET place = ? WHERE id = ? AND place = ?')
        .run(placeText(place), id, placeText(from));
      if (moved.changes === 0) return false;
      const insert = this.statement(
        `INSERT INTO message (webhook, item, position, lane, body, state) VALUES (@id, @item, @position, @lane, @text,
          coalesce((SELECT state FROM message WHERE webhook = @id AND lane = @lane ORDER BY n DESC LIMIT 1), 'ready'))`,
      );
      for (const { id: item, lane, text, place: at } of items) {
        insert.run({ id, item, position: Number(at.position), lane, text });
      }
      return true;
    });
  }

  /** Messages that may be sent now, the first of its lane each; at most half of them repeated ones, so that these hold up nobody. */
  due(id: string, limit: number): Message[] {
    const repeated = this.statement(
      `SELECT n, item, lane, body, attempts FROM message
        WHERE webhook = ? AND state = 'retrying' AND due > 0 AND due <= ? ORDER BY due LIMIT ?`,
    ).all(id, this.clock(), Math.ceil(limit / 2)) as Message[];
    const first = this.statement(
      `SELECT n, item, lane, body, attempts FROM message AS m WHERE webhook = ? AND state = 'ready'
        AND NOT EXISTS (SELECT 1 FROM message AS e WHERE e.webhook = m.webhook AND e.lane = m.lane AND e.n < m.n)
        ORDER BY n LIMIT ?`,
    ).all(id, limit) as Message[];
    return [...repeated, ...first].slice(0, limit);
  }

  /** When the next message may be sent; undefined where none waits. */
  nextDue(id: string): number | undefined {
    const due = this.statement("SELECT min(due) FROM message WHERE webhook = ? AND state = 'retrying' AND due > 0")
      .pluck()
      .get(id) as number | null;
    return due ?? undefined;
  }

  /** How many messages wait that nothing holds up, and how many that something does. */
  queued(id: string): { ready: number; retrying: number } {
    const count = (state: string) =>
      this.statement('SELECT count(*) FROM message WHERE webhook = ? AND state = ?').pluck().get(id, state) as number;
    return { ready: count('ready'), retrying: count('retrying') };
  }

  /** Writes down what became of attempts; of messages that are no longer there nothing. Throws `LeaseLost`. */
  settle(holder: string, id: string, outcomes: readonly Outcome[]): void {
    const now = this.clock();
    this.sending(holder, () => {
      for (const outcome of outcomes) {
        const lane = this.statement('SELECT lane FROM message WHERE n = ? AND webhook = ?').pluck().get(outcome.n, id);
        if (typeof lane !== 'string') continue;
        if (outcome.became === 'delivered') {
          this.statement('DELETE FROM message WHERE n = ?').run(outcome.n);
          this.setLane(id, lane, 'ready');
          this.statement(
            'UPDATE webhook SET delivered = delivered + 1, delivered_at = ?, failing_since = NULL WHERE id = ?',
          ).run(now, id);
          continue;
        }
        const due = outcome.became === 'retrying' ? outcome.due : 0;
        this.statement(
          'UPDATE message SET attempts = attempts + 1, due = ?, failure = ?, failed_at = ? WHERE n = ?',
        ).run(due, outcome.failure, now, outcome.n);
        this.setLane(id, lane, outcome.became);
        this.statement(
          `UPDATE webhook SET failed_at = @now, failure = @failure, failing_since = coalesce(failing_since, @now)
            WHERE id = @id`,
        ).run({ now, failure: outcome.failure, id });
      }
    });
  }

  /** Takes or renews the right to send; false while another process has it. */
  takeLease(holder: string, lengthMs: number): boolean {
    const now = this.clock();
    const taken = this.statement(
      `INSERT INTO lease VALUES (@name, @holder, @until) ON CONFLICT (name)
        DO UPDATE SET holder = @holder, until = @until WHERE holder = @holder OR until <= @now`,
    ).run({ name: LEASE, holder, until: now + lengthMs, now });
    return taken.changes === 1;
  }

  releaseLease(holder: string): void {
    this.statement('DELETE FROM lease WHERE name = ? AND holder = ?').run(LEASE, holder);
  }

  close(): void {
    this.database.close();
  }

  /** Runs a write that only the process may do that has the right to send. */
  private sending<T>(holder: string, write: () => T): T {
    return this.database
      .transaction(() => {
        const held = this.statement('SELECT holder FROM lease WHERE name = ?').pluck().get(LEASE);
        if (held !== holder) throw new LeaseLost('another process sends the messages of this data folder now');
        return write();
      })
      .immediate();
  }

  private statement(text: string): Database.Statement<unknown[]> {
    let statement = this.statements.get(text);
    if (!statement) this.statements.set(text, (statement = this.database.prepare<unknown[]>(text)));
    return statement;
  }

  private setLane(id: string, lane: string, state: 'ready' | 'retrying' | 'parked'): void {
    this.statement('UPDATE message SET state = ? WHERE webhook = ? AND lane = ? AND state <> ?').run(
      state,
      id,
      lane,
      state,
    );
  }

  private sealed(secret: string, id: string): Buffer {
    const bytes = secretBytes(secret);
    if (!bytes) throw new RangeError('a secret is whsec_ and 24 to 64 bytes in base64');
    return this.sealing.seal(bytes, id);
  }

  private webhookOf(row: Row): Webhook {
    return {
      id: row.id,
      url: row.url,
      feed: row.feed,
      filter: JSON.parse(row.filter) as Filter,
      state: row.state,
      ...(row.reason === null ? {} : { reason: row.reason }),
      place: parsePlace(row.place)!,
      version: row.version,
      createdAt: row.created_at,
      createdBy: row.created_by,
      delivered: row.delivered,
      ...(row.delivered_at === null ? {} : { deliveredAt: row.delivered_at }),
      ...(row.failed_at === null ? {} : { failedAt: row.failed_at }),
      ...(row.failure === null ? {} : { failure: row.failure }),
      ...(row.failing_since === null ? {} : { failingSince: row.failing_since }),
      ...(row.old_secret !== null && row.old_until > this.clock() ? { oldSecretUntil: row.old_until } : {}),
      waiting: row.waiting,
      parked: row.parked,
    };
  }
}
