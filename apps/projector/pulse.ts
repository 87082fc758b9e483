import type { ProjectorStatus } from '../../libs/read-model';

/**
 * What a projector is doing, in a word. `filling`: the tables are made from the whole log. `standby`: another one does the
 * work. `behind`: events wait for longer than they should. `failed`: something does not work and is tried again.
 */
export const pulseStates = [
  'starting',
  'filling',
  'catchingUp',
  'following',
  'standby',
  'behind',
  'failed',
  'stopped',
] as const;

export type PulseState = (typeof pulseStates)[number];

/**
 * What does not work: the store, the read model's database, or the projecting itself. `ahead`: the tables hold more than the log,
 * because an older log was put in its place; what it takes in next would be passed over.
 */
export type Trouble = 'store' | 'readModel' | 'projecting' | 'ahead';

/** What a projector tells of itself, every moment; it names nobody. */
export interface Pulse {
  state: PulseState;
  trouble?: Trouble;
  shard: string;
  /** Up to where the log is projected. */
  position: number;
  /** The last position of the log; undefined while the store does not answer. */
  head?: number;
  /** Positions of the log that are not projected yet. */
  lag?: number;
  /** For how long the oldest of them has been waiting, as far as this process has seen. */
  lagSeconds: number;
  /** Over the last seconds. */
  eventsPerSecond: number;
  /** While the tables are being filled. */
  filling?: { events: number; total: number };
  /** When a person was last audited, in seconds since 1970. */
  auditedAt?: number;
  /** How the last comparison of all events with the log came out. */
  verified?: Verification;
  status: ProjectorStatus;
}

export interface Verification {
  /** Seconds since 1970. */
  at: number;
  sound: boolean;
  differences: number;
}

/** Whether tables are being kept as they should, or somebody else does it. */
export function isWell({ state }: Pulse): boolean {
  return state === 'following' || state === 'catchingUp' || state === 'standby';
}

/** What is told of a projector to anyone who asks about health; addresses and causes are in the log. */
export function toldOf(pulse: Pulse) {
  const { state, trouble, shard, position, head, lag, lagSeconds, eventsPerSecond, filling, status, verified } = pulse;
  return {
    state,
    ...(trouble ? { reason: `${troubleWords[trouble]}; see the log of the projector` } : {}),
    shard,
    position: String(position),
    ...(head === undefined ? {} : { head: String(head), lag }),
    lagSeconds: Math.round(lagSeconds),
    eventsPerSecond: Math.round(eventsPerSecond),
    ...(filling ? { filling } : {}),
    parked: status.parked,
    differences: status.differences + (verified?.differences ?? 0),
  };
}

export const troubleWords: Readonly<Record<Trouble, string>> = {
  store: 'the store does not answer',
  readModel: 'the database of the read model does not answer',
  projecting: 'projecting fails and is tried again',
  ahead: 'the tables are ahead of the log, which is another or an older one: ledger rebuild makes them anew',
};
