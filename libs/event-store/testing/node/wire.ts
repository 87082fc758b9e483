import {
  AccessDenied,
  AllStreamPosition,
  Empty,
  MaximumAppendSizeExceeded,
  StreamDeleted,
  StreamIdentifier,
  Timeout,
  UUID,
  WrongExpectedVersion,
} from '@eventstore/db-client/generated/shared_pb';
import { Status } from '@eventstore/db-client/generated/status_pb';
import {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import { anyRevision, noStream, streamExists, type Decision, type NodeEvent, type Proposed } from './node-event';

const ticksPerMs = 10_000;

export function encodeEvent(event: NodeEvent): Buffer {
  const recorded = new ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(new UUID().setString(event.id));
  recorded.setStreamIdentifier(identifier(event.stream));
  recorded.setStreamRevision(String(event.number));
  recorded.setCommitPosition(String(event.position));
  recorded.setPreparePosition(String(event.position));
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('created', String(event.createdMs * ticksPerMs))
    .set('content-type', event.isJson ? 'application/json' : 'application/octet-stream');
  recorded.setData(event.data);
  recorded.setCustomMetadata(event.metadata);
  const read = new ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(String(event.position));
  return bytes(new ReadResp().setEvent(read));
}

export function encodeConfirmation(id: string): Buffer {
  return bytes(new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(id)));
}

export function encodeCheckpoint(position: number): Buffer {
  const checkpoint = new ReadResp.Checkpoint().setCommitPosition(String(position)).setPreparePosition(String(position));
  return bytes(new ReadResp().setCheckpoint(checkpoint));
}

export function encodeCaughtUp(): Buffer {
  return bytes(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));
}

export function encodeStreamNotFound(stream: string): Buffer {
  const notFound = new ReadResp.StreamNotFound().setStreamIdentifier(identifier(stream));
  return bytes(new ReadResp().setStreamNotFound(notFound));
}

export function nameOf(stream: StreamIdentifier | undefined): string {
  return Buffer.from(stream?.getStreamName_asU8() ?? []).toString();
}

export function expectedOf(
  options: Pick<AppendReq.Options, 'hasAny' | 'hasNoStream' | 'hasStreamExists'>,
  revision: string,
): number {
  if (options.hasAny()) return anyRevision;
  if (options.hasNoStream()) return noStream;
  return options.hasStreamExists() ? streamExists : Number(revision);
}

export function proposedOf(message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage): Proposed {
  const map = message.getMetadataMap();
  return {
    id: message.getId()!.getString(),
    type: map.get('type') ?? '',
    isJson: map.get('content-type') === 'application/json',
    data: Buffer.from(message.getData_asU8()),
    metadata: Buffer.from(message.getCustomMetadata_asU8()),
  };
}

/** The answer to an append over the batch stream. */
export function batchAnswer(
  request: BatchAppendReq,
  stream: string,
  decision: Decision,
  expected: number,
): BatchAppendResp {
  switch (decision.decision) {
    case 'written':
    case 'idempotent': {
      const { last, position } = decision;
      const at = String(position);
      const place = new AllStreamPosition().setCommitPosition(at).setPreparePosition(at);
      const success = new BatchAppendResp.Success().setCurrentRevision(String(last)).setPosition(place);
      return addressed(request, stream).setSuccess(success);
    }
    case 'wrongExpectedVersion':
      return batchError(request, stream, 'wrong expected version', wrongVersion(decision.current, expected));
    case 'deleted':
      return batchError(request, stream, 'stream deleted', new StreamDeleted().setStreamIdentifier(identifier(stream)));
  }
}

type Detail = AccessDenied | Empty | MaximumAppendSizeExceeded | StreamDeleted | Timeout | WrongExpectedVersion;

const detailNames = new Map<unknown, string>([
  [AccessDenied, 'event_store.client.AccessDenied'],
  [Empty, 'event_store.client.Empty'],
  [MaximumAppendSizeExceeded, 'event_store.client.MaximumAppendSizeExceeded'],
  [StreamDeleted, 'event_store.client.StreamDeleted'],
  [Timeout, 'event_store.client.Timeout'],
  [WrongExpectedVersion, 'event_store.client.WrongExpectedVersion'],
]);

export function batchError(request: BatchAppendReq, stream: string, message: string, detail: Detail): BatchAppendResp {
  const details = new Any();
  details.pack(detail.serializeBinary(), detailNames.get(detail.constructor)!);
  return addressed(request, stream).setError(new Status().setMessage(message).setDetails(details));
}

/** The answer to an append of the older kind, one call for each. */
export function appendAnswer(stream: string, decision: Decision, expected: number): AppendResp {
  switch (decision.decision) {
    case 'written':
    case 'idempotent': {
      const at = String(decision.position);
      const place = new AppendResp.Position().setCommitPosition(at).setPreparePosition(at);
      const success = new AppendResp.Success().setCurrentRevision(String(decision.last)).setPosition(place);
      return new AppendResp().setSuccess(success);
    }
    case 'wrongExpectedVersion': {
      const wrong = new AppendResp.WrongExpectedVersion();
      if (decision.current < 0) wrong.setCurrentNoStream(new Empty());
      else wrong.setCurrentRevision(String(decision.current));
      if (expected === anyRevision) wrong.setExpectedAny(new Empty());
      else if (expected === streamExists) wrong.setExpectedStreamExists(new Empty());
      else if (expected === noStream) wrong.setExpectedNoStream(new Empty());
      else wrong.setExpectedRevision(String(expected));
      return new AppendResp().setWrongExpectedVersion(wrong);
    }
    case 'deleted':
      throw failure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
        exception: 'stream-deleted',
        'stream-name': stream,
      });
  }
}

/** A gRPC error with the trailers by which the client tells errors apart. */
export function failure(code: status, details: string, trailers: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata, name: 'Failure' });
}

function addressed(request: BatchAppendReq, stream: string): BatchAppendResp {
  return new BatchAppendResp().setCorrelationId(request.getCorrelationId()).setStreamIdentifier(identifier(stream));
}

function wrongVersion(current: number, expected: number): WrongExpectedVersion {
  const wrong = new WrongExpectedVersion();
  if (current < 0) wrong.setCurrentNoStream(new Empty());
  else wrong.setCurrentStreamRevision(String(current));
  if (expected === anyRevision) wrong.setExpectedAny(new Empty());
  else if (expected === streamExists) wrong.setExpectedStreamExists(new Empty());
  else if (expected === noStream) wrong.setExpectedNoStream(new Empty());
  else wrong.setExpectedStreamPosition(String(expected));
  return wrong;
}

function identifier(stream: string): StreamIdentifier {
  return new StreamIdentifier().setStreamName(Buffer.from(stream));
}

function bytes(response: ReadResp): Buffer {
  return Buffer.from(response.serializeBinary());
}
