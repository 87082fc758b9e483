import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Disputes, type AnswerAtBasis, type AskedAgain, type GivenAnswer } from '../../../libs/disputes';
import { engineIn } from '../../../libs/settings';
import { personStream, type AnswerGivenData } from '../../../events';
import { Allows } from '../access';
import { personIn } from '../http/edge-validation';
import { Problem } from '../http/problem';
import { ApiAnswers, ApiProblems, ApiWrite } from '../openapi/responses';
import { ref } from '../openapi/schema';
import type { ShownEvent } from '../recording/recorded-events';
import { Recording } from '../recording/recording.service';
import { WriteQuery } from '../recording/write.query';
import { installation } from '../settings';
import { asked, basisOf, today } from './asking';
import { AskerBody } from './given-answers.query';

interface GivenOut {
  given: GivenAnswer;
  answer: AnswerAtBasis;
  dryRun?: true;
}

/** Answers that are handed out: recorded with what they stand on, and asked again byte for byte. */
@ApiTags('disputes')
@ApiParam({ name: 'person', description: 'The id of the person; never an identity number', example: 'P0001' })
@Allows('clerk', 'supervisor', 'auditor', 'integrator')
@Controller('v1/persons/:person/answers')
export class GivenAnswersController {
  private readonly engine = engineIn(installation()).version;

  constructor(
    private readonly disputes: Disputes,
    private readonly recording: Recording,
  ) {}

  @Post()
  @Allows('clerk', 'supervisor', 'integrator')
  @HttpCode(201)
  @ApiOperation({
    operationId: 'giveAnswer',
    summary: 'Asks, and records that the answer was handed out',
    description:
      'The event AnswerGiven holds who asked, the basis, the packs by their hashes, the place of the log and the digest of the answer; it changes no answer.',
  })
  @ApiWrite()
  @ApiBody({ required: true, schema: ref('Asker') as object })
  @ApiAnswers(201, 'AnswerGivenOut', 'The answer and its record.')
  @ApiProblems('invalid-input', 'unknown-person', 'id-conflict', 'revision-mismatch', 'unsupported-media-type')
  async give(
    @Param('person') path: string,
    @Body() body: AskerBody,
    @Query() query: WriteQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<GivenOut> {
    const person = personIn(path);
    const { asker, purpose, basis = '' } = body;
    const write = await this.recording.begin(request, response, personStream(person), query, body);
    const earlier = await this.recording.recordedBefore(write);
    if (earlier) {
      const again = await this.again(person, earlier.events[0]!.id);
      if (!again.answer) throw new Problem('id-conflict', again.findings.map(({ en }) => en).join('; '));
      return { given: again.given, answer: again.answer };
    }
    const wanted = basis === '' ? basisOf('basis', `validOn=${today()}`) : basisOf('basis', basis);
    const by = { asker, ...(purpose === undefined ? {} : { purpose }) };
    const { answer, event } = await asked(person, 'basis', () =>
      this.disputes.giving(person, wanted, by, { engine: this.engine }),
    );
    if (write.dryRun) response.status(200);
    const outcome = await write.ledger.record(write.stream, [event], write.options);
    const { events } = await this.recording.settle(write, outcome, () => '');
    return { given: givenOf(events[0]!), answer, ...(write.dryRun ? { dryRun: true } : {}) };
  }

  @Get()
  @ApiOperation({ operationId: 'givenAnswers', summary: 'The answers that were handed out about a person' })
  @ApiAnswers(200, 'GivenAnswers', 'In the order of recording.')
  @ApiProblems('invalid-input', 'unknown-person')
  async list(@Param('person') path: string): Promise<{ person: string; answers: GivenAnswer[] }> {
    const person = personIn(path);
    return { person, answers: await asked(person, 'person', () => this.disputes.givenAnswers(person)) };
  }

  @Get(':answer')
  @ApiOperation({
    operationId: 'askAgain',
    summary: 'An answer that was handed out, asked again on what it stood on: the same byte for byte, or why not',
  })
  @ApiParam({ name: 'answer', description: 'The id of the event that records it' })
  @ApiAnswers(200, 'AnswerAskedAgain', 'Whether it is the same; where not, why.')
  @ApiProblems('invalid-input', 'not-found')
  async askAgain(@Param('person') path: string, @Param('answer') id: string): Promise<AskedAgain> {
    return this.again(personIn(path), id);
  }

  private async again(person: string, id: string): Promise<AskedAgain> {
    const again = await this.disputes.askedAgain(person, id, { engine: this.engine });
    if (!again) throw new Problem('not-found', 'No answer of this id was handed out about this person.');
    return again;
  }
}

function givenOf({ id, recordedAt, position, metadata, data }: ShownEvent): GivenAnswer {
  const { actor } = metadata as { actor?: string };
  return {
    id,
    recordedAt,
    position,
    ...(actor === undefined ? {} : { actor }),
    voided: false,
    ...(data as AnswerGivenData),
  };
}
