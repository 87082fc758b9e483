import { sql } from 'kysely';
import type { EventReader } from '../../event-store';
import type { Connection } from '../connection';
import { compiled } from '../writing';
import type { Chunk } from './chunk';

const PERSONS = 'person-';
const PERSONS_A_CHUNK = 300;
/** Few enough that what is read of them is gone before the collector has to move it. */
const PERSONS_A_STRETCH = 25;
const NAMES_AT_ONCE = 5_000;

/** The persons' streams after a name, cut into chunks, in order. */
export async function* chunksAfter(
  store: EventReader,
  connection: Connection,
  after: string,
  position: bigint,
): AsyncGenerator<Chunk> {
  const names = store.streamNames
    ? (from: string) => store.streamNames!({ prefix: PERSONS, after: from, limit: PERSONS_A_CHUNK })
    : await notedNames(store, connection, after, position);
  for (let from = after; ;) {
    const found = await names(from);
    if (found.length === 0) return;
    const through = found.at(-1)!;
    yield store.streamNames
      ? { after: from, through, stretches: everyStretch(found) }
      : { after: from, through, names: found };
    from = through;
  }
}

/** The last name of every stretch. */
function everyStretch(names: readonly string[]): string[] {
  return names.filter((_, index) => (index + 1) % PERSONS_A_STRETCH === 0 || index === names.length - 1);
}

/** Notes every person's stream in a walk through the log, unless a walk that was stopped had come to its end. */
async function notedNames(store: EventReader, connection: Connection, after: string, position: bigint) {
  const { dialect } = connection;
  if (after === PERSONS) {
    await connection.run(compiled(dialect, sql`delete from rebuilt_streams`));
    const note = compiled(dialect, sql`insert into rebuilt_streams (stream) values (${''}) on conflict do nothing`);
    let names = new Set<string>();
    const flush = async () => {
      await connection.transaction(async () => {
        for (const name of names) await connection.run(note, [name]);
      });
      names = new Set();
    };
    for await (const batch of store.readAll({ filter: { streamPrefixes: [PERSONS] } })) {
      for (const event of batch) if (event.position <= position) names.add(event.stream);
      if (names.size >= NAMES_AT_ONCE) await flush();
      if (batch.at(-1)!.position > position) break;
    }
    await flush();
  }
  const next = compiled(
    dialect,
    sql`select stream from rebuilt_streams where stream > ${''} order by stream limit ${sql.lit(PERSONS_A_CHUNK)}`,
  );
  return async (from: string) => (await connection.all<{ stream: string }>(next, [from])).map(({ stream }) => stream);
}

export { PERSONS as FIRST_STREAM };
