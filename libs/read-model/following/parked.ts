import { sql } from 'kysely';
import type { EventReader } from '../../event-store';
import type { Policies } from '../../policy/evaluation';
import { connect } from '../connection';
import { openReadModel } from '../database';
import { PersonWriter, compiled } from '../writing';
import { BatchProjection } from './batch';
import { allCheckpoints } from './checkpoint';
import { WHOLE } from './shard';
import { loadMerges } from './state';

/** A person of whom an event cannot be read, or whose history cannot be evaluated. */
export interface ParkedPerson {
  person: string;
  stream: string;
  revision: number;
  type: string;
  version: string | null;
  reason: string;
  parkedAt: string;
}

export async function listParked(readModel: string): Promise<ParkedPerson[]> {
  await (await openReadModel(readModel)).close();
  const connection = await connect(readModel);
  try {
    return await connection.all<ParkedPerson>(
      compiled(
        connection.dialect,
        sql`select person, stream, revision, type, version, reason, parked_at as ${sql.ref('parkedAt')} from parked
          order by person`,
      ),
    );
  } finally {
    await connection.close();
  }
}

/** What became of a retry; `stillParked` tells why. */
export type Unparked = { outcome: 'unparked' | 'notParked' } | { outcome: 'stillParked'; reason: string };

/** Folds a parked person again from the log; where that succeeds he has his rows, as the others stand now. */
export async function unpark(options: {
  store: EventReader;
  policies: Policies;
  readModel: string;
  person: string;
  now: () => string;
}): Promise<Unparked> {
  const { store, policies, readModel, person, now } = options;
  await (await openReadModel(readModel)).close();
  const connection = await connect(readModel);
  try {
    const { dialect } = connection;
    return await connection.transaction(async () => {
      // Nobody moves on meanwhile, and projectors read anew who is counted under whom.
      await connection.run(compiled(dialect, sql`update checkpoint set generation = generation + 1`));
      const parked = await connection.all(compiled(dialect, sql`select person from parked where person = ${''}`), [
        person,
      ]);
      if (parked.length === 0) return { outcome: 'notParked' };
      const limit = Math.min(...(await allCheckpoints(connection)).map(({ position }) => position));
      const projection = new BatchProjection(store, policies, WHOLE);
      await loadMerges(connection, projection.merges);
      const folded = await projection.folding.fromLog(person, BigInt(limit));
      if (!folded) return { outcome: 'notParked' };
      await new PersonWriter(connection, '', now).replace([folded]);
      if (folded.parked) return { outcome: 'stillParked', reason: folded.parked.reason };
      for (const other of projection.merges.note(person, folded.joins)) {
        const joined = await projection.folding.fromLog(other, BigInt(limit));
        if (joined) await new PersonWriter(connection, '', now).replace([joined]);
      }
      return { outcome: 'unparked' };
    });
  } finally {
    await connection.close();
  }
}
