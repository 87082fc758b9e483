import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Allows, Scoped } from '../access';
import { ApiFile } from '../openapi/responses';
import { Metrics } from './metrics';

@ApiTags('operations')
@Allows('integrator', 'auditor')
@Scoped('none')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @ApiOperation({ operationId: 'readMetrics', summary: 'Counts and times for Prometheus' })
  @ApiFile('The text form of Prometheus.', 'text/plain')
  async read(@Res({ passthrough: true }) response: Response): Promise<string> {
    response.type(this.metrics.registry.contentType);
    return this.metrics.registry.metrics();
  }
}
