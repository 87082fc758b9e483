/** One figure, with the bar it is held against. */
export interface Measured {
  name: string;
  /** In the unit of the name's end. */
  value: number;
  unit: string;
  /** Met where the value is at most this; absent for figures that only explain others. */
  bar?: number;
}

/** CPU time of this process for one of `times` runs, in microseconds, the best of some rounds after warming up. */
export function cpuMicros(times: number, run: () => void, rounds = 5): number {
  for (let count = 0; count < times; count++) run();
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    for (let count = 0; count < times; count++) run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / times);
  }
  return best;
}

/** Wall time of a run, in milliseconds. */
export async function wallMillis(run: () => Promise<unknown> | void): Promise<number> {
  const before = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - before) / 1e6;
}

/** The middle of some ratios, each of two runs next to each other, so that a busy machine disturbs both alike. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
