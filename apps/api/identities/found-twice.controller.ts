import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access';
import { Ledger } from '../../../libs/ledger';
import { Vault, type FoundTwice } from '../../../libs/vault';
import { Allows, Belonging, Caller, Scoped, outOfReach, type Standing } from '../access';
import { ApiAnswers, ApiProblems } from '../openapi/responses';
import { ref } from '../openapi/schema';
import { FoundTwiceQuery, IdentityQuery, SettleBody } from './identity.query';

const ITEMS = 100;

/** One number given for two persons: each case waits until they are merged, or somebody says that they are two. */
@ApiTags('identities')
@Scoped('handler')
@Controller('v1/found-twice')
export class FoundTwiceController {
  constructor(
    private readonly vault: Vault,
    private readonly ledger: Ledger,
    private readonly belonging: Belonging,
  ) {}

  @Get()
  @Allows('clerk', 'supervisor', 'auditor')
  @ApiOperation({ operationId: 'listFoundTwice', summary: 'Persons of whom one document was given, the latest first' })
  @ApiQuery({ name: 'settled', required: false, enum: ['true', 'false'], description: 'Also those that are settled' })
  @ApiQuery({
    name: 'limit',
    required: false,
    description: 'How many at most, 1 to 500; left out: 100',
    example: '100',
  })
  @ApiAnswers(
    200,
    'FoundTwiceList',
    'Those that concern the caller’s regions; who belongs to others alone is not named.',
  )
  @ApiProblems('invalid-input')
  async list(@Caller() principal: Principal, @Query() query: FoundTwiceQuery): Promise<{ items: Shown[] }> {
    const items: Shown[] = [];
    const limit = Number(query.limit ?? ITEMS);
    for (const found of await this.vault.foundTwice({ all: query.settled === 'true' })) {
      if (items.length === limit) break;
      const [person, holder] = await this.standings(principal, found);
      if (person !== 'own' && holder !== 'own') continue;
      const merged = found.settled === undefined && (await this.areMerged(found));
      if (merged) await this.vault.settleFoundTwice([found.person, found.holder], 'merged');
      else items.push(withoutOthers(found, person, holder));
    }
    return { items };
  }

  @Post('settle')
  @HttpCode(200)
  @Allows('clerk', 'supervisor')
  @ApiOperation({
    operationId: 'settleFoundTwice',
    summary: 'Says that the two are different persons, or were merged',
    description: 'By whoever may see both. A case of persons who are merged is settled by itself.',
  })
  @ApiQuery({
    name: 'dryRun',
    required: false,
    enum: ['true', 'false'],
    description: 'Settle nothing; say how many cases wait',
  })
  @ApiBody({ required: true, schema: ref('SettleFoundTwice') as object })
  @ApiAnswers(200, 'Settled', 'How many cases waited.')
  @ApiProblems('invalid-input')
  async settle(
    @Caller() principal: Principal,
    @Body() { person, holder, as }: SettleBody,
    @Query() query: IdentityQuery,
  ): Promise<{ settled: number; dryRun?: true }> {
    const standings = await this.standings(principal, { person, holder });
    if (standings.includes('others') || !standings.includes('own')) throw outOfReach();
    if (query.dryRun === 'true') {
      const pair = [person, holder];
      const waiting = (await this.vault.foundTwice()).filter(
        (one) => pair.includes(one.person) && pair.includes(one.holder),
      );
      return { settled: waiting.length, dryRun: true };
    }
    return { settled: await this.vault.settleFoundTwice([person, holder], as, principal.subject) };
  }

  private standings(
    principal: Principal,
    { person, holder }: Pick<FoundTwice, 'person' | 'holder'>,
  ): Promise<Standing[]> {
    if (principal.regions === 'all') return Promise.resolve(['own', 'own']);
    return Promise.all([person, holder].map((one) => this.belonging.personTo(principal, one)));
  }

  private async areMerged({ person, holder }: FoundTwice): Promise<boolean> {
    return (await this.ledger.onePerson(person)).persons.includes(holder);
  }
}

/** A case as a caller may see it: somebody of other regions alone has no id in it. */
type Shown = Omit<FoundTwice, 'person' | 'holder'> & Partial<Pick<FoundTwice, 'person' | 'holder'>>;

function withoutOthers({ person, holder, ...found }: FoundTwice, of?: Standing, ofHolder?: Standing): Shown {
  return { ...(of === 'others' ? {} : { person }), ...(ofHolder === 'others' ? {} : { holder }), ...found };
}
