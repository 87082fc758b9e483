import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { Principal } from '../../../../libs/access';
import { dayOfInstant } from '../../../../libs/calendar';
import type { Impact } from '../../../../libs/disputes';
import { instantOf, type RecordOutcome } from '../../../../libs/ledger';
import { mismatch, preconditionOf, setRevision } from '../../http/preconditions';
import { Problem, invalidInput, type InputFault } from '../../http/problem';
import { requestId } from '../../http/request-log';
import { ApiAnswers, ApiProblems } from '../../openapi/responses';
import { ref } from '../../openapi/schema';
import { Allows, Scoped } from '../allows';
import { Caller } from '../caller';
import { Changes, noSuchChange, type Change } from './changes';
import { ChangeQuery, ChangesQuery, DecisionQuery, DeclineBody } from './changes.query';

/** A change with what it would change. */
type ShownChange = Change & { impact?: Impact; dryRun?: true };

/** Some changes, and where the next ones begin. */
interface ChangePage {
  changes: Change[];
  next: string | null;
}

const PAGE = 50;
const ApiDryRun = () =>
  ApiQuery({
    name: 'dryRun',
    required: false,
    enum: ['true', 'false'],
    description: 'Record nothing; show the change as it would be, and of an approval what it would change',
  });

/** What may stand against a decision, whichever it is. */
const DECIDING = [
  'invalid-input',
  'forbidden',
  'not-found',
  'already-decided',
  'id-conflict',
  'revision-mismatch',
  'too-large',
  'outcome-unknown',
] as const;

@ApiTags('changes')
@Scoped('handler')
@Controller('v1/changes')
export class ChangesController {
  constructor(private readonly changes: Changes) {}

  @Get()
  @Allows('clerk', 'supervisor', 'auditor', 'integrator')
  @ApiOperation({
    operationId: 'listChanges',
    summary: 'Changes that need a second person, in the order of their requests',
  })
  @ApiQuery({ name: 'state', required: false, enum: ['pending', 'approved', 'declined'] })
  @ApiQuery({ name: 'after', required: false, description: 'Where the page before ended' })
  @ApiQuery({ name: 'limit', required: false, description: 'How many at most, 1 to 200; left out: 50' })
  @ApiAnswers(200, 'ChangePage', 'Those of the caller’s regions.')
  @ApiProblems('invalid-input')
  async list(@Caller() principal: Principal, @Query() query: ChangesQuery): Promise<ChangePage> {
    const { state, after = '0', limit = String(PAGE) } = query;
    const { changes, next } = await this.changes.list(principal, { state, after: BigInt(after), limit: Number(limit) });
    const rest = `${state === undefined ? '' : `state=${state}&`}limit=${limit}`;
    return { changes, next: next === undefined ? null : `/v1/changes?${rest}&after=${next}` };
  }

  @Get(':change')
  @Allows('clerk', 'supervisor', 'auditor', 'integrator')
  @ApiOperation({ operationId: 'readChange', summary: 'A change, and while it is pending what it would change' })
  @ApiParam({ name: 'change', description: 'The id of the request' })
  @ApiQuery({
    name: 'validOn',
    required: false,
    description: 'The day for which the impact is told; left out: today in China',
  })
  @ApiAnswers(200, 'Change', 'The change. Its ETag is the revision of the stream, for If-Match.')
  @ApiProblems('invalid-input', 'not-found')
  async read(
    @Caller() principal: Principal,
    @Param('change') id: string,
    @Query() { validOn = dayOfInstant(instantOf(Date.now())) }: ChangeQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ShownChange> {
    const change = await this.changes.find(principal, id);
    if (!change) throw noSuchChange();
    setRevision(response, change.revision);
    const impact = await this.changes.impact(change, validOn);
    return { ...change, ...(impact === undefined ? {} : { impact }) };
  }

  @Post(':change/approve')
  @HttpCode(200)
  @Allows('supervisor')
  @ApiOperation({
    operationId: 'approveChange',
    summary: 'Approves, and records what was asked for in the same moment',
    description:
      'Never one’s own request. Where facts were recorded in the stream since the request, look at it again and send its ETag as If-Match.',
  })
  @ApiParam({ name: 'change', description: 'The id of the request' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'Approve only if the stream is at this revision' })
  @ApiDryRun()
  @ApiAnswers(200, 'Change', 'Approved, and recorded.')
  @ApiProblems(...DECIDING)
  async approve(
    @Caller() principal: Principal,
    @Param('change') id: string,
    @Query() { dryRun }: DecisionQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ShownChange> {
    const before = dryRun === 'true' ? await this.changes.find(principal, id) : undefined;
    const change = this.settled(response, await this.changes.approve(principal, id, decidingBy(request, dryRun)));
    if (dryRun !== 'true') return change;
    const impact = before && (await this.changes.impact(before, dayOfInstant(instantOf(Date.now()))));
    return { ...change, ...(impact === undefined ? {} : { impact }), dryRun: true };
  }

  @Post(':change/decline')
  @HttpCode(200)
  @Allows('supervisor')
  @ApiOperation({ operationId: 'declineChange', summary: 'Declines: nothing that was asked for happens' })
  @ApiParam({ name: 'change', description: 'The id of the request' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'Decline only if the stream is at this revision' })
  @ApiDryRun()
  @ApiBody({ required: true, schema: ref('Decline') as object })
  @ApiAnswers(200, 'Change', 'Declined.')
  @ApiProblems(...DECIDING)
  async decline(
    @Caller() principal: Principal,
    @Param('change') id: string,
    @Body() { reason }: DeclineBody,
    @Query() { dryRun }: DecisionQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ShownChange> {
    const decided = await this.changes.decline(principal, id, reason, decidingBy(request, dryRun));
    return { ...this.settled(response, decided), ...(dryRun === 'true' ? { dryRun: true } : {}) };
  }

  private settled(
    response: Response,
    { change, again, outcome }: { change: Change; again: boolean; outcome?: RecordOutcome },
  ): Change {
    if (outcome !== undefined) throw problemOfDecision(outcome);
    setRevision(response, change.revision);
    if (again) response.setHeader('Idempotency-Hit', 'true');
    return change;
  }
}

function decidingBy(request: Request, dryRun: string | undefined) {
  return { precondition: preconditionOf(request), correlationId: requestId(request), dryRun: dryRun === 'true' };
}

/** Why a decision could not be recorded. */
function problemOfDecision(outcome: RecordOutcome): Problem {
  switch (outcome.outcome) {
    case 'invalid':
      return invalidInput(outcome.faults.map(({ field, value, expected }): InputFault => ({ field, value, expected })));
    case 'wrongExpectedRevision':
      return mismatch(outcome.actual);
    case 'unknown':
      return new Problem(
        'outcome-unknown',
        'The connection to the store failed. Send the same decision again; nothing is recorded twice.',
        {},
        { 'Retry-After': '1' },
      );
    case 'refused':
      return new Problem(outcome.reason === 'tooLarge' ? 'too-large' : 'not-storable', outcome.message);
    default:
      return new Problem(
        'id-conflict',
        'One of the events that were asked for is recorded already and says something else.',
      );
  }
}
