import { maxAppendBytes, type AdmittedEvent } from '../admission';
import { explain } from '../explanation';
import type { AppendOutcome, ExpectedRevision, StoredEvent } from '../port';
import { Appender } from './appender';
import type { Connection } from './connection';
import { backoffMs, failureOf, NoAnswer, pause, within } from './failures';
import { KnownStreams } from './known-streams';
import type { LogReading } from './log-reading';
import type { EventStoreDbObserver, EventStoreDbTimeouts } from './settings';

const knownStreams = 5_000;
const pageSize = 1_000;

/**
 * Brings each append to an outcome: sends it, sends it again with the same ids and revision while the outcome is open, reads the
 * stream where the server's answer does not settle it, and gives up when the time is over. Appends to one stream go one after
 * the other, because each expects what the one before it leaves.
 */
export class Appending {
  private readonly appender: Appender;
  private readonly known = new KnownStreams(knownStreams);
  private readonly tails = new Map<string, Promise<unknown>>();
  /** The highest position met in any answer; undefined until the end of the log was read once. */
  private seen: bigint | undefined;
  private looking: Promise<void> | undefined;

  constructor(
    connection: Connection,
    private readonly reading: LogReading,
    private readonly timeouts: EventStoreDbTimeouts,
    private readonly observer: EventStoreDbObserver,
  ) {
    this.appender = new Appender(connection);
  }

  append(stream: string, events: readonly AdmittedEvent[], expected: ExpectedRevision): Promise<AppendOutcome> {
    const deadline = performance.now() + this.timeouts.appendMs;
    const before = this.tails.get(stream);
    const appending = this.settle(stream, events, expected, deadline, before);
    const tail = appending.catch(() => undefined);
    this.tails.set(stream, tail);
    void tail.then(() => {
      if (this.tails.get(stream) === tail) this.tails.delete(stream);
    });
    return appending;
  }

  /** Events that were read; what is known of a stream is not read again before the next append to it. */
  learn(stream: string, events: readonly StoredEvent[]): void {
    const [first, last] = [events[0], events.at(-1)];
    if (first === undefined || last === undefined) return;
    this.known.learn(stream, events, first.revision);
    this.meet(last.position);
  }

  private async settle(
    stream: string,
    events: readonly AdmittedEvent[],
    expected: ExpectedRevision,
    deadline: number,
    before: Promise<unknown> | undefined,
  ): Promise<AppendOutcome> {
    const what = `append to ${stream}`;
    let cause = new Error(`${what}: not sent, the appends before it took all its time`);
    try {
      if (before !== undefined) await within(deadline - performance.now(), what, before);
      const refused = await this.lookAhead(stream, events, expected, deadline);
      if (refused !== undefined) return refused;

      for (let attempt = 1; performance.now() < deadline; attempt++) {
        try {
          const outcome = await this.sendOnce(stream, events, expected, deadline, attempt > 1);
          if (outcome !== undefined) return outcome;
          cause = new Error(`${what}: the server refused the revision, but the stream stands at it`);
        } catch (error) {
          if (error instanceof Refusal) throw error;
          if (failureOf(error) === 'accessDenied') throw new Refusal(`${what}: access denied`, { cause: error });
          cause = error as Error;
        }
        this.observer.retrying?.({ operation: 'append', attempt, error: cause });
        await this.pauseAfter(attempt, deadline);
      }
    } catch (error) {
      if (error instanceof Refusal) throw error;
      if (failureOf((error as Error).cause) !== 'passing') throw error;
      cause = error as Error;
    }
    return { outcome: 'unknown', cause: new NoAnswer(what, this.timeouts.appendMs, cause) };
  }

  /** One try; undefined when it should be made again. */
  private async sendOnce(
    stream: string,
    events: readonly AdmittedEvent[],
    expected: ExpectedRevision,
    deadline: number,
    sentBefore: boolean,
  ): Promise<AppendOutcome | undefined> {
    const what = `append to ${stream}`;
    const seenBefore = this.seen;
    const limitMs = Math.max(1, Math.min(this.timeouts.attemptMs, deadline - performance.now()));
    const answer = await this.appender.append(stream, events, expected, limitMs);
    switch (answer.answer) {
      case 'success': {
        const { revision, position } = answer;
        if (position === undefined || !this.isOwn(stream, revision, position, seenBefore)) {
          return this.lookBack(stream, events, expected, sentBefore, deadline);
        }
        this.known.learn(stream, events, revision - events.length + 1);
        this.meet(position);
        return { outcome: 'appended', revision, position };
      }
      case 'wrongExpectedRevision':
        return this.lookBack(stream, events, expected, sentBefore, deadline);
      case 'tooLarge': {
        const message = `${what}: this server takes less in one append than the ledger's ${maxAppendBytes} bytes`;
        return { outcome: 'refused', reason: 'tooLarge', message };
      }
      case 'accessDenied':
        throw new Refusal(`${what}: access denied`);
      case 'streamDeleted':
        throw new Refusal(`${what}: the stream was deleted on the server, which must never happen to a ledger`);
      case 'notNow':
        throw new Error(`${what}: the server said ${answer.message}`);
    }
  }

  /** Refuses what the server would not: an id that stands in the stream already, further back than the server looks. */
  private async lookAhead(
    stream: string,
    events: readonly AdmittedEvent[],
    expected: ExpectedRevision,
    deadline: number,
  ): Promise<AppendOutcome | undefined> {
    if (this.seen === undefined) await this.lookForEnd(deadline);
    const last = expected === 'noStream' ? -1 : expected;
    for (let from = this.known.revision(stream) + 1; from <= last;) {
      const page = await this.reading.streamPage(stream, from, Math.min(pageSize, last - from + 1), deadline);
      this.learn(stream, page.events);
      if (!page.full) break;
      from = page.next;
    }
    const asExpected = this.known.revision(stream) === last;
    if (asExpected && !events.some(({ id }) => this.known.mayHold(stream, id))) return undefined;
    return this.lookBack(stream, events, expected, false, deadline);
  }

  /**
   * Whether a success is this append's own. The server also says success when the ids already stand where it would write,
   * without comparing their content, and then gives the position of the old events.
   */
  private isOwn(stream: string, revision: number, position: bigint, seenBefore: bigint | undefined): boolean {
    return seenBefore !== undefined && position > seenBefore && revision > this.known.revision(stream);
  }

  /** Reads the stream and says what it means for the batch; undefined when nothing stands against sending it again. */
  private async lookBack(
    stream: string,
    events: readonly AdmittedEvent[],
    expected: ExpectedRevision,
    sentBefore: boolean,
    deadline: number,
  ): Promise<AppendOutcome | undefined> {
    const byId = new Map<string, StoredEvent>();
    let next = 0;
    for (let full = true; full;) {
      const page = await this.reading.streamPage(stream, next, pageSize, deadline);
      this.learn(stream, page.events);
      for (const event of page.events) byId.set(event.id, event);
      ({ next, full } = page);
    }
    const outcome = explain(stream, events, expected, next - 1, (id) => {
      const found = byId.get(id);
      return found && { ...found, data: JSON.stringify(found.data), metadata: JSON.stringify(found.metadata) };
    });
    const wantedRevision = (expected === 'noStream' ? -1 : expected) + events.length;
    const isRetryOfOwn = sentBefore && outcome?.outcome === 'alreadyAppended' && outcome.revision === wantedRevision;
    return isRetryOfOwn ? { ...outcome, outcome: 'appended' } : outcome;
  }

  /** Reads the end of the log once. A user who may not read `$all` pays with a look back after every append. */
  private lookForEnd(deadline: number): Promise<void> {
    this.looking ??= this.reading
      .head(deadline)
      .then(
        (head) => this.meet(head),
        (error: Error) => {
          if (failureOf(error.cause) !== 'accessDenied') throw error;
        },
      )
      .finally(() => (this.looking = undefined));
    return this.looking;
  }

  private meet(position: bigint): void {
    if (this.seen === undefined || position > this.seen) this.seen = position;
  }

  private async pauseAfter(attempt: number, deadline: number): Promise<void> {
    const { backoffFirstMs: firstMs, backoffMostMs: mostMs } = this.timeouts;
    await pause(Math.max(0, Math.min(backoffMs(attempt, { firstMs, mostMs }), deadline - performance.now())));
  }
}

/** The server's no, which the caller gets as an error. */
class Refusal extends Error {}
