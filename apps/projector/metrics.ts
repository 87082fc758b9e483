import { Gauge, type Registry } from 'prom-client';
import { registerProjectorMetrics } from '../../libs/read-model';
import { pulseStates, type Pulse } from './pulse';

/** Puts what a projector tells of itself among the metrics. What is not known is not a number. */
export function registerPulseMetrics(registry: Registry, pulse: () => Pulse): void {
  const registers = [registry];
  registerProjectorMetrics(
    registry,
    { status: () => ({ ...pulse().status, position: pulse().position }) },
    { head: async () => BigInt(pulse().head ?? pulse().position) },
  );
  new Gauge({
    name: 'ledger_projector_health',
    help: 'What health says of the projector: 1 for the state it is in',
    labelNames: ['state'],
    registers,
    collect() {
      const { state } = pulse();
      for (const one of pulseStates) this.set({ state: one }, one === state ? 1 : 0);
    },
  });
  const gauge = (name: string, help: string, value: (pulse: Pulse) => number | undefined) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value(pulse()) ?? NaN);
      },
    });
  gauge(
    'ledger_projector_lag_seconds',
    'For how long the oldest event that is not projected has been seen waiting',
    ({ lagSeconds }) => lagSeconds,
  );
  gauge(
    'ledger_projector_events_per_second',
    'Events projected a second, over the last seconds',
    ({ eventsPerSecond }) => eventsPerSecond,
  );
  gauge(
    'ledger_audit_last_timestamp_seconds',
    'When a person was last folded anew and compared',
    ({ auditedAt }) => auditedAt,
  );
  gauge(
    'ledger_verify_last_timestamp_seconds',
    'When all events were last counted in the log and in the tables',
    ({ verified }) => verified?.at,
  );
  gauge(
    'ledger_verify_unsound',
    'Whether the last comparison of the tables with the log found a difference: an alarm',
    ({ verified }) => (verified === undefined ? undefined : verified.sound ? 0 : 1),
  );
}
