import { Controller, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { regionStream } from '../../../events';
import { Allows } from '../access';
import { regionIn } from '../http/edge-validation';
import { ApiAnswers, ApiEventsBody, ApiProblems, ApiWrite } from '../openapi/responses';
import { Recording, type Written } from '../recording/recording.service';
import { WriteQuery } from '../recording/write.query';

@ApiTags('regions')
@Controller('v1/regions/:region/events')
export class RegionsController {
  constructor(private readonly recording: Recording) {}

  @Post()
  @Allows('supervisor')
  @HttpCode(201)
  @ApiOperation({
    operationId: 'recordRegionEvents',
    summary: 'Records what a region announces: collection periods, reference values, rulings, packs',
  })
  @ApiParam({ name: 'region', description: 'Six digits', example: '211200' })
  @ApiWrite()
  @ApiEventsBody('RegionEvent')
  @ApiAnswers(201, 'Recorded', 'Recorded now, or by the same request before (Idempotency-Hit: true).')
  @ApiProblems('invalid-input', 'id-conflict', 'revision-mismatch', 'too-large', 'unsupported-media-type')
  async record(
    @Param('region') path: string,
    @Query() query: WriteQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Written> {
    const region = regionIn(path);
    return this.recording.record(request, response, regionStream(region), query);
  }
}
