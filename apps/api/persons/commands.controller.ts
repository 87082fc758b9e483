import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { dayOfInstant } from '../../../libs/calendar';
import type { Accepted, Command, Refused } from '../../../libs/enrollment';
import { Ledger, instantOf } from '../../../libs/ledger';
import { LoadedPolicies } from '../../../libs/policy';
import { personStream } from '../../../events';
import { personIn } from '../http/edge-validation';
import { Problem } from '../http/problem';
import { ApiAnswers, ApiProblems, ApiWriteHeaders } from '../openapi/responses';
import type { Recorded } from '../recording/recorded-events';
import { Recording } from '../recording/recording.service';
import { CommandBody } from './command.body';
import { commandIn, commandNames, readCommand } from './commands';

/** An accepted decision with what it recorded; nothing recorded where all that was asked for already held. */
type AcceptedReply = Omit<Accepted, 'events'> & Omit<Recorded, 'revision' | 'position'> & Partial<Recorded>;

@ApiTags('persons')
@Controller('v1/persons/:person/commands')
export class CommandsController {
  constructor(
    private readonly ledger: Ledger,
    private readonly policies: LoadedPolicies,
    private readonly recording: Recording,
  ) {}

  @Post(':command')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'decideCommand',
    summary: 'Asks for something; records the events of an accepted decision, or says which rule refuses',
  })
  @ApiParam({ name: 'person', description: 'The id of the person; never an identity number', example: 'P0001' })
  @ApiParam({ name: 'command', enum: commandNames })
  @ApiWriteHeaders()
  @ApiAnswers(200, 'Decision', 'Accepted. Without events, everything asked for held already.')
  @ApiProblems('invalid-input', 'not-found', 'id-conflict', 'revision-mismatch', 'refused-by-rule')
  async decide(
    @Param('person') path: string,
    @Param('command') name: string,
    @Body() body: CommandBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AcceptedReply> {
    const type = commandIn(name);
    const person = personIn(path);
    const { on = dayOfInstant(instantOf(Date.now())) } = body;
    const stream = personStream(person);
    const target = { stream, events: () => this.ledger.personEvents(person) };
    const { options, keyed } = await this.recording.termsOf(request, target, { type, body });
    const earlier = await this.recording.recordedBefore(target, keyed);
    if (earlier) return { accepted: true, ...this.recording.reply(response, earlier, true) };

    const command = readCommand(type, person, on, body.data);
    const { decision, recorded } = await this.ledger.carryOut(person, command, on, options);
    if (recorded) {
      const { accepted: _accepted, events: _events, ...more } = decision as Accepted;
      return { accepted: true, ...more, ...(await this.recording.settle(response, target, recorded, () => 'events.')) };
    }
    // The same request may have come twice at once, and its twin may have changed what this one was decided on.
    const twin = await this.recording.recordedBefore(target, keyed);
    if (twin) return { accepted: true, ...this.recording.reply(response, twin, true) };
    if (!decision.accepted) throw this.refusal(decision, command, on);
    return { ...decision, stream, events: [] };
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
