import type { EventReader, StoredEvent } from '../../event-store';
import type { Policies } from '../../policy/evaluation';
import { fromStored, parseStream, personStream } from '../../../events';
import { historyAt } from '../../../projections/history';
import { Folding, type Folded } from '../folding';
import { Merges } from './merges';
import { RecentEvents } from './recent-events';
import { belongsTo, type Shard } from './shard';

/** What a stretch of the log changes. */
export interface Projected {
  folded: Folded[];
  /** Streams of regions and employers whose persons are to be evaluated again. */
  grounds: string[];
}

/** How long folding goes on before others get their turn. */
const BREATH_MS = 10;

/** Turns stretches of the log into folded persons; it remembers what it has read. */
export class BatchProjection {
  readonly merges = new Merges();
  readonly folding: Folding;
  private readonly recent: RecentEvents;

  constructor(
    private readonly store: Pick<EventReader, 'readStream'>,
    policies: Policies,
    private readonly shard: Shard,
  ) {
    this.folding = new Folding(store, policies, this.merges.mergedInto);
    this.recent = new RecentEvents(store);
  }

  /** Folds each person that the events touch, once, as the log stood at the last of them. */
  async project(batch: readonly StoredEvent[]): Promise<Projected> {
    const limit = batch.at(-1)!.position;
    const { touched, grounds, merging } = this.sorted(batch);
    for (const stream of grounds) this.folding.shared.forget(stream);

    const folded = new Map<string, Folded>();
    let again = new Set<string>();
    for (const person of merging) {
      for (const other of this.merges.note(person, await this.joinsOf(person, limit))) again.add(other);
    }
    let started = Date.now();
    for (const [person, added] of touched) {
      for (const holder of this.merges.holdersOf(person)) again.add(holder);
      if (!belongsTo(this.shard, person)) continue;
      const one = await this.folding.fromEvents(person, await this.recent.through(person, added), limit);
      if (one) folded.set(person, one);
      for (const other of one ? this.merges.note(person, one.joins) : []) again.add(other);
      if (Date.now() - started > BREATH_MS) {
        await new Promise(setImmediate);
        started = Date.now();
      }
    }
    while (again.size > 0) {
      const changed = new Set<string>();
      for (const person of again) {
        if (!belongsTo(this.shard, person)) continue;
        const one = await this.folding.fromLog(person, limit);
        if (!one) continue;
        folded.set(person, one);
        for (const other of this.merges.note(person, one.joins)) changed.add(other);
      }
      again = changed;
    }
    return { folded: [...folded.values()], grounds };
  }

  private sorted(batch: readonly StoredEvent[]) {
    const touched = new Map<string, StoredEvent[]>();
    const grounds = new Set<string>();
    const merging = new Set<string>();
    for (const event of batch) {
      const stream = parseStream(event.stream);
      if (stream === undefined) continue;
      if (stream.kind !== 'person') {
        grounds.add(event.stream);
        continue;
      }
      const events = touched.get(stream.id);
      if (events) events.push(event);
      else touched.set(stream.id, [event]);
      const merges = event.type === 'Merged' || event.type === 'Unmerged' || this.merges.joinsAnybody(stream.id);
      // Another projector folds him; that somebody of ours is counted under him must be known here too.
      if (merges && !belongsTo(this.shard, stream.id)) merging.add(stream.id);
    }
    return { touched, grounds: [...grounds], merging };
  }

  private async joinsOf(person: string, limit: bigint): Promise<string[]> {
    const stored = await this.store.readStream(personStream(person));
    try {
      const own = historyAt(stored.map(fromStored), limit);
      const { countedUnder, persons } = await this.folding.onePerson(person, own, limit);
      return countedUnder === person ? persons.slice(1) : [];
    } catch {
      // He is parked where he is folded, and counts nobody as his.
      return [];
    }
  }
}
