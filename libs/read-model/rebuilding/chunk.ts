import type { EventReader, StoredEvent } from '../../event-store';
import type { Policies } from '../../policy/evaluation';
import { parseStream } from '../../../events';
import type { Connection } from '../connection';
import { Folding, type Folded } from '../folding';
import { PersonWriter } from '../writing';
import { NEXT } from './tables';

/** Persons' streams in order: those after one name through another. */
export interface Chunk {
  after: string;
  through: string;
  /** Where stretches end that are read one after the other, `through` the last; left out where the store cannot read stretches. */
  stretches?: readonly string[];
  /** Their names, where it cannot. */
  names?: readonly string[];
}

export interface ChunkDone {
  persons: number;
  events: number;
}

const AT_ONCE = 16;

/** Fills the tables being rebuilt, chunk by chunk, as the log stood at a position. */
export class ChunkBuilder {
  private readonly folding: Folding;
  private readonly writer: PersonWriter;

  constructor(
    private readonly store: EventReader,
    policies: Policies,
    private readonly connection: Connection,
    private readonly position: bigint,
    clock: () => string,
  ) {
    // Who is counted under whom is known once everybody is folded; those persons are folded again at the end.
    this.folding = new Folding(store, policies, () => undefined);
    this.writer = new PersonWriter(connection, NEXT, clock);
  }

  async build(chunk: Chunk): Promise<ChunkDone> {
    const folded: Folded[] = [];
    let events = 0;
    const add = (one: Folded | undefined) => {
      if (!one) return;
      folded.push(one);
      events += one.person.events;
    };
    let { after } = chunk;
    for (const through of chunk.stretches ?? []) {
      for (const texts of await this.store.readStreams!({ after, through })) {
        const person = parseStream(texts[0]!.stream);
        if (person) add(await this.folding.fromTexts(person.id, texts, this.position));
      }
      after = through;
    }
    for (const stream of await this.streams(chunk.names ?? [])) {
      const person = parseStream(stream[0]!.stream);
      if (person) add(await this.folding.fromEvents(person.id, stream, this.position));
    }
    await this.connection.transaction(() => this.writer.insert(folded));
    return { persons: folded.length, events };
  }

  private async streams(names: readonly string[]): Promise<StoredEvent[][]> {
    const streams: StoredEvent[][] = [];
    for (let first = 0; first < names.length; first += AT_ONCE) {
      const some = names.slice(first, first + AT_ONCE);
      streams.push(...(await Promise.all(some.map((name) => this.store.readStream(name)))));
    }
    return streams.filter(({ length }) => length > 0);
  }
}
