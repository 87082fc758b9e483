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
import { Allows, Caller, Scoped } from '../access';
import { ApiFiles, ApiJobPaging, JobsQuery, jobPage, tableFile, takeIn, type FormFile } from '../file-jobs';
import { Problem } from '../http/problem';
import { ApiAnswers, ApiFile, ApiProblems } from '../openapi/responses';
import { EXAMPLE_REGION } from '../openapi/schema';
import { SETTINGS } from '../parts';
import type { Settings } from '../settings';
import { ImportQuery } from './import.query';
import { Imports, newPersonsName, refusedName, type ImportReport } from './imports.service';

const ADDRESS = '/v1/imports';
const ApiImport = () => ApiParam({ name: 'import', format: 'uuid' });
const ApiPlace = () =>
  ApiParam({ name: 'place', description: 'The place of the file in the import, from 1', example: '1' });

@ApiTags('imports')
@Allows('clerk', 'supervisor', 'integrator')
@Scoped('handler')
@Controller('v1/imports')
export class ImportsController {
  constructor(
    private readonly imports: Imports,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Post()
  @HttpCode(201)
  @ApiFiles()
  @ApiOperation({
    operationId: 'importFiles',
    summary: 'Imports relations and payments extracts (CSV, XLSX or JSON lines) and events (JSON lines)',
    description:
      'Every row ends as recorded, already there or refused with a reason; refused rows can be fetched, mended and sent again. ' +
      'A file sent twice adds nothing. With Prefer: respond-async the reply is 202 and the report is found under Location. ' +
      'An import that a stop or a crash of the server interrupts goes on at the next start. The part `mapping` of a form is an ' +
      'agency’s own mapping (YAML), laid over the national one.',
  })
  @ApiQuery({
    name: 'region',
    required: false,
    description: 'The region of rows that name none',
    example: EXAMPLE_REGION,
  })
  @ApiQuery({ name: 'migratedFrom', required: false, description: 'The system whose history it is' })
  @ApiQuery({
    name: 'dryRun',
    required: false,
    enum: ['true', 'false'],
    description: 'Record nothing; say what would become of every row',
  })
  @ApiAnswers(201, 'Import', 'Done: how many rows became how many events.')
  @ApiAnswers(202, 'Import', 'Under way.')
  @ApiProblems('invalid-input', 'too-large', 'unsupported-media-type')
  async import(
    @Query() query: ImportQuery,
    @UploadedFiles() files: FormFile[] | undefined,
    @Caller() by: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ImportReport> {
    const { name, dryRun, ...reading } = query;
    const terms = { ...reading, dryRun: dryRun === 'true' };
    const sent = { by, terms, files, name, maxBytes: this.settings.importBytes, address: ADDRESS };
    return takeIn(this.imports.jobs, sent, request, response);
  }

  @Get()
  @ApiOperation({ operationId: 'listImports', summary: 'The imports, the newest first' })
  @ApiJobPaging()
  @ApiAnswers(200, 'ImportList', 'A page. Who may see one region only sees the imports that he sent himself.')
  @ApiProblems('invalid-input')
  list(@Query() query: JobsQuery, @Caller() caller: Principal): { imports: ImportReport[]; next: string | null } {
    const { items, next } = jobPage(this.imports.jobs, caller, query, ADDRESS);
    return { imports: items, next };
  }

  @Get(':import')
  @ApiOperation({ operationId: 'readImport', summary: 'What an import has come to' })
  @ApiImport()
  @ApiAnswers(200, 'Import', 'Its report; while it waits or runs, how far it is.')
  @ApiProblems('not-found')
  report(@Param('import') id: string, @Caller() caller: Principal): ImportReport {
    const report = this.imports.jobs.report(id, caller);
    if (!report) throw new Problem('not-found', 'There is no import of this id.');
    return report;
  }

  @Get(':import/refused/:place')
  @ApiOperation({
    operationId: 'readRefusedRows',
    summary: 'The rows of a file that were refused, as CSV, with field and reason',
  })
  @ApiImport()
  @ApiPlace()
  @ApiFile('The rows.', 'text/csv')
  @ApiProblems('not-found')
  refused(@Param('import') id: string, @Param('place') place: string, @Caller() caller: Principal): StreamableFile {
    return this.listOf(id, caller, place, refusedName, 'refused');
  }

  @Get(':import/new-persons/:place')
  @ApiOperation({
    operationId: 'readNewPersonRows',
    summary: 'The lines of a file that would make a person, of an import with dryRun, as CSV',
  })
  @ApiImport()
  @ApiPlace()
  @ApiFile('The lines.', 'text/csv')
  @ApiProblems('not-found')
  newPersons(@Param('import') id: string, @Param('place') place: string, @Caller() caller: Principal): StreamableFile {
    return this.listOf(id, caller, place, newPersonsName, 'new-persons');
  }

  /** A list that an import left of one of its files. Throws where there is none. */
  private listOf(
    id: string,
    caller: Principal,
    place: string,
    nameOf: (place: number) => string,
    title: string,
  ): StreamableFile {
    const known = /^\d{1,3}$/.test(place);
    const file = known ? this.imports.jobs.leftBehind(id, caller, nameOf(Number(place))) : undefined;
    if (file === undefined) throw new Problem('not-found', 'The import left no such list of such a file.');
    return tableFile(file, `${title}-${Number(place)}.csv`);
  }
}
