import { Problem } from '../http/problem';

/** Nobody of this id is known; told apart from somebody of whom nothing was known yet. */
export function unknownPerson(person: string): Problem {
  return new Problem('unknown-person', `The ledger holds no event of ${person}.`);
}
