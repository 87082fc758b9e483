import { isDay, type Day } from '../../libs/calendar';
import { RefusedMapping, loadMapping, type Mapping } from '../../libs/importing';
import { isRegionCode } from '../../events';
import { knownAtLimit } from '../../projections/history';
import { BadInput } from './terminal';

/** Values of options that several commands take; what is wrong with one is bad input, by the option and what was given. */

export function dayIn(option: string, text: string): Day {
  if (isDay(text)) return text;
  throw new BadInput(`${option}: expected a day YYYY-MM-DD, got ${JSON.stringify(text)}`);
}

/** The `--region` of a command, where it is given. */
export function regionIn(text: string | undefined): string | undefined {
  if (text === undefined || isRegionCode(text)) return text;
  throw new BadInput(`--region: expected six digits, got ${JSON.stringify(text)}`);
}

/** What was known when: a day, an instant or a position in the log. */
export function knownAtIn(option: string, text: string | undefined): string | bigint | undefined {
  if (text === undefined) return undefined;
  try {
    const limit = knownAtLimit(text);
    return typeof limit === 'bigint' ? limit : text;
  } catch {
    throw new BadInput(`${option}: expected a day, an instant or a position, got ${JSON.stringify(text)}`);
  }
}

/** The national mapping, or an agency's own laid over it. */
export function mappingIn(file: string | undefined): Mapping {
  try {
    return loadMapping(file);
  } catch (error) {
    if (error instanceof RefusedMapping) throw new BadInput(`--mapping: ${error.message}`);
    throw error;
  }
}
