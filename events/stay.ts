import { define } from './envelope';
import { Optional, Reference, Region } from './fields';

/** A hospital stay begins, or ends. `effectiveOn` is the day of admission, or of discharge. */
export class StayData {
  /** The same in both events of a stay. */
  @Reference()
  stayId!: string;

  /** Where the hospital is. */
  @Optional()
  @Region()
  region?: string;
}

export const admitted = define('Admitted', StayData);
export const discharged = define('Discharged', StayData);
