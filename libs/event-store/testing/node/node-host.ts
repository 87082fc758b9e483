import type { Metadata } from '@grpc/grpc-js';
import type { Fault, FaultPoint } from './faults';
import type { NodeLog } from './node-log';

/** What the services need of the node that serves them. */
export interface NodeHost {
  readonly log: NodeLog;
  /** Grows with every kill: work begun in an earlier life must not go on. */
  readonly life: number;
  /** False when no plan is set, so that the common case costs nothing. */
  readonly mayFail: boolean;
  ask(point: FaultPoint): Fault | undefined;
  drop(): void;
  kill(reviveAfterMs: number): void;
  freeze(ms: number): void;
  /** Resolves when the node does not stand still. */
  thawed(): Promise<void>;
  authorised(headers: Metadata): boolean;
  /** Where the leader is, when it is another node. */
  leaderElsewhere(): { host: string; port: number } | undefined;
  members(): { host: string; port: number; alive: boolean; leader: boolean }[];
}
