import { createReadStream, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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
  StreamableFile,
  UploadedFiles,
  UseInterceptors,
} from '@nestjs/common';
import { AnyFilesInterceptor } from '@nestjs/platform-express';
import { ApiBody, ApiConsumes, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Allows, Scoped } from '../access';
import { faultOf, invalidInput, Problem } from '../http/problem';
import { ApiAnswers, ApiFile, ApiProblems } from '../openapi/responses';
import { SETTINGS } from '../parts';
import type { Settings } from '../settings';
import { ImportQuery } from './import.query';
import { Imports, type ImportReport } from './imports.service';
import { endingOf, isForm, receiveBody, shownName, type ReceivedFile } from './received-files';

/** A file of a form, as multer leaves it on the disk. */
interface FormFile {
  originalname: string;
  path: string;
  size: number;
}

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
  @UseInterceptors(AnyFilesInterceptor())
  @ApiOperation({
    operationId: 'importFiles',
    summary: 'Imports relations and payments extracts (CSV) and events (JSON lines)',
    description:
      'Every row ends as recorded, already there or refused with a reason; refused rows can be fetched, mended and sent again. ' +
      'A file sent twice adds nothing. With Prefer: respond-async the reply is 202 and the report is found under Location.',
  })
  @ApiQuery({ name: 'region', required: false, description: 'The region of rows that name none', example: '211200' })
  @ApiQuery({ name: 'migratedFrom', required: false, description: 'The system whose history it is' })
  @ApiQuery({
    name: 'name',
    required: false,
    description: 'What the file is called, where the body is the file itself',
  })
  @ApiConsumes('multipart/form-data', 'text/csv', 'application/x-ndjson')
  @ApiBody({ required: true, schema: { type: 'string', format: 'binary' } })
  @ApiAnswers(201, 'Import', 'Done: how many rows became how many events.')
  @ApiAnswers(202, 'Import', 'Under way.')
  @ApiProblems('invalid-input', 'too-large', 'unsupported-media-type')
  async import(
    @Query() query: ImportQuery,
    @UploadedFiles() sent: FormFile[] | undefined,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ImportReport> {
    const { id, folder } = this.imports.begin();
    const files = await this.received(id, folder, query.name ?? '', sent ?? [], request);
    const { region, migratedFrom } = query;
    const dryRun = query.dryRun === 'true';
    response.location(`/v1/imports/${id}`);
    const done = this.imports.run(id, files, { region, migratedFrom, actor: request.principal?.subject, dryRun });
    if (!/(^|,)\s*respond-async\s*(,|$)/i.test(request.headers['prefer']?.toString() ?? '')) return done;
    done.catch(() => undefined);
    response.status(202).set('Preference-Applied', 'respond-async');
    return this.imports.report(id)!;
  }

  @Get(':import')
  @ApiOperation({ operationId: 'readImport', summary: 'What an import has come to' })
  @ApiParam({ name: 'import', format: 'uuid' })
  @ApiAnswers(200, 'Import', 'Its report; while it runs, how far it is.')
  @ApiProblems('not-found')
  report(@Param('import') id: string): ImportReport {
    const report = this.imports.report(id);
    if (!report) throw new Problem('not-found', 'There is no import of this id.');
    return report;
  }

  @Get(':import/refused/:place')
  @ApiOperation({
    operationId: 'readRefusedRows',
    summary: 'The rows of a file that were refused, as CSV, with field and reason',
  })
  @ApiParam({ name: 'import', format: 'uuid' })
  @ApiParam({ name: 'place', description: 'The place of the file in the import, from 1', example: '1' })
  @ApiFile('The rows.', 'text/csv')
  @ApiProblems('not-found')
  refused(@Param('import') id: string, @Param('place') place: string): StreamableFile {
    const file = /^\d{1,3}$/.test(place) ? this.imports.refusedRows(id, Number(place)) : undefined;
    if (file === undefined) throw new Problem('not-found', 'No rows of such a file were refused.');
    const disposition = `attachment; filename="refused-${Number(place)}.csv"`;
    return new StreamableFile(createReadStream(file), { type: 'text/csv; charset=utf-8', disposition });
  }

  /** The files, on the disk under names that the importer knows. Leaves nothing behind where they cannot be taken. */
  private async received(
    id: string,
    folder: string,
    name: string,
    sent: readonly FormFile[],
    request: Request,
  ): Promise<ReceivedFile[]> {
    try {
      if (!isForm(request)) return [await receiveBody(request, folder, this.settings.importBytes, name)];
      if (sent.length === 0) throw invalidInput([faultOf('file', undefined, 'at least one file in the form')]);
      return sent.map(({ originalname, path, size }, index) => {
        const ending = endingOf(originalname);
        if (size === 0) throw invalidInput([faultOf('file', ending, 'a file with at least one line')]);
        const place = join(folder, `${index + 1}${ending}`);
        renameSync(path, place);
        return { name: shownName(originalname), path: place };
      });
    } catch (error) {
      for (const { path } of sent) rmSync(path, { force: true });
      this.imports.abandon(id);
      throw error;
    }
  }
}
