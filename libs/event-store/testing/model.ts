import { canonicalJson, fingerprint } from '../fingerprint';
import type { ExpectedRevision, NewEvent, StoredEvent } from '../port';

/** The port's rules in their plainest form, without storage or positions: what an adapter's answers are compared with. */
export class ModelLog {
  readonly events: Omit<StoredEvent, 'position'>[] = [];

  constructor(private readonly idsUniqueInLog: boolean) {}

  append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Record<string, unknown> {
    if (events.length === 0) return { outcome: 'refused' };
    const ids = events.map((event) => event.id);
    const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
    if (repeated !== undefined) return { outcome: 'conflictingId', id: repeated };

    const within = this.idsUniqueInLog ? this.events : this.streamOf(stream);
    const stored = ids.map((id) => within.find((event) => event.id === id));
    for (const [index, found] of stored.entries()) {
      if (found === undefined) continue;
      if (found.stream !== stream || fingerprint(stream, found) !== fingerprint(stream, events[index]!)) {
        return { outcome: 'conflictingId', id: ids[index]! };
      }
    }

    const revision = stored.at(-1)?.revision;
    if (stored.every((found, index) => found !== undefined && found.revision === stored[0]!.revision + index)) {
      return { outcome: 'alreadyAppended', revision };
    }

    const length = this.streamOf(stream).length;
    const actual = length === 0 ? 'noStream' : length - 1;
    if (expected !== actual) return { outcome: 'wrongExpectedRevision', actual };
    const taken = stored.find((found) => found !== undefined);
    if (taken !== undefined) return { outcome: 'conflictingId', id: taken.id };

    for (const [index, event] of events.entries()) {
      this.events.push({ ...structuredClone(event), stream, revision: length + index });
    }
    return { outcome: 'appended', revision: length + events.length - 1 };
  }

  streamOf(stream: string): Omit<StoredEvent, 'position'>[] {
    return this.events.filter((event) => event.stream === stream);
  }
}

/** An event as text without its position, to compare what different logs hold. */
export function contentOf({
  position: _,
  ...event
}: StoredEvent | (Omit<StoredEvent, 'position'> & { position?: bigint })) {
  return canonicalJson({ ...event });
}
