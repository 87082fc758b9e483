/** Wall time of a run, in milliseconds. */
export async function wallMillis(run: () => unknown): Promise<number> {
  const before = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - before) / 1e6;
}

/** CPU time of a run in milliseconds, collecting garbage included: what it costs, however busy the machine is with other things. */
export async function cpuMillis(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
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
