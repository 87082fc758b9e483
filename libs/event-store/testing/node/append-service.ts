import { Empty, MaximumAppendSizeExceeded, Timeout } from '@eventstore/db-client/generated/shared_pb';
import type { IStreamsServer } from '@eventstore/db-client/generated/streams_grpc_pb';
import {
  DeleteResp,
  TombstoneResp,
  type AppendReq,
  type BatchAppendReq,
  type BatchAppendResp,
} from '@eventstore/db-client/generated/streams_pb';
import { status, type ServerDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { errorOf, pass, turnedAway, type Passage } from './failing';
import type { NodeHost } from './node-host';
import type { Decision, Proposed } from './node-event';
import { appendAnswer, batchAnswer, batchError, expectedOf, failure, nameOf, proposedOf } from './wire';

const maxAppendBytes = 1024 * 1024;

type BatchCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

interface BatchInParts {
  stream: string;
  expected: number;
  proposed: Proposed[];
}

export function appendService(node: NodeHost): Pick<IStreamsServer, 'append' | 'batchAppend' | 'delete' | 'tombstone'> {
  return {
    batchAppend(call) {
      const refused = turnedAway(node, call.metadata);
      if (refused !== undefined) {
        call.emit('error', refused);
        return;
      }
      const inParts = new Map<string, BatchInParts>();
      let busy = 0;
      let ended = false;
      const endWhenDone = () => {
        if (ended && busy === 0) call.end();
      };
      call.on('data', (request: BatchAppendReq) => {
        const complete = gather(inParts, request);
        if (complete === undefined) return;
        busy++;
        void batch(node, call, request, complete).finally(() => {
          busy--;
          endWhenDone();
        });
      });
      call.on('end', () => {
        ended = true;
        endWhenDone();
      });
      call.on('error', () => undefined);
    },

    append(call, respond) {
      const refused = turnedAway(node, call.metadata);
      if (refused !== undefined) {
        respond(refused);
        return;
      }
      let stream = '';
      let expected = 0;
      const proposed: Proposed[] = [];
      call.on('data', (request: AppendReq) => {
        const options = request.getOptions();
        const message = request.getProposedMessage();
        if (options !== undefined) {
          stream = nameOf(options.getStreamIdentifier());
          expected = expectedOf(options, options.getRevision());
        }
        if (message !== undefined) proposed.push(proposedOf(message));
      });
      call.on('end', () => {
        void work(node, () => node.log.append(stream, expected, proposed)).then((done) => {
          if (typeof done === 'string') {
            if (done !== 'stop') respond(done === 'end' ? errorOf('cut') : errorOf(done));
            return;
          }
          try {
            respond(null, appendAnswer(stream, done, expected));
          } catch (error) {
            respond(error as ServiceError);
          }
        });
      });
      call.on('error', () => undefined);
    },

    delete(call, respond) {
      const options = call.request.getOptions()!;
      const stream = nameOf(options.getStreamIdentifier());
      const refused = turnedAway(node, call.metadata);
      const done = refused ?? node.log.delete(stream, expectedOf(options, options.getRevision()));
      answerDeletion(stream, done, respond, () => new DeleteResp());
    },

    tombstone(call, respond) {
      const options = call.request.getOptions()!;
      const stream = nameOf(options.getStreamIdentifier());
      const refused = turnedAway(node, call.metadata);
      const done = refused ?? node.log.tombstone(stream, expectedOf(options, options.getRevision()));
      answerDeletion(stream, done, respond, () => new TombstoneResp());
    },
  };
}

/** Decides and makes durable, with what the plan has for before and after. */
async function work(node: NodeHost, decide: () => Decision): Promise<Decision | Exclude<Passage, 'on'>> {
  const before = await pass(node, 'append');
  if (before !== 'on') return before;
  const decision = decide();
  if ('durable' in decision) await decision.durable;
  const after = await pass(node, 'appended');
  return after === 'on' ? decision : after;
}

async function batch(
  node: NodeHost,
  call: BatchCall,
  request: BatchAppendReq,
  { stream, expected, proposed }: BatchInParts,
): Promise<void> {
  const done =
    sizeOf(proposed) > maxAppendBytes
      ? 'tooLarge'
      : await work(node, () => node.log.append(stream, expected, proposed));
  if (call.cancelled || call.destroyed) return;
  switch (done) {
    case 'stop':
      return;
    case 'end':
      call.end();
      return;
    case 'cut':
      call.emit('error', errorOf('cut'));
      return;
    case 'tooLarge': {
      const exceeded = new MaximumAppendSizeExceeded().setMaxappendsize(maxAppendBytes);
      call.write(batchError(request, stream, 'maximum append size exceeded', exceeded));
      return;
    }
    case 'busy':
      call.write(batchError(request, stream, 'Server Is Busy', new Empty()));
      return;
    case 'notReady':
      call.write(batchError(request, stream, 'Server Is Not Ready', new Empty()));
      return;
    case 'timeout':
      call.write(batchError(request, stream, 'Timeout', new Timeout()));
      return;
    default:
      call.write(batchAnswer(request, stream, done, expected));
  }
}

/** Adds a request to its batch; returns the batch once it is complete. */
function gather(inParts: Map<string, BatchInParts>, request: BatchAppendReq): BatchInParts | undefined {
  const id = request.getCorrelationId()!.getString();
  const options = request.getOptions();
  const known = inParts.get(id);
  if (known === undefined && options === undefined) return undefined;
  const part = known ?? {
    stream: nameOf(options!.getStreamIdentifier()),
    expected: expectedOf(options!, options!.getStreamPosition()),
    proposed: [],
  };
  part.proposed.push(...request.getProposedMessagesList().map(proposedOf));
  if (!request.getIsFinal()) {
    inParts.set(id, part);
    return undefined;
  }
  inParts.delete(id);
  return part;
}

function sizeOf(proposed: readonly Proposed[]): number {
  return proposed.reduce((sum, { data, metadata, type }) => sum + data.length + metadata.length + 2 * type.length, 0);
}

function answerDeletion<Response>(
  stream: string,
  done: Decision | ServiceError,
  respond: (error: ServiceError | null, response?: Response) => void,
  success: () => Response,
): void {
  if (!('decision' in done)) return respond(done);
  switch (done.decision) {
    case 'deleted':
      return respond(deletedError(stream));
    case 'wrongExpectedVersion':
      return respond(
        failure(status.FAILED_PRECONDITION, 'Delete failed due to WrongExpectedVersion.', {
          exception: 'wrong-expected-version',
          'stream-name': stream,
          'expected-version': '-1',
          'actual-version': done.current < 0 ? '' : String(done.current),
        }),
      );
    default:
      void done.durable.then(() => respond(null, success()));
  }
}

export function deletedError(stream: string): ServiceError {
  return failure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });
}
