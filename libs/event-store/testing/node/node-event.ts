/** An event as EventStoreDB keeps it: bytes, in a stream of any name. */
export interface NodeEvent {
  stream: string;
  number: number;
  id: string;
  type: string;
  isJson: boolean;
  data: Buffer;
  metadata: Buffer;
  position: number;
  createdMs: number;
}

export type Proposed = Pick<NodeEvent, 'id' | 'type' | 'isJson' | 'data' | 'metadata'>;

/** The server's numbers for expectations; 0 and above are revisions. */
export const anyRevision = -2;
export const noStream = -1;
export const streamExists = -4;

export type Decision =
  | { decision: 'written' | 'idempotent'; last: number; position: number; durable: Promise<void> }
  | { decision: 'wrongExpectedVersion'; current: number }
  | { decision: 'deleted' };
