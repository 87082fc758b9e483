import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { Principal } from '../../../libs/access';
import { dayOfInstant } from '../../../libs/calendar';
import { Ledger, instantOf } from '../../../libs/ledger';
import {
  Vault,
  documentKinds,
  eraseIdentities,
  faultsOfOrder,
  readDocument,
  type FoundPerson,
  type Identity,
  type NamedByDocument,
  type NumberFault,
  type PutOutcome,
} from '../../../libs/vault';
import { Allows, Belonging, Caller, Scoped, unknownToCaller } from '../access';
import { personIn } from '../http/edge-validation';
import { Problem, invalidInput } from '../http/problem';
import { requestId } from '../http/request-log';
import { ApiAnswers, ApiProblems } from '../openapi/responses';
import { ref } from '../openapi/schema';
import { readAttachBody, readDocumentBody, readPersonBody, refusedIdentity } from './identity-bodies';
import { EraseBody, IdentityQuery } from './identity.query';

/** What became of putting an identity into the vault. */
interface Kept {
  person: string;
  kept: 'added' | 'replaced' | 'already';
  dryRun?: true;
}

/** Whom a document stands for. */
interface Found {
  person: string;
  persons: readonly string[];
  made?: boolean;
  dryRun?: true;
}

/** A person's identities in clear, with the national codes of their documents. */
interface Shown {
  person: string;
  persons: readonly string[];
  identities: { person: string; name?: string; documents: { kind: string; code: string; number: string }[] }[];
}

/** What was erased, or would be. */
interface Erased {
  person: string;
  erasures: { person: string; eventId?: string; erasedAt?: string }[];
  dryRun?: true;
}

interface Checked {
  valid: boolean;
  faults: NumberFault[];
  birthDate?: string;
  sex?: string;
}

const ApiPerson = () => ApiParam({ name: 'person', description: 'The id of the person', example: 'P0001' });
const ApiDryRun = () =>
  ApiQuery({
    name: 'dryRun',
    required: false,
    enum: ['true', 'false'],
    description: 'Write nothing; show what would come of it',
  });
const ApiGiven = (schema: string) => ApiBody({ required: true, schema: ref(schema) as object });

/** The identity vault. Numbers and names come in bodies only, and leave only by `read`. */
@ApiTags('identities')
@Controller('v1/identities')
export class IdentitiesController {
  constructor(
    private readonly vault: Vault,
    private readonly ledger: Ledger,
    private readonly belonging: Belonging,
  ) {}

  @Post('find')
  @HttpCode(200)
  @Allows('clerk', 'supervisor', 'integrator')
  @Scoped('handler')
  @ApiOperation({ operationId: 'findPersonByDocument', summary: 'The person whom a document stands for' })
  @ApiGiven('GivenDocument')
  @ApiAnswers(200, 'FoundPerson', 'The id under which the document is kept, and all ids of the person.')
  @ApiProblems('invalid-input', 'unknown-identity')
  async find(@Caller() principal: Principal, @Body() body: unknown, @Req() request: Request): Promise<Found> {
    const found = await this.vault.find(readDocumentBody(body));
    if (found && 'faults' in found) throw refusedIdentity(found.faults);
    if (!found || !(await this.reaches(principal, found.person))) throw nobodyHolds();
    return this.found(found.person, request);
  }

  @Post('find-or-make')
  @HttpCode(200)
  @Allows('clerk', 'supervisor', 'integrator')
  @Scoped('handler')
  @ApiOperation({
    operationId: 'findOrMakePerson',
    summary: 'The person whom a document stands for; somebody new where nobody holds it',
    description: 'Said again it gives the same person. The name is kept of a new person only.',
  })
  @ApiGiven('GivenPerson')
  @ApiDryRun()
  @ApiAnswers(200, 'FoundPerson', 'The person; with dryRun somebody new has an id that says nothing.')
  @ApiProblems('invalid-input', 'identity-taken')
  async findOrMake(
    @Caller() principal: Principal,
    @Body() body: unknown,
    @Query() query: IdentityQuery,
    @Req() request: Request,
  ): Promise<Found> {
    const dryRun = query.dryRun === 'true';
    const given = readPersonBody(body);
    const [found] = dryRun ? await this.tried(given) : await this.vault.personsFor([given]);
    if (!found!.ok) throw refusedIdentity(found!.faults);
    const { person, made } = found!;
    if (!made && !(await this.reaches(principal, person))) throw taken();
    if (dryRun && made) return { person, persons: [person], made, dryRun: true };
    return { ...(await this.found(person, request)), made, ...(dryRun ? { dryRun } : {}) };
  }

  @Post('check')
  @HttpCode(200)
  @Allows('clerk', 'supervisor', 'auditor', 'integrator')
  @Scoped('none')
  @ApiOperation({
    operationId: 'checkDocumentNumber',
    summary: 'What is wrong with the number of a document, place by place',
  })
  @ApiGiven('GivenDocument')
  @ApiAnswers(200, 'CheckedNumber', 'Whether it can be such a number; whether it was ever issued nobody knows here.')
  @ApiProblems('invalid-input')
  check(@Body() body: unknown): Checked {
    const { kind, number } = readDocumentBody(body);
    const read = readDocument(kind, number, dayOfInstant(instantOf(Date.now())));
    if (!read.ok) return { valid: false, faults: read.faults };
    const { birthDate, sex } = read;
    return {
      valid: true,
      faults: [],
      ...(birthDate === undefined ? {} : { birthDate }),
      ...(sex === undefined ? {} : { sex }),
    };
  }

  @Post(':person/attach')
  @HttpCode(201)
  @Allows('clerk', 'supervisor', 'integrator')
  @ApiPerson()
  @ApiDryRun()
  @ApiOperation({
    operationId: 'attachIdentity',
    summary: 'Keeps a document or name of a person',
    description: 'A number that another person holds is refused, and the case waits under /v1/found-twice.',
  })
  @ApiGiven('AttachIdentity')
  @ApiAnswers(200, 'IdentityKept', 'It stood there already, or dryRun.')
  @ApiAnswers(201, 'IdentityKept', 'Kept now.')
  @ApiProblems('invalid-input', 'unknown-person', 'identity-taken', 'identity-differs', 'identity-erased')
  attach(
    @Param('person') path: string,
    @Body() body: unknown,
    @Query() query: IdentityQuery,
    @Caller() principal: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Kept> {
    return this.put(principal, personIn(path), body, query, false, response);
  }

  @Post(':person/replace')
  @HttpCode(200)
  @Allows('clerk', 'supervisor')
  @ApiPerson()
  @ApiDryRun()
  @ApiOperation({
    operationId: 'replaceIdentity',
    summary: 'Keeps a document or name in the place of another one of its kind',
    description: 'What stood there is gone, and no longer finds the person.',
  })
  @ApiGiven('AttachIdentity')
  @ApiAnswers(200, 'IdentityKept', 'Kept.')
  @ApiProblems('invalid-input', 'unknown-person', 'identity-taken', 'identity-erased')
  replace(
    @Param('person') path: string,
    @Body() body: unknown,
    @Query() query: IdentityQuery,
    @Caller() principal: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Kept> {
    return this.put(principal, personIn(path), body, query, true, response);
  }

  @Get(':person')
  @Allows('clerk', 'supervisor')
  @ApiPerson()
  @ApiOperation({
    operationId: 'readIdentity',
    summary: 'The names and documents of a person, under all his ids',
    description: 'Each reading stands in the audit trail.',
  })
  @ApiAnswers(200, 'Identities', 'In clear; not to be kept.')
  @ApiProblems('invalid-input', 'unknown-person', 'unknown-identity', 'identity-erased')
  async read(@Param('person') path: string): Promise<Shown> {
    const person = personIn(path);
    const { persons } = await this.ledger.onePerson(person);
    const read = await Promise.all(persons.map((one) => this.vault.read(one)));
    const identities = read.flatMap((one) => (one.outcome === 'read' ? [shown(one.identity)] : []));
    if (identities.length > 0) return { person, persons, identities };
    const erased = read.find((one) => one.outcome === 'erased');
    if (erased) throw erasedAlready(person, erased.erasure.erasedAt);
    throw new Problem('unknown-identity', `The identity vault holds nothing of ${person}.`);
  }

  @Post(':person/erase')
  @HttpCode(200)
  @Allows('supervisor')
  @ApiPerson()
  @ApiDryRun()
  @ApiOperation({
    operationId: 'eraseIdentity',
    summary: 'Destroys the key of a person’s names and documents, under all his ids; cannot be undone',
    description:
      'The log keeps what happened to the person, and is told of the erasure. Said again it changes nothing.',
  })
  @ApiGiven('EraseIdentity')
  @ApiAnswers(200, 'IdentityErasures', 'Erased now or before; of dryRun without events.')
  @ApiProblems('invalid-input', 'unknown-person')
  async erase(
    @Param('person') path: string,
    @Body() { legalBasis }: EraseBody,
    @Query() query: IdentityQuery,
    @Caller() principal: Principal,
    @Req() request: Request,
  ): Promise<Erased> {
    const person = personIn(path);
    const { persons } = await this.ledger.onePerson(person);
    const known = await Promise.all(
      persons.map(async (one) => (await this.vault.read(one)).outcome !== 'unknown' || (await this.isRecorded(one))),
    );
    if (!known.some(Boolean)) throw unknownToCaller(person);
    if (query.dryRun === 'true') {
      const faults = faultsOfOrder({ legalBasis });
      if (faults.length > 0) throw invalidInput(faults.map((fault) => ({ ...fault })));
      return { person, erasures: persons.map((one) => ({ person: one })), dryRun: true };
    }
    const order = { legalBasis, actor: principal.subject };
    const erased = await eraseIdentities(this.vault, this.ledger, persons, order, {
      correlationId: requestId(request),
    });
    if ('faults' in erased) throw invalidInput(erased.faults.map((fault) => ({ ...fault })));
    return {
      person,
      erasures: erased.erasures.map(({ person: one, eventId, erasedAt }) => ({ person: one, eventId, erasedAt })),
    };
  }

  private async put(
    principal: Principal,
    person: string,
    body: unknown,
    query: IdentityQuery,
    replace: boolean,
    response: Response,
  ): Promise<Kept> {
    const given = readAttachBody(body);
    const dryRun = query.dryRun === 'true';
    const outcome = await this.vault.put(person, { ...given, replace }, { dryRun });
    if (outcome.outcome === 'heldByOther')
      throw taken((await this.reaches(principal, outcome.holder)) ? outcome.holder : undefined);
    const kept = keptBy(person, outcome);
    if (dryRun || kept === 'already') response.status(200);
    return { person, kept, ...(dryRun ? { dryRun } : {}) };
  }

  private async tried(given: NamedByDocument): Promise<FoundPerson[]> {
    const trial = this.vault.trial();
    try {
      return await trial.personsFor([given]);
    } finally {
      trial.close();
    }
  }

  /** Whether the caller may know of the person: one of his regions, or nobody has recorded him yet. */
  private async reaches(principal: Principal, person: string): Promise<boolean> {
    return principal.regions === 'all' || (await this.belonging.personTo(principal, person)) !== 'others';
  }

  private async isRecorded(person: string): Promise<boolean> {
    return (await this.ledger.personEvents(person)).length > 0;
  }

  private async found(person: string, request: Request): Promise<Found> {
    // The audit trail names whom a document was found to stand for, as it names whom a path names.
    request.params['person'] = person;
    const { persons } = await this.ledger.onePerson(person);
    return { person, persons };
  }
}

function keptBy(person: string, outcome: Exclude<PutOutcome, { outcome: 'heldByOther' }>): Kept['kept'] {
  switch (outcome.outcome) {
    case 'kept':
      return outcome.added ? 'added' : 'replaced';
    case 'alreadyKept':
      return 'already';
    case 'invalid':
      throw refusedIdentity(outcome.faults);
    case 'differs':
      throw new Problem(
        'identity-differs',
        `The vault keeps another ${outcome.field} of ${person}. If the new one is to stand in its place, send it to /v1/identities/${person}/replace.`,
      );
    case 'erased':
      throw erasedAlready(person);
  }
}

/** `holder` is left out where the caller may not know of him. */
function taken(holder?: string): Problem {
  if (holder === undefined) {
    return new Problem(
      'identity-taken',
      'Somebody of a region that is not yours holds this document. Check the number; where it is right, whoever may see both settles the case under /v1/found-twice.',
    );
  }
  return new Problem(
    'identity-taken',
    `${holder} holds this document. If both are one person, merge them; if not, settle the case under /v1/found-twice and check the number.`,
    { otherPersonId: holder },
  );
}

function nobodyHolds(): Problem {
  return new Problem('unknown-identity', 'Nobody whom you may see holds this document.');
}

function erasedAlready(person: string, erasedAt?: string): Problem {
  return new Problem(
    'identity-erased',
    `The identity of ${person} was erased and cannot be read or given again. Who comes again is a new person.`,
    erasedAt === undefined ? {} : { erasedAt },
  );
}

function shown({ person, name, documents }: Identity): Shown['identities'][number] {
  return {
    person,
    ...(name === undefined ? {} : { name }),
    documents: documents.map(({ kind, number }) => ({ kind, code: documentKinds[kind], number })),
  };
}
