import { sql } from 'kysely';
import type { Connection } from '../connection';
import { compiled } from '../writing';

/** The name under which a rebuild is leased, beside the shares of the projectors. */
export const REBUILD = 'rebuild';

/** Says that one process, and no other, does a share of the work; it must be renewed before it runs out. */
export class Lease {
  constructor(
    private readonly connection: Connection,
    private readonly share: string,
    private readonly holder: string,
    private readonly clock: () => number,
    readonly lengthMs: number,
  ) {}

  /** Takes or renews the lease; false while another holds it, or while others share the persons in another way. */
  async take(): Promise<boolean> {
    const { connection, share, holder } = this;
    const { dialect } = connection;
    return connection.transaction(async () => {
      if (dialect === 'postgres') await connection.run(compiled(dialect, sql`lock table lease in exclusive mode`));
      const now = this.clock();
      const live = await connection.all<{ shard: string; holder: string }>(
        compiled(dialect, sql`select shard, holder from lease where until > ${now}`),
        [now],
      );
      const hindered = live.some((other) => other.holder !== holder && excludes(other.shard, share));
      if (hindered) return false;
      const until = now + this.lengthMs;
      await connection.run(
        compiled(
          dialect,
          sql`insert into lease (shard, holder, until) values (${share}, ${holder}, ${until})
            on conflict (shard) do update set holder = excluded.holder, until = excluded.until`,
        ),
        [share, holder, until],
      );
      return true;
    });
  }

  async release(): Promise<void> {
    const { connection, share, holder } = this;
    await connection.run(
      compiled(connection.dialect, sql`delete from lease where shard = ${share} and holder = ${holder}`),
      [share, holder],
    );
  }
}

/** Two shares exclude each other when they are one, or when they divide the persons differently. */
function excludes(a: string, b: string): boolean {
  if (a === b) return true;
  if (a === REBUILD || b === REBUILD) return false;
  return a.split('/')[1] !== b.split('/')[1];
}
