import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import type { EventStore } from '../../../libs/event-store';
import { LoadedPolicies } from '../../../libs/policy';
import { AllowsAnyone } from '../access';
import { ApiAnswers, ApiProblems } from '../openapi/responses';
import { STORE } from '../parts';
import { Draining } from './draining';

const STORE_PATIENCE_MS = 2_000;

@ApiTags('operations')
@AllowsAnyone()
@Controller()
export class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly policies: LoadedPolicies,
    private readonly draining: Draining,
    @Inject(STORE) private readonly store: EventStore,
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
  })
  @ApiAnswers(200, 'Ready', 'They can.')
  @ApiProblems('not-ready')
  ready(): Promise<HealthCheckResult> {
    return this.checks.check([() => this.storeReads(), () => this.packsLoaded(), () => this.notDraining()]);
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
