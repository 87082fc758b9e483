import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { mayReach, type Principal } from '../../../libs/access';
import { placeText, type FeedName, type Filter } from '../../../libs/feeds';
import { verify, type Verified, type Webhook } from '../../../libs/feeds/webhooks';
import { instantOf } from '../../../libs/ledger';
import { personStream } from '../../../events';
import { Allows, Scoped, callerOf, outOfReach } from '../access';
import { keyedRequest } from '../http/idempotency-key';
import { Problem, faultOf, invalidInput } from '../http/problem';
import { ApiAnswers, ApiFilters, ApiProblems } from '../openapi/responses';
import { whole } from '../openapi/schema';
import { OpenFeeds } from './open-feeds';
import { placeIn } from './places';
import {
  NewSecretBody,
  NewWebhookBody,
  ParkedQuery,
  ReplayBody,
  RetryBody,
  WebhookChangesBody,
} from './webhook-bodies';

/** A subscription as it is shown; its secret is not. */
interface ShownWebhook {
  id: string;
  url: string;
  feed: FeedName;
  regions: readonly string[] | null;
  types: readonly string[] | null;
  parts: readonly string[] | null;
  state: string;
  reason?: string;
  place: string;
  createdAt: string;
  createdBy: string;
  delivered: number;
  deliveredAt?: string;
  failedAt?: string;
  failure?: string;
  oldSecretUntil?: string;
  waiting: number;
  parked: number;
}

const OLD_HOURS = 24;
const HOUR_MS = 3_600_000;
const WEBHOOKS_MOST = 100;
const ApiWebhook = () => ApiParam({ name: 'webhook', description: 'The id of the webhook' });

@ApiTags('webhooks')
@Allows('integrator')
@Scoped('handler')
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(private readonly open: OpenFeeds) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({
    operationId: 'createWebhook',
    summary: 'Has a feed sent to a receiver',
    description:
      'The reply holds the secret that signs, for the only time. The receiver is sent a challenge at once and must repeat it in his reply; ' +
      'until he does, also later (`POST …/verification`), nothing is sent. With an Idempotency-Key the request may be sent again: one ' +
      'webhook is made, and the reply is the same as long as its secret is; a webhook that is not verified is sent the challenge again.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Names the request, so that it can be sent again: one webhook is made (Idempotency-Hit: true)',
  })
  @ApiAnswers(201, 'NewWebhook', 'Made; verified or yet to be.')
  @ApiProblems('invalid-input', 'too-many-webhooks', 'id-conflict')
  async create(
    @Body() body: NewWebhookBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const caller = callerOf(request);
    const keyed = keyedRequest(request, `webhooks of ${caller.subject}`, body);
    this.checkAddress(body.url);
    const filter = filterOf(caller, body, {});
    const place = await placeIn(this.open.feeds, 'from', body.from ?? 'now');
    const { webhooks, poster } = this.open;
    const named = keyed && { key: keyed.keyId, asked: keyed.cause };
    const before = named && webhooks.madeBy(named);
    if (before === 'another') throw keyTaken();
    if (before === undefined && webhooks.list().length >= WEBHOOKS_MOST) {
      throw new Problem(
        'too-many-webhooks',
        `There are ${WEBHOOKS_MOST} webhooks already; remove one that is not used.`,
      );
    }
    const wanted = {
      url: body.url,
      feed: (body.feed ?? 'answers') as FeedName,
      filter,
      place,
      createdBy: caller.subject,
      secret: body.secret,
    };
    const made = named ? webhooks.createOnce(named, wanted) : { ...webhooks.create(wanted), again: false };
    if (made === undefined) throw keyTaken();
    const { webhook, secret, again } = made;
    if (again) response.setHeader('Idempotency-Hit', 'true');
    const verified = again && webhook.state !== 'unverified';
    const verification = verified ? { verified } : await verify(webhooks, poster, webhook.id);
    this.open.changed();
    return {
      webhook: shown(webhooks.find(webhook.id) ?? webhook),
      ...(secret === undefined ? {} : { secret }),
      verification,
    };
  }

  @Get()
  @ApiOperation({ operationId: 'listWebhooks', summary: 'The webhooks of the caller’s regions, and how they stand' })
  @ApiAnswers(200, 'WebhookList', 'The oldest first.')
  list(@Req() request: Request): { webhooks: ShownWebhook[] } {
    const caller = callerOf(request);
    const all = this.open.anyWebhooks ? this.open.webhooks.list() : [];
    return { webhooks: all.filter((one) => isHis(caller, one)).map(shown) };
  }

  @Get(':webhook')
  @ApiWebhook()
  @ApiOperation({ operationId: 'readWebhook', summary: 'How a webhook stands' })
  @ApiAnswers(200, 'Webhook', 'The webhook.')
  @ApiProblems('not-found')
  read(@Param('webhook') id: string, @Req() request: Request): ShownWebhook {
    return shown(this.find(id, request));
  }

  @Patch(':webhook')
  @ApiWebhook()
  @ApiOperation({
    operationId: 'changeWebhook',
    summary: 'Changes what is sent or where to, pauses it, or sets it going again',
    description: 'Another address must be verified before anything is sent to it.',
  })
  @ApiAnswers(200, 'Webhook', 'As it is now.')
  @ApiProblems('invalid-input', 'not-found', 'webhook-unverified')
  async change(
    @Param('webhook') id: string,
    @Body() body: WebhookChangesBody,
    @Req() request: Request,
  ): Promise<ShownWebhook> {
    const webhook = this.find(id, request);
    const { webhooks, poster } = this.open;
    if (body.url !== undefined) this.checkAddress(body.url);
    const filter = filterOf(callerOf(request), body, webhook.filter);
    const narrowed = body.regions !== undefined || body.types !== undefined || body.parts !== undefined;
    webhooks.change(id, { url: body.url, filter: narrowed ? filter : undefined });
    if (body.url !== undefined && webhooks.find(id)?.state === 'unverified') await verify(webhooks, poster, id);
    if (body.state !== undefined) this.setState(id, body.state);
    this.open.changed();
    return shown(this.find(id, request));
  }

  @Delete(':webhook')
  @HttpCode(204)
  @ApiWebhook()
  @ApiOperation({ operationId: 'removeWebhook', summary: 'Removes a webhook and everything on its way to it' })
  @ApiResponse({ status: 204, description: 'Removed.' })
  @ApiProblems('not-found')
  remove(@Param('webhook') id: string, @Req() request: Request): void {
    this.open.webhooks.remove(this.find(id, request).id);
    this.open.changed();
  }

  @Post(':webhook/verification')
  @HttpCode(200)
  @ApiWebhook()
  @ApiOperation({
    operationId: 'verifyWebhook',
    summary: 'Sends the receiver a challenge, which he must repeat in his reply',
  })
  @ApiAnswers(200, 'WebhookVerification', 'Whether he did.')
  @ApiProblems('not-found')
  async verification(@Param('webhook') id: string, @Req() request: Request): Promise<Verified> {
    const { webhooks, poster } = this.open;
    const verified = await verify(webhooks, poster, this.find(id, request).id);
    this.open.changed();
    if (!verified) throw noSuchWebhook();
    return verified;
  }

  @Post(':webhook/secret')
  @HttpCode(200)
  @ApiWebhook()
  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: 'Gives a webhook a new secret, told for the only time; the one before it signs too for a while',
  })
  @ApiAnswers(200, 'WebhookSecret', 'The new secret.')
  @ApiProblems('invalid-input', 'not-found')
  rotate(@Param('webhook') id: string, @Body() body: NewSecretBody, @Req() request: Request): object {
    this.find(id, request);
    const oldForMs = (body.oldForHours ?? OLD_HOURS) * HOUR_MS;
    const secret = this.open.webhooks.rotate(id, { secret: body.secret, oldForMs });
    if (secret === undefined) throw noSuchWebhook();
    return { secret, oldSecretUntil: instantOf(Date.now() + oldForMs) };
  }

  @Post(':webhook/replay')
  @HttpCode(200)
  @ApiWebhook()
  @ApiOperation({
    operationId: 'replayWebhook',
    summary: 'Sends everything behind a place once more, under the same message ids',
  })
  @ApiAnswers(200, 'Webhook', 'As it is now.')
  @ApiProblems('invalid-input', 'not-found')
  async replay(@Param('webhook') id: string, @Body() body: ReplayBody, @Req() request: Request): Promise<ShownWebhook> {
    const place = await placeIn(this.open.feeds, 'from', body.from);
    const webhook = this.find(id, request);
    if (place.position > webhook.place.position) {
      const reached = placeText(webhook.place);
      throw invalidInput([faultOf('from', body.from, `a place that the webhook has come to, up to ${reached}`)]);
    }
    this.open.webhooks.replay(id, place);
    this.open.changed();
    return shown(this.find(id, request));
  }

  @Get(':webhook/parked')
  @ApiWebhook()
  @ApiOperation({
    operationId: 'listParkedMessages',
    summary: 'Messages that were tried too often, the first of each person; later ones of his wait behind',
  })
  @ApiFilters(
    { name: 'after', description: 'After the message of this number', schema: { ...whole, minimum: 0 } },
    { name: 'limit', description: 'How many at most; left out: 100', schema: { ...whole, minimum: 1, maximum: 500 } },
  )
  @ApiAnswers(200, 'ParkedMessageList', 'The oldest first.')
  @ApiProblems('invalid-input', 'not-found')
  parked(
    @Param('webhook') id: string,
    @Query() query: ParkedQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): object {
    this.find(id, request);
    const limit = Number(query.limit ?? 100);
    const found = this.open.webhooks.parked(id, Number(query.after ?? 0), limit);
    const next = found.length === limit ? `/v1/webhooks/${id}/parked?after=${found.at(-1)!.n}&limit=${limit}` : null;
    if (next !== null) response.setHeader('Link', `<${next}>; rel="next"`);
    return {
      messages: found.map(({ n, failedAt, lane, ...message }) => ({
        number: n,
        stream: lane,
        ...message,
        failedAt: instantOf(failedAt),
      })),
      next,
    };
  }

  @Post(':webhook/parked/retry')
  @HttpCode(200)
  @ApiWebhook()
  @ApiOperation({
    operationId: 'retryParkedMessages',
    summary: 'Sends what is parked once more, in order, with what waits behind',
  })
  @ApiAnswers(200, 'RetriedMessages', 'How many messages go on.')
  @ApiProblems('invalid-input', 'not-found')
  retry(@Param('webhook') id: string, @Body() body: RetryBody, @Req() request: Request): { messages: number } {
    this.find(id, request);
    const messages = this.open.webhooks.retry(id, body.person === undefined ? undefined : personStream(body.person));
    this.open.changed();
    return { messages };
  }

  @Delete(':webhook/parked/:message')
  @HttpCode(204)
  @ApiWebhook()
  @ApiParam({ name: 'message', description: 'The number of the parked message' })
  @ApiOperation({ operationId: 'discardParkedMessage', summary: 'Gives a parked message up; those behind it go on' })
  @ApiResponse({ status: 204, description: 'Given up.' })
  @ApiProblems('not-found')
  discard(@Param('webhook') id: string, @Param('message') message: string, @Req() request: Request): void {
    this.find(id, request);
    const known = /^\d{1,15}$/.test(message) && this.open.webhooks.discard(id, Number(message));
    if (!known) throw new Problem('not-found', 'No message of this number is parked.');
    this.open.changed();
  }

  private find(id: string, request: Request): Webhook {
    const webhook = this.open.anyWebhooks ? this.open.webhooks.find(id) : undefined;
    if (!webhook || !isHis(callerOf(request), webhook)) throw noSuchWebhook();
    return webhook;
  }

  private setState(id: string, state: 'active' | 'paused'): void {
    if (this.open.webhooks.find(id)?.state === 'unverified') {
      throw new Problem(
        'webhook-unverified',
        'The receiver has not repeated the challenge yet; see POST …/verification.',
      );
    }
    this.open.webhooks.setState(id, state);
  }

  private checkAddress(url: string): void {
    const fault = this.open.guard.faultOf(url);
    if (fault !== undefined) throw invalidInput([{ field: 'url', value: '(an address)', expected: fault }]);
  }
}

function keyTaken(): Problem {
  return new Problem(
    'id-conflict',
    'This Idempotency-Key came before with another body. Use a new key for a new request.',
  );
}

function noSuchWebhook(): Problem {
  return new Problem('not-found', 'There is no such webhook that you may see.');
}

/** A webhook is his who may see everyone it tells of. */
function isHis(caller: Principal, { filter }: Webhook): boolean {
  if (caller.regions === 'all') return true;
  return filter.regions !== undefined && filter.regions.every((region) => mayReach(caller, region));
}

/** What is wanted, kept to the caller's own regions; what the body leaves out stays as it was. */
function filterOf(
  caller: Principal,
  body: Pick<NewWebhookBody, 'regions' | 'types' | 'parts'>,
  before: Filter,
): Filter {
  const own = caller.regions === 'all' ? undefined : caller.regions;
  if (body.regions?.some((region) => !mayReach(caller, region))) throw outOfReach();
  const chosen = <T>(given: T | null | undefined, was: T | undefined): T | undefined =>
    given === undefined ? was : (given ?? undefined);
  return {
    regions: chosen<readonly string[]>(body.regions, before.regions) ?? own,
    types: chosen<readonly string[]>(body.types, before.types),
    parts: chosen<readonly string[]>(body.parts, before.parts),
  };
}

function shown(webhook: Webhook): ShownWebhook {
  const { filter, place, version: _version, failingSince: _since, ...rest } = webhook;
  const { createdAt, deliveredAt, failedAt, oldSecretUntil, ...plain } = rest;
  return {
    ...plain,
    regions: filter.regions ?? null,
    types: filter.types ?? null,
    parts: filter.parts ?? null,
    place: placeText(place),
    createdAt: instantOf(createdAt),
    ...(deliveredAt === undefined ? {} : { deliveredAt: instantOf(deliveredAt) }),
    ...(failedAt === undefined ? {} : { failedAt: instantOf(failedAt) }),
    ...(oldSecretUntil === undefined ? {} : { oldSecretUntil: instantOf(oldSecretUntil) }),
  };
}
