import { define } from './envelope';
import { OneOf, Region } from './fields';
import { schemes, terminationReasons, type Scheme, type TerminationReason } from './words';

/** 终止. `effectiveOn` is the day of the termination, the first one without the relation; a day of death is still covered. */
export class TerminatedData {
  @OneOf(schemes)
  scheme!: Scheme;

  @Region()
  region!: string;

  @OneOf(terminationReasons)
  reason!: TerminationReason;
}

export const terminated = define('Terminated', TerminatedData);
