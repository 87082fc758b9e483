import { define } from './envelope';
import { Optional, Text } from './fields';

/** The statutory retirement age was reached on `effectiveOn`: an input, because early, flexible and special-post retirement differ from the formula (CV-12). */
export class StatutoryAgeReachedData {
  /** What the day rests on. */
  @Optional()
  @Text()
  basis?: string;
}

export const statutoryAgeReached = define('StatutoryAgeReached', StatutoryAgeReachedData);
