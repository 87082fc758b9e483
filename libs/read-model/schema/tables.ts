import type { Day } from '../../calendar';
import {
  flag,
  large,
  personTables,
  text,
  textOrNull,
  whole,
  type Columns,
  type PersonTable,
  type RowOf,
} from '../../../projections/rows';

/** One row a person of whom the log holds an event. */
const persons = {
  person: text(),
  /** Of the last event of his stream that is projected. */
  revision: whole(),
  /** Of the last event his facts rest on, in his own stream or in one that was merged into it. */
  position: large(),
  /** Events of his own stream that are projected. */
  events: whole(),
  /** The region of his relation, which is asked for him; null where nothing names one. */
  region: textOrNull(),
  first_day: textOrNull<Day>(),
  /** The last day on which a fact of his happens. */
  latest_day: textOrNull<Day>(),
  died_on: textOrNull<Day>(),
  /** He is counted under this person, and has no rows of his own. */
  merged_into: textOrNull(),
  /** SHA-256 of the facts in `person_history`. */
  content_hash: text(),
} as const satisfies Columns;

/** What the log says of a person, without any policy: the facts as compact JSON, from which everything else is evaluated again. */
const personHistory = { person: text(), facts: text() } as const satisfies Columns;

/** Streams other than his own that a person's rows rest on: `region-…`, `employer-…`, `person-…`. */
const personGrounds = { stream: text(), person: text() } as const satisfies Columns;

/** People of whom an event cannot be read; they have no rows but an exception. */
const parked = {
  person: text(),
  stream: text(),
  revision: whole(),
  type: text(),
  version: textOrNull(),
  reason: text(),
  parked_at: text(),
} as const satisfies Columns;

/** How far a projector has come; `shard` is its share of the persons, `0/1` or `1/2`. */
const checkpoint = {
  shard: text(),
  position: large(),
  /** Changes when tables are swapped, so that a projector notices. */
  generation: whole(),
  /** Fingerprint of the policy packs that the rows were evaluated under. */
  policies: text(),
  /** The last person evaluated again, while that is under way; null where it is not. */
  swept_through: textOrNull(),
  updated_at: text(),
} as const satisfies Columns;

/** Who follows the log for a share; free once `until` has passed (milliseconds since 1970). */
const lease = { shard: text(), holder: text(), until: large() } as const satisfies Columns;

/** Streams whose persons are to be evaluated again, `*` for everyone; `underway` those of the sweep that has begun. */
const reevaluations = { shard: text(), stream: text(), underway: flag() } as const satisfies Columns;

/** How far a rebuild has come that fills tables beside the live ones. */
const rebuilds = {
  name: text(),
  /** Of the log as it is rebuilt. */
  position: large(),
  policies: text(),
  /** Everybody up to this stream is done. */
  done_through: text(),
  persons: large(),
  events: large(),
} as const satisfies Columns;

/** Names of persons' streams, for a store that cannot give them in order. */
const rebuiltStreams = { stream: text() } as const satisfies Columns;

/** The tables that hold a person's share and are rebuilt beside the live ones. */
export const rebuiltTables = {
  persons: { columns: persons, key: ['person'], wide: false },
  person_history: { columns: personHistory, key: ['person'], wide: true },
  person_grounds: { columns: personGrounds, key: ['person', 'stream'], wide: false },
  parked: { columns: parked, key: ['person'], wide: false },
} as const;

/** The tables that a projector keeps for itself. */
export const keptTables = {
  checkpoint: { columns: checkpoint, key: ['shard'] },
  lease: { columns: lease, key: ['shard'] },
  reevaluations: { columns: reevaluations, key: ['shard', 'stream'] },
  rebuilds: { columns: rebuilds, key: ['name'] },
  rebuilt_streams: { columns: rebuiltStreams, key: ['stream'] },
} as const;

export type PersonRow = RowOf<typeof persons>;
export type ParkedRow = RowOf<typeof parked>;

type Owned = { person: string; n: number };

/** The read model as Kysely knows it. */
export type ReadModelTables = { [T in PersonTable]: Owned & RowOf<(typeof personTables)[T]> } & {
  [T in keyof typeof rebuiltTables]: RowOf<(typeof rebuiltTables)[T]['columns']>;
} & { [T in keyof typeof keptTables]: RowOf<(typeof keptTables)[T]['columns']> };
