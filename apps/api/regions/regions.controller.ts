import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Ledger } from '../../../libs/ledger';
import { regionStream } from '../../../events';
import { Allows, type Change } from '../access';
import { regionIn } from '../http/edge-validation';
import { LogPosition } from '../http/log-position';
import { ApiAnswers, ApiProblems, ApiRecords, ApiStreamPage } from '../openapi/responses';
import { EventsQuery } from '../recording/events.query';
import { Recording, type Written } from '../recording/recording.service';
import { streamPage, type StreamPage } from '../recording/stream-page';
import { WriteQuery } from '../recording/write.query';
import { EXAMPLE_REGION } from '../openapi/schema';

@ApiTags('regions')
@ApiParam({ name: 'region', description: 'Six digits', example: EXAMPLE_REGION })
@Controller('v1/regions/:region/events')
export class RegionsController {
  constructor(
    private readonly ledger: Ledger,
    private readonly recording: Recording,
    private readonly log: LogPosition,
  ) {}

  @Post()
  @Allows('supervisor')
  @ApiOperation({
    operationId: 'recordRegionEvents',
    summary: 'Records what a region announces: collection periods, reference values, rulings, packs',
  })
  @ApiRecords('RegionEvent')
  async record(
    @Param('region') path: string,
    @Query() query: WriteQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Written | Change> {
    const region = regionIn(path);
    return this.recording.record(request, response, regionStream(region), query);
  }

  @Get()
  @Allows('clerk', 'supervisor', 'auditor', 'integrator')
  @ApiOperation({
    operationId: 'readRegionEvents',
    summary: 'What is recorded of a region, in the order of recording',
  })
  @ApiStreamPage()
  @ApiAnswers(200, 'RegionEventPage', 'The events. The ETag is the revision of the stream, for If-Match.')
  @ApiProblems('invalid-input')
  async read(
    @Param('region') path: string,
    @Query() query: EventsQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ region: string } & StreamPage> {
    const region = regionIn(path);
    await this.log.reach(query.atLeast, response);
    const stream = await this.ledger.regionEvents(region);
    return { region, ...streamPage(stream, query, `/v1/regions/${encodeURIComponent(region)}/events`, response) };
  }
}
