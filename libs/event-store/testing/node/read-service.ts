import type { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import { status, type ServerWritableStream } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import { deletedError } from './append-service';
import { errorOf, pass, turnedAway } from './failing';
import type { FaultPoint } from './faults';
import type { NodeHost } from './node-host';
import type { NodeEvent } from './node-event';
import { encodeCaughtUp, encodeCheckpoint, encodeConfirmation, encodeStreamNotFound, failure, nameOf } from './wire';

/** Answers are written as bytes that were made when the event was first asked for. */
export type ReadCall = ServerWritableStream<ReadReq, Buffer>;

const backwards = 1;
const defaultWindow = 32;

export async function serveRead(node: NodeHost, call: ReadCall): Promise<void> {
  const refused = turnedAway(node, call.metadata);
  if (refused !== undefined) {
    call.emit('error', refused);
    return;
  }
  call.on('error', () => undefined);
  const options = call.request.getOptions()!;
  const answer = new Answer(node, call, options.hasSubscription() ? 'following' : 'reading');
  if (!(await answer.pass(options.hasSubscription() ? 'subscribe' : 'read'))) return;

  if (options.hasSubscription()) await subscribe(node, answer, options);
  else if (options.hasAll()) await readAll(node, answer, options);
  else await readStream(node, answer, options);
}

/** One call's answer: writes as fast as the caller takes it, and stops when the caller or this life of the node is gone. */
class Answer {
  readonly gone = new AbortController();
  private readonly life: number;

  constructor(
    private readonly node: NodeHost,
    private readonly call: ReadCall,
    private readonly perEvent: FaultPoint,
  ) {
    this.life = node.life;
    for (const event of ['cancelled', 'close', 'error']) call.on(event, () => this.gone.abort());
  }

  get over(): boolean {
    return this.gone.signal.aborted || this.call.cancelled || this.node.life !== this.life;
  }

  async event(event: NodeEvent): Promise<boolean> {
    if (this.node.mayFail && !(await this.pass(this.perEvent))) return false;
    return this.bytes(this.node.log.encode(event));
  }

  /** False when nothing more can be sent. */
  async bytes(bytes: Buffer): Promise<boolean> {
    if (this.over) return false;
    if (!this.call.write(bytes)) await this.drained();
    return !this.over;
  }

  async pass(point: FaultPoint): Promise<boolean> {
    const passage = await pass(this.node, point);
    switch (passage) {
      case 'on':
        return !this.over;
      case 'stop':
        return false;
      case 'end':
        this.end();
        return false;
      default:
        this.fail(errorOf(passage));
        return false;
    }
  }

  fail(error: Error): void {
    if (!this.over) this.call.emit('error', error);
  }

  end(): void {
    if (!this.over) this.call.end();
  }

  private drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.call.removeListener('drain', done);
        this.gone.signal.removeEventListener('abort', done);
        resolve();
      };
      this.call.on('drain', done);
      this.gone.signal.addEventListener('abort', done);
    });
  }
}

async function readStream(node: NodeHost, answer: Answer, options: ReadReq.Options): Promise<void> {
  const from = options.getStream()!;
  const stream = nameOf(from.getStreamIdentifier());
  if (node.log.isTombstoned(stream)) return answer.fail(deletedError(stream));
  const events = node.log.visible(stream);
  if (events === undefined) {
    if (await answer.bytes(encodeStreamNotFound(stream))) answer.end();
    return;
  }
  const back = options.getReadDirection() === backwards;
  const start = from.hasStart() ? 0 : from.hasEnd() ? Infinity : Number(from.getRevision());
  const chosen = back
    ? events.filter(({ number }) => number <= start).reverse()
    : events.filter(({ number }) => number >= start && start !== Infinity);
  for (const event of chosen.slice(0, Number(options.getCount()))) {
    if (!(await answer.event(event))) return;
  }
  answer.end();
}

async function readAll(node: NodeHost, answer: Answer, options: ReadReq.Options): Promise<void> {
  const from = options.getAll()!;
  const { log } = node;
  const matches = matcher(options);
  const step = options.getReadDirection() === backwards ? -1 : 1;
  let left = Number(options.getCount());
  const position = from.hasPosition() ? Number(from.getPosition()!.getCommitPosition()) : undefined;
  let index = position !== undefined ? log.indexAt(position) : from.hasStart() ? 0 : log.committed;
  // As the server, which looks for a record at the very position.
  if (position !== undefined && index < log.committed && log.events[index]!.position !== position) {
    return answer.fail(failure(status.UNKNOWN, 'Unexpected ReadAllResult: InvalidPosition'));
  }
  if (step === -1) index -= 1;
  for (; left > 0 && index >= 0 && index < log.committed; index += step) {
    const event = log.events[index]!;
    if (!matches(event)) continue;
    left -= 1;
    if (!(await answer.event(event))) return;
  }
  answer.end();
}

async function subscribe(node: NodeHost, answer: Answer, options: ReadReq.Options): Promise<void> {
  const { log } = node;
  const matches = matcher(options);
  const filter = options.getFilter();
  const window = filter?.hasMax() ? filter.getMax() : defaultWindow;
  const interval = window * (filter?.getCheckpointintervalmultiplier() ?? 1);
  if (!(await answer.bytes(encodeConfirmation(randomUUID())))) return;

  let index = startOf(node, options);
  let considered = 0;
  let caughtUp = false;
  while (!answer.over) {
    // The server looks at the log in windows. A checkpoint is the last event of the window that passed, or else its beginning.
    const end = Math.min(index + window, log.committed);
    let checkpoint = log.events[index]?.position;
    for (const event of log.events.slice(index, end)) {
      if (!matches(event)) continue;
      if (!(await answer.event(event))) return;
      checkpoint = event.position;
    }
    considered += end - index;
    index = Math.max(index, end);
    if (filter !== undefined && considered >= interval && checkpoint !== undefined) {
      considered %= interval;
      if (!(await answer.bytes(encodeCheckpoint(checkpoint)))) return;
    }
    if (index < log.committed) continue;
    if (!caughtUp && !(await answer.bytes(encodeCaughtUp()))) return;
    caughtUp = true;
    await log.waitForMore(index, answer.gone.signal);
    await node.thawed();
  }
}

function startOf({ log }: NodeHost, options: ReadReq.Options): number {
  const all = options.getAll();
  if (all === undefined) {
    const stream = options.getStream()!;
    if (stream.hasStart()) return 0;
    if (stream.hasEnd()) return log.committed;
    const revision = Number(stream.getRevision());
    const name = nameOf(stream.getStreamIdentifier());
    const index = log.events.findIndex((event) => event.stream === name && event.number > revision);
    return index === -1 ? log.committed : index;
  }
  if (all.hasStart()) return 0;
  if (all.hasEnd()) return log.committed;
  // As the server does: one event at the position, or after it, is taken for the one the caller has.
  return Math.min(log.indexAt(Number(all.getPosition()!.getCommitPosition())) + 1, log.committed);
}

function matcher(options: ReadReq.Options): (event: NodeEvent) => boolean {
  const stream = options.getStream();
  if (stream !== undefined) {
    const name = nameOf(stream.getStreamIdentifier());
    return (event) => event.stream === name;
  }
  const filter = options.getFilter();
  if (filter === undefined) return () => true;
  const onType = filter.hasEventType();
  const expression = (onType ? filter.getEventType() : filter.getStreamIdentifier())!;
  const prefixes = expression.getPrefixList();
  const regex = prefixes.length > 0 ? undefined : new RegExp(expression.getRegex());
  return (event) => {
    const text = onType ? event.type : event.stream;
    return regex === undefined ? prefixes.some((prefix) => text.startsWith(prefix)) : regex.test(text);
  };
}
