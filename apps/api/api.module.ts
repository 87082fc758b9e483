import { join } from 'node:path';
import { Inject, Module, type DynamicModule, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { MulterModule } from '@nestjs/platform-express';
import { TerminusModule } from '@nestjs/terminus';
import { LoggerModule, type Params } from 'nestjs-pino';
import type { EventStore } from '../../libs/event-store';
import { Ledger } from '../../libs/ledger';
import { Disputes } from '../../libs/disputes';
import { LoadedPolicies } from '../../libs/policy';
import { Auditing, Authentication, accessControllers, accessProviders } from './access';
import type { Pulse } from '../projector';
import { DisputesController } from './disputes/disputes.controller';
import { GivenAnswersController } from './disputes/given-answers.controller';
import { PacketsController } from './disputes/packets.controller';
import { RegionImpactController } from './disputes/region-impact.controller';
import { Printing } from './disputes/printing';
import { Sealing } from './disputes/sealing';
import { EmployersController } from './employers/employers.controller';
import { feedControllers, feedProviders } from './feeds';
import { Draining } from './health/draining';
import { HealthController } from './health/health.controller';
import { headerLimit } from './http/header-limit';
import { jsonBody } from './http/json-body';
import { KnownPositions } from './http/known-positions';
import { LogPosition } from './http/log-position';
import { Methods } from './http/methods';
import { ProblemFilter } from './http/problem.filter';
import { identityControllers, vaultProviders } from './identities';
import { ImportsController } from './imports/imports.controller';
import { FILES_ADDRESS } from './file-jobs';
import { Imports } from './imports/imports.service';
import { ListsController } from './lists/lists.controller';
import { LogController } from './lists/log.controller';
import { Tables } from './lists/tables';
import { Metrics } from './metrics/metrics';
import { MetricsController } from './metrics/metrics.controller';
import { PULSE, SETTINGS, STORE, TOKEN } from './parts';
import { AnswerMemory } from './persons/answer-memory';
import { AnswersController } from './persons/answers.controller';
import { CommandsController } from './persons/commands.controller';
import { PersonEventsController } from './persons/events.controller';
import { PoliciesController } from './policies/policies.controller';
import { ReportTables } from './projecting';
import { Reconciliations, ReconciliationsController } from './reconciliations';
import { Recording } from './recording/recording.service';
import { ReportsController } from './reports/reports.controller';
import { RegionsController } from './regions/regions.controller';
import type { Settings } from './settings';

/** What the API stands on; opened by whoever starts it, and closed by him. */
export interface ApiParts {
  store: EventStore;
  ledger: Ledger;
  policies: LoadedPolicies;
  token: string;
  settings: Settings;
  log: Params;
  /** What the projector inside the server tells of itself; left out where there is none. */
  pulse?: () => Pulse;
  /** Whether requests are traced. */
  traced?: boolean;
}

@Module({})
export class ApiModule implements NestModule {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly draining: Draining,
    private readonly auditing: Auditing,
    private readonly authentication: Authentication,
  ) {}

  static of({ store, ledger, policies, token, settings, log, pulse }: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        LoggerModule.forRoot(log),
        TerminusModule.forRoot({ logger: false }),
        MulterModule.register({
          dest: join(settings.data, 'imports'),
          limits: { fileSize: settings.importBytes, files: 10, fields: 10, parts: 20, fieldSize: 1_000 },
          defParamCharset: 'utf8',
        }),
      ],
      controllers: [
        AnswersController,
        DisputesController,
        GivenAnswersController,
        PacketsController,
        RegionImpactController,
        PersonEventsController,
        CommandsController,
        RegionsController,
        EmployersController,
        ListsController,
        LogController,
        ImportsController,
        PoliciesController,
        ReconciliationsController,
        ReportsController,
        HealthController,
        MetricsController,
        ...accessControllers,
        ...feedControllers,
        ...identityControllers,
      ],
      providers: [
        { provide: Ledger, useValue: ledger },
        { provide: LoadedPolicies, useValue: policies },
        { provide: Disputes, useValue: new Disputes({ ledger, policies }) },
        { provide: STORE, useValue: store },
        { provide: SETTINGS, useValue: settings },
        { provide: TOKEN, useValue: token },
        { provide: PULSE, useValue: pulse ?? null },
        { provide: APP_FILTER, useClass: ProblemFilter },
        AnswerMemory,
        ...accessProviders(settings.data),
        ...feedProviders,
        ...vaultProviders(settings.vault),
        Draining,
        Imports,
        KnownPositions,
        LogPosition,
        Methods,
        Metrics,
        Printing,
        Reconciliations,
        Recording,
        Sealing,
        ReportTables,
        Tables,
      ],
    };
  }

  // In this order: a stranger's body is not read.
  configure(consumer: MiddlewareConsumer): void {
    const body = jsonBody(this.settings.bodyBytes, ({ originalUrl }) => FILES_ADDRESS.test(originalUrl));
    const { draining, auditing, authentication } = this;
    consumer
      .apply(draining.middleware, headerLimit, auditing.middleware, authentication.middleware, body)
      .forRoutes('{*path}');
  }
}
