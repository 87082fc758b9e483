import { Empty, StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import { BatchAppendReq, type BatchAppendResp } from '@eventstore/db-client/generated/streams_pb';
import { randomUUID } from 'node:crypto';
import type { AdmittedEvent } from '../admission';
import type { ExpectedRevision } from '../port';
import type { AppendCall, Connection } from './connection';
import { NoAnswer } from './failures';
import { wireMetadata } from './wire-event';

/** What the server answered to one append. */
export type Answer =
  | { answer: 'success'; revision: number; position: bigint | undefined }
  | { answer: 'wrongExpectedRevision' }
  | { answer: 'streamDeleted' | 'accessDenied' | 'tooLarge' }
  /** The server did not take it now: not ready, too busy, timed out, no leader. */
  | { answer: 'notNow'; message: string };

interface Waiting {
  sentAt: number;
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/**
 * Appends over the server's batch stream. The client's own `appendToStream` is left aside: it keeps the appends in flight of all
 * clients of the process in one table, so that a fault of one connection rejects the appends of every other, and the answer that
 * then comes for a rejected append throws inside an event handler and ends the process. Here each stream has its own table.
 */
export class Appender {
  private current: OpenStream | undefined;
  private opening: Promise<OpenStream> | undefined;

  constructor(private readonly connection: Connection) {}

  /** Sends once. Rejects when no answer came within the limit or the stream broke: then the outcome is open. */
  async append(
    stream: string,
    events: readonly AdmittedEvent[],
    expected: ExpectedRevision,
    limitMs: number,
  ): Promise<Answer> {
    const open = this.current ?? (await this.open(limitMs));
    return open.send(stream, events, expected, limitMs);
  }

  private open(limitMs: number): Promise<OpenStream> {
    this.opening ??= this.openOnce().finally(() => (this.opening = undefined));
    const opening = this.opening;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new NoAnswer('opening the append stream', limitMs)), limitMs);
      opening.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  private openOnce(): Promise<OpenStream> {
    return this.connection.appendCall((call) => {
      const opened: OpenStream = new OpenStream(call, () => {
        if (this.current === opened) this.current = undefined;
      });
      this.current = opened;
      return opened;
    });
  }
}

class OpenStream {
  ended = false;
  private readonly waiting = new Map<string, Waiting>();
  private lastAnswerAt = 0;

  constructor(
    private readonly call: AppendCall,
    private readonly onEnd: () => void,
  ) {
    call.on('data', (response: BatchAppendResp) => this.receive(response));
    call.on('error', (error: Error) => this.end(error));
    call.on('end', () => this.end(new Error('the server ended the append stream')));
  }

  send(stream: string, events: readonly AdmittedEvent[], expected: ExpectedRevision, limitMs: number): Promise<Answer> {
    if (this.ended) return Promise.reject(new Error('the append stream has ended'));
    const correlationId = randomUUID();
    const sentAt = performance.now();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.giveUp(correlationId, stream, limitMs), limitMs);
      this.waiting.set(correlationId, { sentAt, resolve, reject, timer });
      this.call.write(request(correlationId, stream, events, expected));
    });
  }

  private giveUp(correlationId: string, stream: string, limitMs: number): void {
    const { sentAt, reject } = this.waiting.get(correlationId)!;
    this.waiting.delete(correlationId);
    const error = new NoAnswer(`append to ${stream}`, limitMs);
    reject(error);
    // Nothing at all came back meanwhile: the stream itself is stuck, and the next append deserves a new one.
    if (this.lastAnswerAt < sentAt) this.end(error);
  }

  private receive(response: BatchAppendResp): void {
    this.lastAnswerAt = performance.now();
    const correlationId = response.getCorrelationId()?.getString() ?? '';
    const waiting = this.waiting.get(correlationId);
    if (waiting === undefined) return;
    this.waiting.delete(correlationId);
    clearTimeout(waiting.timer);
    try {
      waiting.resolve(answerOf(response));
    } catch (cause) {
      waiting.reject(new Error('the answer to an append could not be read', { cause }));
    }
  }

  private end(error: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.onEnd();
    for (const { timer, reject } of this.waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.waiting.clear();
    this.call.cancel();
    // A call the server ended well is not over for the client before its writing side is.
    this.call.destroy();
  }
}

function request(
  correlationId: string,
  stream: string,
  events: readonly AdmittedEvent[],
  expected: ExpectedRevision,
): BatchAppendReq {
  const identifier = new StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  // No deadline: it would be an absolute time by the clock of this machine, and the server has a limit of its own.
  const options = new BatchAppendReq.Options();
  options.setStreamIdentifier(identifier);
  if (expected === 'noStream') options.setNoStream(new Empty());
  else options.setStreamPosition(String(expected));

  const message = new BatchAppendReq();
  message.setCorrelationId(new UUID().setString(correlationId));
  message.setOptions(options);
  message.setProposedMessagesList(events.map(proposed));
  message.setIsFinal(true);
  return message;
}

function proposed(event: AdmittedEvent): BatchAppendReq.ProposedMessage {
  const message = new BatchAppendReq.ProposedMessage();
  message.setId(new UUID().setString(event.id));
  message.getMetadataMap().set('type', event.type).set('content-type', 'application/json');
  message.setData(Buffer.from(event.dataText));
  message.setCustomMetadata(Buffer.from(wireMetadata(event)));
  return message;
}

function answerOf(response: BatchAppendResp): Answer {
  const success = response.getSuccess();
  if (success !== undefined) {
    const position = success.getPosition()?.getCommitPosition();
    return {
      answer: 'success',
      revision: Number(success.getCurrentRevision()),
      position: position === undefined ? undefined : BigInt(position),
    };
  }
  const status = response.getError();
  const kind = status?.getDetails()?.getTypeName();
  switch (kind) {
    case 'event_store.client.WrongExpectedVersion':
      return { answer: 'wrongExpectedRevision' };
    case 'event_store.client.StreamDeleted':
      return { answer: 'streamDeleted' };
    case 'event_store.client.AccessDenied':
      return { answer: 'accessDenied' };
    case 'event_store.client.MaximumAppendSizeExceeded':
      return { answer: 'tooLarge' };
    default:
      return { answer: 'notNow', message: status?.getMessage() || (kind ?? 'no reason given') };
  }
}
