import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { AuditTrail, holdsRole, mayReach, mayReachOne, type Principal } from '../../../libs/access';
import { isEmployerId, isPersonId, isRegionCode } from '../../../events';
import { Problem } from '../http/problem';
import { Belonging, type Standing } from './belonging';
import { regionsIn } from './reach';
import { outOfReach, roleMissing, unauthenticated, unknownToCaller } from './refusals';
import { rulesOf, scopeOfPath } from './routes';
import type { Scope } from './allows';

/** Lets a request come to its route only if the route allows the caller's role and the caller's regions hold whom the path names. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly belonging: Belonging,
    private readonly trail: AuditTrail,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const { allowed, scope: said } = rulesOf(context.getClass(), context.getHandler());
    if (allowed === 'anyone') return true;
    const { principal } = request;
    const route = (request.route as { path: string }).path;
    const scope = said ?? scopeOfPath(route);
    request.accessed = { route, scope };
    if (!principal) throw unauthenticated(undefined);
    if (this.trail.overdue)
      throw new Problem('not-ready', 'The audit trail cannot be written; nobody is let in unseen.');
    if (!holdsRole(principal, allowed ?? [])) throw roleMissing(allowed ?? []);
    if (principal.regions !== 'all') {
      await this.keepToRegions(principal, scope, request.params as Record<string, string>, request.body);
    }
    return true;
  }

  private async keepToRegions(
    principal: Principal,
    scope: Scope | undefined,
    { person, employer, region }: Record<string, string | undefined>,
    body: unknown,
  ): Promise<void> {
    switch (scope) {
      case 'person':
        if (isPersonId(person) && (await this.belonging.personTo(principal, person)) !== 'own')
          throw unknownToCaller(person);
        return;
      case 'newPerson':
        if (isPersonId(person)) this.keepNew(principal, await this.belonging.personTo(principal, person), body);
        return;
      case 'employer':
        if (isEmployerId(employer) && (await this.belonging.employerTo(principal, employer)) !== 'own')
          throw new Problem('not-found', 'The ledger holds no event of this employer that you may read.');
        return;
      case 'newEmployer':
        if (isEmployerId(employer)) this.keepNew(principal, await this.belonging.employerTo(principal, employer), body);
        return;
      case 'region':
        if (isRegionCode(region) && !mayReach(principal, region)) throw outOfReach();
        return;
      case 'handler':
      case 'none':
        return;
      case 'everywhere':
      case undefined:
        throw outOfReach();
    }
  }

  /** Whom nobody has recorded yet one may record in a region of one's own; otherwise the refusal does not tell him from one of others. */
  private keepNew(principal: Principal, standing: Standing, body: unknown): void {
    if (standing === 'others' || (standing === 'unknown' && !mayReachOne(principal, regionsIn(body))))
      throw outOfReach();
  }
}
