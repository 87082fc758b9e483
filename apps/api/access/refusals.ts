import { mayReach, type Principal, type Role } from '../../../libs/access';
import { Problem } from '../http/problem';

/** Whoever asks has none of the roles that the route allows. */
export function roleMissing(allowed: readonly Role[]): Problem {
  const able = [...allowed, 'administrator'].join(', ');
  return new Problem('forbidden', `Your roles do not allow this; it takes one of ${able}.`);
}

/** What is asked lies outside the caller's regions; the words are the same whether there is something or not. */
export function outOfReach(): Problem {
  return new Problem('forbidden', 'This lies outside the regions that you may see and write for.');
}

/** Nobody of this id whom the caller may see; the words are the same whether he is unknown or belongs elsewhere. */
export function unknownToCaller(person: string): Problem {
  return new Problem('unknown-person', `The ledger holds no event of ${person} that you may read.`);
}

/**
 * The regions that a caller's question is about: the one he names, if he may, else all of his own; undefined where that is
 * every region. Throws where he names one that is not his.
 */
export function regionsFor(principal: Principal, named: string | undefined): readonly string[] | undefined {
  if (named === undefined) return principal.regions === 'all' ? undefined : principal.regions;
  if (!mayReach(principal, named)) throw outOfReach();
  return [named];
}
