import type { EventReader, Subscription } from '../event-store';
import { derived, type Derivation, type Page } from './derivation';
import type { Item } from './item';
import { isBehind, type Place } from './place';
import type { Turns } from './turns';

interface Run {
  kept: Kept;
  subscription: Subscription;
  failure?: Error;
}

const ITEMS_KEPT = 10_000;
const CHARACTERS_KEPT = 16_000_000;

/**
 * The end of the log, followed once for everyone who reads it, and the last items in memory. Who cannot keep up with these
 * reads on his own.
 */
export class Tail {
  private run: Run | undefined;
  private readonly waiting = new Set<() => void>();
  private readers = 0;

  constructor(
    private readonly store: Pick<EventReader, 'subscribeAll'>,
    private readonly derivation: () => Derivation,
    private readonly turns: Turns,
  ) {}

  /** Follows the log for as long as anyone reads; gives how to leave. */
  join(): () => void {
    this.readers++;
    return () => {
      if (--this.readers === 0) void this.stop();
    };
  }

  /** Follows the log from here on, unless it is followed already. */
  startAt(place: Place): void {
    if (this.run) return;
    const kept = new Kept(place);
    const derivation = this.derivation();
    const subscription = this.store.subscribeAll({ after: place.position }, async (batch) => {
      const steps = derived(derivation, batch, place);
      for (let over = false; !over && this.run?.kept === kept; this.wake()) {
        over = await this.turns.take(steps, ({ item, through }) => {
          kept.add(item, through);
          return false;
        });
      }
    });
    const run: Run = { kept, subscription };
    this.run = run;
    subscription.closed.catch((cause: unknown) => {
      run.failure = new Error('the log can no longer be followed', { cause });
      this.wake();
    });
  }

  /** At most so many items behind the place; undefined where they are not kept. Throws when the log can no longer be followed. */
  page(after: Place, limit: number): Page | undefined {
    const failure = this.run?.failure;
    if (failure) {
      this.run = undefined;
      throw failure;
    }
    return this.run?.kept.page(after, limit);
  }

  /** Waits until something lies behind the place, the log is no longer followed, or the signal. */
  grown(place: Place, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const settled = () => signal.aborted || !this.run || !!this.run.failure || isBehind(this.run.kept.through, place);
      if (settled()) return resolve();
      const wake = () => {
        if (!settled()) return;
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  async stop(): Promise<void> {
    const { run } = this;
    this.run = undefined;
    this.wake();
    await run?.subscription.stop();
  }

  private wake(): void {
    for (const wake of [...this.waiting]) wake();
  }
}

/** The items behind a place `from`, which moves on as the oldest are dropped. */
class Kept {
  through: Place;
  private items: Item[] = [];
  private first = 0;
  private characters = 0;

  constructor(private from: Place) {
    this.through = from;
  }

  add(item: Item | undefined, through: Place): void {
    this.through = through;
    if (!item) return;
    this.items.push(item);
    this.characters += item.text.length;
    while (this.items.length - this.first > ITEMS_KEPT || this.characters > CHARACTERS_KEPT) {
      const oldest = this.items[this.first++]!;
      this.characters -= oldest.text.length;
      this.from = oldest.place;
    }
    if (this.first < ITEMS_KEPT) return;
    this.items = this.items.slice(this.first);
    this.first = 0;
  }

  page(after: Place, limit: number): Page | undefined {
    if (isBehind(this.from, after)) return undefined;
    const start = this.firstBehind(after);
    const items = this.items.slice(start, start + limit);
    const through = start + items.length === this.items.length ? this.through : items.at(-1)!.place;
    return { items, through: isBehind(through, after) ? through : after };
  }

  private firstBehind(place: Place): number {
    let [low, high] = [this.first, this.items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBehind(this.items[middle]!.place, place)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
