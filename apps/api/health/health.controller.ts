import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
  type HealthIndicatorStatus,
} from '@nestjs/terminus';
import type { EventStore } from '../../../libs/event-store';
import { LoadedPolicies } from '../../../libs/policy';
import { AllowsAnyone } from '../access';
import { isWell, toldOf, troubleWords, type Pulse } from '../../projector';
import { ApiAnswers, ApiProblems } from '../openapi/responses';
import { PULSE, STORE } from '../parts';
import { ReportTables } from '../projecting';
import { Draining } from './draining';

const STORE_PATIENCE_MS = 2_000;

/** As Nest has it; `degraded` where what is down is not needed for answers about one person. */
interface Readiness extends Omit<HealthCheckResult, 'status' | 'info' | 'error'> {
  status: HealthCheckResult['status'] | 'degraded';
  info: Parts;
  error: Parts;
}

type Parts = Record<string, { status: HealthIndicatorStatus } | undefined>;

@ApiTags('operations')
@AllowsAnyone()
@Controller()
export class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly policies: LoadedPolicies,
    private readonly draining: Draining,
    private readonly tables: ReportTables,
    @Inject(STORE) private readonly store: EventStore,
    @Inject(PULSE) private readonly pulse: (() => Pulse) | null,
  ) {}

  @Get('healthz')
  @ApiOperation({ operationId: 'isAlive', summary: 'Whether the process answers at all; needs no token' })
  @ApiAnswers(200, 'Alive', 'It does.')
  alive(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @ApiOperation({
    operationId: 'isReady',
    summary: 'Whether requests can be served: the store reads, packs are loaded; needs no token',
    description:
      'Also tells how far the tables of the reports have come, and what the projector does. Where only these are down, the server ' +
      'records and answers about one person all the same: the reply is 200, with the status degraded.',
  })
  @ApiAnswers(200, 'Ready', 'They can.')
  @ApiProblems('not-ready')
  async ready(): Promise<Readiness> {
    const needed = [() => this.storeReads(), () => this.packsLoaded(), () => this.notDraining()];
    const [result, ...reporting] = await Promise.all([
      this.checks.check(needed),
      this.readModelAnswers(),
      this.projectorKeeps(),
    ]);
    const readiness: Readiness = { ...result, info: { ...result.info }, error: { ...result.error } };
    for (const part of reporting) {
      Object.assign(readiness.details, part);
      for (const [name, told] of Object.entries(part)) {
        readiness[told?.status === 'up' ? 'info' : 'error'][name] = told;
        if (told?.status === 'down') readiness.status = 'degraded';
      }
    }
    return readiness;
  }

  private async storeReads() {
    const indicator = this.indicators.check('store');
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no answer')), STORE_PATIENCE_MS);
    });
    try {
      const head = await Promise.race([this.store.head(), patience]);
      return indicator.up({ position: String(head) });
    } catch {
      return indicator.down({ reason: 'the store does not answer; see the log of the server' });
    } finally {
      clearTimeout(timer);
    }
  }

  private async readModelAnswers(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('readModel');
    try {
      const found = await this.tables.look();
      return indicator.up(
        found ? { position: String(found.position), reevaluating: found.reevaluating } : { position: '0' },
      );
    } catch {
      return indicator.down({ reason: `${troubleWords.readModel}; see the log of the server` });
    }
  }

  private projectorKeeps(): HealthIndicatorResult {
    const indicator = this.indicators.check('projector');
    if (!this.pulse) return indicator.up({ state: 'off' });
    const pulse = this.pulse();
    const { state } = pulse;
    const up = isWell(pulse) || state === 'starting' || state === 'filling';
    return up ? indicator.up(toldOf(pulse)) : indicator.down(toldOf(pulse));
  }

  private packsLoaded() {
    const indicator = this.indicators.check('policies');
    const packs = this.policies.packs.length;
    return packs > 0 ? indicator.up({ packs }) : indicator.down({ reason: 'no policy pack is loaded' });
  }

  private notDraining() {
    const indicator = this.indicators.check('accepting');
    return this.draining.begun ? indicator.down({ reason: 'the server is shutting down' }) : indicator.up();
  }
}
