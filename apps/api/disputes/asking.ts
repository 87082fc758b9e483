import { BadBasis, InvalidProposal, PackNotAtHand, parseBasis, type Basis } from '../../../libs/disputes';
import { dayOfInstant } from '../../../libs/calendar';
import { instantOf } from '../../../libs/ledger';
import { faultOf, invalidInput } from '../http/problem';
import { unknownPerson } from '../persons/unknown-person';

/** How a basis is written, for the documentation. */
export const BASIS =
  'A basis: name=value parts with commas between. validOn (left out: today), knownAt, region, as=decidedThen or as=knownNow, and any number of reading=A-01:B and pack=211200:2022-04-01';
export const BASIS_EXAMPLE = 'validOn=2022-07-15,knownAt=2022-10-01,as=decidedThen';

/** What was asked about a person; nobody known, and what cannot be asked, are problems. `field` is the one that asked. */
export async function asked<T>(person: string, field: string, ask: () => Promise<T | undefined>): Promise<T> {
  try {
    const found = await ask();
    if (found === undefined) throw unknownPerson(person);
    return found;
  } catch (error) {
    if (error instanceof BadBasis)
      throw invalidInput([faultOf(`${field}: ${error.field}`, error.value, error.expected)]);
    if (error instanceof PackNotAtHand)
      throw invalidInput([faultOf(field, 'as=decidedThen', `packs as they were: ${error.message}`)]);
    if (error instanceof InvalidProposal) {
      throw invalidInput(
        error.faults.map(({ index, field: name, expected }) =>
          faultOf(`events[${index}].${name}`, undefined, expected),
        ),
      );
    }
    throw error;
  }
}

/** The basis that a parameter writes; the day left out is today in China. */
export function basisOf(field: string, text: string): Basis {
  try {
    return parseBasis(text, { validOn: today() });
  } catch (error) {
    if (error instanceof BadBasis)
      throw invalidInput([faultOf(`${field}: ${error.field}`, error.value, error.expected)]);
    throw error;
  }
}

export function today(): string {
  return dayOfInstant(instantOf(Date.now()));
}
