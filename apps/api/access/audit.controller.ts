import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { AuditTrail, type AuditRow } from '../../../libs/access';
import { toInstant } from '../../../libs/calendar';
import { ApiAnswers, ApiProblems } from '../openapi/responses';
import { Allows, Scoped } from './allows';
import { AuditQuery } from './audit.query';

/** A part of the audit trail. */
interface AuditPage {
  rows: AuditRow[];
  /** Where the next page is; null at the end. */
  next: string | null;
}

const PAGE = 200;

@ApiTags('operations')
@Controller('v1/audit')
export class AuditController {
  constructor(private readonly trail: AuditTrail) {}

  @Get()
  @Allows('auditor')
  @Scoped('everywhere')
  @ApiOperation({
    operationId: 'readAuditTrail',
    summary: 'Who read whom, and who was refused; for callers of all regions',
    description:
      'Ids and words only. Each row has the hash of the one before in its own; `ledger access audit --check` checks them all.',
  })
  @ApiQuery({ name: 'after', required: false, description: 'Rows after this number' })
  @ApiQuery({ name: 'limit', required: false, description: 'How many at most, 1 to 1000; left out: 200' })
  @ApiQuery({ name: 'person', required: false, description: 'Only what was done about this person' })
  @ApiQuery({ name: 'subject', required: false, description: 'Only what he did' })
  @ApiQuery({ name: 'since', required: false, description: 'From this instant on' })
  @ApiQuery({ name: 'until', required: false, description: 'Before this instant' })
  @ApiQuery({
    name: 'refused',
    required: false,
    enum: ['true', 'false'],
    description: 'Only those who were not let in',
  })
  @ApiAnswers(200, 'AuditPage', 'The rows, the oldest first.')
  @ApiProblems('invalid-input')
  read(@Query() query: AuditQuery, @Res({ passthrough: true }) response: Response): AuditPage {
    const { after = '0', limit = String(PAGE), person, subject, since, until, refused } = query;
    const rows = this.trail.read({
      after: Number(after),
      limit: Number(limit),
      person,
      subject,
      since: instantIn(since),
      until: instantIn(until),
      refused: refused === 'true',
    });
    const rest = new URLSearchParams(
      Object.entries({ ...query, limit, after: String(rows.at(-1)?.seq) }).filter(([, value]) => value !== undefined),
    );
    const next = rows.length === Number(limit) ? `/v1/audit?${rest.toString()}` : null;
    if (next !== null) response.setHeader('Link', `<${next}>; rel="next"`);
    return { rows, next };
  }
}

/** In the form in which the trail has instants. */
function instantIn(text: string | undefined): string | undefined {
  return text === undefined ? undefined : toInstant(text.replace(' ', '+'));
}
