import { runFaultSchedule } from '../testing/fault-schedule';

/**
 * Without settings, as many schedules as fit into the time of a CI run. FAULT_SCHEDULES=5000 runs that many, however long it takes;
 * FAULT_SEED=n FAULT_SCHEDULES=1 runs the one a failure named.
 */
const asked = process.env.FAULT_SCHEDULES === undefined ? undefined : Number(process.env.FAULT_SCHEDULES);
const count = asked ?? 400;
const budgetMs = asked === undefined ? 100_000 : Infinity;
const firstSeed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 1e9));
const atOnce = 6;
const mostMsEach = 60_000;

describe('EventStoreDB under random faults', () => {
  it(
    'loses nothing acknowledged, stores nothing twice, keeps order, and nobody hangs',
    async () => {
      const totals = { schedules: 0, faults: 0, acknowledged: 0, unknown: 0 };
      const end = performance.now() + budgetMs;
      let next = 0;
      const runner = async () => {
        while (next < count && performance.now() < end) {
          const report = await runFaultSchedule(firstSeed + next++);
          totals.schedules += 1;
          totals.faults += report.faults;
          totals.acknowledged += report.acknowledged;
          totals.unknown += report.unknown;
        }
      };
      await Promise.all(Array.from({ length: atOnce }, runner));
      expect(totals.faults).toBeGreaterThan(5 * totals.schedules);
      expect(totals.acknowledged).toBeGreaterThan(20 * totals.schedules);
      // Giving up is allowed, but a store that always gives up would pass everything else.
      expect(totals.unknown).toBeLessThan(totals.acknowledged / 10);
    },
    Math.min(budgetMs, count * mostMsEach) + 2 * mostMsEach,
  );
});
