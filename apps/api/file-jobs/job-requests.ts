import { createReadStream } from 'node:fs';
import { StreamableFile, UseInterceptors, applyDecorators } from '@nestjs/common';
import { AnyFilesInterceptor } from '@nestjs/platform-express';
import { ApiBody, ApiConsumes, ApiQuery } from '@nestjs/swagger';
import { Matches, MaxLength, MinLength } from 'class-validator';
import type { Request, Response } from 'express';
import type { Principal } from '../../../libs/access';
import { Optional, OneOf, RegionCode, Whole } from '../http/query-fields';
import { jobStates, type FileJobs, type JobReport } from './file-jobs';
import { mappingOf, receiveFiles, type FormFile } from './received-files';

/** A route that files are sent to: as the body, or as parts of a form. */
export function ApiFiles(): MethodDecorator {
  return applyDecorators(
    UseInterceptors(AnyFilesInterceptor()),
    ApiConsumes(
      'multipart/form-data',
      'text/csv',
      'application/x-ndjson',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    ),
    ApiBody({ required: true, schema: { type: 'string', format: 'binary' } }),
    ApiQuery({ name: 'sheet', required: false, description: 'The sheet of a workbook; left out: its first' }),
    ApiQuery({
      name: 'name',
      required: false,
      description: 'What the file is called, where the body is the file itself',
    }),
  );
}

/** How files are to be read. */
export class FilesQuery {
  /** The region of rows that name none. */
  @Optional()
  @RegionCode()
  region?: string;

  @Optional()
  @MinLength(1, { message: 'the name of a sheet' })
  @MaxLength(31, { message: 'the name of a sheet, up to 31 characters' })
  sheet?: string;

  /** What the file is called, where the body is the file itself. */
  @Optional()
  @MaxLength(200, { message: 'a file name of up to 200 characters' })
  name?: string;
}

/** A table that a job left behind. */
export function tableFile(path: string, name: string): StreamableFile {
  const disposition = `attachment; filename="${name}"`;
  return new StreamableFile(createReadStream(path), { type: 'text/csv; charset=utf-8', disposition });
}

/** Which jobs are listed. */
export class JobsQuery {
  @Optional()
  @OneOf(jobStates)
  state?: string;

  /** How many at most; left out: 50. */
  @Optional()
  @Whole(1, 200)
  limit?: string;

  /** The id of the job with which the page before ended. */
  @Optional()
  @Matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { message: 'the id with which the page before ended' })
  after?: string;
}

/** The parameters of a list of jobs. */
export function ApiJobPaging(): MethodDecorator {
  return applyDecorators(
    ApiQuery({ name: 'state', required: false, enum: jobStates }),
    ApiQuery({ name: 'limit', required: false, description: 'How many at most, to 200; left out: 50' }),
    ApiQuery({ name: 'after', required: false, description: 'The id with which the page before ended' }),
  );
}

/** What a request brings: whose it is, its files and how they are to be worked on. */
interface Sent<Terms> {
  by: Principal;
  terms: Terms;
  files: FormFile[] | undefined;
  /** What the file is called, where the body is the file itself. */
  name: string | undefined;
  maxBytes: number;
  /** Where the jobs are asked for. */
  address: string;
}

/**
 * Takes in the files of a request and works on them: before the reply, or behind it with `Prefer: respond-async`. What cannot be
 * taken leaves nothing behind. Throws a `Problem`.
 */
export async function takeIn<Terms, Result extends object>(
  jobs: FileJobs<Terms, Result>,
  { by, terms, files, name = '', maxBytes, address }: Sent<Terms>,
  request: Request,
  response: Response,
): Promise<JobReport & Result> {
  const { id, folder } = jobs.begin();
  try {
    const received = await receiveFiles(request, files ?? [], { folder, maxBytes, name });
    mappingOf(received.mapping);
    const later = /(^|,)\s*respond-async\s*(,|$)/i.test(request.headers['prefer']?.toString() ?? '');
    const { report, done } = jobs.add({ id, by, terms, ...received }, later);
    response.location(`${address}/${id}`);
    if (!later) return await done;
    done.catch(() => undefined);
    response.status(202).set('Preference-Applied', 'respond-async');
    return report;
  } catch (error) {
    if (jobs.report(id, by) === undefined) jobs.abandon(id);
    throw error;
  }
}

/** A page of the jobs that the caller may see, the newest first, and where the next one is; null at the end. */
export function jobPage<Terms, Result extends object>(
  jobs: FileJobs<Terms, Result>,
  caller: Principal,
  { state, limit = '50', after }: JobsQuery,
  address: string,
): { items: (JobReport & Result)[]; next: string | null } {
  const { items, more } = jobs.list(caller, { state, limit: Number(limit), after });
  const asked = [state && `state=${state}`, `limit=${limit}`, `after=${items.at(-1)?.id}`].filter(Boolean);
  return { items, next: more ? `${address}?${asked.join('&')}` : null };
}
