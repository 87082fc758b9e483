import type { EventReader, StoredEvent } from '../event-store';
import { eventText } from './canonical';
import type { EvidenceFile, Leaf } from './evidence-file';
import type { TreeHasher } from './hashing';

/** An event in which the log differs from what was hashed of it. */
export interface Difference {
  kind: 'altered' | 'missing' | 'added';
  position: bigint;
  /** The event that stands there now. */
  event?: { stream: string; revision: number; id: string };
}

/** What became of comparing a log, or a stretch of it, with its hashes. */
export interface Compared {
  /** Events of the log. */
  events: number;
  /** Position of the last one; 0 where there is none. */
  last: bigint;
  counts: { altered: number; missing: number; added: number };
  /** The first ones, in the order of the log. */
  differences: Difference[];
}

/** Differences that are told one by one; the counts have all. */
export const TOLD = 50;

/** A part of the log: the events after `after` through `through`, and the tiles of their hashes. */
export interface Stretch {
  /** The first tile, and the one after the last. */
  tiles: readonly [from: number, until: number];
  after: bigint;
  /** Left out: to the end of the log. */
  through?: bigint;
}

/** Compares every event of a log with its hash, in this thread. */
export function compareLog(reader: Pick<EventReader, 'readAll'>, evidence: EvidenceFile): Promise<Compared> {
  return compareStretch(reader, evidence, { tiles: [0, Infinity], after: 0n });
}

/** Compares the events of a stretch with their hashes. */
export async function compareStretch(
  reader: Pick<EventReader, 'readAll'>,
  evidence: EvidenceFile,
  { tiles, after, through }: Stretch,
): Promise<Compared> {
  const comparison = new Comparison(evidence.leaves(...tiles), evidence.hasher, after);
  for await (const batch of reader.readAll({ after, batchSize: BATCH })) {
    const within = through === undefined ? batch : batch.filter(({ position }) => position <= through);
    for (const event of within) comparison.event(event);
    if (within.length < batch.length || batch.at(-1)!.position === through) break;
  }
  return comparison.end();
}

const BATCH = 2048;

/** Walks along the log and its hashes side by side. */
class Comparison {
  private readonly compared: Compared;
  private tile: Leaf[] = [];
  private at = 0;
  private leaf: Leaf | undefined;

  constructor(
    private readonly tiles: Generator<Leaf[]>,
    private readonly hasher: TreeHasher,
    after: bigint,
  ) {
    this.compared = { events: 0, last: after, counts: { altered: 0, missing: 0, added: 0 }, differences: [] };
    this.next();
  }

  event(event: StoredEvent): void {
    const { position } = event;
    this.compared.events++;
    this.compared.last = position;
    while (this.leaf !== undefined && this.leaf.position < position) this.missing();
    if (this.leaf === undefined) return;
    if (this.leaf.position > position) this.tell('added', position, event);
    else {
      if (this.leaf.hash !== this.hasher.leaf(eventText(event))) this.tell('altered', position, event);
      this.next();
    }
  }

  end(): Compared {
    while (this.leaf !== undefined) this.missing();
    return this.compared;
  }

  private missing(): void {
    this.tell('missing', this.leaf!.position);
    this.next();
  }

  private tell(kind: Difference['kind'], position: bigint, event?: StoredEvent): void {
    const { counts, differences } = this.compared;
    counts[kind]++;
    if (differences.length >= TOLD) return;
    const place = event && { event: { stream: event.stream, revision: event.revision, id: event.id } };
    differences.push({ kind, position, ...place });
  }

  private next(): void {
    if (this.at >= this.tile.length) {
      const { value, done } = this.tiles.next();
      this.tile = done ? [] : value;
      this.at = 0;
    }
    this.leaf = this.tile[this.at++];
  }
}
