import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { KeyRing, endOfKeyDay, shownKey, type ShownKey } from '../../../../libs/access';
import { Problem, faultOf, invalidInput } from '../../http/problem';
import { ApiAnswers, ApiProblems } from '../../openapi/responses';
import { ref } from '../../openapi/schema';
import { Allows, Scoped } from '../allows';
import { KeyQuery, NewKeyBody, RotateKeyBody } from './key-bodies';

/** A key as it is shown, once with what it opens with. */
type MadeKey = ShownKey & { key?: string; dryRun?: true };

const HOUR_MS = 3_600_000;
const ApiKeyId = () => ApiParam({ name: 'key', description: 'The id of the key', example: '0123456789abcdef' });
const ApiDryRun = () =>
  ApiQuery({
    name: 'dryRun',
    required: false,
    enum: ['true', 'false'],
    description: 'Change nothing; show what would come of it',
  });

/** Keys of machines and people without a sign-in; the administrators' alone. */
@ApiTags('operations')
@Allows()
@Scoped('everywhere')
@Controller('v1/keys')
export class KeysController {
  constructor(private readonly keys: KeyRing) {}

  @Post()
  @HttpCode(201)
  @ApiDryRun()
  @ApiOperation({
    operationId: 'createKey',
    summary: 'Makes a key and shows it, this once; only its hash is kept',
    description:
      'Keys of one name are one subject. Sent twice it makes two keys, since no reply can be given again: revoke the one that was lost.',
  })
  @ApiBody({ required: true, schema: ref('NewKey') as object })
  @ApiAnswers(200, 'MadeKey', 'With dryRun: what would be made, without a key.')
  @ApiAnswers(201, 'MadeKey', 'Made.')
  @ApiProblems('invalid-input')
  create(
    @Body() { name, roles, regions, expires }: NewKeyBody,
    @Query() { dryRun }: KeyQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): MadeKey {
    const now = Date.now();
    const expiresAt = expires === undefined ? undefined : endOfKeyDay(expires);
    if (expiresAt !== undefined && expiresAt <= now)
      throw invalidInput([faultOf('expires', expires, 'a day that is not past')]);
    const terms = { name, roles, regions, expiresAt };
    if (dryRun === 'true') {
      response.status(200);
      const record = { ...terms, id: '0'.repeat(16), madeAt: now, revokedAt: undefined, lastUsedAt: undefined };
      return { ...shownKey(record, now), dryRun: true };
    }
    const { key, record } = this.keys.add(terms, now);
    noteKey(request, record.id);
    return { ...shownKey(record, now), key };
  }

  @Get()
  @ApiOperation({ operationId: 'listKeys', summary: 'Every key there ever was, without what it opens with' })
  @ApiAnswers(200, 'KeyList', 'The newest last.')
  list(): { keys: ShownKey[] } {
    return { keys: this.keys.list().map((record) => shownKey(record, Date.now())) };
  }

  @Post(':key/revoke')
  @HttpCode(200)
  @ApiKeyId()
  @ApiDryRun()
  @ApiOperation({
    operationId: 'revokeKey',
    summary: 'Ends a key for good, at once; said again it changes nothing',
  })
  @ApiAnswers(200, 'MadeKey', 'As it is now.')
  @ApiProblems('not-found')
  revoke(@Param('key') id: string, @Query() { dryRun }: KeyQuery, @Req() request: Request): MadeKey {
    const now = Date.now();
    const record = this.find(id, request);
    if (dryRun === 'true') return { ...shownKey({ ...record, revokedAt: record.revokedAt ?? now }, now), dryRun: true };
    this.keys.revoke(id, now);
    return shownKey(this.find(id, request), now);
  }

  @Post(':key/rotate')
  @HttpCode(200)
  @ApiKeyId()
  @ApiDryRun()
  @ApiOperation({
    operationId: 'rotateKey',
    summary: 'Makes a key of the same terms in the place of another and shows it, this once',
    description: 'The one before opens for `oldForHours` more (left out: 0).',
  })
  @ApiBody({ required: true, schema: ref('RotateKey') as object })
  @ApiAnswers(200, 'MadeKey', 'The new key; with dryRun without what it opens with.')
  @ApiProblems('invalid-input', 'not-found')
  rotate(
    @Param('key') id: string,
    @Body() { oldForHours = 0 }: RotateKeyBody,
    @Query() { dryRun }: KeyQuery,
    @Req() request: Request,
  ): MadeKey {
    const now = Date.now();
    const before = shownKey(this.find(id, request), now);
    if (before.state !== 'live') throw new Problem('not-found', 'This key opens nothing any more; make a new one.');
    if (dryRun === 'true') return { ...before, dryRun: true };
    const made = this.keys.rotate(id, { oldUntil: now + oldForHours * HOUR_MS, now });
    if (!made) throw new Problem('not-found', 'This key opens nothing any more; make a new one.');
    noteKey(request, `${id},${made.record.id}`);
    return { ...shownKey(made.record, now), key: made.key };
  }

  private find(id: string, request: Request) {
    const record = /^[0-9a-f]{16}$/.test(id) ? this.keys.record(id) : undefined;
    if (!record) throw new Problem('not-found', 'There is no key of this id.');
    noteKey(request, id);
    return record;
  }
}

/** The audit trail says which key it was about. */
function noteKey(request: Request, id: string): void {
  if (request.accessed) request.accessed.about = `key=${id}`;
}
