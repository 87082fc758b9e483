import type { StoredEvent } from '../event-store';
import type { Item } from './item';
import type { Place } from './place';

/** Makes the items of one event after the other, in the order of the log. */
export interface Derivation {
  /** Makes ready for the events up to a position. */
  reach(position: bigint): Promise<void>;
  /** The items of the event, after the item of this key where one is given; a step without an item tells that there is none up to its place. */
  items(event: StoredEvent, after: string | undefined): AsyncGenerator<Step> | Generator<Step>;
}

/** An item, or none, and the place up to which everything is given with it. */
export interface Step {
  item?: Item;
  through: Place;
}

/** Some items in a row, and the place up to which they are all there is. */
export interface Page {
  items: Item[];
  through: Place;
}

/** The items of events in a row, after a place, an item or a whole position at a time. */
export async function* derived(
  derivation: Derivation,
  events: readonly StoredEvent[],
  after: Place,
): AsyncGenerator<Step> {
  if (events.length === 0) return;
  await derivation.reach(events.at(-1)!.position);
  for (const event of events) {
    const { position } = event;
    const key = position === after.position ? after.key : undefined;
    yield* derivation.items(event, key);
    yield { through: { position } };
  }
}
