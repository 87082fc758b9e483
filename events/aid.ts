import { define } from './envelope';
import { OneOf, Region } from './fields';
import { aidClasses, type AidClass } from './words';

/**
 * An identity that brings medical aid or a premium subsidy (CV-24). `AidGranted.effectiveOn` is the day of identification;
 * `AidEnded.effectiveOn` the first day without it.
 */
export class AidData {
  @OneOf(aidClasses)
  aidClass!: AidClass;

  /** Where the identity was recognised. */
  @Region()
  region!: string;
}

export const aidGranted = define('AidGranted', AidData);
export const aidEnded = define('AidEnded', AidData);
