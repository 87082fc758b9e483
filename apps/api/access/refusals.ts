import { mayReach, type Principal, type Role } from '../../../libs/access';
import { Problem } from '../http/problem';

/** Nobody said who he is (`reason` undefined), or his word is not believed. */
export function unauthenticated(reason: string | undefined): Problem {
  const challenge = 'Bearer realm="enrollment-ledger"';
  return new Problem(
    'unauthenticated',
    reason === undefined
      ? 'Send the header Authorization: Bearer <token>: the token that the first start printed, a key, or one of the sign-in.'
      : `The token is not believed (${reason}).`,
    {},
    {
      'WWW-Authenticate':
        reason === undefined ? challenge : `${challenge}, error="invalid_token", error_description="${reason}"`,
    },
  );
}

/** Whoever asks asked too much. */
export function tooMany(seconds: number): Problem {
  return new Problem(
    'rate-limited',
    `That was too much at once; send again after ${seconds} s.`,
    {},
    {
      'Retry-After': String(seconds),
    },
  );
}

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
