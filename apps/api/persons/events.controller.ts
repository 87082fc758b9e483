import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Ledger } from '../../../libs/ledger';
import { personStream } from '../../../events';
import { Allows, Scoped, type Change } from '../access';
import { personIn } from '../http/edge-validation';
import { LogPosition } from '../http/log-position';
import { ApiAnswers, ApiProblems, ApiRecords, ApiStreamPage } from '../openapi/responses';
import { EventsQuery } from '../recording/events.query';
import { Recording, type Written } from '../recording/recording.service';
import { streamPage, type StreamPage } from '../recording/stream-page';
import { WriteQuery } from '../recording/write.query';
import { unknownPerson } from './unknown-person';

/** A part of a person's stream. */
interface EventPage extends StreamPage {
  person: string;
}

@ApiTags('persons')
@ApiParam({ name: 'person', description: 'The id of the person; never an identity number', example: 'P0001' })
@Controller('v1/persons/:person/events')
export class PersonEventsController {
  constructor(
    private readonly ledger: Ledger,
    private readonly recording: Recording,
    private readonly log: LogPosition,
  ) {}

  @Post()
  @Allows('clerk', 'supervisor', 'integrator')
  @Scoped('newPerson')
  @ApiOperation({
    operationId: 'recordPersonEvents',
    summary: 'Records what happened to a person, all or nothing',
    description: 'Facts are never refused for breaking a rule of policy; what is wrong with them shows in the answer.',
  })
  @ApiRecords('PersonEvent')
  async record(
    @Param('person') path: string,
    @Query() query: WriteQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Written | Change> {
    const person = personIn(path);
    return this.recording.record(request, response, personStream(person), query);
  }

  @Get()
  @Allows('clerk', 'supervisor', 'auditor', 'integrator')
  @ApiOperation({ operationId: 'readPersonEvents', summary: 'What is recorded of a person, in the order of recording' })
  @ApiStreamPage()
  @ApiAnswers(200, 'EventPage', 'The events. The ETag is the revision of the stream, for If-Match.')
  @ApiProblems('invalid-input', 'unknown-person')
  async read(
    @Param('person') path: string,
    @Query() query: EventsQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EventPage> {
    const person = personIn(path);
    await this.log.reach(query.atLeast, response);
    const stream = await this.ledger.personEvents(person);
    if (stream.length === 0) throw unknownPerson(person);
    return { person, ...streamPage(stream, query, `/v1/persons/${encodeURIComponent(person)}/events`, response) };
  }
}
