import { Body, Controller, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { dayOfInstant } from '../../../libs/calendar';
import { commandNames, eventOfCommand, type Accepted, type Command, type Refused } from '../../../libs/enrollment';
import { instantOf } from '../../../libs/ledger';
import { LoadedPolicies } from '../../../libs/policy';
import { personStream } from '../../../events';
import { Allows, FourEyes, Reach, Scoped, callerOf, type Change } from '../access';
import { personIn } from '../http/edge-validation';
import { Problem } from '../http/problem';
import { Metrics } from '../metrics/metrics';
import { ApiAnswers, ApiAsked, ApiProblems, ApiWrite } from '../openapi/responses';
import { Recording, type Written } from '../recording/recording.service';
import { WriteQuery } from '../recording/write.query';
import { CommandBody } from './command.body';
import { commandIn, readCommand } from './commands';

/** An accepted decision with what it recorded; nothing recorded where all that was asked for already held. */
type AcceptedReply = Omit<Accepted, 'events'> & Omit<Written, 'revision' | 'position'> & Partial<Written>;

@ApiTags('persons')
@Controller('v1/persons/:person/commands')
export class CommandsController {
  constructor(
    private readonly policies: LoadedPolicies,
    private readonly recording: Recording,
    private readonly metrics: Metrics,
    private readonly reach: Reach,
    private readonly fourEyes: FourEyes,
  ) {}

  @Post(':command')
  @Allows('clerk', 'supervisor', 'integrator')
  @Scoped('newPerson')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'decideCommand',
    summary: 'Asks for something; records the events of an accepted decision, or says which rule refuses',
  })
  @ApiParam({ name: 'person', description: 'The id of the person; never an identity number', example: 'P0001' })
  @ApiParam({ name: 'command', enum: commandNames })
  @ApiWrite()
  @ApiAnswers(200, 'Decision', 'Accepted. Without events, everything asked for held already.')
  @ApiAsked()
  @ApiProblems('invalid-input', 'not-found', 'id-conflict', 'revision-mismatch', 'refused-by-rule')
  async decide(
    @Param('person') path: string,
    @Param('command') name: string,
    @Body() body: CommandBody,
    @Query() query: WriteQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AcceptedReply | Change> {
    const type = commandIn(name);
    const person = personIn(path);
    const { on = dayOfInstant(instantOf(Date.now())) } = body;
    const stream = personStream(person);
    const principal = callerOf(request);
    await this.reach.check(principal, stream, [{ type: eventOfCommand[type], data: body.data }]);
    const write = await this.recording.begin(request, response, stream, query, { type, body });
    const earlier = await this.recording.recordedBefore(write);
    if (earlier) return replied(earlier);

    const command = readCommand(type, person, on, body.data);
    if (!write.dryRun && this.fourEyes.holdFor(principal)) {
      const decision = await write.ledger.decide(person, command, on);
      const asked = decision.accepted ? decision.events : [];
      if (this.fourEyes.need(principal, asked)) return replied(await this.recording.ask(write, asked, () => 'events.'));
    }
    const { decision, recorded } = await write.ledger.carryOut(person, command, on, write.options);
    if (recorded) {
      const { accepted: _accepted, events: _events, ...more } = decision as Accepted;
      return { accepted: true, ...more, ...(await this.recording.settle(write, recorded, () => 'events.')) };
    }
    // The same request may have come twice at once, and its twin may have changed what this one was decided on.
    const twin = await this.recording.recordedBefore(write);
    if (twin) return replied(twin);
    if (!decision.accepted) {
      this.metrics.commandRefused(type, decision.rule);
      throw this.refusal(decision, command, on);
    }
    return { ...decision, stream, events: [], ...(write.dryRun ? { dryRun: true, changes: [] } : {}) };
  }

  private refusal({ rule, zh, en, details, review }: Refused, { data }: Command, on: string): Problem {
    const region = 'region' in data ? data.region : 'toRegion' in data ? data.toRegion : undefined;
    const cite = region === undefined ? undefined : this.policies.inForce(region, on)?.rules[rule]?.cite;
    return new Problem('refused-by-rule', en, {
      rule,
      ...(cite ? { citation: cite } : {}),
      zh,
      ...(details ? { details } : {}),
      ...(review ? { review } : {}),
    });
  }
}

/** What was recorded before, or waits for a second person. */
function replied(earlier: Written | Change): AcceptedReply | Change {
  return 'state' in earlier ? earlier : { accepted: true, ...earlier };
}
