import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { dayOfInstant } from '../../../libs/calendar';
import { instantOf } from '../../../libs/ledger';
import { LoadedPolicies } from '../../../libs/policy';
import { Allows } from '../access';
import { personIn } from '../http/edge-validation';
import { LogPosition } from '../http/log-position';
import { setRevision } from '../http/preconditions';
import { ApiAnswers, ApiAtLeast, ApiProblems } from '../openapi/responses';
import { readingsOf } from '../policies/readings';
import { AnswerMemory } from './answer-memory';
import { AnswerQuery } from './answer.query';
import { unknownPerson } from './unknown-person';
import { EXAMPLE_REGION } from '../openapi/schema';

@ApiTags('persons')
@Controller('v1/persons/:person')
export class AnswersController {
  constructor(
    private readonly policies: LoadedPolicies,
    private readonly log: LogPosition,
    private readonly memory: AnswerMemory,
  ) {}

  @Get('answer')
  @Allows('clerk', 'supervisor', 'auditor', 'integrator')
  @ApiOperation({
    operationId: 'askAboutPerson',
    summary: 'What holds for a person on a day, as known at a time, and why',
  })
  @ApiParam({ name: 'person', description: 'The id of the person; never an identity number', example: 'P0001' })
  @ApiQuery({
    name: 'validOn',
    required: false,
    description: 'The day asked about; left out: today in China',
    example: '2022-11-05',
  })
  @ApiQuery({
    name: 'knownAt',
    required: false,
    description:
      'A day (its last instant), an instant or a position in the log: only what was recorded by then counts; left out: now',
    example: '2022-10-31',
  })
  @ApiQuery({
    name: 'region',
    required: false,
    description: 'Whose rules are asked; left out: those of his relation',
    example: EXAMPLE_REGION,
  })
  @ApiQuery({
    name: 'reading',
    required: false,
    isArray: true,
    type: String,
    description: 'How an unclear clause is to be read, such as A-01:B (or A-01=B); repeat it for more',
  })
  @ApiAtLeast()
  @ApiAnswers(200, 'Answer', 'The answer. Its ETag is the revision of the person’s stream, for If-Match.')
  @ApiProblems('invalid-input', 'unknown-person')
  async ask(@Param('person') path: string, @Query() query: AnswerQuery, @Res() response: Response): Promise<void> {
    const person = personIn(path);
    const { validOn = dayOfInstant(instantOf(Date.now())), knownAt, region } = query;
    const readings = readingsOf(query.reading, this.policies);
    const head = await this.log.reach(query.atLeast, response);
    const told = await this.memory.ask({ person, region, validOn, knownAt, readings }, head);
    if (!told) throw unknownPerson(person);
    setRevision(response, told.revision);
    // As it is: whoever reads the answer once more to send it takes longer than whoever found it.
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Content-Length', told.json.length);
    response.end(told.json);
  }
}
