import { Inject, Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { EventStore } from '../../../libs/event-store';
import { registerPulseMetrics, type Pulse } from '../../projector';
import { PULSE, STORE } from '../parts';
import { ReportTables } from '../projecting';

/** The route of what runs before routes are found. */
const EVERYWHERE = '/{*path}';

/** What is counted and timed, for Prometheus. Labels are routes and words, never ids. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  private readonly requests = new Histogram({
    name: 'ledger_http_request_duration_seconds',
    help: 'How long requests took, by method, route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [this.registry],
  });
  private readonly recorded = new Counter({
    name: 'ledger_events_recorded_total',
    help: 'Events recorded since the start, by the kind of stream; those of files as import',
    labelNames: ['stream'],
    registers: [this.registry],
  });
  private readonly refusals = new Counter({
    name: 'ledger_commands_refused_total',
    help: 'Commands that a rule refused since the start, by command and rule',
    labelNames: ['command', 'rule'],
    registers: [this.registry],
  });

  constructor(@Inject(STORE) store: EventStore, tables: ReportTables, @Inject(PULSE) pulse: (() => Pulse) | null) {
    collectDefaultMetrics({ register: this.registry });
    const position = (name: string, help: string, value: () => Promise<number>) =>
      new Gauge({
        name,
        help,
        registers: [this.registry],
        async collect() {
          // What does not answer is told as no number, beside everything else that can be told.
          this.set(await value().catch(() => NaN));
        },
      });
    position('ledger_log_position', 'The position of the last event of the log', async () =>
      Number(await store.head()),
    );
    position(
      'ledger_read_model_position',
      'Up to where in the log the tables of the reports have come, whoever keeps them',
      async () => (await tables.look())?.position ?? 0,
    );
    if (pulse) registerPulseMetrics(this.registry, pulse);
  }

  /** Counts events that were recorded in a stream. */
  eventsRecorded(stream: string, events: number): void {
    this.recorded.inc({ stream: stream.split('-', 1)[0]! }, events);
  }

  /** Counts a command that a rule refused. */
  commandRefused(command: string, rule: string): void {
    this.refusals.inc({ command, rule });
  }

  readonly middleware = (request: Request, response: Response, next: NextFunction): void => {
    const stop = this.requests.startTimer();
    response.on('finish', () => {
      const route = (request.route as { path?: string } | undefined)?.path ?? EVERYWHERE;
      stop({ method: request.method, route: route === EVERYWHERE ? '(none)' : route, status: response.statusCode });
    });
    next();
  };
}
