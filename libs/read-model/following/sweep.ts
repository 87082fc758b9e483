import { sql } from 'kysely';
import type { Connection } from '../connection';
import type { Folded } from '../folding';
import type { PersonRow } from '../schema';
import { compiled, type PersonWriter } from '../writing';
import type { BatchProjection } from './batch';
import { moveCheckpoint, type Checkpoint } from './checkpoint';
import { belongsTo, type Shard } from './shard';

/** Stands for every person. */
export const EVERYONE = '*';

const AT_ONCE = 100;
/** Streams that one sweep looks for; the others wait for the next. */
const STREAMS_AT_ONCE = 256;

/** Notes that the persons of these streams are to be evaluated again; a sweep that has begun does not count. */
export async function wantReevaluation(
  connection: Connection,
  shard: string,
  streams: readonly string[],
): Promise<void> {
  const statement = compiled(
    connection.dialect,
    sql`insert into reevaluations (shard, stream, underway) values (${''}, ${''}, 0)
      on conflict (shard, stream) do update set underway = 0`,
  );
  for (const stream of streams) await connection.run(statement, [shard, stream]);
}

/** Evaluates persons again from their stored facts, some at a time, in the order of their ids, until nothing is wanted. */
export class Sweep {
  constructor(
    private readonly connection: Connection,
    private readonly writer: PersonWriter,
    private readonly shard: Shard,
  ) {}

  /** Whether anything is wanted or under way. */
  async isWanted({ shard }: Checkpoint): Promise<boolean> {
    const [found] = await this.query<{ wanted: number }>(
      sql`select count(*) as wanted from reevaluations where shard = ${''}`,
      [shard],
    );
    return Number(found!.wanted) > 0;
  }

  /** Does the next persons in one transaction; gives where the sweep stands, null when it is done. */
  async next(checkpoint: Checkpoint, projection: BatchProjection, now: string): Promise<string | null> {
    const { connection } = this;
    const limit = BigInt(checkpoint.position);
    return connection.transaction(async () => {
      await moveCheckpoint(connection, checkpoint, checkpoint.position, now);
      const after = checkpoint.swept_through ?? (await this.begin(checkpoint.shard));
      const streams = await this.underway(checkpoint.shard);
      const { persons, last } = await this.personsOf(streams, after);
      const folded: Folded[] = [];
      for (const { facts, ...row } of persons) {
        const { person } = row;
        if (!belongsTo(this.shard, person)) continue;
        const again =
          facts === ''
            ? await projection.folding.fromLog(person, limit)
            : await projection.folding.fromFacts(row, facts, limit);
        if (again) folded.push(again);
      }
      await this.writer.replace(folded);
      if (last === undefined) await this.end(checkpoint.shard);
      await this.run(sql`update checkpoint set swept_through = ${''} where shard = ${''}`, [
        last ?? null,
        checkpoint.shard,
      ]);
      return last ?? null;
    });
  }

  private async begin(shard: string): Promise<string> {
    await this.run(
      sql`update reevaluations set underway = 1 where shard = ${''} and stream in
        (select stream from reevaluations where shard = ${''} order by stream limit ${sql.lit(STREAMS_AT_ONCE)})`,
      [shard, shard],
    );
    return '';
  }

  private async end(shard: string): Promise<void> {
    await this.run(sql`delete from reevaluations where shard = ${''} and underway = 1`, [shard]);
  }

  private async underway(shard: string): Promise<string[]> {
    const rows = await this.query<{ stream: string }>(
      sql`select stream from reevaluations where shard = ${''} and underway = 1`,
      [shard],
    );
    return rows.map(({ stream }) => stream);
  }

  /** The next persons; `last` undefined where there are no more. */
  private async personsOf(
    streams: readonly string[],
    after: string,
  ): Promise<{ persons: (PersonRow & { facts: string })[]; last?: string }> {
    if (streams.length === 0) return { persons: [] };
    const everyone = streams.includes(EVERYONE);
    const padded = [...streams, ...Array<string>(STREAMS_AT_ONCE).fill(streams[0]!)].slice(0, STREAMS_AT_ONCE);
    const resting = sql`and p.person in (select person from person_grounds where person > ${''} and stream in
      (${sql.join(padded.map(() => sql`${''}`))}) group by person order by person limit ${sql.lit(AT_ONCE)})`;
    const persons = await this.query<PersonRow & { facts: string }>(
      sql`select p.*, h.facts from persons as p join person_history as h on h.person = p.person
        where p.person > ${''} ${everyone ? sql`` : resting} order by p.person limit ${sql.lit(AT_ONCE)}`,
      everyone ? [after] : [after, after, ...padded],
    );
    return { persons, last: persons.length < AT_ONCE ? undefined : persons.at(-1)!.person };
  }

  private run(query: Parameters<typeof compiled>[1], values: readonly unknown[]): Promise<number> {
    return this.connection.run(compiled(this.connection.dialect, query), values);
  }

  private query<Row>(query: Parameters<typeof compiled>[1], values: readonly unknown[]): Promise<Row[]> {
    return this.connection.all<Row>(compiled(this.connection.dialect, query), values);
  }
}
