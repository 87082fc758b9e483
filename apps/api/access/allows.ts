import { SetMetadata } from '@nestjs/common';
import type { Role } from '../../../libs/access';

export const ALLOWED = 'access:allowed';
export const SCOPE = 'access:scope';

/**
 * What keeps a caller of one region to it:
 * - `person`, `region`, `employer`: the guard does, by the parameter of this name in the route's path; needs no saying
 * - `newPerson`, `newEmployer`: as `person` and `employer`, but one whom nobody has recorded yet may pass; the handler sees to it that
 *   what is recorded names the caller's own regions
 * - `handler`: the handler hands out and takes in nothing but the caller's own regions, see `regionsFor`
 * - `everywhere`: only callers of all regions pass, because what the route hands out is not told apart by region
 * - `none`: the route says nothing about anyone
 */
export type Scope = 'person' | 'newPerson' | 'region' | 'employer' | 'newEmployer' | 'handler' | 'everywhere' | 'none';

/** Who may use a route, beside the administrator. A route that does not say is his alone. */
export const Allows = (...roles: Exclude<Role, 'administrator'>[]) => SetMetadata(ALLOWED, roles);

/** A route that needs no token. */
export const AllowsAnyone = () => SetMetadata(ALLOWED, 'anyone');

/** What keeps a caller of one region to it; where a route does not say and its path tells nothing, only callers of all regions pass. */
export const Scoped = (scope: Scope) => SetMetadata(SCOPE, scope);
