import type { FeedState } from './log-feed';

/** Limits in milliseconds. A call ends within its own, whatever the server does. */
export interface EventStoreDbTimeouts {
  /** One append with all its retries and reading back. */
  appendMs: number;
  /** One page of reading with all its retries. */
  readMs: number;
  /** One try of either. */
  attemptMs: number;
  /** How long a subscription may say nothing before it is replaced. */
  quietMs: number;
  /** First and longest pause between tries. */
  backoffFirstMs: number;
  backoffMostMs: number;
}

export const defaultTimeouts: EventStoreDbTimeouts = {
  appendMs: 15_000,
  readMs: 15_000,
  attemptMs: 5_000,
  quietMs: 60_000,
  backoffFirstMs: 50,
  backoffMostMs: 2_000,
};

/** What health checks and metrics may want to hear. Must not throw. */
export interface EventStoreDbObserver {
  retrying?(what: { operation: 'append' | 'read' | 'subscription'; attempt: number; error: Error }): void;
  subscription?(what: { state: FeedState; checkpoint: bigint }): void;
}
