import type { StoredEvent, Subscription } from '../port';

/** A stretch of the log: the events the filter let through, and the position up to which the log was looked at. */
export interface Page {
  events: StoredEvent[];
  scannedTo: bigint;
}

/** Resolves when the log may have grown past the position, or when the signal aborts. */
export type WaitForGrowth = (past: bigint, signal: AbortSignal) => Promise<void>;

/** Follows a log page by page, and waits at its end for more. */
export function follow(
  after: bigint,
  nextPage: (from: bigint) => Page,
  waitForGrowth: WaitForGrowth,
  handler: (batch: StoredEvent[]) => Promise<void>,
): Subscription {
  const stopping = new AbortController();
  let checkpoint = after;
  let state: 'catchingUp' | 'live' | 'stopped' = 'catchingUp';

  const run = async (): Promise<void> => {
    // The caller gets the subscription before the handler gets its first batch.
    await new Promise(setImmediate);
    while (!stopping.signal.aborted) {
      const { events, scannedTo } = nextPage(checkpoint);
      if (scannedTo === checkpoint) {
        state = 'live';
        await waitForGrowth(checkpoint, stopping.signal);
        continue;
      }
      if (events.length > 0) await handler(events);
      checkpoint = scannedTo;
      await new Promise(setImmediate);
    }
  };

  const closed = run().finally(() => (state = 'stopped'));
  const ended = closed.catch(() => undefined);
  return {
    state: () => state,
    checkpoint: () => checkpoint,
    stop: async () => {
      stopping.abort();
      await ended;
    },
    closed,
  };
}
