import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { Principal } from '../../../libs/access';
import { dayOfInstant } from '../../../libs/calendar';
import type { EventStore } from '../../../libs/event-store';
import { instantOf } from '../../../libs/ledger';
import { LoadedPolicies } from '../../../libs/policy';
import {
  NothingProjected,
  fileNameOf,
  formats,
  reportNamed,
  reports,
  withReport,
  type Report,
  type ReportFormat,
  type ReportRequest,
  type Sink,
} from '../../../libs/reports';
import { Allows, Caller, Scoped, outOfReach, regionsFor } from '../access';
import { faultOf, invalidInput, Problem } from '../http/problem';
import { ApiAnswers, ApiAtLeast, ApiProblems } from '../openapi/responses';
import { STORE } from '../parts';
import { ReportTables } from '../projecting';
import { ReportQuery } from './report.query';
import { EXAMPLE_REGION } from '../openapi/schema';

@ApiTags('reports')
@Allows('clerk', 'supervisor', 'auditor')
@Scoped('handler')
@Controller('v1/reports')
export class ReportsController {
  constructor(
    @Inject(STORE) private readonly store: EventStore,
    private readonly tables: ReportTables,
    private readonly policies: LoadedPolicies,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listReports', summary: 'The reports there are, with their columns' })
  @ApiAnswers(200, 'ReportList', 'The reports.')
  list(): { reports: Pick<Report, 'name' | 'title' | 'about' | 'columns'>[] } {
    return { reports: reports.map(({ name, title, about, columns }) => ({ name, title, about, columns })) };
  }

  @Get(':report')
  @ApiOperation({
    operationId: 'readReport',
    summary: 'Figures about everyone on a day, as known at a time',
    description:
      'A report as known at a time gives the same figures for ever. Persons of whom something was recorded later are then ' +
      'evaluated anew, which takes longer the more there are; `evaluation` says so. Known now, it is read from the tables. ' +
      'Ledger-Position tells up to where in the log the tables have come, Ledger-Behind by how much they fall short of the log; ' +
      'Ledger-Reevaluating: true while persons are still to be evaluated again because packs, a region or an employer changed.',
  })
  @ApiParam({ name: 'report', description: 'Its name, as /v1/reports lists it', example: 'insured' })
  @ApiQuery({
    name: 'validOn',
    required: false,
    description: 'The day; left out: today in China',
    example: '2022-11-30',
  })
  @ApiQuery({
    name: 'knownAt',
    required: false,
    description: 'A day (its last instant), an instant or a position in the log; left out: now',
  })
  @ApiQuery({
    name: 'since',
    required: false,
    description: 'The day with whose end a movement opens; left out: the end of the month before',
  })
  @ApiQuery({
    name: 'region',
    required: false,
    description: 'Only this region and those below it',
    example: EXAMPLE_REGION,
  })
  @ApiQuery({ name: 'format', required: false, enum: Object.keys(formats), description: 'Left out: json' })
  @ApiQuery({
    name: 'lang',
    required: false,
    enum: ['zh', 'en'],
    description: 'The language of pages and tables; left out: zh',
  })
  @ApiAtLeast()
  @ApiAnswers(200, 'ReportSheet', 'The report. Money is fen in JSON, yuan in the other forms.', [
    'text/csv',
    formats.xlsx.type,
    'text/html',
  ])
  @ApiProblems('invalid-input', 'not-found', 'not-ready')
  async read(
    @Param('report') name: string,
    @Query() query: ReportQuery,
    @Caller() principal: Principal,
    @Res() response: Response,
  ): Promise<void> {
    const report = reportNamed(name);
    if (!report) throw new Problem('not-found', 'There is no report of this name; /v1/reports lists those there are.');
    const {
      validOn = dayOfInstant(instantOf(Date.now())),
      knownAt,
      since,
      format = 'json',
      lang = 'zh',
      atLeast,
    } = query;
    if (since !== undefined && since >= validOn)
      throw invalidInput([faultOf('since', since, `a day before ${validOn}`)]);
    const region = regionOf(principal, query.region);
    const request: ReportRequest = { report, validOn, knownAt, since, region, language: lang as 'zh' | 'en' };
    const tables = await this.tables.reach(atLeast);
    if (tables?.reevaluating) response.setHeader('Ledger-Reevaluating', 'true');
    await this.send(request, format as ReportFormat, Number(atLeast ?? 0), response);
  }

  private async send(request: ReportRequest, format: ReportFormat, atLeast: number, response: Response): Promise<void> {
    const parts = { readModel: this.tables.location, store: this.store, policies: this.policies };
    const shown = format === 'json' || format === 'html';
    const disposition = `${shown ? 'inline' : 'attachment'}; filename="${fileNameOf(request, format)}"`;
    const sink: Sink = {
      write: async (piece) => {
        if (!response.headersSent)
          response.status(200).set('Content-Type', formats[format].type).set('Content-Disposition', disposition);
        if (response.destroyed) throw new Disconnected();
        if (!response.write(piece)) await drained(response);
      },
    };
    try {
      await withReport(parts, request, async (sheet) => {
        const { position, behind } = sheet.evaluation;
        const missing = Math.max(Number(behind), atLeast - position);
        response.setHeader('Ledger-Position', String(position));
        if (missing > 0) response.setHeader('Ledger-Behind', String(missing));
        await formats[format].write(sheet, sink);
      });
      response.end();
    } catch (error) {
      if (error instanceof Disconnected) return;
      if (error instanceof NothingProjected) {
        throw new Problem('not-ready', 'The read model holds nothing yet; the projector has to come first.');
      }
      throw error;
    }
  }
}

/** The region that a report is told for: the one named, or the caller's own where he has one; undefined is everyone's. */
function regionOf(principal: Principal, named: string | undefined): string | undefined {
  const regions = regionsFor(principal, named);
  if (regions === undefined) return undefined;
  const [region, another] = regions;
  if (region === undefined) throw outOfReach();
  if (another !== undefined) throw invalidInput([faultOf('region', undefined, `one of yours: ${regions.join(', ')}`)]);
  return region;
}

/** Whoever asked has gone. */
class Disconnected extends Error {}

function drained(response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      response.off('drain', settle).off('close', settle);
      if (response.destroyed) reject(new Disconnected());
      else resolve();
    };
    response.on('drain', settle).on('close', settle);
  });
}
