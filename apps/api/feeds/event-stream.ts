import type { ServerResponse } from 'node:http';
import { placeText, type FeedName, type Feeds, type Filter, type Place } from '../../../libs/feeds';

/** How a stream behaves, in milliseconds. */
export interface StreamLimits {
  /** A sign of life, with the place that was come to, in so many. */
  heartbeatMs: number;
  /** Who takes nothing for so long is cut off. */
  stallMs: number;
  /** Longer than this no stream lasts, so that who may read is asked again. */
  lifeMs: number;
}

export const STREAM_LIMITS: StreamLimits = { heartbeatMs: 15_000, stallMs: 30_000, lifeMs: 15 * 60_000 };

/** How soon a client comes back after an end, in milliseconds; it may choose another time. */
const RETRY_MS = 2_000;
/** How long the last words may take to get away. */
const LAST_WORDS_MS = 2_000;

/**
 * Writes a feed to a client as server-sent events, from a place on, until he leaves, `stopping` or a limit. Nothing is read ahead
 * of what he takes. Whatever ends it by our doing is said in a last comment, with the place to go on from.
 */
export async function streamFeed(
  response: ServerResponse,
  feeds: Pick<Feeds, 'follow'>,
  { feed, after, filter }: { feed: FeedName; after: Place; filter: Filter },
  stopping: AbortSignal,
  onError: (error: unknown) => void,
  limits: StreamLimits = STREAM_LIMITS,
): Promise<void> {
  const over = new AbortController();
  let place = after;
  let why: string | undefined;
  let gone = false;
  const end = (reason: string) => {
    why ??= reason;
    over.abort();
  };
  const left = () => {
    gone = true;
    over.abort();
  };
  const stop = () => end('the server is stopping');
  response.once('close', left);
  response.on('error', left);
  if (stopping.aborted) stop();
  stopping.addEventListener('abort', stop);
  const life = setTimeout(() => end('a stream lasts no longer'), limits.lifeMs);
  let stalled: NodeJS.Timeout | undefined;
  const heartbeat = setInterval(() => {
    if (stalled === undefined && !over.signal.aborted) response.write(`: here\nid: ${placeText(place)}\n\n`);
  }, limits.heartbeatMs);

  const taken = () =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(stalled);
        stalled = undefined;
        response.off('drain', done);
        over.signal.removeEventListener('abort', done);
        resolve();
      };
      stalled = setTimeout(() => end('nothing was taken for too long'), limits.stallMs);
      response.once('drain', done);
      over.signal.addEventListener('abort', done);
      if (over.signal.aborted) done();
    });

  try {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    response.write(`retry: ${RETRY_MS}\nid: ${placeText(place)}\n\n`);
    for await (const { items, through } of feeds.follow(feed, after, filter, over.signal)) {
      for (const item of items) {
        if (over.signal.aborted) break;
        place = item.place;
        if (!response.write(`id: ${item.id}\ndata: ${item.text}\n\n`)) await taken();
      }
      if (over.signal.aborted) break;
      place = through;
    }
  } catch (error) {
    end('the feed cannot be read now');
    onError(error);
  } finally {
    clearTimeout(life);
    clearInterval(heartbeat);
    stopping.removeEventListener('abort', stop);
    if (!gone) lastWords(response, why ?? 'the feed has ended', place);
  }
}

function lastWords(response: ServerResponse, why: string, place: Place): void {
  const cut = setTimeout(() => response.destroy(), LAST_WORDS_MS);
  response.once('close', () => clearTimeout(cut));
  response.end(`: ${why}; go on with Last-Event-ID ${placeText(place)}\n\n`);
}
