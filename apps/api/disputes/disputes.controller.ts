import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { Principal } from '../../../libs/access';
import {
  Disputes,
  speechOf,
  timelinePage,
  type AnswerAtBasis,
  type DifferenceReport,
  type Impact,
} from '../../../libs/disputes';
import { LoadedPolicies } from '../../../libs/policy';
import { personStream } from '../../../events';
import { Allows, Caller, Reach } from '../access';
import { personIn } from '../http/edge-validation';
import { faultOf, invalidInput } from '../http/problem';
import { ApiAnswers, ApiFilters, ApiProblems } from '../openapi/responses';
import { EXAMPLE_REGION, ref } from '../openapi/schema';
import { BASIS, BASIS_EXAMPLE, asked, basisOf, today } from './asking';
import { BasisQuery, DiffQuery, ImpactBody, TimelineQuery } from './disputes.query';
import { Printing } from './printing';

@ApiTags('disputes')
@ApiParam({ name: 'person', description: 'The id of the person; never an identity number', example: 'P0001' })
@Allows('clerk', 'supervisor', 'auditor', 'integrator')
@Controller('v1/persons/:person')
export class DisputesController {
  constructor(
    private readonly disputes: Disputes,
    private readonly reach: Reach,
    private readonly policies: LoadedPolicies,
    private readonly printing: Printing,
  ) {}

  @Get('answer-at')
  @ApiOperation({
    operationId: 'answerAtBasis',
    summary: 'The answer at any basis, with the packs and rulings it stands on',
  })
  @ApiQuery({ name: 'basis', description: BASIS, example: BASIS_EXAMPLE })
  @ApiAnswers(200, 'AnswerAtBasis', 'The answer, and the basis it was given on.')
  @ApiProblems('invalid-input', 'unknown-person')
  async answerAt(@Param('person') path: string, @Query() { basis }: BasisQuery): Promise<AnswerAtBasis> {
    const person = personIn(path);
    return asked(person, 'basis', () => this.disputes.answerAt(person, basisOf('basis', basis)));
  }

  @Get('diff')
  @ApiOperation({
    operationId: 'whyAnswersDiffer',
    summary: 'Each changed span and figure of two answers with its cause',
  })
  @ApiQuery({ name: 'from', description: BASIS, example: BASIS_EXAMPLE })
  @ApiQuery({ name: 'to', description: BASIS, example: 'validOn=2022-07-15' })
  @ApiAnswers(200, 'AnswerDifference', 'Both answers, and why they differ; no causes where they say the same.')
  @ApiProblems('invalid-input', 'unknown-person')
  async diff(@Param('person') path: string, @Query() { from, to }: DiffQuery): Promise<DifferenceReport> {
    const person = personIn(path);
    const [a, b] = [basisOf('from', from), basisOf('to', to)];
    return asked(person, 'from or to', () => this.disputes.difference(person, a, b));
  }

  @Get('timeline')
  @ApiOperation({
    operationId: 'personTimeline',
    summary: 'Everything recorded about a person on both axes of time, and the spans as each moment knew them',
  })
  @ApiQuery({
    name: 'validOn',
    required: false,
    description: 'The day asked about; left out: today in China',
    example: '2022-07-15',
  })
  @ApiQuery({
    name: 'region',
    required: false,
    description: 'Whose rules are asked; left out: those of his relation',
    example: EXAMPLE_REGION,
  })
  @ApiFilters(
    { name: 'format', enum: ['json', 'html', 'pdf'], description: 'Left out: json. html and pdf are pages for print' },
    { name: 'lang', enum: ['zh', 'en'], description: 'Of a page; left out: zh' },
  )
  @ApiAnswers(200, 'Timeline', 'The events, and what was held after each moment that changed it.', [
    'text/html',
    'application/pdf',
  ])
  @ApiProblems('invalid-input', 'unknown-person', 'not-printed')
  async timeline(
    @Param('person') path: string,
    @Query() { validOn = today(), region, format = 'json', lang = 'zh' }: TimelineQuery,
    @Res() response: Response,
  ): Promise<void> {
    const person = personIn(path);
    const timeline = await asked(person, 'validOn', () => this.disputes.timeline(person, { validOn, region }));
    if (format === 'json') response.json(timeline);
    else {
      const page = timelinePage(timeline, speechOf(this.policies.packs, lang));
      await this.printing.send(response, page, format, 'timeline');
    }
  }

  @Post('impact')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'proposalImpact',
    summary: 'What proposed events would change for a person; records nothing',
    description:
      'To approve, record the same events with If-Match at the revision given here; then nothing can have come in between unseen.',
  })
  @ApiBody({ required: true, schema: ref('Proposal') as object })
  @ApiAnswers(200, 'Impact', 'Days, months and money that would change, and who bears the days where a rule says it.')
  @ApiProblems('invalid-input', 'unknown-person', 'unsupported-media-type')
  async impact(
    @Param('person') path: string,
    @Body() body: ImpactBody,
    @Caller() principal: Principal,
  ): Promise<Impact> {
    const person = personIn(path);
    const { events, validOn = today(), stream } = body;
    if (!Array.isArray(events)) throw invalidInput([faultOf('events', events, 'a list of the proposed events')]);
    await this.reach.check(principal, stream ?? personStream(person), events);
    return asked(person, 'events', () => this.disputes.impact(person, events, { validOn, stream }));
  }
}
