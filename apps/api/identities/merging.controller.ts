import { Body, Controller, HttpCode, Param, Post, Query, Req, Res, applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { Principal } from '../../../libs/access';
import { dayOfInstant } from '../../../libs/calendar';
import { instantOf } from '../../../libs/ledger';
import { personStream } from '../../../events';
import { Allows, Caller, FourEyes, Reach, type Change } from '../access';
import { personIn } from '../http/edge-validation';
import { ApiAnswers, ApiAsked, ApiProblems, ApiWrite } from '../openapi/responses';
import { ref } from '../openapi/schema';
import { Recording, type Written } from '../recording/recording.service';
import { WriteQuery } from '../recording/write.query';
import { MergeBody } from './identity.query';

/** Two records of one person, made one or taken apart again. */
@ApiTags('persons')
@ApiParam({ name: 'person', description: 'The id of the person', example: 'P0001' })
@Controller('v1/persons/:person')
export class MergingController {
  constructor(
    private readonly recording: Recording,
    private readonly reach: Reach,
    private readonly fourEyes: FourEyes,
  ) {}

  @Post('merge')
  @Tells({
    operationId: 'mergePersons',
    summary: 'Says that another record is of this person too; both are counted under this id',
    description:
      'From then on either id has the same answer, which names both; what was known before stays as it was known.',
  })
  merge(
    @Param('person') path: string,
    @Body() body: MergeBody,
    @Query() query: WriteQuery,
    @Caller() principal: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Written | Change> {
    return this.record('Merged', personIn(path), body, query, principal, request, response);
  }

  @Post('unmerge')
  @Tells({
    operationId: 'unmergePersons',
    summary: 'Says that the other record is not of this person after all',
    description: 'From then on each answers as if they had never been one.',
  })
  unmerge(
    @Param('person') path: string,
    @Body() body: MergeBody,
    @Query() query: WriteQuery,
    @Caller() principal: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Written | Change> {
    return this.record('Unmerged', personIn(path), body, query, principal, request, response);
  }

  private async record(
    type: 'Merged' | 'Unmerged',
    person: string,
    body: MergeBody,
    query: WriteQuery,
    principal: Principal,
    request: Request,
    response: Response,
  ): Promise<Written | Change> {
    const { otherPersonId, reason, on = dayOfInstant(instantOf(Date.now())) } = body;
    const stream = personStream(person);
    const inputs = [{ type, effectiveOn: on, data: { otherPersonId, reason } }];
    await this.reach.check(principal, stream, inputs);
    const write = await this.recording.begin(request, response, stream, query, { type, body });
    const earlier = await this.recording.recordedBefore(write);
    if (earlier) return earlier;
    const pathOf = () => '';
    if (!write.dryRun && this.fourEyes.need(principal, inputs)) return this.recording.ask(write, inputs, pathOf);
    if (write.dryRun) response.status(200);
    return this.recording.settle(write, await write.ledger.record(stream, inputs, write.options), pathOf);
  }
}

/** A route that tells something of two records. */
function Tells(operation: { operationId: string; summary: string; description: string }): MethodDecorator {
  return applyDecorators(
    HttpCode(201),
    Allows('clerk', 'supervisor', 'integrator'),
    ApiOperation(operation),
    ApiWrite(),
    ApiBody({ required: true, schema: ref('MergePersons') as object }),
    ApiAnswers(201, 'Recorded', 'Recorded in both streams; shown is that of the person.'),
    ApiAsked(),
    ApiProblems('invalid-input', 'id-conflict', 'revision-mismatch'),
  );
}
