import { isDay, toInstant, type Day, type Instant } from '../../calendar';
import { hasIdentityShape } from '../../../events';
import type { Principal, Role } from '../principal';
import type { KeyRecord } from './key-ring';

/** A key as people see it: everything but what it opens with. */
export interface ShownKey {
  id: string;
  name: string;
  roles: readonly Role[];
  regions: Principal['regions'];
  state: 'live' | 'expired' | 'revoked';
  made: Instant;
  expires?: Instant;
  revoked?: Instant;
  /** To the minute. */
  lastUsed?: Instant;
}

/** Whether a key may be called so: an account or program, never a person's name or number. */
export function isKeyName(name: unknown): name is string {
  return typeof name === 'string' && NAME.test(name) && !hasIdentityShape(name);
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The first millisecond after a day in China; undefined where it is no day. */
export function endOfKeyDay(day: Day): number | undefined {
  return isDay(day) ? Date.parse(`${day}T23:59:59.999+08:00`) + 1 : undefined;
}

/** A key as people see it. */
export function shownKey(record: KeyRecord, now: number): ShownKey {
  const { id, name, roles, regions, madeAt, expiresAt, revokedAt, lastUsedAt } = record;
  const state = revokedAt !== undefined ? 'revoked' : expiresAt !== undefined && expiresAt <= now ? 'expired' : 'live';
  return {
    id,
    name,
    roles,
    regions,
    state,
    made: instantOf(madeAt),
    ...(expiresAt === undefined ? {} : { expires: instantOf(expiresAt) }),
    ...(revokedAt === undefined ? {} : { revoked: instantOf(revokedAt) }),
    ...(lastUsedAt === undefined ? {} : { lastUsed: instantOf(lastUsedAt) }),
  };
}

function instantOf(milliseconds: number): Instant {
  return toInstant(new Date(milliseconds).toISOString())!;
}
