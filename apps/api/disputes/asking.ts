import { BadBasis, InvalidProposal, PackNotAtHand, parseBasis, type Basis } from '../../../libs/disputes';
import { dayOfInstant } from '../../../libs/calendar';
import { instantOf } from '../../../libs/ledger';
import { faultOf, invalidInput, type Problem } from '../http/problem';
import { EXAMPLE_REGION } from '../openapi/schema';
import { unknownPerson } from '../persons/unknown-person';

/** How a basis is written, for the documentation. */
export const BASIS = `A basis: name=value parts with commas between. validOn (left out: today), knownAt, region, as=decidedThen or as=knownNow, and any number of reading=A-01:B and pack=${EXAMPLE_REGION}:2022-04-01`;
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
    if (error instanceof InvalidProposal) throw refusedProposal(error);
    throw error;
  }
}

/** A proposal that could not be recorded, field by field. */
export function refusedProposal({ faults }: InvalidProposal): Problem {
  return invalidInput(
    faults.map(({ index, field, expected }) => faultOf(`events[${index}].${field}`, undefined, expected)),
  );
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
