import { sql, type RawBuilder } from 'kysely';
import type { EventReader } from '../../event-store';
import type { Policies } from '../../policy/evaluation';
import { parseStream } from '../../../events';
import { connect, type Connection } from '../connection';
import { openReadModel } from '../database';
import { Folding } from '../folding';
import { Merges } from '../following/merges';
import { allCheckpoints, type Checkpoint } from '../following/checkpoint';
import { belongsTo, hashOf, parseShard, type Shard } from '../following/shard';
import { loadMerges } from '../following/state';
import { compiled } from '../writing';
import { Audit, type Difference } from './audit';

export interface VerifyOptions {
  store: EventReader;
  policies: Policies;
  /** The location of the read model. */
  readModel: string;
  /** How many persons are folded anew from the log and compared, chosen at random; all where the counts differ. */
  sample: number | 'all';
  onProgress?: (progress: { stage: 'counting' | 'folding'; done: number; total: number }) => void;
  signal?: AbortSignal;
}

export interface Verified {
  /** Up to where the log was compared. */
  position: number;
  /** Persons' events in the log, and those that the read model says it holds. */
  events: { log: number; projected: number };
  persons: number;
  /** Persons folded anew. */
  checked: number;
  differences: Difference[];
  /** Every event is projected, and nobody who was checked differs. */
  sound: boolean;
}

/** The read model holds nothing that could be verified. */
export class NothingToVerify extends Error {
  override readonly name = 'NothingToVerify';
}

const AT_ONCE = 500;
/** How often a person is looked at again while a projector is evaluating persons anew. */
const PATIENCE = 600;
const PAUSE_MS = 100;
/** Of each table, persons whose rows nobody should have. */
const STRAYS_TOLD = 100;

/**
 * Proves that the read model holds what the log says: the number of projected events, and for a sample of the persons or for
 * all of them the facts and every row, folded anew from the raw log. A projector may go on meanwhile.
 */
export async function verify(options: VerifyOptions): Promise<Verified> {
  await (await openReadModel(options.readModel)).close();
  const connection = await connect(options.readModel);
  try {
    return await new Verification(options, connection).run();
  } finally {
    await connection.close();
  }
}

/** Events of persons; the weight tells one person too many from another too few. */
interface Count {
  events: number;
  weight: number;
}

function add(count: Count, person: string, events: number): void {
  count.events += events;
  count.weight = (count.weight + Math.imul(hashOf(person), events)) >>> 0;
}

function agree(a: Count, b: Count): boolean {
  return a.events === b.events && a.weight === b.weight;
}

class Verification {
  private merges = new Merges();
  private readonly folding: Folding;
  private readonly audit: Audit;

  constructor(
    private readonly options: VerifyOptions,
    private readonly connection: Connection,
  ) {
    this.folding = new Folding(options.store, options.policies, (person) => this.merges.mergedInto(person));
    this.audit = new Audit(connection, this.folding);
  }

  async run(): Promise<Verified> {
    const { sample, onProgress, signal } = this.options;
    const { shares, projected, persons } = await this.standing();
    const { log, missing } = await this.count(shares);
    const differences: Difference[] = missing.map((person) => ({ person, what: 'missing' }));
    await loadMerges(this.connection, this.merges);

    const everyone = sample === 'all' || sample >= persons || !agree(log, projected);
    const total = everyone ? persons : sample;
    let checked = 0;
    for await (const person of everyone ? this.everyone() : this.someone(total, persons)) {
      if (signal?.aborted) break;
      differences.push(...(await this.check(person)));
      checked++;
      onProgress?.({ stage: 'folding', done: checked, total });
    }
    const strays = await this.connection.snapshot(() => this.audit.strays(STRAYS_TOLD));
    differences.push(...strays.filter(({ person }) => !missing.includes(person)));
    return {
      position: Math.min(...shares.map(({ position }) => position)),
      events: { log: log.events, projected: projected.events },
      persons,
      checked,
      differences,
      sound: agree(log, projected) && differences.length === 0,
    };
  }

  /** Where the projectors stand, and what they say they have projected, at one moment. */
  private async standing(): Promise<{ shares: Checkpoint[]; projected: Count; persons: number }> {
    return this.connection.snapshot(async () => {
      const shares = await allCheckpoints(this.connection);
      if (shares.length === 0)
        throw new NothingToVerify('the read model holds nothing yet; start a projector, or rebuild');
      const projected: Count = { events: 0, weight: 0 };
      let persons = 0;
      for await (const { person, events } of this.everyoneWith<{ events: number }>(sql`person, events`)) {
        persons++;
        add(projected, person, events);
      }
      return { shares, projected, persons };
    });
  }

  /** Persons' events in the log up to where each share stands, and persons of whom the tables know nothing. */
  private async count(shares: readonly Checkpoint[]): Promise<{ log: Count; missing: string[] }> {
    const { store, onProgress, signal } = this.options;
    const last = Math.max(...shares.map(({ position }) => position));
    const limitOf = limits(shares);
    const missing = new Set<string>();
    const log: Count = { events: 0, weight: 0 };
    for await (const batch of store.readAll({ filter: { streamPrefixes: ['person-'] }, batchSize: 5_000 })) {
      const seen = new Set<string>();
      for (const { stream, position } of batch) {
        const parts = parseStream(stream);
        if (!parts || Number(position) > limitOf(parts.id)) continue;
        add(log, parts.id, 1);
        seen.add(parts.id);
      }
      for (const person of await this.unknownOf([...seen])) missing.add(person);
      onProgress?.({ stage: 'counting', done: Math.min(last, Number(batch.at(-1)!.position)), total: last });
      if (Number(batch.at(-1)!.position) >= last || signal?.aborted) break;
    }
    return { log, missing: [...missing] };
  }

  private async unknownOf(persons: readonly string[]): Promise<string[]> {
    const unknown: string[] = [];
    const slots = sql.join(Array.from({ length: AT_ONCE }, () => sql`${''}`));
    const statement = this.statement(sql`select person from persons where person in (${slots})`);
    for (let first = 0; first < persons.length; first += AT_ONCE) {
      const some = persons.slice(first, first + AT_ONCE);
      const asked = [...some, ...Array<string>(AT_ONCE - some.length).fill(some[0]!)];
      const known = new Set(
        (await this.connection.all<{ person: string }>(statement, asked)).map(({ person }) => person),
      );
      unknown.push(...some.filter((person) => !known.has(person)));
    }
    return unknown;
  }

  private async *everyone(): AsyncGenerator<string> {
    for await (const { person } of this.everyoneWith(sql`person`)) yield person;
  }

  private async *everyoneWith<Row>(columns: RawBuilder<unknown>): AsyncGenerator<Row & { person: string }> {
    const next = this.statement(
      sql`select ${columns} from persons where person > ${''} order by person limit ${sql.lit(AT_ONCE)}`,
    );
    for (let after = ''; ;) {
      const found = await this.connection.all<Row & { person: string }>(next, [after]);
      yield* found;
      if (found.length < AT_ONCE) return;
      after = found.at(-1)!.person;
    }
  }

  private async *someone(wanted: number, persons: number): AsyncGenerator<string> {
    const at = this.statement(sql`select person from persons order by person limit 1 offset ${0}`);
    const places = new Set<number>();
    while (places.size < wanted) places.add(Math.floor(Math.random() * persons));
    for (const place of places) {
      const [found] = await this.connection.all<{ person: string }>(at, [place]);
      if (found) yield found.person;
    }
  }

  /** A difference counts when it is still there on a second look, while nothing is being evaluated again. */
  private async check(person: string): Promise<Difference[]> {
    if ((await this.look(person)).differences.length === 0) return [];
    for (let look = 0; ; look++) {
      this.merges = new Merges();
      await loadMerges(this.connection, this.merges);
      this.folding.shared.clear();
      const { differences, pending } = await this.look(person);
      if (differences.length === 0 || !pending || look === PATIENCE) return differences;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  private async look(person: string): Promise<{ differences: Difference[]; pending: boolean }> {
    return this.connection.snapshot(async () => {
      const limit = limits(await allCheckpoints(this.connection))(person);
      const differences = await this.audit.ofPerson(person, BigInt(limit));
      if (differences.length === 0) return { differences, pending: false };
      const waiting = await this.connection.all(this.statement(sql`select stream from reevaluations limit 1`));
      return { differences, pending: waiting.length > 0 };
    });
  }

  private statement(query: Parameters<typeof compiled>[1]) {
    return compiled(this.connection.dialect, query);
  }
}

/** Up to where the rows of a person stand: where his share does. */
function limits(shares: readonly Checkpoint[]): (person: string) => number {
  const known = shares.flatMap(({ shard, position }) => {
    const share = parseShard(shard);
    return share ? [{ share, position }] : [];
  });
  const most = Math.max(...known.map(({ share }) => share.count));
  const division: { share: Shard; position: number }[] = known.filter(({ share }) => share.count === most);
  return (person) =>
    division.find(({ share }) => belongsTo(share, person))?.position ?? Math.min(...known.map((one) => one.position));
}
