import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Wall time of a run, in milliseconds. */
export async function wallMillis(run: () => unknown): Promise<number> {
  const before = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - before) / 1e6;
}

/**
 * CPU time of a run in milliseconds, collecting its garbage included: what it costs, however busy the machine is with other things.
 * What was left before it is collected first, so that it does not pay for others.
 */
export async function cpuMillis(run: () => unknown): Promise<number> {
  collectGarbage();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** The middle of some ratios, each of two runs next to each other, so that a busy machine disturbs both alike. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** To two decimals. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
