import { Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Ledger } from '../../../libs/ledger';
import { regionStream } from '../../../events';
import { regionIn } from '../http/edge-validation';
import { ApiAnswers, ApiEventsBody, ApiProblems, ApiWriteHeaders } from '../openapi/responses';
import type { Recorded } from '../recording/recorded-events';
import { Recording } from '../recording/recording.service';

@ApiTags('regions')
@Controller('v1/regions/:region/events')
export class RegionsController {
  constructor(
    private readonly ledger: Ledger,
    private readonly recording: Recording,
  ) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({
    operationId: 'recordRegionEvents',
    summary: 'Records what a region announces: collection periods, reference values, rulings, packs',
  })
  @ApiParam({ name: 'region', description: 'Six digits', example: '211200' })
  @ApiWriteHeaders()
  @ApiEventsBody('RegionEvent')
  @ApiAnswers(201, 'Recorded', 'Recorded now, or by the same request before (Idempotency-Hit: true).')
  @ApiProblems('invalid-input', 'id-conflict', 'revision-mismatch', 'too-large', 'unsupported-media-type')
  async record(
    @Param('region') path: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Recorded> {
    const region = regionIn(path);
    const target = { stream: regionStream(region), events: () => this.ledger.regionEvents(region) };
    return this.recording.record(request, response, target);
  }
}
