import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { holdsRole, mayReach, type Principal } from '../../../libs/access';
import { isEmployerId, isPersonId } from '../../../events';
import { unauthenticated } from '../http/authentication';
import { Problem } from '../http/problem';
import { isRegionCode } from '../http/query-fields';
import { Belonging } from './belonging';
import { outOfReach, roleMissing, unknownToCaller } from './refusals';
import { rulesOf, scopeOfPath } from './routes';
import type { Scope } from './allows';

/** Lets a request come to its route only if the route allows the caller's role and the caller's regions hold whom the path names. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly belonging: Belonging) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const { allowed, scope } = rulesOf(context.getClass(), context.getHandler());
    if (allowed === 'anyone') return true;
    const { principal } = request;
    if (!principal) throw unauthenticated(false);
    if (!holdsRole(principal, allowed ?? [])) throw roleMissing(allowed ?? []);
    if (principal.regions !== 'all') {
      const path = (request.route as { path: string }).path;
      await this.keepToRegions(principal, scope ?? scopeOfPath(path), request.params as Record<string, string>);
    }
    return true;
  }

  private async keepToRegions(
    principal: Principal,
    scope: Scope | undefined,
    { person, employer, region }: Record<string, string | undefined>,
  ): Promise<void> {
    switch (scope) {
      case 'person':
        if (isPersonId(person) && (await this.belonging.personTo(principal, person)) !== 'own')
          throw unknownToCaller(person);
        return;
      case 'newPerson':
        if (isPersonId(person) && (await this.belonging.personTo(principal, person)) === 'others') throw outOfReach();
        return;
      case 'employer':
        if (isEmployerId(employer) && (await this.belonging.employerTo(principal, employer)) !== 'own')
          throw new Problem('not-found', 'The ledger holds no event of this employer that you may read.');
        return;
      case 'newEmployer':
        if (isEmployerId(employer) && (await this.belonging.employerTo(principal, employer)) === 'others')
          throw outOfReach();
        return;
      case 'region':
        if (isRegionCode(region) && !mayReach(principal, region)) throw outOfReach();
        return;
      case 'handler':
      case 'none':
        return;
      case undefined:
        throw outOfReach();
    }
  }
}
