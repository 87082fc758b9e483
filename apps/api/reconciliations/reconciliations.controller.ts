import {
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
  type StreamableFile,
  UploadedFiles,
} from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { Principal } from '../../../libs/access';
import { instantOf } from '../../../libs/ledger';
import { causes, exceptionKinds, type ReconciliationException } from '../../../libs/reconciliation';
import { Allows, Caller, Scoped, regionsFor } from '../access';
import { ApiFiles, ApiJobPaging, JobsQuery, jobPage, tableFile, takeIn, type FormFile } from '../file-jobs';
import { Problem, faultOf, invalidInput } from '../http/problem';
import { cursorOf, placeOf } from '../lists/cursor';
import { ApiAnswers, ApiFile, ApiFilters, ApiPaging, ApiProblems } from '../openapi/responses';
import { EXAMPLE_REGION, day } from '../openapi/schema';
import { SETTINGS } from '../parts';
import type { Settings } from '../settings';
import { readDifferences } from './difference-pages';
import { DifferencesQuery, ReconciliationQuery } from './reconciliation.query';
import { ADDRESS, LIST, Reconciliations, TABLE, type ReconciliationReport } from './reconciliations.service';

const ITEMS = 100;
const ApiReconciliation = () => ApiParam({ name: 'reconciliation', format: 'uuid' });

@ApiTags('reconciliations')
@Allows('clerk', 'supervisor', 'auditor', 'integrator')
@Scoped('handler')
@Controller('v1/reconciliations')
export class ReconciliationsController {
  constructor(
    private readonly reconciliations: Reconciliations,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Post()
  @HttpCode(201)
  @ApiFiles()
  @ApiOperation({
    operationId: 'reconcileExtract',
    summary: 'Compares another system’s status extract (CSV, XLSX or JSON lines) with the ledger’s answers at a basis',
    description:
      'Row by row, and then for relations of the same regions and schemes that the extract lacks. Nothing is recorded. Every ' +
      'difference is listed with its cause. A caller of some regions has rows of others refused. With Prefer: respond-async the ' +
      'reply is 202 and the result is found under Location.',
  })
  @ApiQuery({
    name: 'validOn',
    required: true,
    description: 'The day for which the extract speaks',
    schema: day as object,
  })
  @ApiQuery({
    name: 'knownAt',
    required: false,
    description: 'A day (its last instant), an instant or a position in the log; left out: when the extract is sent',
    example: '2022-12-31',
  })
  @ApiQuery({
    name: 'region',
    required: false,
    description: 'The region of rows that name none, and the only one searched for what the extract lacks',
    example: EXAMPLE_REGION,
  })
  @ApiAnswers(201, 'Reconciliation', 'Done: how many differences of which cause, and where they are.')
  @ApiAnswers(202, 'Reconciliation', 'Under way.')
  @ApiProblems('invalid-input', 'too-large', 'unsupported-media-type', 'not-ready')
  async reconcile(
    @Query() query: ReconciliationQuery,
    @UploadedFiles() files: FormFile[] | undefined,
    @Caller() by: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReconciliationReport> {
    const { name, knownAt = instantOf(Date.now()), ...reading } = query;
    regionsFor(by, query.region);
    const terms = { ...reading, knownAt };
    const sent = { by, terms, files, name, maxBytes: this.settings.importBytes, address: ADDRESS };
    return takeIn(this.reconciliations.jobs, sent, request, response);
  }

  @Get()
  @ApiOperation({ operationId: 'listReconciliations', summary: 'The reconciliations, the newest first' })
  @ApiJobPaging()
  @ApiAnswers(200, 'ReconciliationList', 'A page. Who may see one region only sees those that he sent himself.')
  @ApiProblems('invalid-input')
  list(
    @Query() query: JobsQuery,
    @Caller() caller: Principal,
  ): { reconciliations: ReconciliationReport[]; next: string | null } {
    const { items, next } = jobPage(this.reconciliations.jobs, caller, query, ADDRESS);
    return { reconciliations: items, next };
  }

  @Get(':reconciliation')
  @ApiReconciliation()
  @ApiOperation({ operationId: 'readReconciliation', summary: 'What a reconciliation has come to' })
  @ApiAnswers(200, 'Reconciliation', 'Its counts; while it waits or runs, how far it is.')
  @ApiProblems('not-found')
  report(@Param('reconciliation') id: string, @Caller() caller: Principal): ReconciliationReport {
    const report = this.reconciliations.jobs.report(id, caller);
    if (!report) throw new Problem('not-found', 'There is no reconciliation of this id.');
    return report;
  }

  @Get(':reconciliation/differences')
  @ApiReconciliation()
  @ApiOperation({
    operationId: 'listDifferences',
    summary: 'The differences, in the order of the extract, by the page',
  })
  @ApiFilters({ name: 'kind', enum: exceptionKinds }, { name: 'cause', enum: causes })
  @ApiPaging()
  @ApiAnswers(200, 'DifferenceList', 'A page.')
  @ApiProblems('invalid-input', 'not-found', 'not-ready')
  async differences(
    @Param('reconciliation') id: string,
    @Query() { kind, cause, limit = String(ITEMS), cursor }: DifferencesQuery,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ items: ReconciliationException[]; next: string | null }> {
    const file = this.leftBehind(id, caller, LIST);
    const path = `${ADDRESS}/${id}/differences`;
    const question = { kind, cause };
    const from = placeOf(cursor, path, question)?.n ?? 0;
    const page = await readDifferences(file, from, question, Number(limit));
    if (page === undefined) throw invalidInput([faultOf('cursor', '(a cursor)', 'the cursor of a page before')]);
    if (page.next === undefined) return { items: page.items, next: null };
    const rest = new URLSearchParams({
      ...(kind === undefined ? {} : { kind }),
      ...(cause === undefined ? {} : { cause }),
      limit,
      cursor: cursorOf(path, question, { person: '', n: page.next }),
    });
    const next = `${path}?${rest}`;
    response.setHeader('Link', `<${next}>; rel="next"`);
    return { items: page.items, next };
  }

  @Get(':reconciliation/exceptions.csv')
  @ApiReconciliation()
  @ApiOperation({
    operationId: 'downloadExceptions',
    summary: 'Every difference as a table, to be worked off by people',
  })
  @ApiFile('UTF-8 with a byte order mark, so that spreadsheets read it.', 'text/csv')
  @ApiProblems('not-found', 'not-ready')
  table(@Param('reconciliation') id: string, @Caller() caller: Principal): StreamableFile {
    return tableFile(this.leftBehind(id, caller, TABLE), 'exceptions.csv');
  }

  /** A list of a reconciliation that is done. Throws where there is none. */
  private leftBehind(id: string, caller: Principal, name: string): string {
    const { state } = this.report(id, caller);
    if (state === 'waiting' || state === 'running')
      throw new Problem(
        'not-ready',
        'The comparison is under way; ask again when it is done.',
        {},
        { 'Retry-After': '2' },
      );
    const file = state === 'done' ? this.reconciliations.jobs.leftBehind(id, caller, name) : undefined;
    if (file === undefined) throw new Problem('not-found', 'The comparison failed; it left no list.');
    return file;
  }
}
