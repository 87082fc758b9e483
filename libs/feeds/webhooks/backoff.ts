/** How failed attempts are repeated. */
export interface Retrying {
  /** After so many a message is parked. */
  attempts: number;
  firstMs: number;
  longestMs: number;
}

/** Over about a day. */
export const PATIENT: Retrying = { attempts: 17, firstMs: 5_000, longestMs: 4 * 3_600_000 };

/** The wait after the n-th failure in a row: twice as long each time, and a random part of its half less, so that not all come back at once. */
export function waitMs(failures: number, { firstMs, longestMs }: Retrying, random: () => number): number {
  const whole = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(whole * (1 - random() / 2));
}
