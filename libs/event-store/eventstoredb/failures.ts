/**
 * What an error of the client or of gRPC means for the caller. The client throws its own classes, raw gRPC errors and plain
 * Errors for the same trouble, so they are told apart by type, code and message, never by class.
 */
export type Failure =
  /** The server said no and would say no again. */
  | 'accessDenied'
  | 'invalid'
  /** No record begins at the position that was to be read from. */
  | 'invalidPosition'
  | 'streamNotFound'
  | 'streamDeleted'
  /** The connection, the server or the cluster is in trouble; whether a write was done is open. */
  | 'passing';

const permissionDenied = 7;
const unauthenticated = 16;
const invalidArgument = 3;

export function failureOf(error: unknown): Failure {
  const { type, code, message } = error as { type?: unknown; code?: unknown; message?: unknown };
  if (type === 'access-denied' || code === permissionDenied || code === unauthenticated) return 'accessDenied';
  if (type === 'stream-not-found') return 'streamNotFound';
  if (type === 'stream-deleted') return 'streamDeleted';
  if (type === 'invalid-argument' || code === invalidArgument) return 'invalid';
  if (/invalid ?position/i.test(String(message))) return 'invalidPosition';
  return 'passing';
}

/** A call that got no answer within its limit. */
export class NoAnswer extends Error {
  constructor(what: string, limitMs: number, cause?: unknown) {
    const reason = cause instanceof Error ? `; last error: ${cause.message}` : '';
    super(`${what}: no answer from EventStoreDB within ${Math.round(limitMs)} ms${reason}`, { cause });
  }
}

/** Waits for the promise, at most so long; then rejects with `NoAnswer`, runs `abandon`, and no longer minds the promise. */
export async function within<T>(limitMs: number, what: string, promise: Promise<T>, abandon?: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      abandon?.();
      reject(new NoAnswer(what, limitMs));
    }, limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds before attempt number `attempt` (from 1): doubling from `firstMs` to `mostMs`, the last half of it by chance. */
export function backoffMs(attempt: number, { firstMs, mostMs }: { firstMs: number; mostMs: number }): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(attempt - 1, 20));
  return full / 2 + (Math.random() * full) / 2;
}

/** Waits so long, or until the signal aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal?.aborted) done();
    signal?.addEventListener('abort', done);
  });
}
