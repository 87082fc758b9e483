import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { Kysely } from 'kysely';
import { dayOfInstant } from '../../../libs/calendar';
import { instantOf } from '../../../libs/ledger';
import type { ReadModelTables } from '../../../libs/read-model';
import { Allows, Belonging, Scoped, callerOf, regionsFor } from '../access';
import { ApiAnswers, ApiAtLeast, ApiFilters, ApiPaging, ApiProblems } from '../openapi/responses';
import { participations, schemes } from '../../../events';
import { cursorOf, placeOf, type Place } from './cursor';
import {
  DuplicatesQuery,
  ExceptionsQuery,
  PageQuery,
  PersonsQuery,
  WaitingPeriodsQuery,
  causes,
  duplicateScopes,
  duplicateStates,
  exceptionKinds,
  exceptionReasons,
} from './list.query';
import { listPersons, personStatuses } from './person-list';
import { Tables } from './tables';
import { listDuplicates, listExceptions, listParked, listWaitingPeriods } from './work-lists';
import { EXAMPLE_REGION } from '../openapi/schema';

/** A page of a list. */
interface Page<T> {
  /** What was asked, with what was left out filled in. */
  basis: Record<string, string>;
  items: T[];
  /** Where the next page is; null at the end. */
  next: string | null;
}

/** A row of a list and the place where it stands. */
interface Placed<T> {
  place: Place;
  item: T;
}

type Reading<T> = (tables: Kysely<ReadModelTables>, after: Place | undefined, limit: number) => Promise<Placed<T>[]>;

const ITEMS = 100;
const ON = { name: 'validOn', description: 'The day; left out: today in China', example: '2022-11-05' };
const REGION = { name: 'region', description: 'Only this region and those below it', example: EXAMPLE_REGION };

@ApiTags('lists')
@Scoped('handler')
@Controller('v1')
export class ListsController {
  constructor(
    private readonly tables: Tables,
    private readonly belonging: Belonging,
  ) {}

  @Get('persons')
  @Allows('clerk', 'supervisor', 'auditor', 'integrator')
  @ApiOperation({
    operationId: 'listPersons',
    summary: 'Persons by their relations and their benefit status on a day',
    description:
      'Each with the relations he has on the day and his benefit status, in the order of ids. With scheme, participation or the ' +
      'status of a relation, a relation in the region must fit them all; otherwise the region holds who has a relation or his home there.',
  })
  @ApiFilters(ON, REGION, { name: 'scheme', enum: schemes }, { name: 'participation', enum: participations })
  @ApiFilters({
    name: 'status',
    enum: personStatuses,
    description:
      'The benefit status (covered, waiting, pending, paused, notCovered, undetermined), that of a relation (normal, suspended, ' +
      'terminated), a break in payment that holds the month (interrupted), or retirement (retired)',
  })
  @ApiPaging()
  @ApiAtLeast()
  @ApiAnswers(200, 'PersonList', 'A page.')
  @ApiProblems('invalid-input', 'not-ready')
  persons(@Query() query: PersonsQuery, @Req() request: Request, @Res({ passthrough: true }) response: Response) {
    const { region, scheme, participation, status } = query;
    const question = { validOn: query.validOn ?? today(), region, scheme, participation, status };
    const asked = { ...question, regions: regionsFor(callerOf(request), region) };
    return this.page('/v1/persons', question, query, response, async (tables, after, limit) =>
      (await listPersons(tables, asked, after, limit)).map((item) => ({ place: { person: item.person, n: 0 }, item })),
    );
  }

  @Get('exceptions')
  @Allows('clerk', 'supervisor', 'auditor', 'integrator')
  @ApiOperation({
    operationId: 'listExceptions',
    summary: 'What a person must look at: undetermined, conflicting or unknown, as it stands on a day',
  })
  @ApiFilters(ON, REGION, { name: 'kind', enum: exceptionKinds }, { name: 'why', enum: exceptionReasons })
  @ApiFilters(
    { name: 'question', description: 'The question that is open, as the answer names it', example: 'benefit' },
    { name: 'rule', description: 'The id of the rule', example: 'TL-2.2.2b' },
    { name: 'person', description: 'The id of one person', example: 'P0001' },
  )
  @ApiPaging()
  @ApiAtLeast()
  @ApiAnswers(200, 'ExceptionList', 'A page.')
  @ApiProblems('invalid-input', 'not-ready')
  exceptions(@Query() query: ExceptionsQuery, @Req() request: Request, @Res({ passthrough: true }) response: Response) {
    const { region, kind, why, question: of, rule, person } = query;
    const question = { validOn: query.validOn ?? today(), region, kind, why, question: of, rule, person };
    const asked = { ...question, regions: regionsFor(callerOf(request), region) };
    return this.page('/v1/exceptions', question, query, response, (tables, after, limit) =>
      listExceptions(tables, asked, after, limit),
    );
  }

  @Get('waiting-periods')
  @Allows('clerk', 'supervisor', 'auditor', 'integrator')
  @ApiOperation({
    operationId: 'listWaitingPeriods',
    summary: 'Waiting periods that hold on a day, or end within some days',
    description: 'Without validOn, endingFrom and endingThrough: those that hold today.',
  })
  @ApiFilters(
    { name: 'validOn', description: 'The day on which they hold', example: '2022-07-15' },
    { name: 'endingFrom', description: 'Their last day is this one or later', example: '2022-08-01' },
    { name: 'endingThrough', description: 'Their last day is this one or earlier', example: '2022-08-31' },
  )
  @ApiFilters(REGION, { name: 'scheme', enum: schemes }, { name: 'cause', enum: causes })
  @ApiPaging()
  @ApiAtLeast()
  @ApiAnswers(200, 'WaitingPeriodList', 'A page.')
  @ApiProblems('invalid-input', 'not-ready')
  waitingPeriods(
    @Query() query: WaitingPeriodsQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { region, scheme, cause, endingFrom, endingThrough } = query;
    const anyDay = endingFrom !== undefined || endingThrough !== undefined;
    const validOn = query.validOn ?? (anyDay ? undefined : today());
    const question = { validOn, region, scheme, cause, endingFrom, endingThrough };
    const asked = { ...question, regions: regionsFor(callerOf(request), region) };
    return this.page('/v1/waiting-periods', question, query, response, (tables, after, limit) =>
      listWaitingPeriods(tables, asked, after, limit),
    );
  }

  @Get('duplicates')
  @Allows('clerk', 'supervisor', 'auditor', 'integrator')
  @ApiOperation({
    operationId: 'listDuplicates',
    summary: 'Relations that overlap on a day, and which one the rules keep',
  })
  @ApiFilters(ON, REGION, { name: 'scope', enum: duplicateScopes })
  @ApiFilters({
    name: 'state',
    enum: duplicateStates,
    description: 'Found by an office and not settled, decided by a rule, or left open by the rules',
  })
  @ApiPaging()
  @ApiAtLeast()
  @ApiAnswers(200, 'DuplicateList', 'A page.')
  @ApiProblems('invalid-input', 'not-ready')
  duplicates(@Query() query: DuplicatesQuery, @Req() request: Request, @Res({ passthrough: true }) response: Response) {
    const { region, scope, state } = query;
    const question = { validOn: query.validOn ?? today(), region, scope, state };
    const asked = { ...question, regions: regionsFor(callerOf(request), region) };
    return this.page('/v1/duplicates', question, query, response, (tables, after, limit) =>
      listDuplicates(tables, asked, after, limit),
    );
  }

  @Get('parked')
  @Allows('supervisor', 'auditor', 'integrator')
  @ApiOperation({
    operationId: 'listParked',
    summary: 'People of whom an event cannot be read; their answers say so',
    description:
      'A caller of some regions is shown his own people: a page may then hold fewer than asked for, or none.',
  })
  @ApiPaging()
  @ApiAtLeast()
  @ApiAnswers(200, 'ParkedList', 'A page.')
  @ApiProblems('invalid-input', 'not-ready')
  async parked(@Query() query: PageQuery, @Req() request: Request, @Res({ passthrough: true }) response: Response) {
    const page = await this.page('/v1/parked', {}, query, response, listParked);
    const caller = callerOf(request);
    if (caller.regions === 'all') return page;
    const standings = await Promise.all(page.items.map(({ person }) => this.belonging.personTo(caller, person)));
    return { ...page, items: page.items.filter((_item, index) => standings[index] === 'own') };
  }

  private async page<T>(
    path: string,
    question: Record<string, string | undefined>,
    { limit, cursor, atLeast }: PageQuery,
    response: Response,
    read: Reading<T>,
  ): Promise<Page<T>> {
    const size = Number(limit ?? ITEMS);
    const after = placeOf(cursor, path, question);
    // One more than is shown tells whether there is another page.
    const rows = await this.tables.read(atLeast, response, (tables) => read(tables, after, size + 1));
    const shown = rows.slice(0, size);
    const basis = Object.fromEntries(
      Object.entries(question).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const last = shown.at(-1);
    const next =
      rows.length > size && last !== undefined
        ? `${path}?${new URLSearchParams({ ...basis, limit: String(size), cursor: cursorOf(path, question, last.place) })}`
        : null;
    if (next !== null) response.setHeader('Link', `<${next}>; rel="next"`);
    return { basis, items: shown.map(({ item }) => item), next };
  }
}

function today(): string {
  return dayOfInstant(instantOf(Date.now()));
}
