import { join } from 'node:path';
import type { EventReader } from '../event-store';
import type { Policies } from '../policy/evaluation';
import { AnswerItems } from './answer-items';
import type { Derivation, Page } from './derivation';
import { EventItems } from './event-items';
import { GroundsIndex } from './grounds-index';
import { lets, type FeedName, type Filter } from './item';
import { OwnReading } from './own-reading';
import { isBehind, placeText, type Place } from './place';
import { Tail } from './tail';
import { Turns } from './turns';

export interface FeedsOptions {
  store: Pick<EventReader, 'readAll' | 'eventAt' | 'readStream' | 'subscribeAll' | 'head'>;
  policies: Policies;
  /** The folder in which the index of who rests on what is kept. */
  folder: string;
}

/** The file of the index, in the data folder; it may be removed while nobody uses it. */
export const INDEX_FILE = 'feeds-index.db';

const PAGE_ITEMS = 200;
const LOOKING_MS = 2_000;

/** Thrown where a reader is further than the log: it is not the log in which his place was. */
export class PlaceBeyondLog extends Error {
  override readonly name = 'PlaceBeyondLog';
}

/** The feeds of a log, open for many readers at once. */
export class Feeds {
  private readonly turns = new Turns();
  private readonly tails = new Map<FeedName, Tail>();
  private index: GroundsIndex | undefined;

  constructor(private readonly options: FeedsOptions) {}

  /** The end of the log. */
  async end(): Promise<Place> {
    return { position: await this.options.store.head() };
  }

  /**
   * Every item behind a place that the filter lets through, page by page, and then new ones as they come, until the signal.
   * A page may hold nothing and only tell how far the feed was looked through. The next one is made when it is asked for.
   * Throws `PlaceBeyondLog`.
   */
  async *follow(name: FeedName, after: Place, filter: Filter, signal: AbortSignal): AsyncGenerator<Page> {
    const { position } = await this.end();
    if (after.position > position) {
      throw new PlaceBeyondLog(`${placeText(after)} lies beyond the log, which ends at ${position}`);
    }
    const tail = this.tailOf(name);
    const leave = tail.join();
    let place = after;
    let own: OwnReading | undefined;
    try {
      while (!signal.aborted) {
        let page = tail.page(place, PAGE_ITEMS);
        if (page) {
          await own?.close();
          own = undefined;
        } else {
          own ??= await this.ownReading(name, place);
          page = await own.next(PAGE_ITEMS);
        }
        if (!page) {
          // Everything up to where the log ended when the reading began has been looked at, also where a store leaves gaps.
          const end = own?.end ?? place;
          await own?.close();
          own = undefined;
          if (isBehind(end, place)) yield { items: [], through: (place = end) };
          tail.startAt(place);
        } else if (isBehind(page.through, place)) {
          place = page.through;
          yield passed(page, filter);
        } else await tail.grown(place, signal);
      }
    } finally {
      await own?.close();
      leave();
    }
  }

  /** At most `limit` items behind the place, looked for no longer than some seconds; `more` where there is more to look through. */
  async page(name: FeedName, after: Place, filter: Filter, limit: number): Promise<Page & { more: boolean }> {
    const until = performance.now() + LOOKING_MS;
    const tail = this.tailOf(name);
    const found: Page = { items: [], through: after };
    let own: OwnReading | undefined;
    try {
      while (found.items.length < limit && performance.now() < until) {
        const wanted = limit - found.items.length;
        const kept = own ? undefined : tail.page(found.through, wanted);
        const page = kept ?? (await (own ??= await this.ownReading(name, found.through)).next(wanted));
        if (!page || (kept && !isBehind(page.through, found.through))) return { ...found, more: false };
        found.through = page.through;
        found.items.push(...passed(page, filter).items);
      }
    } finally {
      await own?.close();
    }
    return { ...found, more: true };
  }

  async close(): Promise<void> {
    await Promise.all([...this.tails.values()].map((tail) => tail.stop()));
    this.index?.close();
    this.index = undefined;
  }

  private async ownReading(name: FeedName, place: Place): Promise<OwnReading> {
    return new OwnReading(this.options.store, this.derivation(name), place, await this.end(), this.turns);
  }

  private tailOf(name: FeedName): Tail {
    let tail = this.tails.get(name);
    if (!tail) this.tails.set(name, (tail = new Tail(this.options.store, () => this.derivation(name), this.turns)));
    return tail;
  }

  private derivation(name: FeedName): Derivation {
    const { store, policies, folder } = this.options;
    this.index ??= new GroundsIndex(join(folder, INDEX_FILE), store);
    return name === 'answers' ? new AnswerItems(store, policies, this.index) : new EventItems(this.index);
  }
}

function passed({ items, through }: Page, filter: Filter): Page {
  return { items: items.filter((item) => lets(filter, item)), through };
}
