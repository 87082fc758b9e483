import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access';
import { Ledger } from '../../../libs/ledger';
import { Vault, type FoundTwice } from '../../../libs/vault';
import { Allows, Belonging, Caller, Scoped, outOfReach } from '../access';
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
  @ApiAnswers(200, 'FoundTwiceList', 'Those that concern the caller’s regions.')
  @ApiProblems('invalid-input')
  async list(@Caller() principal: Principal, @Query() query: FoundTwiceQuery): Promise<{ items: FoundTwice[] }> {
    const items: FoundTwice[] = [];
    const limit = Number(query.limit ?? ITEMS);
    for (const found of await this.vault.foundTwice({ all: query.settled === 'true' })) {
      if (items.length === limit) break;
      if (!(await this.concerns(principal, found))) continue;
      const merged = found.settled === undefined && (await this.areMerged(found));
      if (!merged) items.push(found);
      else await this.vault.settleFoundTwice([found.person, found.holder], 'merged');
    }
    return { items };
  }

  @Post('settle')
  @HttpCode(200)
  @Allows('clerk', 'supervisor')
  @ApiOperation({
    operationId: 'settleFoundTwice',
    summary: 'Says that the two are different persons, or were merged',
    description: 'A case of persons who are merged is settled by itself.',
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
    if (!(await this.concerns(principal, { person, holder }))) throw outOfReach();
    if (query.dryRun === 'true') {
      const pair = [person, holder];
      const waiting = (await this.vault.foundTwice()).filter(
        (one) => pair.includes(one.person) && pair.includes(one.holder),
      );
      return { settled: waiting.length, dryRun: true };
    }
    return { settled: await this.vault.settleFoundTwice([person, holder], as, principal.subject) };
  }

  private async concerns(
    principal: Principal,
    { person, holder }: Pick<FoundTwice, 'person' | 'holder'>,
  ): Promise<boolean> {
    if (principal.regions === 'all') return true;
    const standings = await Promise.all([person, holder].map((one) => this.belonging.personTo(principal, one)));
    return standings.includes('own');
  }

  private async areMerged({ person, holder }: FoundTwice): Promise<boolean> {
    return (await this.ledger.onePerson(person)).persons.includes(holder);
  }
}
