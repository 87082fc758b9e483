import { runFaultSchedule } from '../testing/fault-schedule';

const count = Number(process.env.FAULT_SCHEDULES ?? 400);
const firstSeed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 1e9));
const atOnce = Number(process.env.FAULT_SCHEDULES_AT_ONCE ?? 8);

/** FAULT_SEED=n FAULT_SCHEDULES=1 runs the schedule a failure named; FAULT_SCHEDULES=5000 runs as many as wanted. */
describe('EventStoreDB under random faults', () => {
  it(
    `loses nothing acknowledged, stores nothing twice, keeps order, and nobody hangs, over ${count} schedules`,
    async () => {
      const totals = { faults: 0, acknowledged: 0, unknown: 0 };
      let next = 0;
      const runner = async () => {
        while (next < count) {
          const report = await runFaultSchedule(firstSeed + next++);
          totals.faults += report.faults;
          totals.acknowledged += report.acknowledged;
          totals.unknown += report.unknown;
        }
      };
      await Promise.all(Array.from({ length: atOnce }, runner));
      expect(totals.faults).toBeGreaterThan(count);
      expect(totals.acknowledged).toBeGreaterThan(10 * count);
      // Giving up is allowed, but a store that always gives up would pass everything else.
      expect(totals.unknown).toBeLessThan(totals.acknowledged / 100);
    },
    count * 2_000 + 60_000,
  );
});
