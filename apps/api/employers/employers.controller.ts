import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Ledger } from '../../../libs/ledger';
import { employerStream } from '../../../events';
import { Allows, Scoped, type Change } from '../access';
import { employerIn } from '../http/edge-validation';
import { LogPosition } from '../http/log-position';
import { Problem } from '../http/problem';
import { ApiAnswers, ApiProblems, ApiRecords, ApiStreamPage } from '../openapi/responses';
import { EventsQuery } from '../recording/events.query';
import { Recording, type Written } from '../recording/recording.service';
import { streamPage, type StreamPage } from '../recording/stream-page';
import { WriteQuery } from '../recording/write.query';

@ApiTags('employers')
@ApiParam({ name: 'employer', description: 'The unified social credit code', example: '91210000MA0UY5XJ0X' })
@Controller('v1/employers/:employer/events')
export class EmployersController {
  constructor(
    private readonly ledger: Ledger,
    private readonly recording: Recording,
    private readonly log: LogPosition,
  ) {}

  @Post()
  @Allows('clerk', 'supervisor', 'integrator')
  @Scoped('newEmployer')
  @ApiOperation({
    operationId: 'recordEmployerEvents',
    summary: 'Records what happened to an employer, and his payrolls',
  })
  @ApiRecords('EmployerEvent')
  async record(
    @Param('employer') path: string,
    @Query() query: WriteQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Written | Change> {
    const employer = employerIn(path);
    return this.recording.record(request, response, employerStream(employer), query);
  }

  @Get()
  @Allows('clerk', 'supervisor', 'auditor', 'integrator')
  @ApiOperation({
    operationId: 'readEmployerEvents',
    summary: 'What is recorded of an employer, in the order of recording',
  })
  @ApiStreamPage()
  @ApiAnswers(200, 'EmployerEventPage', 'The events. The ETag is the revision of the stream, for If-Match.')
  @ApiProblems('invalid-input', 'not-found')
  async read(
    @Param('employer') path: string,
    @Query() query: EventsQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ employer: string } & StreamPage> {
    const employer = employerIn(path);
    await this.log.reach(query.atLeast, response);
    const stream = await this.ledger.employerEvents(employer);
    if (stream.length === 0) throw new Problem('not-found', 'The ledger holds no event of this employer.');
    return { employer, ...streamPage(stream, query, `/v1/employers/${encodeURIComponent(employer)}/events`, response) };
  }
}
