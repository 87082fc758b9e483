import { statSync } from 'node:fs';
import { sql } from 'kysely';
import { connect, type Connection } from './connection';
import { dialectOf, nameOf } from './database';
import { compiled } from './writing';

/** How far the tables have come. */
export interface HowFar {
  /** Every share of the persons is projected up to here. */
  position: number;
  /** The share that has come furthest is projected up to here. */
  furthest: number;
  /** Persons are still to be evaluated again, because packs, a region or an employer changed. */
  reevaluating: boolean;
}

const PATIENCE_MS = 2_000;
/** PostgreSQL's name for a table that is not there. */
const UNDEFINED_TABLE = '42P01';

/** Looks how far the tables have come, as often as asked, over one connection that is made anew when it breaks. */
export class TablesPosition {
  private connection: Promise<Connection> | undefined;
  private connecting = false;
  private file: number | undefined;

  constructor(private readonly location: string) {}

  /** Undefined where nothing was ever projected. Throws where the database does not answer within moments. */
  async look(): Promise<HowFar | undefined> {
    const { location } = this;
    if (dialectOf(location) === 'sqlite' && !(await this.isFileThere())) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_resolve, reject) => {
      const slow = () => reject(new Error(`the read model at ${nameOf(location)} does not answer`));
      timer = setTimeout(slow, PATIENCE_MS);
    });
    try {
      return await Promise.race([this.read(), patience]);
    } catch (error) {
      // Where connecting itself hangs, one attempt is enough.
      if (!this.connecting) await this.drop();
      if (isTableMissing(error)) return undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.drop();
  }

  /** A file that somebody removed, or put another in the place of, is let go of. */
  private async isFileThere(): Promise<boolean> {
    const file = statSync(this.location, { throwIfNoEntry: false })?.ino;
    if (file !== this.file) await this.drop();
    this.file = file;
    return file !== undefined;
  }

  private async read(): Promise<HowFar | undefined> {
    const connection = await (this.connection ??= this.connect());
    const [row] = await connection.all<{ position: number | null; furthest: number; waiting: number }>(
      compiled(
        connection.dialect,
        sql`select min(position) as position, max(position) as furthest, (select count(*) from reevaluations) as waiting
          from checkpoint`,
      ),
    );
    if (row === undefined || row.position === null) return undefined;
    return { position: Number(row.position), furthest: Number(row.furthest), reevaluating: Number(row.waiting) > 0 };
  }

  private async connect(): Promise<Connection> {
    this.connecting = true;
    try {
      return await connect(this.location);
    } catch (error) {
      this.connection = undefined;
      throw error;
    } finally {
      this.connecting = false;
    }
  }

  /** Lets go of the connection without waiting for one that hangs. */
  private async drop(): Promise<void> {
    const dropped = this.connection;
    this.connection = undefined;
    dropped?.then((connection) => connection.close()).catch(() => undefined);
  }
}

function isTableMissing(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === UNDEFINED_TABLE || /^no such table/.test(message ?? '');
}
