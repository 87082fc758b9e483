import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { mayReach, type Principal } from '../../../libs/access';
import type { EventStore, StoredEvent } from '../../../libs/event-store';
import { UnreadableEvent, eventTypes, fromStored, parseStream, streamKinds } from '../../../events';
import { Allows, Belonging, Scoped, callerOf } from '../access';
import { LogPosition } from '../http/log-position';
import { ApiAnswers, ApiAtLeast, ApiFilters, ApiProblems } from '../openapi/responses';
import { position, whole } from '../openapi/schema';
import { STORE } from '../parts';
import { shownEvent, type ShownEvent } from '../recording/recorded-events';
import { LogQuery } from './log.query';

/** A part of the log. */
interface LogPage {
  /** The last position that was looked at; what lies up to it is in this page, or not for the caller. */
  through: string;
  events: ShownEvent[];
  /** Events that this program cannot read, by their place. */
  unreadable: { position: string; stream: string; revision: number; type: string }[];
  /** Where the next page is; null at the end of the log. */
  next: string | null;
}

/** Events looked at for one page at most, so that a filter that lets little through keeps nobody waiting. */
const LOOKED_AT = 20_000;
const AT_ONCE = 1_000;

@ApiTags('log')
@Controller('v1/events')
export class LogController {
  constructor(
    @Inject(STORE) private readonly store: EventStore,
    private readonly belonging: Belonging,
    private readonly log: LogPosition,
  ) {}

  @Get()
  @Allows('integrator', 'auditor')
  @Scoped('handler')
  @ApiOperation({
    operationId: 'readLog',
    summary: 'The whole log in its order, page by page',
    description:
      'Take up `through` + 1 as `from` to go on, also after the end was reached. A page may hold fewer events than asked for, or none: ' +
      'what does not fit the filter, or belongs to regions that are not the caller’s, is passed over.',
  })
  @ApiFilters(
    { name: 'from', description: 'The first position to give; left out: the beginning', schema: position },
    {
      name: 'limit',
      description: 'How many events at most; left out: 500',
      schema: { ...whole, minimum: 1, maximum: 1000 },
    },
    { name: 'type', enum: eventTypes, isArray: true, description: 'Only this type; repeat it for more' },
    { name: 'stream', enum: streamKinds, description: 'Only streams of this kind' },
  )
  @ApiAtLeast()
  @ApiAnswers(200, 'LogPage', 'A page.')
  @ApiProblems('invalid-input')
  async read(
    @Query() query: LogQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LogPage> {
    const { type, stream } = query;
    await this.log.reach(query.atLeast, response);
    const limit = Number(query.limit ?? 500);
    const first = BigInt(query.from ?? 1);
    const visible = this.visibleTo(callerOf(request));
    const page: LogPage = { through: String(first > 0n ? first - 1n : 0n), events: [], unreadable: [], next: null };
    let lookedAt = 0;
    let full = false;
    reading: for await (const batch of this.store.readAll({ after: BigInt(page.through), batchSize: AT_ONCE })) {
      for (const event of batch) {
        if (lookedAt === LOOKED_AT || page.events.length + page.unreadable.length === limit) {
          full = true;
          break reading;
        }
        lookedAt += 1;
        page.through = String(event.position);
        if (type !== undefined && !type.includes(event.type)) continue;
        if (stream !== undefined && parseStream(event.stream)?.kind !== stream) continue;
        if (await visible(event.stream)) put(page, event);
      }
    }
    if (full) {
      const asked = new URLSearchParams({ from: String(BigInt(page.through) + 1n), limit: String(limit) });
      for (const one of type ?? []) asked.append('type', one);
      if (stream !== undefined) asked.set('stream', stream);
      page.next = `/v1/events?${asked}`;
      response.setHeader('Link', `<${page.next}>; rel="next"`);
    }
    return page;
  }

  /** Whether a stream is of the caller's regions; each is looked at once a request. */
  private visibleTo(caller: Principal): (stream: string) => Promise<boolean> | boolean {
    if (caller.regions === 'all') return () => true;
    const known = new Map<string, boolean>();
    return async (stream) => {
      const kept = known.get(stream);
      if (kept !== undefined) return kept;
      const visible = await this.isOwn(caller, stream);
      known.set(stream, visible);
      return visible;
    };
  }

  private async isOwn(caller: Principal, stream: string): Promise<boolean> {
    const parts = parseStream(stream);
    switch (parts?.kind) {
      case 'person':
        return (await this.belonging.personTo(caller, parts.id)) === 'own';
      case 'employer':
        return (await this.belonging.employerTo(caller, parts.id)) === 'own';
      case 'region':
        return mayReach(caller, parts.id);
      default:
        return false;
    }
  }
}

function put(page: LogPage, event: StoredEvent): void {
  try {
    page.events.push(shownEvent(fromStored(event)));
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error;
    const { position, stream, revision, type } = event;
    page.unreadable.push({ position: String(position), stream, revision, type });
  }
}
