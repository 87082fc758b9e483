import type { EventReader, StoredEvent } from '../../event-store';
import { personStream } from '../../../events';

const EVENTS_KEPT = 200_000;

/** Whole streams of the persons touched last, so that a person touched again and again is not read again and again. */
export class RecentEvents {
  private readonly kept = new Map<string, readonly StoredEvent[]>();
  private count = 0;

  constructor(private readonly store: Pick<EventReader, 'readStream'>) {}

  /** A person's events, where `added` are those of his that the log has just shown. */
  async through(person: string, added: readonly StoredEvent[]): Promise<readonly StoredEvent[]> {
    const known = this.kept.get(person) ?? [];
    const next = added.filter(({ revision }) => revision >= known.length);
    const joined = next.length === 0 || next[0]!.revision === known.length;
    const events =
      joined && known.length + next.length > 0
        ? [...known, ...next]
        : await this.store.readStream(personStream(person));
    this.keep(person, events);
    return events;
  }

  clear(): void {
    this.kept.clear();
    this.count = 0;
  }

  private keep(person: string, events: readonly StoredEvent[]): void {
    this.count += events.length - (this.kept.get(person)?.length ?? 0);
    this.kept.delete(person);
    this.kept.set(person, events);
    for (const [oldest, { length }] of this.kept) {
      if (this.count <= EVENTS_KEPT) return;
      this.kept.delete(oldest);
      this.count -= length;
    }
  }
}
