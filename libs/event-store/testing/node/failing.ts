import { status, type ServiceError } from '@grpc/grpc-js';
import type { FaultPoint } from './faults';
import type { NodeHost } from './node-host';
import { failure } from './wire';

/** How the work goes on after a point: on, not at all, to its end, or with an error to the caller. */
export type Passage = 'on' | 'stop' | 'end' | 'busy' | 'notReady' | 'timeout' | 'cut';

/** Passes a point of the work, with whatever the plan has for it. */
export async function pass(node: NodeHost, point: FaultPoint): Promise<Passage> {
  const { life } = node;
  const planned = node.mayFail ? node.ask(point) : undefined;
  if (planned === undefined) return standStill(node, life);
  switch (planned.fault) {
    case 'drop':
      node.drop();
      break;
    case 'kill':
      node.kill(planned.reviveAfterMs);
      return 'stop';
    case 'freeze':
      node.freeze(planned.ms);
      break;
    case 'delay':
      await new Promise((resolve) => setTimeout(resolve, planned.ms));
      break;
    case 'silence':
      return 'stop';
    default:
      return planned.fault;
  }
  return standStill(node, life);
}

async function standStill(node: NodeHost, life: number): Promise<Passage> {
  await node.thawed();
  return node.life === life ? 'on' : 'stop';
}

/** The gRPC error of a passage that ends a call. */
export function errorOf(passage: Exclude<Passage, 'on' | 'stop' | 'end'>): ServiceError {
  switch (passage) {
    case 'busy':
      return failure(status.UNAVAILABLE, 'Server Is Too Busy');
    case 'notReady':
      return failure(status.UNAVAILABLE, 'Server Is Not Ready');
    case 'timeout':
      return failure(status.ABORTED, 'Operation timed out: read');
    case 'cut':
      return failure(status.UNAVAILABLE, 'Connection dropped');
  }
}

/** The error for a caller who may not come in, or who wants the leader and is at another node. */
export function turnedAway(node: NodeHost, headers: Parameters<NodeHost['authorised']>[0]): ServiceError | undefined {
  if (!node.authorised(headers)) {
    return failure(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
  }
  const leader = headers.get('requires-leader')[0] === 'true' ? node.leaderElsewhere() : undefined;
  if (leader === undefined) return undefined;
  return failure(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': leader.host,
    'leader-endpoint-port': String(leader.port),
  });
}
