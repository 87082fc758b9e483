import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { PinoLogger } from 'nestjs-pino';
import { eventTypes } from '../../../events';
import { answerParts, placeText, type FeedName, type Filter } from '../../../libs/feeds';
import { Allows, Scoped, callerOf, regionsFor } from '../access';
import { Draining } from '../health/draining';
import { Problem } from '../http/problem';
import { ApiAnswers, ApiFilters, ApiProblems } from '../openapi/responses';
import { EXAMPLE_REGION, whole } from '../openapi/schema';
import { streamFeed } from './event-stream';
import { AnswersFeedQuery, FeedQuery } from './feed.query';
import { OpenFeeds } from './open-feeds';
import { placeOrEither } from './places';

/** Items as a list, for those who ask from time to time. */
interface FeedPage {
  /** CloudEvents. */
  items: unknown[];
  /** To be given as `from` of the next request, also where there is nothing more now. */
  next: string;
  /** Whether there is more to look through at once. */
  more: boolean;
}

const ITEMS = 100;
const STREAMING =
  'With `Accept: text/event-stream` the items come as server-sent events and go on coming; otherwise as a list with the place to go on from. ' +
  'Items are CloudEvents 1.0 whose ids are places in the feed: the same whenever they are asked for. The regions of the caller decide whom they are about.';
const FILTERS = [
  {
    name: 'from',
    description:
      'After this place: a position, or an id of the feed; now is its end. Left out: the beginning, of a stream now',
    example: '0',
  },
  { name: 'region', description: 'Only of persons of this region and those below it', example: EXAMPLE_REGION },
  {
    name: 'type',
    enum: eventTypes,
    isArray: true,
    description: 'Only what an event of this type brought; repeat it for more',
  },
  { name: 'format', enum: ['json'], description: 'A list, whatever the client accepts' },
  {
    name: 'limit',
    description: 'Of a list, how many items at most; left out: 100',
    schema: { ...whole, minimum: 1, maximum: 1000 },
  },
];
const LAST_EVENT_ID = {
  name: 'Last-Event-ID',
  required: false,
  description: 'The id that was received last, as a client of server-sent events sends it by itself; before `from`',
};

@ApiTags('feeds')
@Scoped('handler')
@Controller('v1/feeds')
export class FeedsController {
  constructor(
    private readonly open: OpenFeeds,
    private readonly draining: Draining,
    private readonly log: PinoLogger,
  ) {}

  @Get('answers')
  @Allows('integrator', 'auditor')
  @ApiOperation({
    operationId: 'followAnswers',
    summary: 'What each event changed in whose answer',
    description:
      'An item compares the answer for the day on which an event was recorded, as known just before it and just after. ' +
      STREAMING,
  })
  @ApiHeader(LAST_EVENT_ID)
  @ApiFilters(...FILTERS, {
    name: 'part',
    enum: answerParts,
    isArray: true,
    description: 'Only where this part of the answer changed; repeat it for more',
  })
  @ApiAnswers(200, 'AnswerFeedPage', 'Items in the order of the log, those of one event by person.', [
    'text/event-stream',
  ])
  @ApiProblems('invalid-input', 'rate-limited')
  async answers(@Query() query: AnswersFeedQuery, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.give('answers', query, request, response);
  }

  @Get('events')
  @Allows('integrator', 'auditor')
  @ApiOperation({
    operationId: 'followEvents',
    summary: 'What is recorded, event by event',
    description: STREAMING,
  })
  @ApiHeader(LAST_EVENT_ID)
  @ApiFilters(...FILTERS)
  @ApiAnswers(200, 'EventFeedPage', 'Items in the order of the log.', ['text/event-stream'])
  @ApiProblems('invalid-input', 'rate-limited')
  async events(@Query() query: FeedQuery, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.give('events', query, request, response);
  }

  private async give(
    feed: FeedName,
    { from, region, type, format, limit, part }: AnswersFeedQuery,
    request: Request,
    response: Response,
  ): Promise<void> {
    const { feeds } = this.open;
    const filter: Filter = { regions: regionsFor(callerOf(request), region), types: type, parts: part };
    const streamed = format !== 'json' && /(^|,)\s*text\/event-stream\s*(;|,|$)/.test(request.headers.accept ?? '');
    if (!streamed) {
      const after = await placeOrEither(feeds, [['from', from]], 'beginning');
      const { items, through, more } = await feeds.page(feed, after, filter, Number(limit ?? ITEMS));
      const page: FeedPage = {
        items: items.map(({ text }) => JSON.parse(text) as unknown),
        next: placeText(through),
        more,
      };
      response.json(page);
      return;
    }

    const last = request.headers['last-event-id'];
    const given = typeof last === 'string' && last !== '' ? last : undefined;
    const after = await placeOrEither(
      feeds,
      [
        ['Last-Event-ID', given],
        ['from', from],
      ],
      'end',
    );
    if (request.method === 'HEAD') {
      response.type('text/event-stream').end();
      return;
    }
    const leave = this.open.admit(callerOf(request).subject);
    if (!leave) {
      throw new Problem('rate-limited', 'As many streams are open as may be; try again.', {}, { 'Retry-After': '5' });
    }
    try {
      const failed = (err: unknown) => this.log.error({ err, feed }, 'a stream ended: its feed could not be read');
      await streamFeed(response, feeds, { feed, after, filter }, this.draining.signal, failed);
    } finally {
      leave();
    }
  }
}
