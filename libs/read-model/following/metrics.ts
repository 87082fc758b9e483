import { Counter, Gauge, type Registry } from 'prom-client';
import type { EventReader } from '../../event-store';
import type { Projector, ProjectorState } from './projector';

const STATES: readonly ProjectorState[] = [
  'starting',
  'waiting',
  'rebuilding',
  'catchingUp',
  'live',
  'troubled',
  'stopped',
];

/** Puts a projector's lag, work and state among the metrics. An alarm belongs on the audit's differences: any at all is wrong. */
export function registerProjectorMetrics(
  registry: Registry,
  projector: Pick<Projector, 'status'>,
  store: Pick<EventReader, 'head'>,
): void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await value());
      },
    });
  const counter = (name: string, help: string, value: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  new Gauge({
    name: 'ledger_projector_state',
    help: 'The state of the projector: 1 for the one it is in',
    labelNames: ['state'],
    registers,
    collect() {
      const { state } = projector.status();
      for (const one of STATES) this.set({ state: one }, one === state ? 1 : 0);
    },
  });
  gauge('ledger_projector_position', 'Up to where the log is projected', () => projector.status().position);
  gauge('ledger_projector_lag', 'Positions of the log that are not projected yet', async () =>
    Math.max(0, Number(await store.head()) - projector.status().position),
  );
  gauge('ledger_projector_parked', 'Persons of whom an event cannot be read', () => projector.status().parked);
  gauge('ledger_projector_reevaluating', 'Whether persons are being evaluated again', () =>
    projector.status().reevaluating ? 1 : 0,
  );
  counter('ledger_projector_events_total', 'Events projected since the start', () => projector.status().events);
  counter('ledger_projector_persons_total', 'Persons folded since the start', () => projector.status().persons);
  counter(
    'ledger_audit_persons_total',
    'Persons folded anew and compared since the start',
    () => projector.status().audited,
  );
  counter(
    'ledger_audit_differences_total',
    'Persons of whom the audit found other rows than the log gives, since the start: an alarm',
    () => projector.status().differences,
  );
}
