import type { EventReader } from '../event-store';
import { derived, type Derivation, type Page } from './derivation';
import { isBehind, type Place } from './place';
import type { Turns } from './turns';

const EVENTS_AT_ONCE = 500;

/** One reader's way through the log to its end, as fast as he asks for more. */
export class OwnReading {
  private readonly steps: ReturnType<typeof derived>;

  constructor(
    store: Pick<EventReader, 'readAll' | 'eventAt'>,
    derivation: Derivation,
    private place: Place,
    /** The end of the log before the reading began. */
    readonly end: Place,
    private readonly turns: Turns,
  ) {
    this.steps = behind(store, derivation, place);
  }

  /** What one turn brings, at most so many items; undefined at the end of the log. */
  async next(limit: number): Promise<Page | undefined> {
    const page: Page = { items: [], through: this.place };
    const over = await this.turns.take(this.steps, ({ item, through }) => {
      page.through = through;
      if (item) page.items.push(item);
      return page.items.length >= limit;
    });
    const moved = isBehind(page.through, this.place);
    this.place = page.through;
    return over && !moved ? undefined : page;
  }

  async close(): Promise<void> {
    await this.steps.return(undefined);
  }
}

async function* behind(
  store: Pick<EventReader, 'readAll' | 'eventAt'>,
  derivation: Derivation,
  place: Place,
): ReturnType<typeof derived> {
  // The event of a position of which some items were given is needed once more.
  const begun = place.key === undefined ? undefined : await store.eventAt(place.position);
  if (begun) yield* derived(derivation, [begun], place);
  for await (const batch of store.readAll({ after: place.position, batchSize: EVENTS_AT_ONCE })) {
    yield* derived(derivation, batch, place);
  }
}
