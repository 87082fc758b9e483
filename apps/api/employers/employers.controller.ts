import { Controller, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { employerStream } from '../../../events';
import { Allows, Scoped } from '../access';
import { employerIn } from '../http/edge-validation';
import { ApiAnswers, ApiEventsBody, ApiProblems, ApiWrite } from '../openapi/responses';
import { Recording, type Written } from '../recording/recording.service';
import { WriteQuery } from '../recording/write.query';

@ApiTags('employers')
@Controller('v1/employers/:employer/events')
export class EmployersController {
  constructor(private readonly recording: Recording) {}

  @Post()
  @Allows('clerk', 'supervisor', 'integrator')
  @Scoped('newEmployer')
  @HttpCode(201)
  @ApiOperation({
    operationId: 'recordEmployerEvents',
    summary: 'Records what happened to an employer, and his payrolls',
  })
  @ApiParam({ name: 'employer', description: 'The unified social credit code', example: '91210000MA0UY5XJ0X' })
  @ApiWrite()
  @ApiEventsBody('EmployerEvent')
  @ApiAnswers(201, 'Recorded', 'Recorded now, or by the same request before (Idempotency-Hit: true).')
  @ApiProblems('invalid-input', 'id-conflict', 'revision-mismatch', 'too-large', 'unsupported-media-type')
  async record(
    @Param('employer') path: string,
    @Query() query: WriteQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Written> {
    const employer = employerIn(path);
    return this.recording.record(request, response, employerStream(employer), query);
  }
}
