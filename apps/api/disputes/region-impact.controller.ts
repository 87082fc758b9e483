import { Body, Controller, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { PinoLogger } from 'nestjs-pino';
import type { Principal } from '../../../libs/access';
import { Disputes, InvalidProposal, type RegionImpactStep } from '../../../libs/disputes';
import type { EventStore } from '../../../libs/event-store';
import type { Policies } from '../../../libs/policy';
import { NoPack, packIn, policiesWithPack } from '../../../libs/simulation';
import { regionStream } from '../../../events';
import { Allows, Belonging, Caller, Reach } from '../access';
import { Draining } from '../health/draining';
import { regionIn } from '../http/edge-validation';
import { faultOf, invalidInput } from '../http/problem';
import { ApiProblems } from '../openapi/responses';
import { EXAMPLE_REGION, ref } from '../openapi/schema';
import { SETTINGS, STORE } from '../parts';
import type { Settings } from '../settings';
import { refusedProposal, today } from './asking';
import { RegionImpactBody } from './disputes.query';
import { sendLines } from './lines';

/** What a ruling, a published value or another pack would change for everyone it touches, before it is recorded. */
@ApiTags('disputes')
@ApiParam({ name: 'region', description: 'Six digits', example: EXAMPLE_REGION })
@Allows('supervisor', 'auditor')
@Controller('v1/regions/:region/impact')
export class RegionImpactController {
  constructor(
    private readonly disputes: Disputes,
    private readonly reach: Reach,
    private readonly belonging: Belonging,
    private readonly draining: Draining,
    private readonly log: PinoLogger,
    @Inject(STORE) private readonly store: EventStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'regionImpact',
    summary: 'What proposed events of a region, or another pack, would change for everyone it touches; records nothing',
    description:
      'Lines of JSON as they are found out: begun, then changed, parked and progress, and done with the days by who bears them; failed where it broke off. Without done nothing may be concluded. To approve, record the same events with If-Match at the revision given.',
  })
  @ApiBody({ required: true, schema: ref('RegionProposal') as object })
  @ApiResponse({
    status: 200,
    description: 'One line for each step.',
    content: { 'application/x-ndjson': { schema: ref('RegionImpactLine') as object } },
  })
  @ApiProblems('invalid-input', 'unsupported-media-type')
  async impact(
    @Param('region') path: string,
    @Body() { validOn = today(), events, pack }: RegionImpactBody,
    @Caller() principal: Principal,
    @Res() response: Response,
  ): Promise<void> {
    const region = regionIn(path);
    if (events === undefined && pack === undefined)
      throw invalidInput([faultOf('events', undefined, 'a list of the proposed events, or a pack')]);
    if (events !== undefined && !Array.isArray(events))
      throw invalidInput([faultOf('events', events, 'a list of the proposed events')]);
    await this.reach.check(principal, regionStream(region), events ?? []);
    const steps = this.disputes.regionImpact(this.store, region, {
      validOn,
      events,
      ...(pack === undefined ? {} : { policies: this.policiesWith(region, pack) }),
      among: async (person) =>
        principal.regions === 'all' || (await this.belonging.personTo(principal, person)) === 'own',
    });
    const first = await begun(steps);
    await sendLines(response, first, steps, this.draining.signal, (error) =>
      this.log.error({ err: error }, 'the impact of a proposal for a region broke off'),
    );
  }

  private policiesWith(region: string, text: string): Policies {
    try {
      const proposed = packIn(text, 'pack');
      if (proposed.region !== region) throw new NoPack(`it is the pack of ${proposed.region}`);
      return policiesWithPack(this.settings.policies, proposed);
    } catch (error) {
      if (error instanceof NoPack)
        throw invalidInput([faultOf('pack', undefined, `a policy pack of ${region}: ${error.message}`)]);
      throw error;
    }
  }
}

/** The first step; what could not be recorded either is told before anything is sent. */
async function begun(steps: AsyncGenerator<RegionImpactStep, void>): Promise<RegionImpactStep> {
  try {
    const { value } = await steps.next();
    return value!;
  } catch (error) {
    if (error instanceof InvalidProposal) throw refusedProposal(error);
    throw error;
  }
}
