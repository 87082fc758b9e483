import { Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Ledger } from '../../../libs/ledger';
import { employerStream } from '../../../events';
import { employerIn } from '../http/edge-validation';
import { ApiAnswers, ApiEventsBody, ApiProblems, ApiWriteHeaders } from '../openapi/responses';
import type { Recorded } from '../recording/recorded-events';
import { Recording } from '../recording/recording.service';

@ApiTags('employers')
@Controller('v1/employers/:employer/events')
export class EmployersController {
  constructor(
    private readonly ledger: Ledger,
    private readonly recording: Recording,
  ) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({
    operationId: 'recordEmployerEvents',
    summary: 'Records what happened to an employer, and his payrolls',
  })
  @ApiParam({ name: 'employer', description: 'The unified social credit code', example: '91210000MA0UY5XJ0X' })
  @ApiWriteHeaders()
  @ApiEventsBody('EmployerEvent')
  @ApiAnswers(201, 'Recorded', 'Recorded now, or by the same request before (Idempotency-Hit: true).')
  @ApiProblems('invalid-input', 'id-conflict', 'revision-mismatch', 'too-large', 'unsupported-media-type')
  async record(
    @Param('employer') path: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Recorded> {
    const employer = employerIn(path);
    const target = { stream: employerStream(employer), events: () => this.ledger.employerEvents(employer) };
    return this.recording.record(request, response, target);
  }
}
