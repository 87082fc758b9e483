import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Policies } from '../../policy/evaluation';
import type { Connection } from '../connection';
import { compiled } from '../writing';
import { shardName, type Shard } from './shard';

/** Where a projector stands. */
export interface Checkpoint {
  shard: string;
  position: number;
  generation: number;
  policies: string;
  swept_through: string | null;
}

/** Somebody else has moved the checkpoint, or swapped the tables: what was folded is not written. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** What rows are evaluated by, in short: the packs by their content, and the program where it says which it is. */
export function fingerprintOf({ packs }: Policies, engine?: string): string {
  const lines = packs.map(({ id, version, sha256 }) => `${id} ${version} ${sha256}`).sort();
  if (engine !== undefined) lines.push(engine);
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 32);
}

export async function allCheckpoints(connection: Connection): Promise<Checkpoint[]> {
  const { dialect } = connection;
  return connection.all<Checkpoint>(
    compiled(dialect, sql`select shard, position, generation, policies, swept_through from checkpoint order by shard`),
  );
}

/**
 * The checkpoint of a share, beginning where the slowest of the others stands. Once every share of this division has one,
 * those of other divisions go. Undefined where nothing was ever projected.
 */
export async function openCheckpoint(
  connection: Connection,
  shard: Shard,
  now: string,
): Promise<Checkpoint | undefined> {
  const { dialect } = connection;
  const name = shardName(shard);
  return connection.transaction(async () => {
    // Two shares that begin at once would each miss that the other completes the division, and the old checkpoint would stay.
    if (dialect === 'postgres') await connection.run(compiled(dialect, sql`lock table checkpoint in exclusive mode`));
    const all = await allCheckpoints(connection);
    if (all.length === 0) return undefined;
    let own = all.find((one) => one.shard === name);
    if (!own) {
      const slowest = all.reduce((a, b) => (b.position < a.position ? b : a));
      const policies = all.every((one) => one.policies === slowest.policies) ? slowest.policies : '';
      own = { ...slowest, shard: name, policies, swept_through: null };
      await connection.run(
        compiled(
          dialect,
          sql`insert into checkpoint (shard, position, generation, policies, swept_through, updated_at)
            values (${name}, ${own.position}, ${own.generation}, ${policies}, null, ${now})`,
        ),
        [name, own.position, own.generation, policies, now],
      );
      all.push(own);
      // What another division had still to evaluate again, this one does for its persons.
      await connection.run(
        compiled(
          dialect,
          sql`insert into reevaluations (shard, stream, underway) select distinct cast(${name} as text), stream, 0
            from reevaluations where shard <> ${name} on conflict (shard, stream) do nothing`,
        ),
        [name, name],
      );
    }
    const division = `/${shard.count}`;
    if (all.filter((one) => one.shard.endsWith(division)).length === shard.count) {
      for (const other of all.filter((one) => !one.shard.endsWith(division))) {
        await connection.run(compiled(dialect, sql`delete from checkpoint where shard = ${''}`), [other.shard]);
        await connection.run(compiled(dialect, sql`delete from reevaluations where shard = ${''}`), [other.shard]);
      }
    }
    return own;
  });
}

/** Moves the checkpoint in the transaction of the rows; throws `Overtaken` where it is not where it was left. */
export async function moveCheckpoint(
  connection: Connection,
  from: Checkpoint,
  position: number,
  now: string,
  policies = from.policies,
): Promise<void> {
  const moved = await connection.run(
    compiled(
      connection.dialect,
      sql`update checkpoint set position = ${0}, policies = ${''}, updated_at = ${''}
        where shard = ${''} and position = ${0} and generation = ${0}`,
    ),
    [position, policies, now, from.shard, from.position, from.generation],
  );
  if (moved !== 1) throw new Overtaken(`the checkpoint of share ${from.shard} is no longer at ${from.position}`);
}
